//! The old service's tutorial, run on this server over the public API, beside what the old service earned with it.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    data::{CoffeeData, PAPER},
    doors::{StartCoffee, load_coffee},
    frame::NewsFrame,
};
use crate::web::components::Loaded;

const LOOK_AGAIN: Duration = Duration::from_millis(1500);

/// `/news/coffee`
#[component]
pub fn CoffeePage() -> impl IntoView {
    let start = ServerAction::<StartCoffee>::new();
    let page = Resource::new_blocking(move || start.version().get(), |_| load_coffee());
    look_again(page);
    let failure = move || {
        let error = start.value().get().and_then(Result::err);
        error.map(|error| view! { <p class="news-notice" role="alert">{error.to_string()}</p> })
    };
    view! {
        <Title text=format!("Coffee · {PAPER}")/>
        <NewsFrame reader=String::new()>
            <h1 class="news-section-title">"Ten thousand coffees"</h1>
            <p class="news-coffee__about">
                "Four people, three weathers, three times of day, and in each situation one coffee that is wanted: the "
                "tutorial of the service that this one succeeds. A coffee that was wanted is a reward of 1. The best "
                "possible is 1, a draw earns 0.25, the best single coffee 0.31."
            </p>
            <Loaded resource=page view=move |data| view! { <Coffee data=data start=start/> }/>
            {failure}
        </NewsFrame>
    }
}

/// While a run is under way, its curve grows.
fn look_again(page: Resource<Result<CoffeeData, crate::web::PageError>>) {
    Effect::new(move |_| {
        let is_running = page.with(|answer| matches!(answer, Some(Ok(data)) if data.is_running));
        if is_running {
            let waiting = set_timeout_with_handle(move || page.refetch(), LOOK_AGAIN);
            on_cleanup(move || {
                if let Ok(handle) = waiting {
                    handle.clear();
                }
            });
        }
    });
}

#[component]
fn Coffee(data: CoffeeData, start: ServerAction<StartCoffee>) -> impl IntoView {
    let row = |[events, ours, theirs]: [String; 3]| view! { <tr><th scope="row">{events}</th><td>{ours}</td><td>{theirs}</td></tr> };
    let key = |series: &str, name: &'static str| {
        view! { <li><span class=format!("news-key news-series--{series}") aria-hidden="true"></span>{name}</li> }
    };
    let run = data.can_start.then(|| {
        view! {
            <ActionForm action=start>
                <button type="submit" class="news-button news-button--strong">"Run it on this server"</button>
            </ActionForm>
        }
    });
    let progress = data.is_running.then(|| {
        view! { <progress max="100" value=data.progress_percent.to_string() aria-label="Coffees offered">{format!("{} %", data.progress_percent)}</progress> }
    });
    view! {
        // Read out at the end of a run, and not at each of its steps.
        <p class="news-behind__proof" role=(!data.is_running).then_some("status")>{data.sentence}</p>
        {run}{progress}
        {data.trouble.map(|text| view! { <p class="news-notice">{text}</p> })}
        <figure class="news-curve news-curve--tall">
            <div class="news-curve__scale" aria-hidden="true"><span>"1.0"</span><span>"0.5"</span><span>"0.0"</span></div>
            <div class="news-curve__drawing" inner_html=data.curve></div>
            <div class="news-curve__along" aria-hidden="true"><span>"0"</span><span>"5,000"</span><span>"10,000 coffees"</span></div>
            <figcaption>{data.curve_text}</figcaption>
        </figure>
        <ul class="news-keys">
            {key("learned", "This server's loop")}
            {key("baseline", "The old service, as published")}
            {key("fixed", "The best single coffee")}
            {key("random", "A draw")}
        </ul>
        <p class="news-note">
            "Each point is the mean of 500 coffees. Rewards are sent at once in both runs; this server learns each before it "
            "answers the call, the old one learned them when it next published a model."
            {data.loop_path.map(|path| view! { " " <a href=path>"The loop and its events"</a> })}
        </p>
        <details class="news-why">
            <summary>"The figures as a table"</summary>
            <table class="news-table">
                <thead><tr><th scope="col">"Coffees"</th><th scope="col">"This server"</th><th scope="col">"The old service"</th></tr></thead>
                <tbody>{data.rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}
