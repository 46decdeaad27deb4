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

    /// Makes or replaces.
    pub async fn save_action(&self, id: &LoopId, row: &ActionRow, line: &AuditLine) -> Result<(), StoreError> {
        const SQL: &str = "
            insert into action (
                loop_id, id, features, is_active, valid_from_us, valid_to_us, notes, position, updated_at_us, updated_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (loop_id, id) do update set
                features = excluded.features, is_active = excluded.is_active, valid_from_us = excluded.valid_from_us,
                valid_to_us = excluded.valid_to_us, notes = excluded.notes, position = excluded.position,
                updated_at_us = excluded.updated_at_us, updated_by = excluded.updated_by";
        in_transaction!(self, transaction => {
            sqlx::query(SQL)
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
            sqlx::query(REVISE).bind(id.as_str()).execute(&mut *transaction).await?;
            write_line!(&mut *transaction, line)?;
        })
        .map_err(StoreError::during("store an action"))?;
        self.announcements.note_loops();
        Ok(())
    }

    /// False when there was none.
    pub async fn delete_action(&self, id: &LoopId, action_id: &ActionId, line: &AuditLine) -> Result<bool, StoreError> {
        const SQL: &str = "delete from action where loop_id = $1 and id = $2";
        let was_there = in_transaction!(self, transaction => {
            let deleted = sqlx::query(SQL).bind(id.as_str()).bind(action_id.as_str()).execute(&mut *transaction).await?;
            sqlx::query(REVISE).bind(id.as_str()).execute(&mut *transaction).await?;
            let was_there = deleted.rows_affected() == 1;
            if was_there {
                write_line!(&mut *transaction, line)?;
            }
            was_there
        })
        .map_err(StoreError::during("remove an action"))?;
        self.announcements.note_loops();
        Ok(was_there)
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
