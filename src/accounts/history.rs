//! The audit history: what `accounts` writes into it, and reading it.

use std::sync::Mutex;

use super::{AccountError, Accounts, SignedIn};
use crate::{
    store::{AuditLine, AuditQuery, StoredLine},
    terms::{AuditKind, Author, Door},
};

/// For so many days lines are kept.
pub const HISTORY_DAYS: u32 = 730;

const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 86_400_000_000;
/// So many failures are written down in a minute; of the others only how many they were. Guessing must not fill the disk.
const N_FAILURES_A_MINUTE: u32 = 60;

/// How many failed sign-ins were written down in this minute.
#[derive(Debug, Default)]
pub(super) struct FailureLines(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    began_us: i64,
    n_written: u32,
    n_left_out: u64,
}

impl FailureLines {
    /// How many were left out before, if one more may be written.
    fn admit(&self, now_us: i64) -> Option<u64> {
        let mut minute = self.0.lock().expect("nothing panics while it holds this lock");
        if (now_us - minute.began_us).abs() >= MINUTE_US {
            minute.began_us = now_us;
            minute.n_written = 0;
        }
        if minute.n_written >= N_FAILURES_A_MINUTE {
            minute.n_left_out += 1;
            return None;
        }
        minute.n_written += 1;
        Some(std::mem::take(&mut minute.n_left_out))
    }
}

impl Accounts {
    /// A line about something that happens now.
    pub(super) fn line(&self, kind: AuditKind, by: &Author) -> AuditLine {
        AuditLine::new(self.clock.now_us(), kind, by)
    }

    /// Writes down a failed sign-in. The name that was typed stands there only if it is somebody's: people type passwords
    /// into the wrong field.
    pub(super) async fn note_failure(&self, known: Option<(&str, &str)>, from: &str) -> Result<(), AccountError> {
        let Some(n_left_out) = self.attempts.failure_lines.admit(self.clock.now_us()) else { return Ok(()) };
        let nobody = Author { id: "nobody".to_owned(), name: "nobody".to_owned(), door: Door::Page };
        let line = self.line(AuditKind::SignInFailed, &nobody).from_address(from);
        let line = match known {
            Some((id, name)) => line.on_person(id, name).telling("wrong password"),
            None => line.on("a name that nobody has"),
        };
        let line = match n_left_out {
            0 => line,
            n => {
                let details = format!("{}; {n} more failures before this one were not written down", line.details);
                line.telling(details.trim_start_matches("; "))
            }
        };
        Ok(self.store.add_audit_line(&line).await?)
    }

    /// Writes down that somebody signed out.
    pub async fn note_sign_out(&self, person: &SignedIn) -> Result<(), AccountError> {
        let line = self.line(AuditKind::SignedOut, &person.author()).on_person(&person.id, &person.name);
        Ok(self.store.add_audit_line(&line).await?)
    }

    /// At most `n_most` lines of the history, the newest first.
    pub async fn history(&self, query: &AuditQuery, n_most: u32) -> Result<Vec<StoredLine>, AccountError> {
        Ok(self.store.audit_lines(query, n_most.into()).await?)
    }

    /// When something of this kind was last done, if the history still knows.
    pub async fn last_done_us(&self, kind: AuditKind) -> Result<Option<i64>, AccountError> {
        Ok(self.store.last_audited_us(kind).await?)
    }

    /// Removes lines of the history that are older than this. Returns how many went.
    pub async fn forget_history(&self, n_days: u32) -> Result<u64, AccountError> {
        Ok(self.store.forget_audit_lines(self.clock.now_us() - i64::from(n_days) * DAY_US).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_failures_leaves_some_lines_a_minute_and_the_number_of_the_others() {
        let lines = FailureLines::default();
        let n_written = (0..1_000).filter(|_| lines.admit(MINUTE_US).is_some()).count();
        assert_eq!(n_written, 60);
        assert_eq!(lines.admit(2 * MINUTE_US), Some(940));
        assert_eq!(lines.admit(2 * MINUTE_US), Some(0));
    }
}
