//! The proof: what the simulated readers did with the loop's front page and with the editor's, and for editors the
//! buttons that change the world under it.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    data::{CrowdView, Figure, ReaderStatus},
    doors::{SteerReaders, load_readers},
};
use crate::reports::count;

const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Readers per second that the panel offers.
const RATES: [f64; 3] = [5.0, 20.0, 50.0];

/// Looks again every two seconds while the page is open and seen.
pub fn keep_looking(readers: RwSignal<Option<ReaderStatus>>) {
    let look = move || {
        if document().hidden() {
            return;
        }
        spawn_local(async move {
            if let Ok(Some(status)) = load_readers().await {
                let _is_gone = readers.try_set(Some(status));
            }
        });
    };
    Effect::new(move |_| {
        let interval = set_interval_with_handle(look, LOOK_AGAIN);
        on_cleanup(move || {
            if let Ok(handle) = interval {
                handle.clear();
            }
        });
    });
}

/// The panel.
#[component]
pub fn Behind(readers: RwSignal<Option<ReaderStatus>>, loop_path: Option<String>, may_steer: bool) -> impl IntoView {
    let crowd = move || readers.with(|status| status.as_ref().map(|status| crowd(&status.crowd)));
    let numbers = move || readers.with(|status| status.as_ref().map(numbers));
    let dashboard = loop_path.map(|path| view! { <p><a href=path>"Watch this loop learn in the dashboard"</a></p> });
    view! {
        <section class="news-behind" id="behind" aria-labelledby="behind-title">
            <h2 id="behind-title">"Behind this page"</h2>
            {crowd}
            <p>
                "Simulated readers come all day. Nine in ten are shown the loop's front page, one in ten the editor's; "
                "happy is a reader who opened the story that led. Every measured number is counted from their events. "
                "The loop is set to try each story a little more often than usual, so that it shows the editor's first story "
                "now and then and the dashboard can compare with it from this loop's events alone."
            </p>
            {numbers}
            {may_steer.then(|| view! { <Steering readers=readers/> })}
            {dashboard}
        </section>
    }
    .into_any()
}

fn crowd(crowd: &CrowdView) -> AnyView {
    let curve = crowd.curve.clone().map(|svg| {
        view! {
            <figure class="news-curve">
                <div class="news-curve__scale" aria-hidden="true"><span>"100 %"</span><span>"50 %"</span><span>"0 %"</span></div>
                <div class="news-curve__drawing" inner_html=svg></div>
                <figcaption>{crowd.curve_text.clone()}</figcaption>
            </figure>
        }
    });
    let interest = (!crowd.interest.is_empty()).then(|| {
        view! {
            <h3>"Whom the breaking story interests, as the loop sees it by now"</h3>
            <dl class="news-figures">{crowd.interest.iter().map(figure).collect_view()}</dl>
        }
    });
    view! {
        <p class="news-behind__proof">{crowd.sentence.clone()}</p>
        {crowd.story.clone().map(|story| view! {
            <p class="news-behind__story"><strong>{story.ago}</strong> " " {story.what} " " {story.outcome}</p>
        })}
        <h3>"Happy readers"</h3>
        <dl class="news-figures">{crowd.figures.iter().map(figure).collect_view()}</dl>
        {curve}
        {crowd.regret.clone().map(|text| view! { <p>{text}</p> })}
        {interest}
    }
    .into_any()
}

fn figure(figure: &Figure) -> AnyView {
    let value = figure.value.clone();
    let value = match figure.path.clone() {
        Some(path) => view! { <a href=path>{value}</a> }.into_any(),
        None => value.into_any(),
    };
    view! {
        <div>
            <dt><span class=format!("news-key news-series--{}", figure.series) aria-hidden="true"></span>{figure.name.clone()}</dt>
            <dd>{value} <small>{figure.basis.clone()}</small></dd>
        </div>
    }
    .into_any()
}

fn numbers(status: &ReaderStatus) -> AnyView {
    let state = match (status.is_ready, status.is_paused) {
        (false, _) => "Waiting for the server".to_owned(),
        (true, true) => "Paused".to_owned(),
        (true, false) => format!("{:.0} readers a second", status.rate_per_second),
    };
    let number = |term: &'static str, value: String| view! { <div><dt>{term}</dt><dd>{value}</dd></div> };
    view! {
        <dl class="news-numbers">
            {number("Simulated readers", state)}
            {number("What they like", capitalized(&status.taste))}
            {number("Front pages ranked", count(status.n_ranked))}
            {number("Rewards sent", count(status.n_rewarded))}
            {number("Left without answer", count(status.n_unanswered))}
        </dl>
        {status.trouble.as_ref().map(|text| view! { <p class="news-notice">{capitalized(text)} "."</p> })}
    }
    .into_any()
}

/// One form with a button for each order, so that it works without script.
#[component]
fn Steering(readers: RwSignal<Option<ReaderStatus>>) -> impl IntoView {
    let steer = ServerAction::<SteerReaders>::new();
    Effect::new(move |first: Option<()>| {
        steer.version().track();
        if first.is_some() {
            spawn_local(async move {
                if let Ok(Some(status)) = load_readers().await {
                    let _is_gone = readers.try_set(Some(status));
                }
            });
        }
    });
    let holds =
        move |claim: fn(&ReaderStatus) -> bool| Memo::new(move |_| readers.with(|s| s.as_ref().is_some_and(claim)));
    let (is_paused, is_breaking) = (holds(|status| status.is_paused), holds(|status| status.crowd.is_breaking));
    let rate = move |rate: f64| {
        let is_chosen = Memo::new(move |_| {
            readers.with(|s| s.as_ref().is_some_and(|status| (status.rate_per_second - rate).abs() < 0.01))
        });
        let pressed = move || is_chosen.get().to_string();
        view! {
            <button type="submit" name="order" value=rate.to_string() class="news-button" aria-pressed=pressed>
                {format!("{rate:.0} a second")}
            </button>
        }
    };
    let failure = move || {
        let error = steer.value().get().and_then(Result::err);
        error.map(|error| view! { <p class="news-notice" role="alert">{error.to_string()}</p> })
    };
    view! {
        <ActionForm action=steer attr:class="news-steer" attr:aria-label="Steer the simulated readers">
            <button type="submit" name="order" value="taste" class="news-button news-button--strong">"Change their taste"</button>
            <button type="submit" name="order" class="news-button news-button--strong"
                value=move || if is_breaking.get() { "quiet" } else { "breaking" }>
                {move || if is_breaking.get() { "Take the breaking story off" } else { "Breaking news" }}
            </button>
            <button type="submit" name="order" class="news-button"
                value=move || if is_paused.get() { "resume" } else { "pause" }>
                {move || if is_paused.get() { "Let readers in" } else { "Pause readers" }}
            </button>
            {RATES.into_iter().map(rate).collect_view()}
        </ActionForm>
        {failure}
    }
    .into_any()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
