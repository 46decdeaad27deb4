//! Why a story stands where it does: probabilities, exploration, and what spoke for it, in plain words.

use leptos::prelude::*;

use super::data::{Choice, ReasonLine, StoryRank, Strip, StripLine, Why};

/// Below the lead: closed at first, and one sentence long even then.
#[component]
pub fn WhyLead(why: Why) -> impl IntoView {
    let (label, tone) = match why.choice {
        Choice::NothingLearned => ("Nothing learned yet", "news-tag"),
        Choice::Learned => ("Using what was learned", "news-tag news-tag--learned"),
        Choice::Explored => ("Exploring", "news-tag news-tag--explored"),
    };
    let reasons = why.of(&why.chosen).map(|rank| rank.reasons.clone()).unwrap_or_default();
    let version = why.model_version.map(|version| format!("Model version {version}. "));
    let event = why.event_path.clone().map(|path| view! { <a href=path>"Open this event in the dashboard"</a> });
    let chosen = why.chosen.clone();
    let bars = why.stories.clone().into_iter().map(|rank| bar(&rank, rank.slug == chosen)).collect_view();
    view! {
        <details class="news-why">
            <summary>"Why this story?" <span class=tone>{label}</span></summary>
            <p>{sentence(&why)}</p>
            <Reasons reasons=reasons/>
            <h3>"How likely each story was to lead"</h3>
            <ol class="news-bars">{bars}</ol>
            <p class="news-why__foot">{version}{event}</p>
        </details>
    }
    .into_any()
}

/// What is likeliest to lead by now, and how that moved.
#[component]
pub fn LeadStrip(strip: Strip) -> impl IntoView {
    let line = |line: StripLine| {
        let class = if line.is_chosen { "news-strip__line news-strip__line--chosen" } else { "news-strip__line" };
        let moved = line.moved.map(|moved| {
            let (class, arrow) = if line.is_up { ("news-move news-move--up", "▲") } else { ("news-move", "▼") };
            view! { <span class=class>{moved} <span aria-hidden="true">{arrow}</span></span> }
        });
        view! {
            <li class=class>
                <span class="news-strip__headline">{line.headline}</span>
                <span class="news-strip__percent">{line.percent_text} {moved}</span>
                <span class="news-bar__track" style=format!("--share:{:.1}%", line.percent) aria-hidden="true"></span>
            </li>
        }
    };
    let since = strip.since.map(|since| match strip.since_path {
        Some(path) => view! { ". " <a href=path>{since}</a> }.into_any(),
        None => view! { ". " {since} }.into_any(),
    });
    view! {
        <section class="news-strip">
            <h3>{strip.title}</h3>
            <ol>{strip.lines.into_iter().map(line).collect_view()}</ol>
            <p class="news-strip__foot">{strip.rest}{since}"."</p>
        </section>
    }
    .into_any()
}

#[component]
fn Reasons(reasons: Vec<ReasonLine>) -> impl IntoView {
    if reasons.is_empty() {
        return view! { <p>"Nothing speaks for or against it yet."</p> }.into_any();
    }
    let lines = reasons.into_iter().map(|reason| {
        let class = if reason.is_for { "news-reason news-reason--for" } else { "news-reason news-reason--against" };
        view! {
            <li class=class>
                <span class="news-reason__words">{reason.words}</span>
                <span class="news-reason__bar" style=format!("--share:{:.1}%", reason.bar_percent) aria-hidden="true"></span>
                <span class="news-reason__score">{reason.score}</span>
            </li>
        }
    });
    view! {
        <p class="news-why__title">"What moved it most, in units of reward"</p>
        <ul class="news-reasons">{lines.collect_view()}</ul>
    }
    .into_any()
}

fn bar(rank: &StoryRank, is_chosen: bool) -> impl IntoView + use<> {
    let class = if is_chosen { "news-bar news-bar--chosen" } else { "news-bar" };
    view! {
        <li class=class>
            <span class="news-bar__headline">{rank.headline.clone()}</span>
            <span class="news-bar__track" style=format!("--share:{:.2}%", rank.percent) aria-hidden="true"></span>
            <span class="news-bar__percent">{rank.percent_text.clone()}</span>
        </li>
    }
}

fn sentence(why: &Why) -> String {
    let percent = why.of(&why.chosen).map(|rank| rank.percent_text.clone()).unwrap_or_default();
    let likeliest = why.likeliest().map(|rank| (rank.headline.clone(), rank.percent_text.clone())).unwrap_or_default();
    match why.choice {
        Choice::NothingLearned => {
            format!(
                "The loop has learned nothing yet, so each of the {} stories was equally likely to lead.",
                why.stories.len()
            )
        }
        Choice::Learned => format!(
            "Of the {} stories that compete for the lead, the loop expects readers like this one to get the most from \
             this. It led with a probability of {percent}.",
            why.stories.len()
        ),
        Choice::Explored => format!(
            "The loop expects more from “{}” ({}). It tried this story, which had a probability of {percent}, to find \
             out whether it is wrong.",
            likeliest.0, likeliest.1
        ),
    }
}
