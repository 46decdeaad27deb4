//! What the letters above the charts stand for.

use leptos::prelude::*;

use crate::reports::ChartMark;

/// The moments that the charts mark, the newest first: what a letter stands for.
#[component]
pub fn ChangeList(marks: Signal<Vec<ChartMark>>) -> impl IntoView {
    let one = |mark: ChartMark| {
        let changes = mark.changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view();
        let (id, class) = (format!("change-{}", mark.letter), format!("change__letter mark--{}", mark.kind));
        view! {
            <li class="change" id=id>
                <span class=class aria-hidden="true">{mark.letter}</span>
                <div>
                    <p class="change__words">{mark.words}</p>
                    <ul class="change__diff">{changes}</ul>
                    <p class="change__who">{mark.when}{(!mark.by.is_empty()).then(|| format!(", by {}", mark.by))}</p>
                </div>
            </li>
        }
        .into_any()
    };
    let list = move || marks.get().into_iter().rev().map(one).collect_view();
    view! {
        <Show when=move || marks.with(|marks| !marks.is_empty())>
            <section class="card" id="changes">
                <h2 class="card__title">"What changed"</h2>
                <ul class="changes">{list}</ul>
            </section>
        </Show>
    }
    .into_any()
}
