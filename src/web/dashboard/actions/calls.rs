//! What the actions page asks of the server.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::schedule::Calendar;
use crate::{
    reports::ActionFigures,
    web::{PageError, components::Moment},
};

/// The loop's own actions, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionsView {
    pub actions: Vec<ActionView>,
    /// How many can be chosen at this moment.
    pub n_active: u32,
    pub may_edit: bool,
    pub endpoint: String,
    /// The zone of the dates that are typed here.
    pub zone: String,
    /// The last change, while it is recent enough that somebody may want it back.
    pub last_change: Option<LastChange>,
    /// When they are valid, when that is asked for.
    pub calendar: Option<Calendar>,
    /// A list that was uploaded and waits for a yes.
    pub import: Option<ImportView>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionView {
    pub id: String,
    /// The first line of its notes, where that is short.
    pub title: Option<String>,
    /// A JSON list of objects.
    pub features: String,
    pub is_active: bool,
    pub availability: Availability,
    /// As a `datetime-local` input wants them, in the viewer's zone; empty is open.
    pub valid_from: String,
    pub valid_to: String,
    pub from_us: Option<i64>,
    pub to_us: Option<i64>,
    pub notes: String,
    pub updated: Moment,
    pub updated_by: String,
    pub figures: ActionFigures,
}

/// Whether an action can be chosen now, and if not, why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Availability {
    Active,
    Off,
    Starts(Moment),
    Ended(Moment),
}

/// A change that can be taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastChange {
    pub id: String,
    /// "3 actions removed"
    pub words: String,
    pub at: Moment,
    pub by: String,
}

/// What an uploaded list would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    pub id: String,
    /// "2 actions added, 1 changed"
    pub words: String,
    /// What is wrong with the file as a whole.
    pub problem: Option<String>,
    pub lines: Vec<ImportLine>,
    /// Actions that would go because the list does not name them.
    pub removed: Vec<String>,
    pub n_refused: u32,
    pub n_changing: u32,
}

/// One line of an uploaded list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportLine {
    pub number: u64,
    pub id: String,
    pub fate: ImportFate,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ImportFate {
    Added,
    /// What is different: "features, dates".
    Changed(String),
    Same,
    Refused(String),
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
    pub title: String,
    pub notes: String,
}

/// What of the page is wanted, as its address says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionsLook {
    /// The id of an uploaded list.
    pub import: Option<String>,
    pub is_calendar: bool,
    /// Its first day, and how many.
    pub start: Option<String>,
    pub span: Option<String>,
}

/// All actions of a loop.
#[server]
pub async fn load_actions(
    loop_id: String,
    // An address that says nothing leaves nothing of it on the way.
    #[server(default)] look: ActionsLook,
) -> Result<ActionsView, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{PublicUrl, action_calendar, action_preview, dashboard::actions::CalendarSpan, guard, zone::zone},
    };
    // Taken before anything is awaited: see `guard::given`.
    let (url, zone) = (guard::given::<PublicUrl>()?.0, zone());
    let (person, live) = guard::require_loop(Role::Viewer, &loop_id).await?;
    let mut figures = ask::action_figures(&live);
    let actions: Vec<ActionView> = live
        .actions()
        .iter()
        .map(|action| {
            let known = figures.iter().position(|figures| figures.id == action.id.as_str());
            action_preview::view(action, known.map(|idx| figures.swap_remove(idx)).unwrap_or_default(), live.now_us())
        })
        .collect();
    let n_active = actions.iter().filter(|action| action.availability == Availability::Active).count();
    Ok(ActionsView {
        n_active: u32::try_from(n_active).unwrap_or(u32::MAX),
        actions,
        may_edit: person.role >= Role::Editor,
        endpoint: format!("{url}/loops/{}", live.id()),
        zone: zone.name().to_owned(),
        last_change: action_preview::last_change(&live).await?,
        calendar: look.is_calendar.then(|| {
            let span = CalendarSpan::parse(look.span.as_deref().unwrap_or_default());
            action_calendar::calendar(&live.actions(), span, look.start.as_deref(), &zone, live.now_us())
        }),
        import: match look.import.filter(|_| person.role >= Role::Editor) {
            Some(id) => Some(action_preview::import(&live, id).await?),
            None => None,
        },
    })
}

/// Makes an action, or changes the one that was loaded. An id never changes: events of the past carry it.
#[server]
pub async fn save_action(loop_id: String, action: ActionFields) -> Result<(), PageError> {
    use super::features::parse_features;
    use crate::{
        loops::ActionDraft,
        terms::{ActionId, Role},
        web::{guard, words, zone::zone},
    };
    let zone = zone();
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let id: ActionId = action.id.trim().parse().map_err(|error| guard::refused_at("id", error))?;
    let is_taken = action.was.is_empty() && live.actions().iter().any(|other| other.id == id);
    if is_taken {
        return Err(guard::refused_at("id", "There is already an action with this id."));
    }
    let instant = |text: &str, field: &str| {
        words::instant_of_input_in(&zone, text).map_err(|error| guard::refused_at(field, error))
    };
    // The title is the first line: it needs no field of its own anywhere else.
    let notes = format!("{}\n{}", action.title.trim(), action.notes.trim());
    let draft = ActionDraft {
        id,
        features: parse_features(&action.features).map_err(|error| guard::refused_at("features", error))?,
        is_active: action.is_active,
        valid_from_us: instant(&action.valid_from, "valid_from")?,
        valid_to_us: instant(&action.valid_to, "valid_to")?,
        notes: notes.trim_end().chars().take(2_000).collect(),
        position: None,
    };
    live.save_action(draft, &person.author()).await?;
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
    live.save_action(draft, &person.author()).await?;
    Ok(())
}

/// Moves an action one place up or down. The first one is the baseline.
#[server]
pub async fn move_action(loop_id: String, action_id: String, is_up: bool) -> Result<(), PageError> {
    use crate::{loops::ActionsChange, terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let actions = live.actions();
    let place = actions.iter().position(|action| action.id.as_str() == action_id);
    let place = place.ok_or_else(|| guard::not_found("action"))?;
    let other = if is_up { place.checked_sub(1) } else { Some(place + 1).filter(|next| *next < actions.len()) };
    let Some(other) = other else { return Ok(()) };
    let mut saved: Vec<_> = actions.iter().map(crate::loops::LoopAction::to_draft).collect();
    saved.swap(place, other);
    // Positions may be equal or have gaps; numbering all anew leaves every other action where it is.
    (0_i64..).zip(&mut saved).for_each(|(position, draft)| draft.position = Some(position));
    live.change_actions(ActionsChange { saved, ..ActionsChange::default() }, &person.author()).await?;
    Ok(())
}

/// Removes an action from the loop; events of the past keep it. The answer is the id of the change, to take it back by.
#[server]
pub async fn delete_action(loop_id: String, action_id: String) -> Result<String, PageError> {
    use crate::{
        terms::{ActionId, Role},
        web::guard,
    };
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    let action_id: ActionId = action_id.parse().map_err(|_| guard::not_found("action"))?;
    live.delete_action(&action_id, &person.author()).await?;
    Ok(live.last_actions_change().await?.map(|change| change.id).unwrap_or_default())
}

/// Takes the newest change of actions back.
#[server]
pub async fn undo_actions(loop_id: String, change_id: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &loop_id).await?;
    live.take_back_actions(&change_id, &person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{loop_id}/actions"));
    Ok(())
}
