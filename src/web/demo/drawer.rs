//! The bar above the front page: who is reading, ask again, and what became of the last story that was read.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    data::{PersonaCard, Progress},
    doors::load_progress,
    frame::front_path,
};
use crate::web::PageError;

/// Looks after an event until its fate is known, but not for ever.
const LOOK_AGAIN: Duration = Duration::from_millis(1500);
const MOST_LOOKS: u32 = 60;

/// Who is reading.
#[component]
pub fn ReaderBar(reader: PersonaCard, personas: Vec<PersonaCard>, on_ask: Callback<()>) -> impl IntoView {
    let chosen = reader.slug.clone();
    let link = move |persona: PersonaCard| {
        let current = (persona.slug == chosen).then_some("true");
        view! {
            <li>
                <a class="news-persona" href=front_path(&persona.slug) aria-current=current title=persona.description>
                    {persona.name}
                </a>
            </li>
        }
    };
    view! {
        <section class="news-reader" aria-label="Who is reading">
            <div class="news-reader__who">
                <p><strong>"Read as "</strong>{reader.description.clone()}</p>
                // A link, so that it works before the script arrives; with script it asks without leaving the page.
                <a class="news-button" href=front_path(&reader.slug) rel="nofollow"
                    on:click=move |event| { event.prevent_default(); on_ask.run(()) }>
                    "Ask again"
                </a>
            </div>
            <ul class="news-personas">{personas.into_iter().map(link).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// Ranked, rewarded, learned: how far an event has come. It looks again until the end is reached.
#[component]
pub fn Journey(event_id: String) -> impl IntoView {
    let progress = Resource::new(move || event_id.clone(), load_progress);
    let n_looks = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let is_over =
            progress.with(|answer| matches!(answer, Some(Ok(progress)) if progress.as_ref().is_none_or(has_ended)));
        if progress.with(Option::is_some) && !is_over && n_looks.get_value() < MOST_LOOKS {
            n_looks.update_value(|n_looks| *n_looks += 1);
            let waiting = set_timeout_with_handle(move || progress.refetch(), LOOK_AGAIN);
            on_cleanup(move || {
                if let Ok(handle) = waiting {
                    handle.clear();
                }
            });
        }
    });
    let steps = move || Suspend::new(async move { progress.await.ok().flatten().map(steps) });
    view! { <Transition fallback=|| ()>{steps}</Transition> }.into_any()
}

fn has_ended(progress: &Progress) -> bool {
    matches!(progress.state.as_str(), "learned" | "expired" | "dropped")
}

fn steps(progress: Progress) -> impl IntoView {
    let is_rewarded = matches!(progress.state.as_str(), "rewarded" | "learned");
    let rewarded = match (&progress.reward, is_rewarded) {
        (Some(reward), true) => format!("Rewarded {reward}"),
        (_, true) => "Rewarded".to_owned(),
        (_, false) if progress.state == "expired" => "No answer in time".to_owned(),
        _ => "Waiting for the reward".to_owned(),
    };
    let learned = match (progress.state.as_str(), &progress.reward) {
        ("learned", _) => "Learned: the next front page knows it".to_owned(),
        ("expired", Some(reward)) => format!("Learned with the default reward {reward}"),
        _ => "Not learned yet".to_owned(),
    };
    let step = |is_done: bool, text: String| {
        let class = if is_done { "news-step news-step--done" } else { "news-step" };
        view! { <li class=class>{text}</li> }
    };
    let is_over = has_ended(&progress);
    view! {
        <section class="news-journey" aria-label="What became of your last story" aria-live="polite">
            <p>"Your last lead: " <em>{progress.headline.clone()}</em></p>
            <ol class="news-steps">
                {step(true, format!("Ranked by model version {}", progress.model_version))}
                {step(is_rewarded || is_over, rewarded)}
                {step(is_over, learned)}
            </ol>
        </section>
    }
}

/// What a page of this persona says when there is no ranking.
#[component]
pub fn Notice(text: String) -> impl IntoView {
    view! { <p class="news-notice" role="status">{text}</p> }
}

/// For a browser: whether the server still knows this event is its own business, so errors are no matter.
pub async fn forget_errors<T>(call: impl Future<Output = Result<T, PageError>>) {
    if let Err(error) = call.await {
        leptos::logging::debug_warn!("{error}");
    }
}
