//! What the settings page asks of the server.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use super::{draft::SettingsDraft, ramp::RampView};
use crate::{
    reports::ConsequencePart,
    terms::{Environment, Impact},
    web::{PageError, components::Moment},
};

/// The settings in force and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingsView {
    pub name: String,
    pub environment: Environment,
    /// As they were asked for: during a ramp, the share of exploration that it leads to.
    pub current: SettingsDraft,
    pub ramp: Option<RampView>,
    /// What `arguments` could start with: the old service's own.
    pub compatible_arguments: String,
    pub history: Vec<PastView>,
    /// The settings in force as a file, and as an address that holds it.
    pub file: String,
    pub file_href: String,
    pub may_edit: bool,
}

/// A configuration that was in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastView {
    pub seq: i64,
    pub at: Moment,
    pub by: String,
    pub restored: Option<Moment>,
    pub changes: Vec<ChangeView>,
    pub is_current: bool,
}

/// One changed value in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeView {
    pub label: String,
    pub before: String,
    pub after: String,
    pub impact: Impact,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewView {
    pub changes: Vec<ChangeView>,
    pub impact: Impact,
    /// When it goes back to an earlier one: which.
    pub restores: Option<Moment>,
    /// Whether it may take its time: of all settings exploration alone.
    pub may_ramp: bool,
}

/// A change that somebody thinks about: what they typed, or an earlier configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proposal {
    Draft(Box<SettingsDraft>),
    Restore(i64),
}

/// Settings and history of a loop.
#[server]
pub async fn load_settings(id: String) -> Result<SettingsView, PageError> {
    use crate::{
        bandit::LearningSettings,
        loops::Change,
        terms::Role,
        web::{guard, ramp_forms, settings_file, words},
    };
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    let now_us = live.now_us();
    let file = settings_file::write(&live.configuration(), live.arguments().as_deref());
    let history = live.history().await?;
    let current_seq = history.first().map(|past| past.seq);
    let at_of = |seq: i64| history.iter().find(|past| past.seq == seq).map(|past| words::moment(past.at_us, now_us));
    let changes = |changes: &[Change]| changes.iter().map(words::change).collect();
    let past = history
        .iter()
        .map(|past| PastView {
            seq: past.seq,
            at: words::moment(past.at_us, now_us),
            by: past.by.clone(),
            restored: past.restores_seq.and_then(at_of),
            changes: changes(&past.changes),
            is_current: Some(past.seq) == current_seq,
        })
        .collect();
    Ok(SettingsView {
        name: live.name(),
        environment: live.environment(),
        current: SettingsDraft::of(&live.configuration(), live.arguments().as_deref()),
        ramp: ramp_forms::ramp_view(&live),
        compatible_arguments: LearningSettings::COMPATIBLE_DEFAULT.to_owned(),
        history: past,
        file_href: settings_file::address(&file),
        file,
        may_edit: person.role >= Role::Editor,
    })
}

/// Where exploration stands on its way, if it is on one.
#[server]
pub async fn load_ramp(id: String) -> Result<Option<RampView>, PageError> {
    use crate::{
        terms::Role,
        web::{guard, ramp_forms},
    };
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    Ok(ramp_forms::ramp_view(&live))
}

/// What a proposal would change and cost; nothing is applied.
///
/// As JSON: a form cannot carry one of two shapes.
#[server(input = Json)]
pub async fn preview_settings(id: String, proposal: Proposal) -> Result<PreviewView, PageError> {
    use crate::{
        terms::Role,
        web::{guard, words},
    };
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    let change = guard::change_of(&live, &proposal).await?;
    let preview = live.preview(&change)?;
    let restores = match change.restores_seq {
        Some(seq) => live
            .history()
            .await?
            .iter()
            .find(|past| past.seq == seq)
            .map(|past| words::moment(past.at_us, live.now_us())),
        None => None,
    };
    let explores = preview.changes.iter().any(|change| change.field == "explorationPercentage");
    Ok(PreviewView {
        changes: preview.changes.iter().map(words::change).collect(),
        impact: preview.impact,
        may_ramp: explores && restores.is_none(),
        restores,
    })
}

/// What a proposal would have meant for the last days; nothing is applied. `None` where the log cannot tell, because
/// nothing changes about how it is decided or rewarded.
#[server(input = Json)]
pub async fn load_consequence(id: String, proposal: Proposal) -> Result<Option<ConsequencePart>, PageError> {
    use crate::{loops::Change, reports::ask, terms::Role, web::guard};
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    let change = guard::change_of(&live, &proposal).await?;
    let told = ["explorationPercentage", "learningMode", "rewardWaitTime", "defaultReward", "rewardAggregation"];
    let is_told = |change: &Change| told.contains(&change.field);
    if !live.preview(&change)?.changes.iter().any(is_told) {
        return Ok(None);
    }
    Ok(Some(ask::consequence(&live, &change).await?))
}

/// Makes a draft of a settings file; nothing is applied.
#[server]
pub async fn import_settings(id: String, file: String) -> Result<(), PageError> {
    use crate::{
        terms::Role,
        web::{guard, settings_file},
    };
    let (_, live) = guard::require_loop(Role::Editor, &id).await?;
    let current = SettingsDraft::of(&live.configuration(), live.arguments().as_deref());
    let draft = settings_file::read(&file, current)?;
    leptos_axum::redirect(&format!("/loops/{id}/settings?{}", settings_file::query(&draft)));
    Ok(())
}

/// Applies what was typed. The next Rank sees it, and exploration takes as long as `ramp` says; empty is at once.
#[server]
pub async fn apply_draft(id: String, draft: SettingsDraft, #[server(default)] ramp: String) -> Result<(), PageError> {
    use crate::{
        loops::{ConfigurationChange, RampStep},
        terms::{IsoDuration, RampTime, Role},
        web::guard,
    };
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    let change = guard::change_of(&live, &Proposal::Draft(Box::new(draft))).await?;
    let ramp = if ramp.is_empty() {
        RampStep::GoOn
    } else {
        let time: IsoDuration = ramp.parse().map_err(|error| guard::refused_at("ramp", error))?;
        RampStep::Over(RampTime::try_from(time).map_err(|error| guard::refused_at("ramp", error))?)
    };
    let change = ConfigurationChange { ramp, ..change };
    live.configure(change, &person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{id}/settings"));
    Ok(())
}

/// Goes back to an earlier configuration. That is a new entry of the history, like any other change.
#[server]
pub async fn apply_restore(id: String, seq: i64) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    let change = guard::change_of(&live, &Proposal::Restore(seq)).await?;
    live.configure(change, &person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{id}/settings"));
    Ok(())
}

/// Gives a loop another name or environment.
#[server]
pub async fn rename_loop(id: String, name: String, environment: Environment) -> Result<(), PageError> {
    use crate::{loops::Loops, terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    guard::given::<Loops>()?.relabel(live.id(), Some(name.trim()), Some(environment), &person.author()).await?;
    Ok(())
}

/// Throws away what was learned. Events, actions and settings stay.
#[server]
pub async fn reset_model(id: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    live.reset_model(&person.author()).await?;
    Ok(())
}

/// Deletes a loop with everything it knows; `typed` is its name, as the person typed it.
#[server]
pub async fn delete_loop(id: String, typed: String) -> Result<(), PageError> {
    use crate::{loops::Loops, terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Admin, &id).await?;
    if typed.trim() != live.name().trim() {
        return Err(PageError::rejected("The name does not match; nothing was deleted."));
    }
    guard::given::<Loops>()?.delete(live.id(), &person.author()).await?;
    leptos_axum::redirect("/loops");
    Ok(())
}
