//! The demo's simulated readers, steered from the page of their loop.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::web::{
    PageError,
    components::{Chip, Tone},
};

/// How the readers are doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadersView {
    pub is_paused: bool,
    pub rate_per_second: f64,
    pub most_per_second: f64,
    /// Which hidden preferences hold: "an ordinary week".
    pub taste: String,
    pub trouble: Option<String>,
    pub may_steer: bool,
}

/// Stops or resumes the arrival of simulated readers.
#[server]
pub async fn pause_readers(id: String, is_paused: bool) -> Result<(), PageError> {
    crate::web::guard::require_readers(&id).await?.set_paused(is_paused);
    Ok(())
}

/// How many simulated readers arrive per second.
#[server]
pub async fn set_readers_rate(id: String, rate: f64) -> Result<(), PageError> {
    crate::web::guard::require_readers(&id).await?.set_rate(rate);
    Ok(())
}

/// Swaps the readers' hidden preferences.
#[server]
pub async fn change_readers_taste(id: String) -> Result<(), PageError> {
    crate::web::guard::require_readers(&id).await?.change_taste();
    Ok(())
}

/// Pause, rate and taste. Each is a form, so that it works without script.
#[component]
pub fn ReadersBar(id: Memo<String>, readers: Signal<Option<ReadersView>>, refresh: Callback<()>) -> impl IntoView {
    let pause = ServerAction::<PauseReaders>::new();
    let rate = ServerAction::<SetReadersRate>::new();
    let taste = ServerAction::<ChangeReadersTaste>::new();
    Effect::new(move |first: Option<()>| {
        pause.version().track();
        rate.version().track();
        taste.version().track();
        // The first run is the page's own beginning; nothing has been done yet.
        if first.is_some() {
            refresh.run(());
        }
    });
    let part =
        move |of: fn(&ReadersView) -> String| move || readers.with(|view| view.as_ref().map(of).unwrap_or_default());
    let may_steer = Memo::new(move |_| readers.with(|view| view.as_ref().is_some_and(|view| view.may_steer)));
    let is_paused = Memo::new(move |_| readers.with(|view| view.as_ref().is_some_and(|view| view.is_paused)));
    let failure = move || {
        let failed = |value: Option<Result<(), PageError>>| value.and_then(Result::err).map(|error| error.to_string());
        failed(pause.value().get()).or_else(|| failed(rate.value().get())).or_else(|| failed(taste.value().get()))
    };
    view! {
        <section class="readers" aria-labelledby="readers-title">
            <h2 id="readers-title">"Simulated readers"</h2>
            <Show when=move || may_steer.get()
                fallback=move || view! { <Chip tone=Tone::Neutral>{if is_paused.get() { "paused" } else { "reading" }}</Chip> }>
                <ActionForm action=pause>
                    <input type="hidden" name="id" value=move || id.get()/>
                    <input type="hidden" name="is_paused" value=move || (!is_paused.get()).to_string()/>
                    <button type="submit" class="button button--small readers__pause">{move || if is_paused.get() { "Resume readers" } else { "Pause readers" }}</button>
                </ActionForm>
                <ActionForm action=taste>
                    <input type="hidden" name="id" value=move || id.get()/>
                    <button type="submit" class="button button--small" title="Swaps what the readers like; watch the loop find out">"Change their taste"</button>
                </ActionForm>
                <RateForm id=id rate=rate readers=readers/>
            </Show>
            // Last, so that nothing moves when the sentence grows.
            <p class="readers__taste muted">
                "They read the demo newspaper over the public API: " {part(|view| view.taste.clone())} "."
            </p>
            <p class="notice notice--warning" hidden=move || part(|view| view.trouble.clone().unwrap_or_default())().is_empty()>
                {part(|view| view.trouble.clone().unwrap_or_default())}
            </p>
            <p class="field__error" role="alert">{failure}</p>
        </section>
    }
    .into_any()
}

/// The input keeps what is being typed: it starts with the rate in force and is not moved by it afterwards.
#[component]
fn RateForm(
    id: Memo<String>,
    rate: ServerAction<SetReadersRate>,
    readers: Signal<Option<ReadersView>>,
) -> impl IntoView {
    let (now, most) = readers
        .with_untracked(|view| view.as_ref().map_or((1.0, 1.0), |view| (view.rate_per_second, view.most_per_second)));
    view! {
        <ActionForm action=rate attr:class="readers__rate">
            <input type="hidden" name="id" value=move || id.get()/>
            <label for="readers-rate">"Readers per second"</label>
            <div class="input-group">
                <input class="input input--number" id="readers-rate" name="rate" type="number" min="0.1" max=most.to_string() step="any" required value=now.to_string()/>
                <button type="submit" class="button button--small">"Set"</button>
            </div>
        </ActionForm>
    }
    .into_any()
}
