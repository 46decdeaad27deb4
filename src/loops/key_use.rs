//! Which key was last used, when, and by what kind of client: so that a key can be replaced once nobody uses it any more,
//! and so that the first call is seen at once.
//!
//! A call leaves two numbers in memory. They go into the database once an hour and at the end, so after a crash the last
//! hour may be missing; with several processes, each tells of the others what they wrote down.

use std::{
    sync::atomic::{AtomicI64, AtomicU8, Ordering},
    time::Duration,
};

use tracing::warn;

use super::{KeySlot, LiveLoop, LoopError, Loops, WeakLoops};
use crate::store::KeyUseRow;

/// How often uses go into the database.
const WRITE_EVERY: Duration = Duration::from_secs(3_600);

/// How clients begin to name themselves, and what people call them. The first that fits counts; the last fits all.
const CLIENTS: [(&str, &str); 17] = [
    ("azsdk-net-", "Azure client for .NET"),
    ("azsdk-python-", "Azure client for Python"),
    ("azsdk-js-", "Azure client for JavaScript"),
    ("azsdk-java-", "Azure client for Java"),
    ("FxVersion/", "Azure client for .NET"),
    ("azure-sdk-for-python", "Azure client for Python"),
    ("azpersonalizer", "Azure client"),
    ("rankloop-demo", "the demo’s readers"),
    ("rankloop-traffic", "simulated traffic"),
    ("curl/", "curl"),
    ("python-", "Python"),
    ("node", "Node.js"),
    ("Go-http-client", "Go"),
    ("Java", "Java"),
    ("okhttp", "Java or Kotlin"),
    ("Mozilla/", "a browser"),
    ("", "another client"),
];
/// Of clients that do not name themselves.
const NAMELESS: &str = "a client without a name";
const NAMELESS_IDX: u8 = u8::MAX;

/// The kind of client that a call came from. Only its place in a list: a call keeps no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientKind(u8);

impl ClientKind {
    /// By the header `User-Agent`.
    pub fn of(user_agent: Option<&[u8]>) -> Self {
        let Some(named) = user_agent.filter(|named| !named.is_empty()) else { return Self(NAMELESS_IDX) };
        let begins =
            |prefix: &str| named.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
        let found = CLIENTS.iter().position(|(prefix, _)| begins(prefix)).unwrap_or(CLIENTS.len() - 1);
        Self(u8::try_from(found).unwrap_or(NAMELESS_IDX))
    }

    fn words(self) -> &'static str {
        CLIENTS.get(usize::from(self.0)).map_or(NAMELESS, |(_, words)| *words)
    }
}

/// When a key was last used, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    pub at_us: i64,
    /// The kind of client, in words.
    pub by: String,
}

/// The uses of a loop's two keys, as this process saw them.
#[derive(Debug, Default)]
pub(super) struct KeyUses([Seen; 2]);

#[derive(Debug, Default)]
struct Seen {
    /// 0: never.
    at_us: AtomicI64,
    client: AtomicU8,
    /// How far the database knows.
    written_us: AtomicI64,
}

impl KeyUses {
    fn note(&self, slot: KeySlot, client: ClientKind, at_us: i64) {
        let seen = &self.0[slot as usize];
        seen.client.store(client.0, Ordering::Relaxed);
        seen.at_us.store(at_us, Ordering::Relaxed);
    }

    fn seen(&self, slot: usize) -> Option<KeyUse> {
        let at_us = self.0[slot].at_us.load(Ordering::Relaxed);
        let client = ClientKind(self.0[slot].client.load(Ordering::Relaxed));
        (at_us > 0).then(|| KeyUse { at_us, by: client.words().to_owned() })
    }

    /// What the database does not know yet.
    fn unwritten(&self, slot: usize) -> Option<KeyUse> {
        self.seen(slot).filter(|seen| seen.at_us > self.0[slot].written_us.load(Ordering::Relaxed))
    }

    fn note_written(&self, slot: usize, at_us: i64) {
        self.0[slot].written_us.store(at_us, Ordering::Relaxed);
    }
}

impl LiveLoop {
    /// A call came with this key.
    pub fn note_key_use(&self, slot: KeySlot, client: ClientKind) {
        self.key_uses().note(slot, client, self.now_us());
    }

    /// The last use of each of the two keys, as far as this process and the database know.
    pub async fn last_key_uses(&self) -> Result<[Option<KeyUse>; 2], LoopError> {
        let stored = self.tools().store.key_uses(self.id()).await?;
        let made_us = self.keys().map(|key| key.created_at_us);
        let latest = |slot: usize| {
            let stored = stored[slot].clone().map(|row| KeyUse { at_us: row.at_us, by: row.by });
            let both = [stored, self.key_uses().seen(slot)].into_iter().flatten();
            // A use from before the key was replaced was one of the key before it.
            both.filter(|seen| seen.at_us >= made_us[slot]).max_by_key(|seen| seen.at_us)
        };
        Ok([latest(0), latest(1)])
    }

    async fn write_key_uses(&self) -> Result<(), LoopError> {
        for slot in 0..2 {
            let Some(KeyUse { at_us, by }) = self.key_uses().unwritten(slot) else { continue };
            self.tools().store.note_key_use(self.id(), slot, &KeyUseRow { at_us, by }).await?;
            self.key_uses().note_written(slot, at_us);
        }
        Ok(())
    }
}

/// Writes the uses of all keys down.
pub(super) async fn write_all(loops: &Loops) {
    for live in loops.list() {
        if let Err(error) = live.write_key_uses().await {
            let error = &error as &dyn std::error::Error;
            warn!(loop.id = %live.id(), error, "When its keys were last used was not written down; the next hour tries again");
        }
    }
}

/// The same once an hour, for as long as anybody holds the loops.
pub(super) async fn write_now_and_then(loops: WeakLoops) {
    let mut every = tokio::time::interval(WRITE_EVERY);
    every.tick().await;
    loop {
        every.tick().await;
        let Some(loops) = loops.upgrade() else { return };
        write_all(&loops).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_told_by_how_it_names_itself_and_others_are_not_guessed_at() {
        let told = |agent: &str| ClientKind::of(Some(agent.as_bytes())).words();
        assert_eq!(told("azsdk-python-ai-personalizer/1.0.0b1 Python/3.12"), "Azure client for Python");
        assert_eq!(told("AZSDK-NET-AI.Personalizer/2.0"), "Azure client for .NET");
        assert_eq!(told("python-requests/2.32"), "Python");
        assert_eq!(told("curl/8.5.0"), "curl");
        assert_eq!(told("Mozilla/5.0 (X11; Linux)"), "a browser");
        assert_eq!(told("my own thing"), "another client");
        assert_eq!(told(""), NAMELESS);
        assert_eq!(ClientKind::of(None).words(), NAMELESS);
    }

    #[test]
    fn only_a_use_that_the_database_does_not_know_is_written() {
        let uses = KeyUses::default();
        assert_eq!((uses.seen(0), uses.unwritten(0)), (None, None));
        uses.note(KeySlot::Second, ClientKind::of(Some(b"curl/8")), 5);
        assert_eq!(uses.unwritten(1), Some(KeyUse { at_us: 5, by: "curl".to_owned() }));
        uses.note_written(1, 5);
        assert_eq!(uses.unwritten(1), None);
        assert_eq!(uses.seen(1).map(|seen| seen.at_us), Some(5));
        assert_eq!(uses.seen(0), None);
    }
}
