//! What the proposal would have meant for the last days. It is asked before it can be applied.

use leptos::prelude::*;

use super::{
    SettingsCalls,
    calls::{Proposal, load_consequence},
    preview::{ApplyForm, ClosePreview, asked_about},
};
use crate::{
    reports::{ConsequencePart, ConsequenceRow},
    web::{PageError, components::Skeleton},
};

/// What the log says to a proposal; nothing where it cannot tell.
pub type ConsequenceResource = Resource<Result<Option<ConsequencePart>, PageError>>;

/// Asks the log whenever the proposal changes.
pub fn consequence_of(id: Memo<String>, proposal: Memo<Option<Proposal>>) -> ConsequenceResource {
    asked_about(id, proposal, load_consequence)
}

/// The consequence, and with it the button that applies: not before, and not with the consequence of another proposal.
#[component]
pub fn Weighed(
    id: Memo<String>,
    proposal: Memo<Option<Proposal>>,
    consequence: ConsequenceResource,
    calls: SettingsCalls,
    may_ramp: bool,
    may_edit: bool,
) -> impl IntoView {
    let shown = move || {
        Suspend::new(async move {
            let told = match consequence.await {
                Ok(Some(part)) => view! { <Consequence part=part/> }.into_any(),
                Ok(None) => ().into_any(),
                Err(error) => view! { <NotTold error=error/> }.into_any(),
            };
            let apply = may_edit.then(|| view! { <ApplyForm id=id proposal=proposal calls=calls may_ramp=may_ramp/> });
            view! { {told}<div class="row">{apply}<ClosePreview id=id/></div> }.into_any()
        })
    };
    view! { <Suspense fallback=move || view! { <Waiting id=id may_edit=may_edit/> }>{shown}</Suspense> }.into_any()
}

#[component]
fn Waiting(id: Memo<String>, may_edit: bool) -> impl IntoView {
    let apply = may_edit.then(|| {
        view! { <button type="button" class="button button--primary" disabled=true>"Apply"</button> }
    });
    view! {
        <section class="consequence" aria-live="polite">
            <h3>"What it would have meant"</h3>
            <p class="muted">"Reading the events of the last 7 days. Then you can apply it."</p>
            <Skeleton lines=3/>
        </section>
        <div class="row">{apply}<ClosePreview id=id/></div>
    }
    .into_any()
}

#[component]
fn NotTold(error: PageError) -> impl IntoView {
    view! {
        <p class="notice notice--warning" role="alert">
            {format!("What it would have meant could not be worked out: {error} It can be applied all the same.")}
        </p>
    }
    .into_any()
}

#[component]
fn Consequence(part: ConsequencePart) -> impl IntoView {
    let ConsequencePart { headline, is_too_early, rows, notes, basis } = part;
    let row = |row: ConsequenceRow| {
        view! {
            <tr>
                <th scope="row">{row.label}</th>
                <td data-label="Now">{row.now}</td>
                <td data-label="Then">{row.then}</td>
                <td data-label="Difference">{row.difference}</td>
            </tr>
        }
    };
    view! {
        <section class="consequence" aria-live="polite">
            <h3>"What it would have meant"</h3>
            <p class="consequence__headline" class:consequence__headline--early=is_too_early>{headline}</p>
            <table class="table table--cards table--boxed consequence__table">
                <thead><tr>
                    <th scope="col">"Over the last 7 days"</th><th scope="col">"Now"</th><th scope="col">"Then"</th>
                    <th scope="col">"Difference"</th>
                </tr></thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
            {notes.into_iter().map(|note| view! { <p>{note}</p> }).collect_view()}
            <p class="muted">{basis}</p>
        </section>
    }
    .into_any()
}
