//! The actions that the operator defined for a loop, so that a Rank need not send them.

mod change;
mod own;

pub use change::{ActionProblem, ActionsChange, ActionsPlan, DoneChange};
pub(super) use own::OwnActions;

use super::{LiveLoop, LoopError, RankableAction};
use crate::{
    bandit::JsonObject,
    store::{ActionRow, Store},
    terms::{ActionId, Author, LoopId},
    trainer::ActionSum,
};

/// Letters of a first line of notes that is taken for a title.
const N_TITLE: usize = 80;

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
#[derive(Debug, Clone, PartialEq)]
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

    /// The first line of its notes, where that is short enough to be a title.
    pub fn title(&self) -> Option<&str> {
        let first = self.notes.trim().lines().next().map(str::trim);
        first.filter(|title| !title.is_empty() && title.chars().count() <= N_TITLE)
    }

    /// It as somebody would type it.
    pub fn to_draft(&self) -> ActionDraft {
        ActionDraft {
            id: self.id.clone(),
            features: self.features.clone(),
            is_active: self.is_active,
            valid_from_us: self.valid_from_us,
            valid_to_us: self.valid_to_us,
            notes: self.notes.clone(),
            position: Some(self.position),
        }
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
        let offered = self.own_actions().offered(self.now_us());
        if offered.is_empty() { Err(LoopError::NoLoopActions) } else { Ok(offered) }
    }

    /// What became of the loop's own actions over the last one to two hours, and over the last one to two weeks: each
    /// with the number of decisions, and its action's sums by id. Ranks that brought their own actions do not count.
    pub fn action_sums(&self) -> [(u64, Vec<(ActionId, ActionSum)>); 2] {
        self.cell().tally().action_sums.told()
    }

    /// Makes or replaces an action. The next Rank without actions of its own sees it.
    pub async fn save_action(&self, draft: ActionDraft, by: &Author) -> Result<LoopAction, LoopError> {
        let id = draft.id.clone();
        match self.change_actions(ActionsChange { saved: vec![draft], ..ActionsChange::default() }, by).await {
            // One action alone is refused in its own words.
            Err(LoopError::ActionList(mut problems)) if problems.len() == 1 => Err(problems.remove(0).error),
            Err(error) => Err(error),
            Ok(_) => {
                let saved = self.actions().iter().find(|action| action.id == id).cloned();
                saved.ok_or(LoopError::NotFound("action"))
            }
        }
    }

    /// Removes an action. Events that offered it keep it.
    pub async fn delete_action(&self, id: &ActionId, by: &Author) -> Result<(), LoopError> {
        let change = ActionsChange { removed: vec![id.clone()], ..ActionsChange::default() };
        self.change_actions(change, by).await.map(drop)
    }
}
