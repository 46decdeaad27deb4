//! Actions whose text was read before.
//!
//! An application ranks the same articles and offers again and again, and most of a Rank's body is their features. What
//! was made of an action is kept by its text, byte for byte: it depends on nothing else.

use std::sync::{Arc, LazyLock};

use quick_cache::{Weighter, sync::Cache};

use crate::{
    bandit::{ActionInput, FeatureError, HashedAction},
    log::RequestAction,
    terms::{ActionId, FeatureObject},
};

/// What all of them may take in memory: some 20,000 actions of a dozen features.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Actions for which room is made at once.
const N_LIKELY: usize = 1_000;
/// What one takes besides its text and features.
const OVERHEAD_BYTES: usize = 200;

static KNOWN: LazyLock<Cache<Box<str>, Arc<KnownAction>, ByBytes>> =
    LazyLock::new(|| Cache::with_weighter(N_LIKELY, MAX_BYTES, ByBytes));

/// An action as the learner takes it in.
#[derive(Debug)]
pub struct KnownAction {
    pub id: ActionId,
    /// Whether any feature says something; only such actions are ranked.
    pub has_value: bool,
    pub hashed: HashedAction,
}

impl KnownAction {
    /// Makes it out of what is said of an action.
    pub fn new(id: ActionId, features: &[FeatureObject<'_>]) -> Result<Arc<Self>, FeatureError> {
        let hashed = HashedAction::new(ActionInput { id: id.as_str(), features })?;
        let has_value = features.iter().any(FeatureObject::has_value);
        Ok(Arc::new(Self { id, has_value, hashed }))
    }

    /// Reads an action of a request that the log has. `None` when an older program accepted what this one refuses.
    pub(super) fn read(text: &str) -> Option<Arc<Self>> {
        Self::of_text(text).or_else(|| {
            let RequestAction { id, features } = serde_json::from_str(text).ok()?;
            let action = Self::new(id, &features).ok()?;
            action.is_text(text);
            Some(action)
        })
    }

    /// What this text was found to be.
    pub fn of_text(text: &str) -> Option<Arc<Self>> {
        KNOWN.get(text)
    }

    /// Notes that it is what this text says. An action of which nothing is said is refused, and need not be known.
    pub fn is_text(self: &Arc<Self>, text: &str) {
        if self.has_value {
            KNOWN.insert(text.into(), self.clone());
        }
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Box<str>, Arc<KnownAction>> for ByBytes {
    fn weight(&self, text: &Box<str>, action: &Arc<KnownAction>) -> u64 {
        (OVERHEAD_BYTES + text.len() + action.hashed.n_bytes()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_not_kept() {
        let text = r#"{"id":"empty","features":[{"topic":null}]}"#;
        assert!(!KnownAction::read(text).expect("an action").has_value);
        assert!(KnownAction::of_text(text).is_none());
    }

    #[test]
    fn a_text_is_known_once_it_was_noted_and_memory_is_bounded() {
        let text = |n: usize| format!(r#"{{"id":"a{n}","features":[{{"word":"{}"}}]}}"#, "x".repeat(1_000));
        let known = |n: usize| KnownAction::read(&text(n)).expect("an action");
        assert!(KnownAction::of_text(&text(0)).is_none());
        known(0);
        assert_eq!(KnownAction::of_text(&text(0)).expect("known").id.as_str(), "a0");
        for n in 1..20_000 {
            known(n);
        }
        assert!(KNOWN.weight() <= MAX_BYTES && KNOWN.len() > 1_000, "{} bytes of {}", KNOWN.weight(), KNOWN.len());
    }
}
