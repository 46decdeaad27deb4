//! People as those who manage them see them: roles, sessions and open invitations. Each change is one transaction with its
//! line of the audit history.

use super::{AuditLine, Store, StoreError, accounts::SIGNED_IN, audit::write_line};
use crate::terms::Role;

/// A person without what they prove themselves with.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub created_at_us: i64,
    pub last_sign_in_at_us: Option<i64>,
    /// Browsers that are signed in as this person.
    pub n_sessions: i64,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq)]
pub struct InvitationRow {
    /// The hash of the link's token.
    pub hash: [u8; 32],
    pub role: Role,
    pub made_at_us: i64,
    pub made_by: String,
    pub expires_at_us: i64,
}

/// What became of a change to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonChange {
    Done,
    /// There is no such person, or their role is another by now.
    Unknown,
    /// Without them nobody could appoint owners any more.
    LastOwner,
}

/// Lets changes to owners follow one another. On PostgreSQL the second waits here for the first to commit, and so counts
/// what it left; SQLite has one writer anyway.
const HOLD_OWNERS: &str = "update admin set role = role where role = 'owner'";
const OTHER_OWNERS: &str = "select count(*) from admin where role = 'owner' and id <> $1";

impl Store {
    /// All people, with how many of their sessions are open at `now_us`. The oldest first.
    pub async fn people(&self, now_us: i64) -> Result<Vec<PersonRow>, StoreError> {
        const SQL: &str = "
            select id, name, role, created_at_us, last_sign_in_at_us,
                (select count(*) from session where person_id = admin.id and expires_at_us > $1) as n_sessions
            from admin order by created_at_us, id";
        let attempt = "read the people";
        let found: Vec<FoundPerson> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(now_us).fetch_all(pool).await)
                .map_err(StoreError::during(attempt))?;
        found.into_iter().map(|row| row.checked().ok_or(StoreError::Damaged { attempt })).collect()
    }

    /// Gives somebody who has the role `from` the role `to`. Their sessions stay: roles are read anew at each request.
    pub async fn change_role(
        &self,
        id: &str,
        from: Role,
        to: Role,
        line: &AuditLine,
    ) -> Result<PersonChange, StoreError> {
        const SQL: &str = "update admin set role = $3 where id = $1 and role = $2";
        in_transaction!(self, transaction => {
            sqlx::query(HOLD_OWNERS).execute(&mut *transaction).await?;
            let n_others: i64 = sqlx::query_scalar(OTHER_OWNERS).bind(id).fetch_one(&mut *transaction).await?;
            if from == Role::Owner && to != Role::Owner && n_others == 0 {
                PersonChange::LastOwner
            } else {
                let changed = sqlx::query(SQL)
                    .bind(id)
                    .bind(from.as_str())
                    .bind(to.as_str())
                    .execute(&mut *transaction)
                    .await?;
                if changed.rows_affected() == 1 {
                    write_line!(&mut *transaction, line)?;
                    PersonChange::Done
                } else {
                    PersonChange::Unknown
                }
            }
        })
        .map_err(StoreError::during("change a role"))
    }

    /// Removes somebody who has this role, and ends their sessions.
    pub async fn remove_person(&self, id: &str, role: Role, line: &AuditLine) -> Result<PersonChange, StoreError> {
        const SQL: &str = "delete from admin where id = $1 and role = $2";
        in_transaction!(self, transaction => {
            sqlx::query(HOLD_OWNERS).execute(&mut *transaction).await?;
            let n_others: i64 = sqlx::query_scalar(OTHER_OWNERS).bind(id).fetch_one(&mut *transaction).await?;
            if role == Role::Owner && n_others == 0 {
                PersonChange::LastOwner
            } else {
                let removed =
                    sqlx::query(SQL).bind(id).bind(role.as_str()).execute(&mut *transaction).await?;
                if removed.rows_affected() == 1 {
                    sqlx::query(END_SESSIONS).bind(id).execute(&mut *transaction).await?;
                    write_line!(&mut *transaction, line)?;
                    PersonChange::Done
                } else {
                    PersonChange::Unknown
                }
            }
        })
        .map_err(StoreError::during("remove a person"))
    }

    /// Signs a person out everywhere. Returns how many sessions ended; without any there is no line.
    pub async fn end_sessions(&self, person_id: &str, line: &AuditLine) -> Result<u64, StoreError> {
        in_transaction!(self, transaction => {
            let ended = sqlx::query(END_SESSIONS).bind(person_id).execute(&mut *transaction).await?.rows_affected();
            if ended > 0 {
                write_line!(&mut *transaction, line)?;
            }
            ended
        })
        .map_err(StoreError::during("end the sessions of a person"))
    }

    /// Notes that somebody has proved who they are.
    pub async fn note_sign_in(&self, person_id: &str, line: &AuditLine) -> Result<(), StoreError> {
        in_transaction!(self, transaction => {
            sqlx::query(SIGNED_IN).bind(person_id).bind(line.at_us).execute(&mut *transaction).await?;
            write_line!(&mut *transaction, line)?;
        })
        .map_err(StoreError::during("note a sign-in"))
    }

    /// Invitations that can still be used, the oldest first.
    pub async fn invitations(&self, now_us: i64) -> Result<Vec<InvitationRow>, StoreError> {
        const SQL: &str = "
            select hash, role, made_at_us, made_by, expires_at_us from sign_in_link
            where expires_at_us > $1 order by expires_at_us, hash";
        let attempt = "read the invitations";
        let found: Vec<FoundInvitation> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).bind(now_us).fetch_all(pool).await)
                .map_err(StoreError::during(attempt))?;
        found.into_iter().map(|row| row.checked().ok_or(StoreError::Damaged { attempt })).collect()
    }

    /// Makes an invitation useless. False when it was used, has expired or was never made.
    pub async fn withdraw_invitation(&self, hash: &[u8; 32], line: &AuditLine) -> Result<bool, StoreError> {
        const SQL: &str = "delete from sign_in_link where hash = $1";
        in_transaction!(self, transaction => {
            let withdrawn = sqlx::query(SQL).bind(hash.as_slice()).execute(&mut *transaction).await?;
            let was_there = withdrawn.rows_affected() == 1;
            if was_there {
                write_line!(&mut *transaction, line)?;
            }
            was_there
        })
        .map_err(StoreError::during("withdraw an invitation"))
    }

    /// Browsers that are signed in, of everybody.
    pub async fn n_open_sessions(&self, now_us: i64) -> Result<i64, StoreError> {
        const SQL: &str = "select count(*) from session where person_id is not null and expires_at_us > $1";
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL).bind(now_us).fetch_one(pool).await)
            .map_err(StoreError::during("count the sessions"))
    }
}

const END_SESSIONS: &str = "delete from session where person_id = $1";

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundPerson {
    id: String,
    name: String,
    role: String,
    created_at_us: i64,
    last_sign_in_at_us: Option<i64>,
    n_sessions: i64,
}

impl FoundPerson {
    fn checked(self) -> Option<PersonRow> {
        Some(PersonRow {
            id: self.id,
            name: self.name,
            role: Role::parse(&self.role)?,
            created_at_us: self.created_at_us,
            last_sign_in_at_us: self.last_sign_in_at_us,
            n_sessions: self.n_sessions,
        })
    }
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundInvitation {
    hash: Vec<u8>,
    role: String,
    made_at_us: i64,
    made_by: String,
    expires_at_us: i64,
}

impl FoundInvitation {
    fn checked(self) -> Option<InvitationRow> {
        Some(InvitationRow {
            hash: self.hash.try_into().ok()?,
            role: Role::parse(&self.role)?,
            made_at_us: self.made_at_us,
            made_by: self.made_by,
            expires_at_us: self.expires_at_us,
        })
    }
}
