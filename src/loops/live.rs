//! Skeleton: the loops in memory.
use std::sync::Arc;

use super::{ActionDraft, LoopAction, LoopError, RankableAction};
use crate::{
    bandit::{Explanation, JsonObject, LearningSettings},
    clock::Clock,
    store::{Durability, Store},
    terms::{ActionId, Configuration, LoopId},
    trainer::{Bucket, Counters, ImitationNumbers},
};

/// What the server may decide about all loops.
#[derive(Debug, Clone)]
pub struct LoopsOptions {
    pub durability: Durability,
    /// Appends that may wait for the disk before more are refused.
    pub n_queued: usize,
    /// The most actions that one Rank may bring; 50 by the old contract.
    pub n_actions_most: usize,
}

/// A loop to be made.
#[derive(Debug, Clone)]
pub struct NewLoop {
    pub name: String,
    pub configuration: Configuration,
    /// `None`: rankloop's own learner.
    pub arguments: Option<String>,
}

/// A loop just made, with the keys that are shown this once.
#[derive(Debug)]
pub struct CreatedLoop {
    pub live: LiveLoop,
    pub keys: [String; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySlot {
    First,
    Second,
}

/// What may be known of a key after it was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyInfo {
    pub last4: String,
    pub created_at_us: i64,
}

/// All loops of this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Loops;

impl Loops {
    /// Loads every loop: newest snapshot plus the tail of its log.
    pub async fn open(_store: Store, _clock: Clock, _options: LoopsOptions) -> Result<Self, LoopError> {
        todo!("loops")
    }
    /// By name, then age.
    pub fn list(&self) -> Vec<LiveLoop> {
        todo!("loops")
    }
    pub fn get(&self, _id: &LoopId) -> Option<LiveLoop> {
        todo!("loops")
    }
    /// Which loop a subscription key is for.
    pub fn by_key(&self, _key: &str) -> Option<LiveLoop> {
        todo!("loops")
    }
    /// `by` is who asks, for the history.
    pub async fn create(&self, _new: NewLoop, _by: &str) -> Result<CreatedLoop, LoopError> {
        todo!("loops")
    }
    pub async fn delete(&self, _id: &LoopId) -> Result<(), LoopError> {
        todo!("loops")
    }
    pub async fn rename(&self, _id: &LoopId, _name: &str) -> Result<(), LoopError> {
        todo!("loops")
    }
    /// Replaces one key; the other goes on working. The new key is returned, once.
    pub async fn rotate_key(&self, _id: &LoopId, _slot: KeySlot) -> Result<String, LoopError> {
        todo!("loops")
    }
    /// Stores snapshots, writes what is waiting, stops the trainers.
    pub async fn shut_down(&self) {
        todo!("loops")
    }
}

/// One loop in memory: what a call needs, without a database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LiveLoop;

impl LiveLoop {
    pub fn id(&self) -> &LoopId {
        todo!("loops")
    }
    pub fn name(&self) -> String {
        todo!("loops")
    }
    pub fn created_at_us(&self) -> i64 {
        todo!("loops")
    }
    pub fn keys(&self) -> [KeyInfo; 2] {
        todo!("loops")
    }
    pub fn configuration(&self) -> Arc<Configuration> {
        todo!("loops")
    }
    pub fn learning_settings(&self) -> LearningSettings {
        todo!("loops")
    }
    /// The loop's own actions, active or not, in order.
    pub fn actions(&self) -> Arc<Vec<LoopAction>> {
        todo!("loops")
    }
    /// Makes or replaces an action.
    pub async fn save_action(&self, _draft: ActionDraft, _by: &str) -> Result<LoopAction, LoopError> {
        todo!("loops")
    }
    pub async fn delete_action(&self, _id: &ActionId) -> Result<(), LoopError> {
        todo!("loops")
    }
    pub fn counters(&self) -> Counters {
        todo!("loops")
    }
    /// What was earned and shown over the last `span_us`, in at most `n_buckets` buckets of equal length, oldest first;
    /// empty spans are left out. `now_us` is `Loops`' clock.
    pub fn curve(&self, _span_us: i64, _n_buckets: usize) -> Vec<Bucket> {
        todo!("loops")
    }
    /// Apprentice numbers over the most recent 1,000 apprentice events.
    pub fn imitation(&self) -> ImitationNumbers {
        todo!("loops")
    }
    /// The last folded record; changes whenever something happened. Live pages wait on it.
    pub fn progress(&self) -> tokio::sync::watch::Receiver<i64> {
        todo!("loops")
    }
    /// While a new model is being trained from the log: the share of it that is done, 0 to 1.
    pub fn relearning(&self) -> Option<f32> {
        todo!("loops")
    }
    /// The present by the server's clock.
    pub fn now_us(&self) -> i64 {
        todo!("loops")
    }
    /// Why each action has its score, for a context that is not logged.
    pub fn explain(&self, _context: &[JsonObject], _actions: &[RankableAction]) -> Result<Vec<Explanation>, LoopError> {
        todo!("loops")
    }
    /// Throws the model away; everything else stays.
    pub async fn reset_model(&self, _by: &str) -> Result<(), LoopError> {
        todo!("loops")
    }
}
