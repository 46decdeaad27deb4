//! Rows of people, management tokens and sign-in links. Secrets are hashes here.

use super::{AuditLine, InvitationRow, Store, StoreError, audit::write_line};
use crate::terms::Role;

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq)]
pub struct AdminRow {
    pub id: String,
    /// What the person signs in with, as they wrote it.
    pub name: String,
    /// The name without regard to case; unique.
    pub name_key: String,
    pub password_hash: String,
    pub role: Role,
    pub created_at_us: i64,
}

/// A program that may manage the server.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagementTokenRow {
    pub hash: [u8; 32],
    pub name: String,
    pub role: Role,
    pub created_at_us: i64,
}

/// What became of the attempt to use a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkUse {
    Accepted,
    /// Used before, expired or never made.
    Invalid,
    /// The link is still good.
    NameTaken,
}

/// Adds a person, within a transaction of either database.
macro_rules! insert_admin {
    ($executor:expr, $row:expr) => {{
        const SQL: &str = "
            insert into admin (id, name, name_key, password_hash, role, created_at_us) values ($1, $2, $3, $4, $5, $6)";
        let row: &AdminRow = $row;
        sqlx::query(SQL)
            .bind(row.id.as_str())
            .bind(row.name.as_str())
            .bind(row.name_key.as_str())
            .bind(row.password_hash.as_str())
            .bind(row.role.as_str())
            .bind(row.created_at_us)
            .execute($executor)
            .await
    }};
}

/// Notes that somebody has proved who they are.
pub(super) const SIGNED_IN: &str = "update admin set last_sign_in_at_us = $2 where id = $1";

impl Store {
    /// False when the name is taken.
    pub async fn insert_admin(&self, row: &AdminRow, line: &AuditLine) -> Result<bool, StoreError> {
        let inserted = in_transaction!(self, transaction => {
            insert_admin!(&mut *transaction, row)?;
            write_line!(&mut *transaction, line)?;
        });
        match inserted {
            Err(error) if is_taken(&error) => Ok(false),
            inserted => inserted.map(|()| true).map_err(StoreError::during("store a person")),
        }
    }

    /// Uses a link up and stores the person whom it lets in, with the link's own role; or does neither.
    pub async fn accept_link(
        &self,
        hash: &[u8; 32],
        now_us: i64,
        row: &AdminRow,
        line: &AuditLine,
    ) -> Result<LinkUse, StoreError> {
        const SQL: &str = "delete from sign_in_link where hash = $1 and role = $2 and expires_at_us > $3";
        let used = in_transaction!(self, transaction => {
            let n_links = sqlx::query(SQL)
                .bind(hash.as_slice())
                .bind(row.role.as_str())
                .bind(now_us)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if n_links == 1 {
                insert_admin!(&mut *transaction, row)?;
                // Whoever uses a link is signed in by it.
                sqlx::query(SIGNED_IN).bind(row.id.as_str()).bind(line.at_us).execute(&mut *transaction).await?;
                write_line!(&mut *transaction, line)?;
            }
            n_links == 1
        });
        match used {
            Ok(is_accepted) => Ok(if is_accepted { LinkUse::Accepted } else { LinkUse::Invalid }),
            Err(error) if is_taken(&error) => Ok(LinkUse::NameTaken),
            Err(error) => Err(StoreError::during("use a sign-in link")(error)),
        }
    }

    pub async fn admin_by_name(&self, name_key: &str) -> Result<Option<AdminRow>, StoreError> {
        const SQL: &str = "
            select id, name, name_key, password_hash, role, created_at_us from admin where name_key = $1";
        self.admin(SQL, name_key).await
    }

    pub async fn admin_by_id(&self, id: &str) -> Result<Option<AdminRow>, StoreError> {
        const SQL: &str = "select id, name, name_key, password_hash, role, created_at_us from admin where id = $1";
        self.admin(SQL, id).await
    }

