//! The actions as a table, in order; each can be switched, moved, edited and deleted.

use leptos::prelude::*;

use super::{
    ActionCalls, ActionView,
    calls::{Availability, DeleteAction},
    features::summary,
};
use crate::web::components::{Chip, ConfirmDialog, FormError, TimeText, Tone};

/// The table.
#[component]
pub fn ActionList(actions: Vec<ActionView>, id: Memo<String>, calls: ActionCalls, may_edit: bool) -> impl IntoView {
    let refused = move || {
        [calls.switch.value().get(), calls.shift.value().get(), calls.delete.value().get()]
            .into_iter()
            .flatten()
            .find_map(|result| result.err().map(|error| error.to_string()))
    };
    let last = actions.len().saturating_sub(1);
    let row = move |(place, action): (usize, ActionView)| {
        view! { <ActionRow action=action is_first=place == 0 is_last=place == last id=id calls=calls may_edit=may_edit/> }
    };
    view! {
        <FormError message=Signal::derive(refused)/>
        <section class="card card--flush">
            <table class="table table--cards">
                <caption class="visually-hidden">"The loop's own actions, in order"</caption>
                <thead><tr>
                    <th scope="col">"Action"</th><th scope="col">"Features"</th><th scope="col">"Now"</th>
                    <th scope="col">"Changed"</th><th scope="col"><span class="visually-hidden">"What can be done"</span></th>
                </tr></thead>
                <tbody>{actions.into_iter().enumerate().map(row).collect_view()}</tbody>
            </table>
        </section>
        <p class="muted">
            "A Rank without "<code>"actions"</code>" chooses among those that are active now. "
            "The first one is the baseline: apprentice mode answers it, and reports compare with it."
        </p>
    }
    .into_any()
}

#[component]
fn ActionRow(
    action: ActionView,
    is_first: bool,
    is_last: bool,
    id: Memo<String>,
    calls: ActionCalls,
    may_edit: bool,
) -> impl IntoView {
    let notes = (!action.notes.is_empty()).then(|| view! { <span class="action__notes">{action.notes.clone()}</span> });
    let features = summary(&action.features);
    view! {
        <tr>
            <th scope="row">
                <span class="action__id">{action.id.clone()}</span>
                {is_first.then(|| view! { <Chip tone=Tone::Accent>"Baseline"</Chip> })}
                {notes}
            </th>
            <td data-label="Features"><span class="action__features" title=features.clone()>{features.clone()}</span></td>
            <td data-label="Now"><AvailabilityChip availability=action.availability.clone()/></td>
            <td data-label="Changed" class="muted"><span><TimeText moment=action.updated.clone()/>" by "{action.updated_by.clone()}</span></td>
            <td class="actions">
                {may_edit.then(|| view! {
                    <RowButtons action=action is_first=is_first is_last=is_last id=id calls=calls/>
                })}
            </td>
        </tr>
    }
}

#[component]
fn AvailabilityChip(availability: Availability) -> impl IntoView {
    match availability {
        Availability::Active => view! { <Chip tone=Tone::Good>"Active"</Chip> }.into_any(),
        Availability::Off => view! { <Chip>"Off"</Chip> }.into_any(),
        Availability::Starts(at) => view! { <Chip tone=Tone::Warning>"Starts "<TimeText moment=at/></Chip> }.into_any(),
        Availability::Ended(at) => view! { <Chip>"Ended "<TimeText moment=at/></Chip> }.into_any(),
    }
}

#[component]
fn RowButtons(
    action: ActionView,
    is_first: bool,
    is_last: bool,
    id: Memo<String>,
    calls: ActionCalls,
) -> impl IntoView {
    let loop_id = id.get_untracked();
    let edit = format!("/loops/{loop_id}/actions?edit={}", escape(&action.id));
    let name = action.id.clone();
    let on_delete = {
        let action_id = action.id.clone();
        Callback::new(move |()| {
            calls.delete.dispatch(DeleteAction { loop_id: id.get_untracked(), action_id: action_id.clone() });
        })
    };
    let action_id = action.id.clone();
    let switched = (!action.is_active).to_string();
    let switch_label = format!("{} {}", if action.is_active { "Switch off" } else { "Switch on" }, action.id);
    let switch_words = if action.is_active { "Switch off" } else { "Switch on" };
    view! {
        <div class="row row--end">
            <MoveButton loop_id=loop_id.clone() action_id=action.id.clone() is_up=true is_disabled=is_first calls=calls/>
            <MoveButton loop_id=loop_id.clone() action_id=action.id.clone() is_up=false is_disabled=is_last calls=calls/>
            <ActionForm action=calls.switch>
                <input type="hidden" name="loop_id" value=loop_id/>
                <input type="hidden" name="action_id" value=action_id/>
                <input type="hidden" name="is_active" value=switched/>
                <button type="submit" class="button button--small" aria-label=switch_label>
                    {switch_words}
                </button>
            </ActionForm>
            <a class="button button--small" href=edit aria-label=format!("Edit {}", action.id)>"Edit"</a>
            <ConfirmDialog open_label="Delete" title=format!("Delete {name}?") confirm_label="Delete it" on_confirm=on_delete small=true>
                <p>"From the next Rank on it is never chosen. Events of the past keep it. Switch it off instead if you may want it back."</p>
            </ConfirmDialog>
        </div>
    }
    .into_any()
}

#[component]
fn MoveButton(loop_id: String, action_id: String, is_up: bool, is_disabled: bool, calls: ActionCalls) -> impl IntoView {
    let (words, arrow) = if is_up { ("up", "↑") } else { ("down", "↓") };
    let label = format!("Move {action_id} {words}");
    view! {
        <ActionForm action=calls.shift>
            <input type="hidden" name="loop_id" value=loop_id/>
            <input type="hidden" name="action_id" value=action_id/>
            <input type="hidden" name="is_up" value=is_up.to_string()/>
            <button type="submit" class="button button--ghost button--icon" disabled=is_disabled aria-label=label>{arrow}</button>
        </ActionForm>
    }
}

/// An action id within a query: everything but plain letters and digits as percent codes.
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
