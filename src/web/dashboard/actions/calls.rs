//! What the actions page asks of the server.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::web::{PageError, components::Moment};

/// The loop's own actions, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionsView {
    pub actions: Vec<ActionView>,
    /// How many can be chosen at this moment.
    pub n_active: u32,
    pub may_edit: bool,
    pub endpoint: String,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionView {
    pub id: String,
    /// A JSON list of objects.
    pub features: String,
    pub is_active: bool,
    pub availability: Availability,
    /// As a `datetime-local` input wants them, in UTC; empty is open.
    pub valid_from: String,
    pub valid_to: String,
    pub notes: String,
    pub updated: Moment,
    pub updated_by: String,
}

/// Whether an action can be chosen now, and if not, why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Availability {
    Active,
    Off,
    Starts(Moment),
    Ended(Moment),
}

/// What the editor sends. Empty dates are open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionFields {
    pub id: String,
    /// The id under which it was loaded; empty for a new one.
    pub was: String,
    pub features: String,
    pub is_active: bool,
    pub valid_from: String,
    pub valid_to: String,
    pub notes: String,
}

/// All actions of a loop.
#[server]
pub async fn load_actions(loop_id: String) -> Result<ActionsView, PageError> {
    use crate::{
        loops::LoopAction,
        terms::Role,
        web::{PublicUrl, guard, words},
    };
    let (person, live) = guard::require_loop(Role::Viewer, &loop_id).await?;
    let now_us = live.now_us();
    let availability = |action: &LoopAction| match (action.is_active, action.valid_from_us, action.valid_to_us) {
        (false, _, _) => Availability::Off,
        (_, Some(from_us), _) if from_us > now_us => Availability::Starts(words::moment(from_us, now_us)),
        (_, _, Some(to_us)) if to_us <= now_us => Availability::Ended(words::moment(to_us, now_us)),
        _ => Availability::Active,
    };
    let view = |action: &LoopAction| ActionView {
        id: action.id.to_string(),
        features: serde_json::to_string(&action.features).expect("JSON objects always become text"),
        is_active: action.is_active,
        availability: availability(action),
        valid_from: words::input_of_instant(action.valid_from_us),
        valid_to: words::input_of_instant(action.valid_to_us),
        notes: action.notes.clone(),
        updated: words::moment(action.updated_at_us, now_us),
        updated_by: action.updated_by.clone(),
    };
    let actions: Vec<ActionView> = live.actions().iter().map(view).collect();
    let n_active = actions.iter().filter(|action| action.availability == Availability::Active).count();
    Ok(ActionsView {
        n_active: u32::try_from(n_active).unwrap_or(u32::MAX),
        actions,
        may_edit: person.role >= Role::Editor,
        endpoint: format!("{}/loops/{}", guard::given::<PublicUrl>()?.0, live.id()),
    })
}

/// Makes an action, or changes the one that was loaded. An id never changes: events of the past carry it.
#[server]
pub async fn save_action(loop_id: String, action: ActionFields) -> Result<(), PageError> {
    use super::features::parse_features;
    use crate::{
        loops::ActionDraft,
        terms::{ActionId, Role},
        web::{guard, words},
    };
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let id: ActionId = action.id.trim().parse().map_err(|error| guard::refused_at("id", error))?;
    let is_taken = action.was.is_empty() && live.actions().iter().any(|other| other.id == id);
    if is_taken {
        return Err(guard::refused_at("id", "There is already an action with this id."));
    }
    let draft = ActionDraft {
        id,
        features: parse_features(&action.features).map_err(|error| guard::refused_at("features", error))?,
        is_active: action.is_active,
        valid_from_us: words::instant_of_input(&action.valid_from)
            .map_err(|error| guard::refused_at("valid_from", error))?,
        valid_to_us: words::instant_of_input(&action.valid_to).map_err(|error| guard::refused_at("valid_to", error))?,
        notes: action.notes.chars().take(2_000).collect(),
        position: None,
    };
    live.save_action(draft, &person.name).await?;
    leptos_axum::redirect(&format!("/loops/{loop_id}/actions"));
    Ok(())
}

/// Switches an action on or off.
#[server]
pub async fn switch_action(loop_id: String, action_id: String, is_active: bool) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let mut draft = guard::draft_of(&live, &action_id)?;
    draft.is_active = is_active;
    live.save_action(draft, &person.name).await?;
    Ok(())
}

/// Moves an action one place up or down. The first one is the baseline.
#[server]
pub async fn move_action(loop_id: String, action_id: String, is_up: bool) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let actions = live.actions();
    let place = actions.iter().position(|action| action.id.as_str() == action_id);
    let place = place.ok_or_else(|| guard::not_found("action"))?;
    let other = if is_up { place.checked_sub(1) } else { Some(place + 1).filter(|next| *next < actions.len()) };
    let Some(other) = other else { return Ok(()) };
    let mut order: Vec<_> = actions.iter().map(|action| action.id.clone()).collect();
    order.swap(place, other);
    // Positions may be equal or have gaps; numbering all anew leaves every other action where it is.
    for (position, id) in (0_i64..).zip(&order) {
        let mut draft = guard::draft_of(&live, id.as_str())?;
        if actions.iter().any(|action| action.id == *id && action.position != position) {
            draft.position = Some(position);
            live.save_action(draft, &person.name).await?;
        }
    }
    Ok(())
}

/// Removes an action from the loop; events of the past keep it.
#[server]
pub async fn delete_action(loop_id: String, action_id: String) -> Result<(), PageError> {
    use crate::{
        terms::{ActionId, Role},
        web::guard,
    };
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let action_id: ActionId = action_id.parse().map_err(|_| guard::not_found("action"))?;
    live.delete_action(&action_id, &person.name).await?;
    leptos_axum::redirect(&format!("/loops/{loop_id}/actions"));
    Ok(())
}
