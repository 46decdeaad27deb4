//! The browser's end of live updates: a connection while the page is seen, and a call whenever something happened.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::web::components::{LivePill, LiveState};

/// Between two looks at the server.
const PACE: Duration = Duration::from_secs(2);
/// Silence after which a connection is not believed any more: the server sends a beat every 15 seconds.
const SILENCE: Duration = Duration::from_secs(40);

/// What a word of change says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Progress {
    pub ranked: u64,
}

/// A page that follows its loop.
#[derive(Debug, Clone, Copy)]
pub struct LiveUpdates {
    /// `None` until the browser has taken over the page, and where it runs no script: then nothing is promised.
    pub state: RwSignal<Option<LiveState>>,
    /// What the person asked for.
    pub is_paused: RwSignal<bool>,
    /// Whether the last look failed: then the page is old, however well the connection is.
    pub is_stale: RwSignal<bool>,
}

impl LiveUpdates {
    /// Not connected yet.
    pub fn unconnected() -> Self {
        Self { state: RwSignal::new(None), is_paused: RwSignal::new(false), is_stale: RwSignal::new(false) }
    }

    /// What the pill may say.
    pub fn truth(self) -> Option<LiveState> {
        match self.state.get() {
            Some(LiveState::Live) if self.is_stale.get() => Some(LiveState::Reconnecting),
            state => state,
        }
    }

    /// Takes note of how a look at the server went. The page may be gone by now.
    pub fn looked<T, E>(self, found: Result<T, E>) -> Option<T> {
        self.is_stale.try_set(found.is_err());
        found.ok()
    }
}

/// An open connection with the closures that it calls.
struct Connection {
    source: EventSource,
    silence: Rc<Cell<Option<TimeoutHandle>>>,
    _listeners: [Closure<dyn FnMut(MessageEvent)>; 2],
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.source.close();
        // Otherwise it would call the next connection lost.
        if let Some(timer) = self.silence.take() {
            timer.clear();
        }
    }
}

/// Calls `on_change` when something happened in the loop, at most every two seconds, while the page is seen and not
/// paused.
pub fn follow_loop(updates: LiveUpdates, loop_id: Memo<String>, on_change: impl Fn(Progress) + 'static) {
    let is_seen = RwSignal::new(true);
    Effect::new(move |_| {
        let listener = window_event_listener_untyped("visibilitychange", move |_| is_seen.set(!document().hidden()));
        on_cleanup(move || listener.remove());
    });
    let pacer = Rc::new(Pacer { call: on_change, is_resting: Cell::new(false), wanted: Cell::new(None) });
    // The effect keeps the connection as its value: the next run, or its end, closes it.
    Effect::new(move |_: Option<Option<Connection>>| {
        let id = loop_id.get();
        // A page in the background keeps no connection: a browser has only six for one server.
        if updates.is_paused.get() || !is_seen.get() || id.is_empty() {
            updates.state.set(Some(LiveState::Paused));
            return None;
        }
        updates.state.set(Some(LiveState::Reconnecting));
        let pacer = Rc::clone(&pacer);
        connect(&format!("/live/loops/{id}"), "changed", updates.state, move |text| {
            let progress = text.and_then(|text| serde_json::from_str(&text).ok());
            pacer.want(progress.unwrap_or_default());
        })
    });
}

/// Calls `on_news` with each message of the stream at `address`, while the page is seen. The address is asked for at each
/// connection, so that it can say what is known by then; an empty one is none.
pub fn follow_news(updates: LiveUpdates, address: impl Fn() -> String + 'static, on_news: impl Fn(String) + 'static) {
    let is_seen = RwSignal::new(true);
    Effect::new(move |_| {
        let listener = window_event_listener_untyped("visibilitychange", move |_| is_seen.set(!document().hidden()));
        on_cleanup(move || listener.remove());
    });
    let on_news = Rc::new(on_news);
    Effect::new(move |_: Option<Option<Connection>>| {
        let address = untrack(&address);
        if !is_seen.get() || address.is_empty() {
            updates.state.set(Some(LiveState::Paused));
            return None;
        }
        updates.state.set(Some(LiveState::Reconnecting));
        let on_news = Rc::clone(&on_news);
        connect(&address, "news", updates.state, move |text| text.into_iter().for_each(|text| on_news(text)))
    });
}

fn connect(
    address: &str,
    news: &str,
    state: RwSignal<Option<LiveState>>,
    on_news: impl Fn(Option<String>) + 'static,
) -> Option<Connection> {
    let source = EventSource::new(address).ok()?;
    let silence = Rc::new(Cell::new(None::<TimeoutHandle>));
    // Whatever arrives proves the connection, for a while.
    let heard = {
        let silence = Rc::clone(&silence);
        move || {
            state.try_set(Some(LiveState::Live));
            let timer = set_timeout_with_handle(move || lost(state), SILENCE).ok();
            if let Some(before) = silence.replace(timer) {
                before.clear();
            }
        }
    };
    let beat = Closure::new({
        let heard = heard.clone();
        move |_: MessageEvent| heard()
    });
    let told = Closure::new(move |message: MessageEvent| {
        heard();
        on_news(message.data().as_string());
    });
    for (name, listener) in [(news, &told), ("beat", &beat)] {
        source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok()?;
    }
    // The browser connects anew by itself.
    let on_error = Closure::new(move |_: web_sys::Event| lost(state));
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    Some(Connection { source, silence, _listeners: [told, beat], _on_error: on_error })
}

fn lost(state: RwSignal<Option<LiveState>>) {
    // The page may be gone by now.
    state.try_set(Some(LiveState::Reconnecting));
}

/// Calls at once, then at most once per [`PACE`]; what is wanted in between is called for at its end.
struct Pacer<F> {
    call: F,
    is_resting: Cell<bool>,
    wanted: Cell<Option<Progress>>,
}

impl<F: Fn(Progress) + 'static> Pacer<F> {
    fn want(self: &Rc<Self>, progress: Progress) {
        if self.is_resting.replace(true) {
            self.wanted.set(Some(progress));
            return;
        }
        (self.call)(progress);
        // Weak, so that nothing is called for a page that is gone.
        let pacer = Rc::downgrade(self);
        let rested = move || {
            let Some(pacer) = pacer.upgrade() else { return };
            pacer.is_resting.set(false);
            if let Some(progress) = pacer.wanted.take() {
                pacer.want(progress);
            }
        };
        set_timeout(rested, PACE);
    }
}

/// The truthful pill with its button. Nothing where no script runs: there the page is as it was when it was loaded.
#[component]
pub fn LiveControl(updates: LiveUpdates) -> impl IntoView {
    let is_paused = updates.is_paused;
    let words = move || if is_paused.get() { "Resume" } else { "Pause" };
    let shown = Signal::derive(move || updates.truth().unwrap_or(LiveState::Paused));
    view! {
        <span class="row live-room">
            <Show when=move || updates.truth().is_some()>
                <LivePill state=shown/>
                <button type="button" class="button button--small" on:click=move |_| is_paused.update(|is| *is = !*is)>
                    {words}
                </button>
            </Show>
        </span>
    }
}
