//! What a change would do and what it costs, before it is applied.

use leptos::{either::EitherOf3, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    SettingsCalls,
    calls::{ChangeView, PreviewView, Proposal, preview_settings},
    consequence::{ConsequenceResource, Weighed},
    ramp::ramp_choice,
};
use crate::{
    terms::Impact,
    web::{
        PageError,
        components::{Chip, FailedState, FormError, Skeleton, SubmitButton, TimeText, Tone},
    },
};

/// What the server says to a proposal; nothing without one.
pub type PreviewResource = Resource<Result<Option<PreviewView>, PageError>>;

/// Asks the server whenever the proposal changes.
pub fn preview_of(id: Memo<String>, proposal: Memo<Option<Proposal>>) -> PreviewResource {
    asked_about(id, proposal, |id, proposal| async move { preview_settings(id, proposal).await.map(Some) })
}

/// Asks something about the proposal whenever it changes; nothing without one.
pub fn asked_about<T, F>(
    id: Memo<String>,
    proposal: Memo<Option<Proposal>>,
    ask: fn(String, Proposal) -> F,
) -> Resource<Result<Option<T>, PageError>>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<Option<T>, PageError>> + Send + 'static,
{
    Resource::new(
        move || (id.get(), proposal.get()),
        move |(id, proposal)| async move {
            match proposal {
                Some(proposal) => ask(id, proposal).await,
                None => Ok(None),
            }
        },
    )
}

/// The proposal in the page's address, judged by the server.
#[component]
pub fn Preview(
    id: Memo<String>,
    proposal: Memo<Option<Proposal>>,
    preview: PreviewResource,
    consequence: ConsequenceResource,
    calls: SettingsCalls,
    may_edit: bool,
    /// Where the form below reads why a field was refused.
    error: RwSignal<Option<PageError>>,
) -> impl IntoView {
    Effect::new(move |_| error.set(preview.get().and_then(Result::err)));
    let body = move || {
        Suspend::new(async move {
            match preview.await {
                Ok(Some(view)) => EitherOf3::A(
                    view! { <Judged view=view id=id proposal=proposal consequence=consequence calls=calls may_edit=may_edit/> },
                ),
                Ok(None) => EitherOf3::B(()),
                Err(error) => EitherOf3::C(view! { <Refused error=error/> }),
            }
        })
    };
    view! {
        <section class="card preview" aria-label="Preview of your change">
            <Transition fallback=|| view! { <Skeleton lines=3/> }>{body}</Transition>
        </section>
    }
    .into_any()
}

#[component]
fn Refused(error: PageError) -> impl IntoView {
    match &error {
        PageError::Rejected { field: Some(_), message } => {
            let words = format!("This cannot be applied yet. {message}");
            view! { <p class="notice notice--bad" role="alert">{words}</p> }.into_any()
        }
        PageError::Rejected { message, .. } => {
            view! { <p class="notice notice--bad" role="alert">{message.clone()}</p> }.into_any()
        }
        _ => view! { <FailedState error=error/> }.into_any(),
    }
}

#[component]
fn Judged(
    view: PreviewView,
    id: Memo<String>,
    proposal: Memo<Option<Proposal>>,
    consequence: ConsequenceResource,
    calls: SettingsCalls,
    may_edit: bool,
) -> impl IntoView {
    let PreviewView { changes, impact, restores, may_ramp } = view;
    let refused = move || {
        let results = [calls.apply.value().get(), calls.restore.value().get()];
        results.into_iter().flatten().find_map(|result| result.err().map(|error| error.to_string()))
    };
    let title = match restores {
        Some(at) => view! { <h2>"Go back to the settings of "<TimeText moment=at exact=true/></h2> }.into_any(),
        None => view! { <h2>"Preview"</h2> }.into_any(),
    };
    let has_changes = !changes.is_empty();
    view! {
        {title}
        <p class="preview__sentence"><ImpactChip impact=impact/>" "{impact_sentence(impact)}</p>
        <FormError message=Signal::derive(refused)/>
        {has_changes.then(|| view! { <ChangeTable changes=changes/> })}
        {has_changes.then(|| view! { <Weighed id=id proposal=proposal consequence=consequence calls=calls may_ramp=may_ramp may_edit=may_edit/> })}
        {(!has_changes).then(|| view! { <div class="row"><ClosePreview id=id/></div> })}
    }
    .into_any()
}

/// The page without a proposal.
#[component]
pub fn ClosePreview(id: Memo<String>) -> impl IntoView {
    view! { <a class="button button--ghost" href=move || format!("/loops/{}/settings", id.get())>"Close preview"</a> }
}

/// Applies the proposal in the page's address.
#[component]
pub fn ApplyForm(
    id: Memo<String>,
    proposal: Memo<Option<Proposal>>,
    calls: SettingsCalls,
    /// Whether the change may take its time.
    may_ramp: bool,
) -> impl IntoView {
    move || {
        match proposal.get() {
        Some(Proposal::Draft(draft)) => view! {
            <ActionForm action=calls.apply attr:class="apply">
                <input type="hidden" name="id" value=id.get_untracked()/>
                {draft.pairs().map(|(name, value)| view! { <input type="hidden" name=format!("draft[{name}]") value=value/> })}
                {may_ramp.then(ramp_choice)}
                <SubmitButton label="Apply" pending=calls.apply.pending()/>
            </ActionForm>
        }
        .into_any(),
        Some(Proposal::Restore(seq)) => view! {
            <ActionForm action=calls.restore>
                <input type="hidden" name="id" value=id.get_untracked()/>
                <input type="hidden" name="seq" value=seq.to_string()/>
                <SubmitButton label="Go back to this" pending=calls.restore.pending()/>
            </ActionForm>
        }
        .into_any(),
        None => ().into_any(),
    }
    }
}

/// Setting, before, after, and what that one costs.
#[component]
pub fn ChangeTable(changes: Vec<ChangeView>) -> impl IntoView {
    let row = |change: ChangeView| {
        view! {
            <tr>
                <th scope="row">{change.label}</th>
                <td data-label="Now">{change.before}</td>
                <td data-label="Then"><strong>{change.after}</strong></td>
                <td data-label="Cost"><ImpactChip impact=change.impact/></td>
            </tr>
        }
    };
    view! {
        <table class="table table--cards table--boxed">
            <thead><tr>
                <th scope="col">"Setting"</th><th scope="col">"Now"</th><th scope="col">"Then"</th><th scope="col">"Cost"</th>
            </tr></thead>
            <tbody>{changes.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// The word for what a change costs.
#[component]
pub fn ImpactChip(impact: Impact) -> impl IntoView {
    let (tone, word) = match impact {
        Impact::None => (Tone::Neutral, "No change"),
        Impact::Instant => (Tone::Good, "Instant"),
        Impact::Relearn => (Tone::Warning, "Relearns"),
        Impact::Reset => (Tone::Bad, "Resets learning"),
    };
    view! { <Chip tone=tone>{word}</Chip> }
}

fn impact_sentence(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "These settings are in force already.",
        Impact::Instant => "It holds from the next Rank on. What was learned stays.",
        Impact::Relearn => {
            "A new model is trained from the kept log in the background. The present one ranks until it is ready, so nothing stops and nothing is lost."
        }
        Impact::Reset => "What was learned is thrown away. Ranks start from chance again.",
    }
}
