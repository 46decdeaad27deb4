//! Colours, series, type and space as they are in `style/tokens.css`.

use leptos::prelude::*;

use crate::reports::SeriesSlot;

fn swatch(name: &'static str) -> AnyView {
    view! {
        <li class="guide__colour">
            <span class=format!("guide__chip guide__chip--{name}")></span><code>{format!("--{name}")}</code>
        </li>
    }
    .into_any()
}

fn swatches<const N: usize>(title: &'static str, names: [&'static str; N]) -> AnyView {
    let list: Vec<AnyView> = names.map(swatch).into();
    view! { <div><h3>{title}</h3><ul class="guide__colours">{list}</ul></div> }.into_any()
}

pub fn colours() -> AnyView {
    view! {
        {swatches("Surfaces", ["page", "surface", "surface-raised", "surface-sunken", "surface-hover"])}
        {swatches("Lines", ["line", "line-strong", "line-control"])}
        {swatches("Text", ["text", "text-muted", "text-faint"])}
        {swatches("Accent", ["accent", "accent-hover", "accent-text", "accent-soft"])}
        {swatches("News", ["good", "good-soft", "warning", "warning-soft", "bad", "bad-soft"])}
    }
    .into_any()
}

/// A line as a chart draws it, with the dash that belongs to the series.
fn line(name: &'static str, words: &'static str) -> AnyView {
    view! {
        <li class="guide__series">
            <svg viewBox="0 0 96 24" width="96" height="24" aria-hidden="true">
                <path class=format!("guide__line guide__line--{name}") d="M2 18L26 9l22 6L72 5l22 6"></path>
            </svg>
            <span>{words}</span>
        </li>
    }
    .into_any()
}

pub fn series() -> AnyView {
    let policies = [
        ("learned", "Learned policy"),
        ("baseline", "Baseline"),
        ("random", "Random choice"),
        ("holdout", "Holdout"),
        ("annotation", "Change by a person"),
        ("guardrail", "Guardrail"),
    ];
    let policies: Vec<AnyView> = policies.map(|(name, words)| line(name, words)).into();
    let action = |n: u32| {
        view! {
            <li class="guide__series">
                <span class=SeriesSlot::of_place(n).class()></span>
                <span>"Action "{n + 1}</span>
            </li>
        }
    };
    view! {
        <ul class="guide__list">{policies}</ul>
        <h3>"Actions, by the place that each was given when it was first seen"</h3>
        <ul class="guide__list">{(0..24).map(action).collect_view()}</ul>
    }
    .into_any()
}

pub fn type_scale() -> AnyView {
    let sample = |(class, words): (&'static str, &'static str)| {
        view! { <p class=format!("guide__type guide__type--{class}")>{words}" "<code>{format!("--text-{class}")}</code></p> }
    };
    let sizes = [
        ("3xl", "+18 % ± 6 %"),
        ("2xl", "The one number of a page"),
        ("xl", "The title of a page"),
        ("lg", "The title of a card"),
        ("md", "Text, and data in rows. 0123456789 ± − 1,234.5"),
        ("sm", "Hints and secondary words"),
        ("xs", "Labels of columns and axes"),
    ];
    view! {
        <div class="card">
            {sizes.map(sample).into_iter().collect_view()}
            <p class="guide__serif">"The newspaper is set in a serif of its own, "<em>"with an italic"</em>"."</p>
            <p><code>"Code and ids: 3f2a9c1e"</code></p>
        </div>
    }
    .into_any()
}

pub fn space() -> AnyView {
    let step = |n: u8| view! { <li class="guide__step"><span class=format!("guide__bar guide__bar--{n}")></span><code>{format!("--space-{n}")}</code></li> };
    let corner = |name: &'static str| {
        view! { <li class="guide__step"><span class=format!("guide__corner guide__corner--{name}")></span><code>{format!("--{name}")}</code></li> }
    };
    view! {
        <ul class="guide__list">{[1, 2, 3, 4, 5, 6, 8, 10].map(step).into_iter().collect_view()}</ul>
        <ul class="guide__list">
            {["radius-sm", "radius", "radius-lg", "radius-full"].map(corner).into_iter().collect_view()}
        </ul>
    }
    .into_any()
}
