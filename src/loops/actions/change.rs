//! Changing a loop's own actions, one or many: all of it or nothing, and with a way back.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{
    super::{LiveLoop, LoopError, keys::random_bytes},
    ActionDraft, LoopAction,
};
use crate::{
    bandit::{ActionInput, Example, JsonObject},
    store::{ActionChangeKind, ActionChangeRow, ActionRow, AuditLine},
    terms::{ActionId, AuditKind, Author},
};

/// Defined actions that a loop may have, active or not.
const N_ACTIONS_MOST: usize = 2_000;

/// Lines of the audit history that one change writes, at most.
const N_LINES: usize = 50;

/// What is to be done to a loop's own actions.
#[derive(Debug, Clone, Default)]
pub struct ActionsChange {
    /// Made, or put in place of those with the same ids.
    pub saved: Vec<ActionDraft>,
    pub removed: Vec<ActionId>,
    /// Whether actions that `saved` does not name go, too.
    pub removes_others: bool,
}

/// Why one action of a list cannot be stored.
#[derive(Debug)]
pub struct ActionProblem {
    /// Its place in the list, from 0.
    pub place: usize,
    pub id: ActionId,
    pub error: LoopError,
}

/// What a change would do, or did.
#[derive(Debug, Default)]
pub struct ActionsPlan {
    pub added: Vec<ActionId>,
    pub changed: Vec<ActionId>,
    pub unchanged: Vec<ActionId>,
    pub removed: Vec<ActionId>,
    pub problems: Vec<ActionProblem>,
}

/// A change that was made, and that can be taken back while nothing else was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct DoneChange {
    pub id: String,
    pub at_us: i64,
    pub by: String,
    /// "3 actions removed"
    pub words: String,
}

/// What puts things back as they were.
#[derive(Debug, Default, Serialize, Deserialize)]
struct WayBack {
    saved: Vec<PastAction>,
    removed: Vec<ActionId>,
}

/// An action as it was.
#[derive(Debug, Serialize, Deserialize)]
struct PastAction {
    id: ActionId,
    features: Vec<JsonObject>,
    is_active: bool,
    valid_from_us: Option<i64>,
    valid_to_us: Option<i64>,
    notes: String,
    position: i64,
}

impl LiveLoop {
    /// What a change would do, without doing it.
    pub fn plan_actions(&self, change: &ActionsChange) -> ActionsPlan {
        Planned::of(&self.actions(), change).plan
    }

    /// Does all of a change or, where an action of it cannot be stored, nothing. The next Rank without actions of its own
    /// sees it.
    pub async fn change_actions(&self, change: ActionsChange, by: &Author) -> Result<ActionsPlan, LoopError> {
        let _changing = self.changing().await;
        // Read again, because another process may have changed them a moment ago.
        let before = LoopAction::load(&self.tools().store, self.id()).await?;
        if let Some(missing) = change.removed.iter().find(|id| before.iter().all(|action| action.id != **id)) {
            tracing::debug!(action.id = %missing, "An action that is to be removed is not there");
            return Err(LoopError::NotFound("action"));
        }
        let Planned { plan, rows } = Planned::of(&before, &change);
        if !plan.problems.is_empty() {
            return Err(LoopError::ActionList(plan.problems));
        }
        if rows.is_empty() && plan.removed.is_empty() {
            return Ok(plan);
        }
        let last = self.tools().store.last_action_change(self.id()).await?;
        let done = self.done_change(&before, &plan, last.as_ref(), by);
        let lines = self.lines_of(&before, &rows, &plan, by);
        self.store_actions(rows, &plan.removed, &done, &lines, by).await?;
        Ok(plan)
    }

    /// The newest change, if there was one.
    pub async fn last_actions_change(&self) -> Result<Option<DoneChange>, LoopError> {
        let row = self.tools().store.last_action_change(self.id()).await?;
        Ok(row.map(|row| DoneChange { id: row.id, at_us: row.at_us, by: row.changed_by, words: row.words }))
    }

