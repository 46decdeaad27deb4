//! The audit history: who did what. Lines are added and read; only retention removes any.
//!
//! A line is written in the transaction of the change that it tells of, wherever that change is a row: there is no success
//! without its line, and no line without the change.

use super::{LoopRow, Store, StoreError};
use crate::terms::{AuditKind, Author, Door, LoopId};

/// Something that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLine {
    pub at_us: i64,
    pub kind: AuditKind,
    pub by: Author,
    /// Where a sign-in came from.
    pub address: Option<String>,
    /// The loop that it is about, with its name at that time.
    pub about_loop: Option<(LoopId, String)>,
    /// The person whom it was done to.
    pub subject_id: Option<String>,
    /// Whom or what it was done to.
    pub subject: String,
    /// More about it, in words.
    pub details: String,
}

/// A line as it stands in the history.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLine {
    /// Tells lines of one moment apart.
    pub id: String,
    pub line: AuditLine,
}

/// Which lines are asked for; `None` is all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditQuery {
    /// Those that this person wrote, or that were done to them.
    pub person_id: Option<String>,
    pub kind: Option<AuditKind>,
    pub loop_id: Option<String>,
    pub from_us: Option<i64>,
    /// Not included.
    pub to_us: Option<i64>,
    /// The last line of the page before: its time and id.
    pub after: Option<(i64, String)>,
}

impl AuditLine {
    /// A line about nothing in particular, to be told more of.
    pub fn new(at_us: i64, kind: AuditKind, by: &Author) -> Self {
        Self {
            at_us,
            kind,
            by: by.clone(),
            address: None,
            about_loop: None,
            subject_id: None,
            subject: String::new(),
            details: String::new(),
        }
    }

    /// That a loop was made: what stands in its row already.
    pub fn of_new_loop(row: &LoopRow, by: &Author) -> Self {
        Self::new(row.created_at_us, AuditKind::LoopMade, by).about(&row.id, &row.name)
    }

    pub fn about(self, id: &LoopId, name: &str) -> Self {
        Self { about_loop: Some((id.clone(), name.to_owned())), ..self }
    }

    pub fn on(self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..self }
    }

    /// Done to a person.
    pub fn on_person(self, id: &str, name: &str) -> Self {
        Self { subject_id: Some(id.to_owned()), subject: name.to_owned(), ..self }
    }

    pub fn telling(self, details: impl Into<String>) -> Self {
        Self { details: details.into(), ..self }
    }

    pub fn from_address(self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self }
    }
}

/// Written by [`write_line`].
pub(super) const INSERT_LINE: &str = "
    insert into audit_line (
        id, at_us, kind, author_id, author_name, door, address, about_loop_id, about_loop_name, subject_id, subject, details)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// The longest subject or details, in characters: a line is read at a glance.
const N_CHARS_MOST: usize = 500;

/// Adds a line, within a transaction of either database or to its pool.
macro_rules! write_line {
    ($executor:expr, $line:expr) => {{
        let line: &$crate::store::AuditLine = $line;
        sqlx::query($crate::store::audit::INSERT_LINE)
            .bind($crate::store::audit::new_id())
            .bind(line.at_us)
            .bind(line.kind.as_str())
            .bind($crate::store::audit::stored(&line.by.id))
            .bind($crate::store::audit::stored(&line.by.name))
            .bind(line.by.door.as_str())
            .bind(line.address.as_deref())
            .bind(line.about_loop.as_ref().map(|(id, _)| id.as_str()))
            .bind(line.about_loop.as_ref().map(|(_, name)| name.as_str()))
            .bind(line.subject_id.as_deref())
            .bind($crate::store::audit::stored(&line.subject))
            .bind($crate::store::audit::stored(&line.details))
            .execute($executor)
            .await
    }};
}
pub(super) use write_line;

