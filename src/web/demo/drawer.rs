//! Above the front page: whose edition it is, what is new about its readers, and what became of the last story that was
//! read.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    data::{PersonaCard, Progress, ReaderStatus},
    doors::load_progress,
    frame::front_path,
};
use crate::web::PageError;

/// Looks after an event until its fate is known, but not for ever.
const LOOK_AGAIN: Duration = Duration::from_millis(1500);
const MOST_LOOKS: u32 = 60;

/// Whose edition this is, and one line of news about the readers: a change of taste, or else the proof.
#[component]
pub fn EditionBar(
    reader: PersonaCard,
    personas: Vec<PersonaCard>,
    readers: RwSignal<Option<ReaderStatus>>,
    on_ask: Callback<()>,
) -> impl IntoView {
    let chosen = reader.slug.clone();
    let link = move |persona: PersonaCard| {
        let current = (persona.slug == chosen).then_some("true");
        view! {
            <li>
                <a class="news-persona" href=front_path(&persona.slug) aria-current=current>
                    <strong>{persona.name}</strong>
                    <span>{persona.description}</span>
                </a>
            </li>
        }
    };
    // A link, so that it works before the script arrives; with script it asks without leaving the page.
    let again = front_path(&reader.slug);
    view! {
        <section class="news-edition" aria-label="Who is reading">
            <details class="news-edition__switch">
                <summary>"You are: " <strong>{reader.name.clone()}</strong></summary>
                <ul class="news-personas">{personas.into_iter().map(link).collect_view()}</ul>
            </details>
            <div class="news-edition__news">{move || readers.with(|status| news_line(status.as_ref()))}</div>
            <a class="news-edition__again" href=again rel="nofollow"
                on:click=move |event| { event.prevent_default(); on_ask.run(()) }>
                "Ask again"
            </a>
        </section>
    }
    .into_any()
}

fn news_line(status: Option<&ReaderStatus>) -> AnyView {
    let Some(crowd) = status.map(|status| &status.crowd) else { return ().into_any() };
    match &crowd.story {
        Some(story) => view! {
            <p>
                <strong class="news-edition__ago">{story.ago.clone()}</strong> " "
                {story.what.clone()} " " {story.outcome.clone()} " "
                <a href="#behind">"See it"</a>
            </p>
        }
        .into_any(),
        None => view! { <p>{crowd.sentence.clone()} " " <a href="#behind">"How it is known"</a></p> }.into_any(),
    }
}

/// Ranked, rewarded, learned: how far the visitor's last event has come. It looks again until the end is reached.
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
    let journey = move || Suspend::new(async move { progress.await.ok().flatten().map(journey) });
    view! { <Transition fallback=|| ()>{journey}</Transition> }.into_any()
}

fn journey(progress: Progress) -> impl IntoView {
    let path = progress.event_path.clone().map(|path| view! { " " <a href=path>"Its event"</a> });
    view! {
        <section class="news-journey" aria-label="What became of your last story" aria-live="polite">
            <p>"Your last lead: " <em>{progress.headline.clone()}</em> {path}</p>
            {steps(&progress)}
            {progress.moved.map(|moved| view! { <p class="news-journey__moved">{moved}</p> })}
        </section>
    }
}

/// Whether nothing more will become of it.
pub fn has_ended(progress: &Progress) -> bool {
    matches!(progress.state.as_str(), "learned" | "expired" | "dropped")
}

/// The life of an event: ranked, shown, rewarded, learned.
pub fn steps(progress: &Progress) -> AnyView {
    let is_shown = progress.state != "inactive" && progress.state != "dropped";
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
    let is_over = has_ended(progress);
    let step = |is_done: bool, text: String| {
        let class = if is_done { "news-step news-step--done" } else { "news-step" };
        view! { <li class=class>{text}</li> }
    };
    view! {
        <ol class="news-steps">
            {step(true, format!("Ranked by model version {}", progress.model_version))}
            {step(is_shown, if is_shown { "Shown" } else { "Not shown" }.to_owned())}
            {step(is_rewarded || is_over, rewarded)}
            {step(is_over, learned)}
        </ol>
    }
    .into_any()
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