    /// Takes the newest change back. That is a change, too, and can be taken back in turn.
    pub async fn take_back_actions(&self, change_id: &str, by: &Author) -> Result<(), LoopError> {
        let _changing = self.changing().await;
        let last = self.tools().store.last_action_change(self.id()).await?;
        let last = last.filter(|last| last.id == change_id).ok_or(LoopError::NoWayBack)?;
        let back: WayBack = serde_json::from_str(&last.body).map_err(|_| LoopError::NoWayBack)?;
        let before = LoopAction::load(&self.tools().store, self.id()).await?;
        let change = ActionsChange {
            saved: back.saved.into_iter().map(PastAction::into_draft).collect(),
            removed: back.removed.into_iter().filter(|id| before.iter().any(|action| action.id == *id)).collect(),
            removes_others: false,
        };
        let Planned { plan, rows } = Planned::of(&before, &change);
        if !plan.problems.is_empty() {
            return Err(LoopError::ActionList(plan.problems));
        }
        let mut done = self.done_change(&before, &plan, Some(&last), by);
        done.words = format!("taken back: {}", last.words);
        let lines = self.lines_of(&before, &rows, &plan, by);
        self.store_actions(rows, &plan.removed, &done, &lines, by).await
    }

    /// Keeps a list that somebody uploaded until they say yes. Its id leads back to it.
    pub async fn keep_actions_draft(&self, text: &str, by: &Author) -> Result<String, LoopError> {
        let draft = ActionChangeRow {
            id: new_id(),
            at_us: self.now_us(),
            kind: ActionChangeKind::Draft,
            changed_by: by.name.clone(),
            words: String::new(),
            body: text.to_owned(),
        };
        self.tools().store.keep_action_draft(self.id(), &draft).await?;
        Ok(draft.id)
    }

    /// A list that was uploaded.
    pub async fn actions_draft(&self, draft_id: &str) -> Result<String, LoopError> {
        let row = self.tools().store.action_change(self.id(), draft_id).await?;
        let row = row.filter(|row| row.kind == ActionChangeKind::Draft).ok_or(LoopError::NotFound("uploaded list"))?;
        Ok(row.body)
    }

    /// What the audit history is told: action by action, or of very many in one line.
    fn lines_of(
        &self,
        before: &[LoopAction],
        rows: &[(ActionDraft, i64)],
        plan: &ActionsPlan,
        by: &Author,
    ) -> Vec<AuditLine> {
        if rows.len() + plan.removed.len() > N_LINES {
            return vec![self.line(AuditKind::ActionSaved, by).telling(plan.words())];
        }
        let saved = rows.iter().map(|(draft, _)| {
            let known = before.iter().find(|action| action.id == draft.id);
            let told = match (known, draft.is_active) {
                (None, _) => "new",
                (Some(known), is_active) if known.is_active == is_active => "changed",
                (Some(_), true) => "switched on",
                (Some(_), false) => "switched off",
            };
            self.line(AuditKind::ActionSaved, by).on(draft.id.as_str()).telling(told)
        });
        let removed = plan.removed.iter().map(|id| self.line(AuditKind::ActionDeleted, by).on(id.as_str()));
        saved.chain(removed).collect()
    }

    fn done_change(
        &self,
        before: &[LoopAction],
        plan: &ActionsPlan,
        last: Option<&ActionChangeRow>,
        by: &Author,
    ) -> ActionChangeRow {
        let touched = |action: &&LoopAction| plan.changed.contains(&action.id) || plan.removed.contains(&action.id);
        let back =
            WayBack { saved: before.iter().filter(touched).map(PastAction::of).collect(), removed: plan.added.clone() };
        ActionChangeRow {
            id: new_id(),
            // Which one is the last has to be clear, whatever clocks do.
            at_us: self.now_us().max(last.map_or(i64::MIN, |last| last.at_us + 1)),
            kind: ActionChangeKind::Done,
            changed_by: by.name.clone(),
            words: plan.words(),
            body: serde_json::to_string(&back).expect("plain data becomes JSON"),
        }
    }

    async fn store_actions(
        &self,
        drafts: Vec<(ActionDraft, i64)>,
        removed: &[ActionId],
        done: &ActionChangeRow,
        lines: &[AuditLine],
        by: &Author,
    ) -> Result<(), LoopError> {
        let now_us = self.now_us();
        let row = |(draft, position)| ActionRow::from(&LoopAction::made(draft, position, now_us, &by.name));
        let rows: Vec<ActionRow> = drafts.into_iter().map(row).collect();
        self.tools().store.change_actions(self.id(), &rows, removed, Some(done), lines).await?;
        self.set_actions(LoopAction::load(&self.tools().store, self.id()).await?);
        Ok(())
    }
}

