//! The actions that the operator defined for a loop, so that a Rank need not send them.

use super::{LiveLoop, LoopError, RankableAction};
use crate::{
    bandit::{ActionInput, Example, JsonObject},
    store::{ActionRow, Store},
    terms::{ActionId, AuditKind, Author, LoopId},
};

/// Defined actions that a loop may have, active or not.
const N_ACTIONS_MOST: usize = 2_000;

/// An action that the operator defined.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopAction {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
    pub is_active: bool,
    pub valid_from_us: Option<i64>,
    pub valid_to_us: Option<i64>,
    pub notes: String,
    /// Its place; the first active action is the baseline.
    pub position: i64,
    pub updated_at_us: i64,
    pub updated_by: String,
}

/// What a person typed.
#[derive(Debug, Clone)]
pub struct ActionDraft {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
    pub is_active: bool,
    pub valid_from_us: Option<i64>,
    pub valid_to_us: Option<i64>,
    pub notes: String,
    /// `None`: where it was, or at the end.
    pub position: Option<i64>,
}

impl LoopAction {
    /// Whether a Rank at this moment offers it.
    pub fn is_offered(&self, now_us: i64) -> bool {
        self.is_active
            && self.valid_from_us.is_none_or(|from_us| from_us <= now_us)
            && self.valid_to_us.is_none_or(|to_us| now_us < to_us)
    }

    pub(super) async fn load(store: &Store, id: &LoopId) -> Result<Vec<Self>, LoopError> {
        Ok(store.actions(id).await?.into_iter().map(Self::from).collect())
    }
}

impl From<ActionRow> for LoopAction {
    fn from(row: ActionRow) -> Self {
        Self {
            // Checked when it was stored; an action without features is refused by Rank with a clear message.
            features: serde_json::from_str(&row.features).unwrap_or_default(),
            id: row.id,
            is_active: row.is_active,
            valid_from_us: row.valid_from_us,
            valid_to_us: row.valid_to_us,
            notes: row.notes,
            position: row.position,
            updated_at_us: row.updated_at_us,
            updated_by: row.updated_by,
        }
    }
}

impl From<&LoopAction> for ActionRow {
    fn from(action: &LoopAction) -> Self {
        Self {
            id: action.id.clone(),
            features: serde_json::to_string(&action.features).expect("features came from JSON"),
            is_active: action.is_active,
            valid_from_us: action.valid_from_us,
            valid_to_us: action.valid_to_us,
            notes: action.notes.clone(),
            position: action.position,
            updated_at_us: action.updated_at_us,
            updated_by: action.updated_by.clone(),
        }
    }
}

impl LiveLoop {
    /// The loop's own actions that are on offer now, at most as many as one Rank may have.
    pub(super) fn rankable_actions(&self) -> Result<Vec<RankableAction<'static>>, LoopError> {
        let now_us = self.now_us();
        let actions = self.actions();
        let offered = actions.iter().filter(|action| action.is_offered(now_us));
        let offered = offered.map(|action| RankableAction {
            id: action.id.clone(),
            features: action.features.iter().cloned().map(Into::into).collect(),
        });
        let offered: Vec<_> = offered.collect();
        if offered.is_empty() { Err(LoopError::NoLoopActions) } else { Ok(offered) }
    }

    /// Makes or replaces an action. The next Rank without actions of its own sees it.
    pub async fn save_action(&self, draft: ActionDraft, by: &Author) -> Result<LoopAction, LoopError> {
        check(&draft)?;
        let _changing = self.changing().await;
        // Read again, because another process may have changed them a moment ago.
        let mut actions = LoopAction::load(&self.tools().store, self.id()).await?;
        let known = actions.iter().position(|action| action.id == draft.id);
        if known.is_none() && actions.len() >= N_ACTIONS_MOST {
            return Err(LoopError::TooManyLoopActions { most: N_ACTIONS_MOST });
        }
        let end = actions.iter().map(|action| action.position).max().map_or(0, |last| last.saturating_add(1));
        let position = draft.position.or(known.map(|idx| actions[idx].position)).unwrap_or(end);
        let action = LoopAction {
            id: draft.id,
            features: draft.features,
            is_active: draft.is_active,
            valid_from_us: draft.valid_from_us,
            valid_to_us: draft.valid_to_us,
            notes: draft.notes,
            position,
            updated_at_us: self.now_us(),
            updated_by: by.name.clone(),
        };
        let told = match (known, action.is_active) {
            (None, _) => "new",
            (Some(idx), is_active) if actions[idx].is_active == is_active => "changed",
            (Some(_), true) => "switched on",
            (Some(_), false) => "switched off",
        };
        let line = self.line(AuditKind::ActionSaved, by).on(action.id.as_str()).telling(told);
        self.tools().store.save_action(self.id(), &ActionRow::from(&action), &line).await?;
        match known {
            Some(idx) => actions[idx] = action.clone(),
            None => actions.push(action.clone()),
        }
        actions.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        self.set_actions(actions);
        Ok(action)
    }

    /// Removes an action. Events that offered it keep it.
    pub async fn delete_action(&self, id: &ActionId, by: &Author) -> Result<(), LoopError> {
        let _changing = self.changing().await;
        let line = self.line(AuditKind::ActionDeleted, by).on(id.as_str());
        if !self.tools().store.delete_action(self.id(), id, &line).await? {
            return Err(LoopError::NotFound("action"));
        }
        self.set_actions(LoopAction::load(&self.tools().store, self.id()).await?);
        Ok(())
    }
}

fn check(draft: &ActionDraft) -> Result<(), LoopError> {
    if !draft.features.iter().any(|features| features.values().any(|value| !value.is_null())) {
        return Err(LoopError::ActionWithoutFeatures);
    }
    if let (Some(from_us), Some(to_us)) = (draft.valid_from_us, draft.valid_to_us)
        && from_us >= to_us
    {
        return Err(LoopError::ActionDates);
    }
    Example::new(&[], &[ActionInput { id: draft.id.as_str(), features: &draft.features }])?;
    Ok(())
}