#[expect(clippy::disallowed_methods, reason = "an id tells lines of one microsecond apart and means nothing else")]
pub(super) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Cut to a length that lists can show. PostgreSQL takes no U+0000.
pub(super) fn stored(text: &str) -> String {
    let mut letters = text.chars().map(|letter| if letter == '\0' { '\u{fffd}' } else { letter });
    let mut kept: String = letters.by_ref().take(N_CHARS_MOST).collect();
    if letters.next().is_some() {
        kept.push('…');
    }
    kept
}

impl Store {
    /// Adds a line by itself, right after what it tells of: for facts that are in a loop's log, which tells who did them,
    /// too, and for what changes nothing.
    pub async fn add_audit_line(&self, line: &AuditLine) -> Result<(), StoreError> {
        on_pool!(self.pools.writing(), pool => write_line!(pool, line).map(drop))
            .map_err(StoreError::during("write the audit history"))
    }

    /// At most `n_most` lines, the newest first.
    pub async fn audit_lines(&self, query: &AuditQuery, n_most: i64) -> Result<Vec<StoredLine>, StoreError> {
        const SQL: &str = "
            select id, at_us, kind, author_id, author_name, door, address, about_loop_id, about_loop_name, subject_id,
                subject, details
            from audit_line
            where (cast($1 as text) is null or author_id = $1 or subject_id = $1)
                and (cast($2 as text) is null or kind = $2)
                and (cast($3 as text) is null or about_loop_id = $3)
                and at_us >= $4 and at_us < $5
                and (at_us < $6 or (at_us = $6 and id < $7))
            order by at_us desc, id desc limit $8";
        let attempt = "read the audit history";
        let (after_us, after_id) = query.after.clone().unwrap_or((i64::MAX, String::new()));
        let found: Vec<FoundLine> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(query.person_id.as_deref())
            .bind(query.kind.map(AuditKind::as_str))
            .bind(query.loop_id.as_deref())
            .bind(query.from_us.unwrap_or(i64::MIN))
            .bind(query.to_us.unwrap_or(i64::MAX))
            .bind(after_us)
            .bind(after_id.as_str())
            .bind(n_most)
            .fetch_all(pool)
            .await)
        .map_err(StoreError::during(attempt))?;
        found.into_iter().map(|row| row.checked().ok_or(StoreError::Damaged { attempt })).collect()
    }

    /// Removes lines that are older. Returns how many went.
    pub async fn forget_audit_lines(&self, before_us: i64) -> Result<u64, StoreError> {
        const SQL: &str = "delete from audit_line where at_us < $1";
        on_pool!(self.pools.writing(), pool => sqlx::query(SQL)
            .bind(before_us)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("remove old lines of the audit history"))
    }

    /// When something of this kind was last done.
    pub async fn last_audited_us(&self, kind: AuditKind) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "select max(at_us) from audit_line where kind = $1";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).bind(kind.as_str()).fetch_one(pool).await)
            .map_err(StoreError::during("read the audit history"))
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundLine {
    id: String,
    at_us: i64,
    kind: String,
    author_id: String,
    author_name: String,
    door: String,
    address: Option<String>,
    about_loop_id: Option<String>,
    about_loop_name: Option<String>,
    subject_id: Option<String>,
    subject: String,
    details: String,
}

impl FoundLine {
    fn checked(self) -> Option<StoredLine> {
        let about_loop = match self.about_loop_id {
            Some(id) => Some((id.try_into().ok()?, self.about_loop_name.unwrap_or_default())),
            None => None,
        };
        let by = Author { id: self.author_id, name: self.author_name, door: Door::parse(&self.door)? };
        let line = AuditLine {
            at_us: self.at_us,
            kind: AuditKind::parse(&self.kind)?,
            by,
            address: self.address,
            about_loop,
            subject_id: self.subject_id,
            subject: self.subject,
            details: self.details,
        };
        Some(StoredLine { id: self.id, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_very_long_is_cut_and_says_so() {
        assert_eq!(stored("a\0b"), "a\u{fffd}b");
        assert_eq!(stored(&"x".repeat(500)), "x".repeat(500));
        assert_eq!(stored(&"x".repeat(501)), format!("{}…", "x".repeat(500)));
    }
}
