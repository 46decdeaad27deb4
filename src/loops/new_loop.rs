//! Making a loop: everything that it begins with is the first record of its log.

use super::{LoopError, keys, policy, registry::check_name};
use crate::{
    bandit::LearningSettings,
    log::{Configured, Fact, LearningSettingsChange},
    store::{LoopRow, NewRecord},
    terms::{Configuration, Environment},
    trainer::KnownFact,
};

/// A loop to be made.
#[derive(Debug, Clone)]
pub struct NewLoop {
    pub name: String,
    pub environment: Environment,
    pub configuration: Configuration,
    /// Vowpal Wabbit arguments; `None` is the server's own learner.
    pub arguments: Option<String>,
}

/// A loop ready to be stored.
#[derive(Debug)]
pub struct DraftedLoop {
    pub row: LoopRow,
    pub first: NewRecord,
    /// Shown once and never stored.
    pub keys: [String; 2],
}

impl NewLoop {
    /// A loop with the learning settings asked for: none for the default learner, and every text for just what it says,
    /// the old service's default too. A multi-slot policy, or `is_multi_slot`, makes the loop multi-slot.
    pub fn new(name: String, mut configuration: Configuration, arguments: Option<&str>, is_multi_slot: bool) -> Self {
        configuration.is_multi_slot |= is_multi_slot || arguments.is_some_and(policy::is_multi_slot);
        let of_kind = |text: &str| policy::of_kind(text, configuration.is_multi_slot);
        Self { name, environment: Environment::default(), arguments: arguments.map(of_kind), configuration }
    }

    /// Checks it, and gives it an id and keys.
    pub fn draft(&self, created_at_us: i64, by: &str) -> Result<DraftedLoop, LoopError> {
        let name = check_name(&self.name)?;
        let first = self.first_record(by)?;
        let keys = [keys::make(), keys::make()];
        let row = LoopRow {
            id: keys::make_loop_id(),
            name,
            environment: self.environment,
            created_at_us,
            salt: keys::make_salt(),
            revision: 0,
            keys: [keys::row(&keys[0], created_at_us), keys::row(&keys[1], created_at_us)],
        };
        Ok(DraftedLoop { row, first, keys })
    }

    fn first_record(&self, by: &str) -> Result<NewRecord, LoopError> {
        self.configuration.check()?;
        LearningSettings::parse(self.arguments.as_deref())?;
        let fact = Fact::Configured(Box::new(Configured {
            configuration: self.configuration.clone(),
            learning_settings: Some(LearningSettingsChange { arguments: self.arguments.clone() }),
            needs_relearn: false,
            by: by.to_owned(),
            restores_seq: None,
        }));
        Ok(record_of(&fact))
    }
}

/// A fact as the store takes it, and as the trainer gets it back without reading it again.
pub(super) fn known_record(fact: Fact) -> NewRecord {
    let mut record = record_of(&fact);
    record.carried = KnownFact::of(fact);
    record
}

/// A fact as the store takes it.
pub(super) fn record_of(fact: &Fact) -> NewRecord {
    NewRecord::new(fact.kind(), fact.event_id().cloned(), fact.to_body())
}