    async fn admin(&self, sql: &'static str, key: &str) -> Result<Option<AdminRow>, StoreError> {
        let attempt = "read a person";
        let found: Option<FoundAdmin> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(sql).bind(key).fetch_optional(pool).await)
                .map_err(StoreError::during(attempt))?;
        found.map(|row| row.checked().ok_or(StoreError::Damaged { attempt })).transpose()
    }

    pub async fn has_admins(&self) -> Result<bool, StoreError> {
        const SQL: &str = "select count(*) from admin";
        self.is_any(SQL).await
    }

    /// Replaces a password and ends the sessions of whoever has it. False when there is no such person.
    pub async fn replace_password(
        &self,
        name_key: &str,
        password_hash: &str,
        line: &AuditLine,
    ) -> Result<bool, StoreError> {
        const REPLACE: &str = "update admin set password_hash = $2 where name_key = $1";
        const SIGN_OUT: &str = "delete from session where person_id = (select id from admin where name_key = $1)";
        in_transaction!(self, transaction => {
            let replaced =
                sqlx::query(REPLACE).bind(name_key).bind(password_hash).execute(&mut *transaction).await?;
            sqlx::query(SIGN_OUT).bind(name_key).execute(&mut *transaction).await?;
            let is_known = replaced.rows_affected() == 1;
            if is_known {
                write_line!(&mut *transaction, line)?;
            }
            is_known
        })
        .map_err(StoreError::during("replace a password"))
    }

    /// Stores a link, and forgets those that have expired by then.
    pub async fn insert_link(&self, row: &InvitationRow, line: &AuditLine) -> Result<(), StoreError> {
        const FORGET: &str = "delete from sign_in_link where expires_at_us <= $1";
        const SQL: &str = "
            insert into sign_in_link (hash, role, expires_at_us, made_at_us, made_by) values ($1, $2, $3, $4, $5)";
        in_transaction!(self, transaction => {
            sqlx::query(FORGET).bind(row.made_at_us).execute(&mut *transaction).await?;
            sqlx::query(SQL)
                .bind(row.hash.as_slice())
                .bind(row.role.as_str())
                .bind(row.expires_at_us)
                .bind(row.made_at_us)
                .bind(row.made_by.as_str())
                .execute(&mut *transaction)
                .await?;
            write_line!(&mut *transaction, line)?;
        })
        .map_err(StoreError::during("store a sign-in link"))
    }

    /// The role that a link gives; `None` when it was used, has expired or was never made.
    pub async fn link_role(&self, hash: &[u8; 32], now_us: i64) -> Result<Option<Role>, StoreError> {
        const SQL: &str = "select role from sign_in_link where hash = $1 and expires_at_us > $2";
        let attempt = "read a sign-in link";
        let found: Option<String> = on_pool!(self.pools.reading(), pool => sqlx::query_scalar(SQL)
            .bind(hash.as_slice())
            .bind(now_us)
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during(attempt))?;
        found.map(|role| Role::parse(&role).ok_or(StoreError::Damaged { attempt })).transpose()
    }

    pub async fn insert_token(&self, row: &ManagementTokenRow, line: &AuditLine) -> Result<(), StoreError> {
        const SQL: &str = "insert into management_token (hash, name, role, created_at_us) values ($1, $2, $3, $4)";
        in_transaction!(self, transaction => {
            sqlx::query(SQL)
                .bind(row.hash.as_slice())
                .bind(row.name.as_str())
                .bind(row.role.as_str())
                .bind(row.created_at_us)
                .execute(&mut *transaction)
                .await?;
            write_line!(&mut *transaction, line)?;
        })
        .map_err(StoreError::during("store a management token"))
    }

    pub async fn token(&self, hash: &[u8; 32]) -> Result<Option<ManagementTokenRow>, StoreError> {
        const SQL: &str = "select name, role, created_at_us from management_token where hash = $1";
        let attempt = "read a management token";
        let found: Option<(String, String, i64)> = on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .fetch_optional(pool)
            .await)
        .map_err(StoreError::during(attempt))?;
        let Some((name, role, created_at_us)) = found else { return Ok(None) };
        let role = Role::parse(&role).ok_or(StoreError::Damaged { attempt })?;
        Ok(Some(ManagementTokenRow { hash: *hash, name, role, created_at_us }))
    }

    pub async fn has_tokens(&self) -> Result<bool, StoreError> {
        const SQL: &str = "select count(*) from management_token";
        self.is_any(SQL).await
    }

    async fn is_any(&self, sql: &'static str) -> Result<bool, StoreError> {
        on_pool!(self.pools.reading(), pool => sqlx::query_scalar(sql).fetch_one(pool).await)
            .map(|n_rows: i64| n_rows > 0)
            .map_err(StoreError::during("look for accounts"))
    }
}

/// Whether the database refused a row because its name is there already.
fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// A row as the database gives it.
#[derive(sqlx::FromRow)]
struct FoundAdmin {
    id: String,
    name: String,
    name_key: String,
    password_hash: String,
    role: String,
    created_at_us: i64,
}

impl FoundAdmin {
    fn checked(self) -> Option<AdminRow> {
        Some(AdminRow {
            id: self.id,
            name: self.name,
            name_key: self.name_key,
            password_hash: self.password_hash,
            role: Role::parse(&self.role)?,
            created_at_us: self.created_at_us,
        })
    }
}
