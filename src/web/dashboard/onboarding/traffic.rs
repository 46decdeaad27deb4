//! Made-up visitors for a loop that was made from a template: sent by a button, stopped by another, and never mistaken
//! for real ones.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::web::{
    PageError,
    components::{Chip, Tone},
};

/// How it goes with a loop's simulated visitors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrafficView {
    pub template: String,
    pub is_running: bool,
    /// What came of them so far; empty before there were any.
    pub words: String,
    /// What pressing the button means.
    pub plan: String,
    /// This server does not remember a key of the loop, so one has to be pasted.
    pub needs_key: bool,
    /// Whether the learned policy is what answers them.
    pub is_answered: bool,
    pub may_steer: bool,
}

/// Sends simulated visitors to a loop that was made from a template. `key` is needed when the server knows none.
#[server]
pub async fn start_traffic(id: String, #[server(default)] key: String) -> Result<(), PageError> {
    use crate::{
        terms::Role,
        web::{beginnings, guard},
    };
    // Taken before anything is awaited: see `guard::given`.
    let traffic = beginnings::traffic();
    let (_, live) = guard::require_loop(Role::Editor, &id).await?;
    let traffic = traffic.ok_or_else(|| PageError::rejected("Simulated visitors have no way into this server."))?;
    let template = beginnings::template_of_loop(&live);
    let template =
        template.ok_or_else(|| PageError::rejected("Only a loop with a template’s actions has visitors."))?;
    let key = Some(key.trim().to_owned()).filter(|key| !key.is_empty());
    Ok(traffic.start(live.id(), template, key).await?)
}

/// Lets no more of them come.
#[server]
pub async fn stop_traffic(id: String) -> Result<(), PageError> {
    use crate::{
        terms::Role,
        web::{beginnings, guard},
    };
    let traffic = beginnings::traffic();
    let (_, live) = guard::require_loop(Role::Editor, &id).await?;
    if let Some(traffic) = traffic {
        traffic.stop(live.id());
    }
    Ok(())
}

/// One button, and how it goes. Each is a form, so that it works without script.
#[component]
pub fn TrafficCard(traffic: Memo<Option<TrafficView>>, loop_id: Memo<String>, refresh: Callback<()>) -> impl IntoView {
    let start = ServerAction::<StartTraffic>::new();
    let stop = ServerAction::<StopTraffic>::new();
    Effect::new(move |first: Option<()>| {
        start.version().track();
        stop.version().track();
        if first.is_some() {
            refresh.run(());
        }
    });
    let is = move |of: fn(&TrafficView) -> bool| {
        Memo::new(move |_| traffic.with(|traffic| traffic.as_ref().is_some_and(of)))
    };
    let words = move |of: fn(&TrafficView) -> String| {
        move || traffic.with(|traffic| traffic.as_ref().map(of).unwrap_or_default())
    };
    let (is_running, needs_key, may_steer) = (is(|t| t.is_running), is(|t| t.needs_key), is(|t| t.may_steer));
    let is_answered = is(|traffic| traffic.is_answered);
    let failure = move || {
        let failed = |value: Option<Result<(), PageError>>| value.and_then(Result::err).map(|error| error.to_string());
        failed(start.value().get()).or_else(|| failed(stop.value().get()))
    };
    view! {
        <section class="card traffic" aria-labelledby="traffic-title">
            <header class="row">
                <h2 class="card__title" id="traffic-title">"Simulated traffic"</h2>
                <Show when=move || is_running.get()><Chip tone=Tone::Warning>"Running"</Chip></Show>
            </header>
            <p class="muted">{words(|traffic| traffic.plan.clone())}</p>
            <Show when=move || !is_answered.get()>
                <p class="notice">"This loop is not online: it will answer them with the first action, and its curve will not rise."</p>
            </Show>
            <Show when=move || may_steer.get()>
                <Show when=move || is_running.get() fallback=move || view! { <StartForm start=start loop_id=loop_id needs_key=needs_key/> }>
                    <ActionForm action=stop>
                        <input type="hidden" name="id" value=move || loop_id.get()/>
                        <button type="submit" class="button">"Stop simulated traffic"</button>
                    </ActionForm>
                </Show>
            </Show>
            <p role="status" class="traffic__words">
                {move || traffic.with(|traffic| traffic.as_ref().map(|it| it.words.clone()).filter(|words| !words.is_empty()))}
            </p>
            <p class="field__error" role="alert">{failure}</p>
        </section>
    }
    .into_any()
}

#[component]
fn StartForm(start: ServerAction<StartTraffic>, loop_id: Memo<String>, needs_key: Memo<bool>) -> impl IntoView {
    view! {
        <ActionForm action=start attr:class="traffic__start">
            <input type="hidden" name="id" value=move || loop_id.get()/>
            <Show when=move || needs_key.get()>
                <div class="field">
                    <label class="field__label" for="traffic-key">"A key of this loop"</label>
                    <input class="input input--mono" id="traffic-key" name="key" type="password" autocomplete="off" required maxlength="200"/>
                    <p class="field__hint">"Keys are kept as hashes, so this server knows none. It is used for these calls and not stored."</p>
                </div>
            </Show>
            <button type="submit" class="button button--primary" disabled=move || start.pending().get()>"Send simulated traffic"</button>
        </ActionForm>
    }
    .into_any()
}