impl ActionsPlan {
    /// "2 actions added, 1 changed"
    pub fn words(&self) -> String {
        let named = [(self.added.as_slice(), "added"), (&self.changed, "changed"), (&self.removed, "removed")];
        let mut words = Vec::new();
        for (ids, verb) in named.into_iter().filter(|(ids, _)| !ids.is_empty()) {
            let what = match (ids, words.is_empty()) {
                ([id], _) => format!("{id} {verb}"),
                (ids, true) => format!("{} actions {verb}", ids.len()),
                (ids, false) => format!("{} {verb}", ids.len()),
            };
            words.push(what);
        }
        words.join(", ")
    }
}

/// A plan with what it takes.
#[derive(Debug, Default)]
struct Planned {
    plan: ActionsPlan,
    /// What is stored, with its place.
    rows: Vec<(ActionDraft, i64)>,
}

impl Planned {
    fn of(before: &[LoopAction], change: &ActionsChange) -> Self {
        let mut planned = Self::default();
        let mut seen: HashSet<&ActionId> = HashSet::new();
        let mut end = before.iter().map(|action| action.position).max().map_or(0, |last| last.saturating_add(1));
        for (place, draft) in change.saved.iter().enumerate() {
            let checked =
                if seen.insert(&draft.id) { check(draft) } else { Err(LoopError::DuplicateAction(draft.id.clone())) };
            if let Err(error) = checked {
                planned.plan.problems.push(ActionProblem { place, id: draft.id.clone(), error });
                continue;
            }
            let known = before.iter().find(|action| action.id == draft.id);
            let position = draft.position.or(known.map(|action| action.position)).unwrap_or(end);
            end = end.max(position.saturating_add(1));
            planned.add(known, draft, position);
        }
        let is_named = |id: &ActionId| change.removed.contains(id) || (change.removes_others && !seen.contains(id));
        planned.plan.removed = before.iter().map(|action| action.id.clone()).filter(is_named).collect();
        let n_after = before.len() + planned.plan.added.len() - planned.plan.removed.len();
        if n_after > N_ACTIONS_MOST
            && let Some(last) = planned.plan.added.last()
        {
            let error = LoopError::TooManyLoopActions { most: N_ACTIONS_MOST };
            planned.plan.problems.push(ActionProblem { place: change.saved.len() - 1, id: last.clone(), error });
        }
        planned
    }

    fn add(&mut self, known: Option<&LoopAction>, draft: &ActionDraft, position: i64) {
        let wanted = ActionDraft { position: Some(position), ..draft.clone() };
        match known {
            None => self.plan.added.push(draft.id.clone()),
            Some(known) if known.to_draft() == wanted => return self.plan.unchanged.push(draft.id.clone()),
            Some(_) => self.plan.changed.push(draft.id.clone()),
        }
        self.rows.push((wanted, position));
    }
}

impl LoopAction {
    fn made(draft: ActionDraft, position: i64, now_us: i64, by: &str) -> Self {
        let ActionDraft { id, features, is_active, valid_from_us, valid_to_us, notes, .. } = draft;
        let (updated_at_us, updated_by) = (now_us, by.to_owned());
        Self { id, features, is_active, valid_from_us, valid_to_us, notes, position, updated_at_us, updated_by }
    }
}

impl PastAction {
    fn of(action: &LoopAction) -> Self {
        Self {
            id: action.id.clone(),
            features: action.features.clone(),
            is_active: action.is_active,
            valid_from_us: action.valid_from_us,
            valid_to_us: action.valid_to_us,
            notes: action.notes.clone(),
            position: action.position,
        }
    }

    fn into_draft(self) -> ActionDraft {
        let Self { id, features, is_active, valid_from_us, valid_to_us, notes, position } = self;
        ActionDraft { id, features, is_active, valid_from_us, valid_to_us, notes, position: Some(position) }
    }
}

/// Short, because it stands in addresses.
fn new_id() -> String {
    hex::encode(random_bytes::<8>())
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
