//! People: how they become known, and how they prove who they are.

use super::{AccountError, Accounts, SignedIn};
use crate::{
    store::AdminRow,
    terms::{AuditKind, Author, Door, Role},
};

/// The longest name, in characters.
const N_NAME_CHARS_MOST: usize = 100;

impl Accounts {
    /// Throttled by name and by `from` (the caller's address).
    pub async fn sign_in(&self, name: &str, password: &str, from: &str) -> Result<SignedIn, AccountError> {
        let name_key = key_of(name.trim());
        self.admit(&name_key, from)?;
        // A name that nobody can have has nobody's password; it takes as long as any other.
        let admin = self.store.admin_by_name(&name_key).await?;
        let stored = admin.as_ref().map(|admin| admin.password_hash.clone());
        let is_right = self.passwords.is_right(password, stored).await?;
        let Some(admin) = admin.as_ref().filter(|_| is_right).cloned() else {
            self.note_failure(admin.as_ref().map(|admin| (&*admin.id, &*admin.name)), from).await?;
            return Err(AccountError::WrongPassword);
        };
        let person = SignedIn::from(admin);
        let line = self.line(AuditKind::SignedIn, &person.author()).on_person(&person.id, &person.name);
        self.store.note_sign_in(&person.id, &line.from_address(from)).await?;
        self.attempts.by_name.forget(&name_key);
        // Only this attempt: somebody with an account must not clear the way for guessing at others.
        self.attempts.by_address.take_back(from);
        Ok(person)
    }

    /// Refuses an attempt that comes too early, and counts every other as failed until it turns out well.
    fn admit(&self, name_key: &str, from: &str) -> Result<(), AccountError> {
        let now_us = self.clock.now_us();
        let waits = [self.attempts.by_name.wait_us(name_key, now_us), self.attempts.by_address.wait_us(from, now_us)];
        if let Some(wait_us) = waits.into_iter().flatten().max() {
            return Err(AccountError::Throttled { retry_after_seconds: wait_us.cast_unsigned().div_ceil(1_000_000) });
        }
        self.attempts.by_name.count(name_key, now_us);
        self.attempts.by_address.count(from, now_us);
        Ok(())
    }

    /// The person behind a session, as they are now; `None` when they are gone.
    pub async fn person(&self, id: &str) -> Result<Option<SignedIn>, AccountError> {
        Ok(self.store.admin_by_id(id).await?.map(SignedIn::from))
    }

    /// Whether anybody can sign in at all.
    pub async fn has_people(&self) -> Result<bool, AccountError> {
        Ok(self.store.has_admins().await?)
    }

    /// Makes a person known.
    pub async fn create_person(
        &self,
        name: &str,
        password: &str,
        role: Role,
        by: &Author,
    ) -> Result<SignedIn, AccountError> {
        let row = self.new_person(name, password, role).await?;
        let line = self.line(AuditKind::PersonJoined, by).on_person(&row.id, &row.name);
        let line = line.telling(format!("as {}", role.as_str()));
        if self.store.insert_admin(&row, &line).await? { Ok(row.into()) } else { Err(AccountError::NameTaken) }
    }

    /// Replaces a password; whoever is signed in under that name is signed out.
    pub async fn reset_password(&self, name: &str, password: &str, by: &Author) -> Result<(), AccountError> {
        let name_key = key_of(checked_name(name)?);
        let person = self.store.admin_by_name(&name_key).await?.ok_or(AccountError::Unknown)?;
        let password_hash = self.passwords.hash(password).await?;
        let line = self.line(AuditKind::PasswordReset, by).on_person(&person.id, &person.name);
        if !self.store.replace_password(&name_key, &password_hash, &line).await? {
            return Err(AccountError::Unknown);
        }
        self.attempts.by_name.forget(&name_key);
        Ok(())
    }

    /// Checks what was typed and hashes the password; stores nothing.
    #[expect(clippy::disallowed_methods, reason = "people are made here, so their ids are")]
    pub(super) async fn new_person(&self, name: &str, password: &str, role: Role) -> Result<AdminRow, AccountError> {
        let name = checked_name(name)?;
        Ok(AdminRow {
            id: uuid::Uuid::new_v4().to_string(),
            name: name.to_owned(),
            name_key: key_of(name),
            password_hash: self.passwords.hash(password).await?,
            role,
            created_at_us: self.clock.now_us(),
        })
    }
}

impl From<AdminRow> for SignedIn {
    fn from(row: AdminRow) -> Self {
        Self { id: row.id, name: row.name, role: row.role, door: Door::Page }
    }
}

/// A name without the spaces around it. Control characters would let one name look like another.
fn checked_name(name: &str) -> Result<&str, AccountError> {
    let name = name.trim();
    let is_good = (1..=N_NAME_CHARS_MOST).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_good { Ok(name) } else { Err(AccountError::NameInvalid) }
}

/// The same for all ways to write a name that differ in case only. Cut short, because anybody may try any name and
/// the throttle remembers it.
fn key_of(name: &str) -> String {
    // PostgreSQL takes no U+0000, and no stored name has one.
    name.replace('\0', "\u{fffd}").to_lowercase().chars().take(4 * N_NAME_CHARS_MOST).collect()
}
