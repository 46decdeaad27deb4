//! Actions that an operator defined for a loop.

use super::{AuditLine, Store, StoreError, audit::write_line};
use crate::terms::{ActionId, LoopId};

/// An action that the operator defined for a loop.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRow {
    pub id: ActionId,
    /// A JSON list of feature objects, checked before it gets here.
    pub features: String,
    pub is_active: bool,
    /// Instants; `None` is open.
    pub valid_from_us: Option<i64>,
    pub valid_to_us: Option<i64>,
    pub notes: String,
    /// Where it stands among the loop's actions; the first one is the baseline.
    pub position: i64,
    pub updated_at_us: i64,
    pub updated_by: String,
}

/// A change of a loop's actions, or one that is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionChangeRow {
    /// In the order of time: a UUID of version 7.
    pub id: String,
    pub at_us: i64,
    pub kind: ActionChangeKind,
    pub changed_by: String,
    /// What it did, for people.
    pub words: String,
    /// JSON: how to take it back, or what is proposed.
    pub body: String,
}

/// Whether a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionChangeKind {
    Done,
    Draft,
}

impl ActionChangeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Draft => "draft",
        }
    }
}

/// Changes, and drafts, that are kept of a loop.
const N_CHANGES: i64 = 20;

const KEEP_CHANGE: &str = "
    insert into action_change (loop_id, id, at_us, kind, changed_by, words, body) values ($1, $2, $3, $4, $5, $6, $7)";

const PRUNE_CHANGES: &str = "
    delete from action_change where loop_id = $1 and kind = $2 and id not in
        (select id from action_change where loop_id = $1 and kind = $2 order by at_us desc, id desc limit $3)";

/// Actions are read again together with the row of their loop.
const REVISE: &str = "update loop set revision = revision + 1 where id = $1";

