//! The loop that gets the past: one that the import makes, or one that is there and has no events yet.

use super::{ImportError, checkpoint::Checkpoint, facts::LoopFacts, merge::Source};
use crate::{
    bandit::LearningSettings,
    log::Fact,
    loops::NewLoop,
    store::{AuditLine, LogHead, LoopRow, Store},
    terms::{Author, Configuration, ExplorationShare, LearningMode, LoopId, RetentionDays, RewardValue},
    trainer::replay,
};

/// Who did it, in the history of settings.
pub const BY: &str = "import";

/// Which loop, and what a new one is to be like.
#[derive(Debug, Clone)]
pub struct Target {
    /// The id of a loop that is there, or a name.
    pub name_or_id: String,
    /// For a new loop: Vowpal Wabbit arguments; `None` is the server's own learner.
    pub arguments: Option<String>,
    /// For a new loop: what an event without a reward counts with.
    pub default_reward: Option<RewardValue>,
}

/// A loop ready to be written to.
#[derive(Debug)]
pub struct Ready {
    pub id: LoopId,
    pub name: String,
    pub checkpoint: Checkpoint,
    /// Both keys, when the loop was made now.
    pub keys: Option<[String; 2]>,
    /// Whether an earlier import goes on.
    pub is_resumed: bool,
}

impl Target {
    /// Finds the loop, or makes it, and makes room for events from `first_us` on.
    pub async fn open(
        &self,
        store: &Store,
        sources: &[Source],
        files: &str,
        first_us: i64,
        now_us: i64,
    ) -> Result<Ready, ImportError> {
        let (row, keys) = match self.find(store).await? {
            Some(row) => (row, None),
            None => {
                let (row, keys) = self.make(store, sources, first_us, now_us).await?;
                (row, Some(keys))
            }
        };
        let (id, name) = (row.id, row.name);
        if let Some(progress) = store.import_progress(&id).await? {
            let checkpoint: Checkpoint = serde_json::from_str(&progress).map_err(ImportError::Checkpoint)?;
            let head = store.log_head(&id).await?;
            return match () {
                () if checkpoint.files != files => Err(ImportError::OtherFiles { name }),
                () if checkpoint.head() != head => Err(ImportError::NotEmpty { name }),
                () => Ok(Ready { id, name, checkpoint, keys, is_resumed: true }),
            };
        }
        // A loop of an import that ended before its first event has the settings that were asked for then.
        let has_settings = self.arguments.is_some() || self.default_reward.is_some();
        if has_settings && keys.is_none() && !is_from_import(store, &id).await? {
            return Err(ImportError::SettingsOfAnother { name });
        }
        if !store.date_back(&id, first_us).await? {
            return Err(ImportError::NotEmpty { name });
        }
        let (facts, head) = read_settings(store, &id, &name, first_us, now_us).await?;
        let checkpoint = Checkpoint::new(files.to_owned(), facts, head);
        Ok(Ready { id, name, checkpoint, keys, is_resumed: false })
    }

    async fn find(&self, store: &Store) -> Result<Option<LoopRow>, ImportError> {
        let loops = store.loops().await?;
        if let Some(row) = loops.iter().find(|row| row.id.as_str() == self.name_or_id) {
            return Ok(Some(row.clone()));
        }
        let mut named = loops.into_iter().filter(|row| row.name == self.name_or_id);
        match (named.next(), named.next()) {
            (Some(_), Some(_)) => Err(ImportError::Ambiguous { name: self.name_or_id.clone() }),
            (found, _) => Ok(found),
        }
    }

    async fn make(
        &self,
        store: &Store,
        sources: &[Source],
        first_us: i64,
        now_us: i64,
    ) -> Result<(LoopRow, [String; 2]), ImportError> {
        let settings = LearningSettings::parse(self.arguments.as_deref()).map_err(ImportError::Arguments)?;
        let usual = Configuration::default();
        let was_apprentice = sources.last().is_some_and(|source| source.is_apprentice);
        let epsilon = settings.epsilon().and_then(|epsilon| ExplorationShare::try_from(epsilon).ok());
        let configuration = Configuration {
            default_reward: self.default_reward.unwrap_or(usual.default_reward),
            exploration_percentage: epsilon.unwrap_or(usual.exploration_percentage),
            // The trainer would remove events that are older than the loop keeps them.
            log_retention_days: RetentionDays::FOREVER,
            learning_mode: if was_apprentice { LearningMode::Apprentice } else { LearningMode::Online },
            ..usual
        };
        let is_multi_slot = sources.iter().any(|source| source.is_multi_slot);
        let new = NewLoop::new(self.name_or_id.clone(), configuration, self.arguments.as_deref(), is_multi_slot);
        let drafted = new.draft(now_us, BY)?;
        // It begins with its first event, so that curves over its life show the past.
        let row = LoopRow { created_at_us: first_us, ..drafted.row };
        let by = Author { name: BY.to_owned(), ..Author::command_line() };
        store.insert_loop(&row, &drafted.first, &AuditLine::of_new_loop(&row, &by)).await?;
        Ok((row, drafted.keys))
    }
}

async fn is_from_import(store: &Store, id: &LoopId) -> Result<bool, ImportError> {
    let first = store.records_between(id, 0, i64::MAX, 1).await?.pop();
    let fact = first.and_then(|record| Fact::from_body(record.seq, record.kind, &record.body).ok());
    Ok(matches!(fact, Some(Fact::Configured(configured)) if configured.by == BY))
}

async fn read_settings(
    store: &Store,
    id: &LoopId,
    name: &str,
    first_us: i64,
    now_us: i64,
) -> Result<(LoopFacts, LogHead), ImportError> {
    let fold = replay(store, id).await?;
    let in_force = fold.cell().in_force();
    let configuration = &in_force.configuration;
    if let Some(kept) = configuration.log_retention_days.get() {
        let kept_us = i64::try_from(kept.as_micros()).unwrap_or(i64::MAX);
        if first_us < now_us.saturating_sub(kept_us) {
            return Err(ImportError::Retention { name: name.to_owned(), days: kept.as_secs() / 86_400 });
        }
    }
    let facts = LoopFacts {
        reward_wait_us: configuration.reward_wait_time.get().as_micros(),
        default_reward: configuration.default_reward.get(),
        policy_version: in_force.policy_version,
    };
    Ok((facts, fold.head()))
}
