//! What happens behind the front page: the call, the answer, the reward, and the life of this very event. A `details`
//! element, so that it opens without script; with script the life goes on while one looks.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    data::{CallView, Progress, Why},
    doors::load_progress,
    drawer::{has_ended, steps},
};
use crate::web::components::CodeBlock;

const LOOK_AGAIN: Duration = Duration::from_millis(1200);
const MOST_LOOKS: u32 = 100;

#[component]
pub fn HowItWorks(call: CallView, why: Why) -> impl IntoView {
    let event = why.event_path.clone().map(|path| view! { <p><a href=path>"This event in the dashboard"</a></p> });
    let is_open = RwSignal::new(false);
    let on_toggle = move |toggle: ev::Event| {
        use wasm_bindgen::JsCast;
        let details = toggle.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        is_open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    view! {
        <details class="news-how" on:toggle=on_toggle>
            <summary>"How it works"</summary>
            <ol class="news-how__steps">
                <li>
                    <h3>"The page asks: who is reading, and what should lead?"</h3>
                    <CodeBlock title="Rank" code=call.curl/>
                    <p>"The stories themselves are defined in the loop, so the request need not bring them."</p>
                </li>
                <li>
                    <h3>"The loop answers with a probability for every story, and draws one"</h3>
                    <CodeBlock title="Answer" code=call.answer/>
                </li>
                <li>
                    <h3>"You read, or you do not"</h3>
                    <CodeBlock title="Reward" code=call.reward_curl/>
                    <p>"Opening the lead counts 0.4, reading it to its end 1. Opening another story counts 0 for the lead."</p>
                </li>
                <li>
                    <h3>"The loop learns, and the next answer differs"</h3>
                    <EventLife event_id=why.event_id version=why.model_version is_open=is_open/>
                    {event}
                </li>
            </ol>
        </details>
    }
    .into_any()
}

/// How far this page's own event has come.
#[component]
fn EventLife(event_id: String, version: Option<i64>, is_open: RwSignal<bool>) -> impl IntoView {
    let at_first = Progress {
        event_id: event_id.clone(),
        headline: String::new(),
        state: "pending".to_owned(),
        model_version: version.unwrap_or_default(),
        reward: None,
        moved: None,
        event_path: None,
    };
    let progress = RwSignal::new(at_first);
    let n_looks = StoredValue::new(0_u32);
    let look = move || {
        let is_needless = document().hidden() || n_looks.get_value() >= MOST_LOOKS;
        if is_needless || !is_open.get_untracked() || progress.with_untracked(has_ended) {
            return;
        }
        n_looks.update_value(|n_looks| *n_looks += 1);
        let event_id = event_id.clone();
        spawn_local(async move {
            if let Ok(Some(newer)) = load_progress(event_id).await {
                let _is_gone = progress.try_set(newer);
            }
        });
    };
    Effect::new(move |_| {
        let interval = is_open.get().then(|| set_interval_with_handle(look.clone(), LOOK_AGAIN));
        on_cleanup(move || {
            if let Some(Ok(handle)) = interval {
                handle.clear();
            }
        });
    });
    view! { <div aria-live="polite">{move || progress.with(steps)}</div> }.into_any()
}