impl Store {
    /// By position, then id.
    pub async fn actions(&self, id: &LoopId) -> Result<Vec<ActionRow>, StoreError> {
        const SQL: &str = "
            select id, features, is_active, valid_from_us, valid_to_us, notes, position, updated_at_us, updated_by
            from action where loop_id = $1";
        let attempt = "read the actions of a loop";
        let found: Vec<FoundAction> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(id.as_str()).fetch_all(pool).await)
                .map_err(StoreError::during(attempt))?;
        let check = |row: FoundAction| row.checked().ok_or(StoreError::Damaged { attempt });
        let mut actions: Vec<ActionRow> = found.into_iter().map(check).collect::<Result<_, _>>()?;
        // Sorted here, because the databases disagree on the order of texts.
        actions.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        Ok(actions)
    }

    /// Makes or replaces some, removes others, keeps how to take that back, and tells the history: all of it or nothing. Of the changes that
    /// can be taken back the newest `N_CHANGES` stay.
    pub async fn change_actions(
        &self,
        id: &LoopId,
        saved: &[ActionRow],
        removed: &[ActionId],
        change: Option<&ActionChangeRow>,
        lines: &[AuditLine],
    ) -> Result<(), StoreError> {
        const SAVE: &str = "
            insert into action (
                loop_id, id, features, is_active, valid_from_us, valid_to_us, notes, position, updated_at_us, updated_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (loop_id, id) do update set
                features = excluded.features, is_active = excluded.is_active, valid_from_us = excluded.valid_from_us,
                valid_to_us = excluded.valid_to_us, notes = excluded.notes, position = excluded.position,
                updated_at_us = excluded.updated_at_us, updated_by = excluded.updated_by";
        const REMOVE: &str = "delete from action where loop_id = $1 and id = $2";
        in_transaction!(self, transaction => {
            for row in saved {
                sqlx::query(SAVE)
                    .bind(id.as_str())
                    .bind(row.id.as_str())
                    .bind(row.features.as_str())
                    .bind(row.is_active)
                    .bind(row.valid_from_us)
                    .bind(row.valid_to_us)
                    .bind(row.notes.as_str())
                    .bind(row.position)
                    .bind(row.updated_at_us)
                    .bind(row.updated_by.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
            for action_id in removed {
                sqlx::query(REMOVE).bind(id.as_str()).bind(action_id.as_str()).execute(&mut *transaction).await?;
            }
            if let Some(change) = change {
                sqlx::query(KEEP_CHANGE)
                    .bind(id.as_str())
                    .bind(change.id.as_str())
                    .bind(change.at_us)
                    .bind(change.kind.as_str())
                    .bind(change.changed_by.as_str())
                    .bind(change.words.as_str())
                    .bind(change.body.as_str())
                    .execute(&mut *transaction)
                    .await?;
                let kind = change.kind.as_str();
                sqlx::query(PRUNE_CHANGES).bind(id.as_str()).bind(kind).bind(N_CHANGES).execute(&mut *transaction).await?;
            }
            sqlx::query(REVISE).bind(id.as_str()).execute(&mut *transaction).await?;
            for line in lines {
                write_line!(&mut *transaction, line)?;
            }
        })
        .map_err(StoreError::during("change the actions of a loop"))?;
        self.announcements.note_loops();
        Ok(())
    }

    /// Keeps a list that waits for somebody's yes; the newest `N_CHANGES` stay.
    pub async fn keep_action_draft(&self, id: &LoopId, draft: &ActionChangeRow) -> Result<(), StoreError> {
        in_transaction!(self, transaction => {
            sqlx::query(KEEP_CHANGE)
                .bind(id.as_str())
                .bind(draft.id.as_str())
                .bind(draft.at_us)
                .bind(draft.kind.as_str())
                .bind(draft.changed_by.as_str())
                .bind(draft.words.as_str())
                .bind(draft.body.as_str())
                .execute(&mut *transaction)
                .await?;
            let kind = draft.kind.as_str();
            sqlx::query(PRUNE_CHANGES).bind(id.as_str()).bind(kind).bind(N_CHANGES).execute(&mut *transaction).await?;
        })
        .map_err(StoreError::during("keep a list of actions"))
    }

    /// A change or a draft by its id.
    pub async fn action_change(&self, id: &LoopId, change_id: &str) -> Result<Option<ActionChangeRow>, StoreError> {
        const SQL: &str = "
            select id, at_us, kind, changed_by, words, body from action_change where loop_id = $1 and id = $2";
        let found: Option<FoundChange> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(id.as_str())
            .bind(change_id)
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("read a change of actions"))?;
        Ok(found.and_then(FoundChange::checked))
    }

    /// The newest change that was made, if there was one.
    pub async fn last_action_change(&self, id: &LoopId) -> Result<Option<ActionChangeRow>, StoreError> {
        const SQL: &str = "
            select id, at_us, kind, changed_by, words, body from action_change
            where loop_id = $1 and kind = 'done' order by at_us desc, id desc limit 1";
        let found: Option<FoundChange> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(id.as_str())
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during("read the last change of actions"))?;
        Ok(found.and_then(FoundChange::checked))
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundAction {
    id: String,
    features: String,
    is_active: bool,
    valid_from_us: Option<i64>,
    valid_to_us: Option<i64>,
    notes: String,
    position: i64,
    updated_at_us: i64,
    updated_by: String,
}

impl FoundAction {
    fn checked(self) -> Option<ActionRow> {
        Some(ActionRow {
            id: self.id.try_into().ok()?,
            features: self.features,
            is_active: self.is_active,
            valid_from_us: self.valid_from_us,
            valid_to_us: self.valid_to_us,
            notes: self.notes,
            position: self.position,
            updated_at_us: self.updated_at_us,
            updated_by: self.updated_by,
        })
    }
}

/// A change as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundChange {
    id: String,
    at_us: i64,
    kind: String,
    changed_by: String,
    words: String,
    body: String,
}

impl FoundChange {
    fn checked(self) -> Option<ActionChangeRow> {
        let kind = match self.kind.as_str() {
            "done" => ActionChangeKind::Done,
            "draft" => ActionChangeKind::Draft,
            _ => return None,
        };
        let Self { id, at_us, changed_by, words, body, .. } = self;
        Some(ActionChangeRow { id, at_us, kind, changed_by, words, body })
    }
}
