//! Every configuration so far: when, who, what; and the way back to each.

use leptos::prelude::*;

use super::calls::PastView;
use crate::web::components::{Chip, TimeText, Tone};

/// The history, newest first.
#[component]
pub fn History(history: Vec<PastView>, id: Memo<String>, may_edit: bool) -> impl IntoView {
    let entry = move |past: PastView| view! { <Entry past=past id=id may_edit=may_edit/> };
    view! {
        <section class="card card--split">
            <div><h2>"History"</h2><p class="card__about">"Every change so far. Going back is a change like any other: previewed first, then listed here."</p></div>
            <ol class="history">{history.into_iter().map(entry).collect_view()}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn Entry(past: PastView, id: Memo<String>, may_edit: bool) -> impl IntoView {
    let PastView { seq, at, by, restored, changes, is_current } = past;
    let is_first = changes.is_empty();
    let change = |change: super::ChangeView| {
        view! { <li>{change.label}": "<del>{change.before}</del>" → "<ins>{change.after}</ins></li> }
    };
    let back = move || format!("/loops/{}/settings?restore={seq}", id.get());
    view! {
        <li class="history__entry">
            <div class="row row--between">
                <span><TimeText moment=at exact=true/>" by "<strong>{by}</strong></span>
                {is_current.then(|| view! { <Chip tone=Tone::Good>"In force"</Chip> })}
                {(may_edit && !is_current).then(|| view! { <a class="button button--small" href=back>"Go back to this"</a> })}
            </div>
            {restored.map(|at| view! { <p class="muted">"Went back to the settings of "<TimeText moment=at exact=true/></p> })}
            {is_first.then(|| view! { <p class="muted">"The loop was made."</p> })}
            <ul class="history__changes">{changes.into_iter().map(change).collect_view()}</ul>
        </li>
    }
}
