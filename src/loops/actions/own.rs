//! The loop's own actions in memory: as the operator made them, and as Ranks offer them.

use std::sync::{Arc, OnceLock};

use super::LoopAction;
use crate::loops::RankableAction;

/// The actions that the operator defined.
#[derive(Debug)]
pub(in crate::loops) struct OwnActions {
    /// All of them, in order.
    pub listed: Arc<Vec<LoopAction>>,
    /// By place: as Ranks offer it, made by the first that does.
    rankable: Box<[OnceLock<RankableAction<'static>>]>,
}

impl OwnActions {
    pub fn new(listed: Vec<LoopAction>) -> Self {
        let rankable = listed.iter().map(|_| OnceLock::new()).collect();
        Self { listed: Arc::new(listed), rankable }
    }

    /// Those that a Rank at this moment offers, in order.
    pub fn offered(&self, now_us: i64) -> Vec<RankableAction<'static>> {
        let offered = self.listed.iter().zip(&self.rankable).filter(|(action, _)| action.is_offered(now_us));
        offered.map(|(action, rankable)| rankable.get_or_init(|| rankable_of(action)).clone()).collect()
    }
}

fn rankable_of(action: &LoopAction) -> RankableAction<'static> {
    RankableAction::to_keep(action.id.clone(), action.features.iter().cloned().map(Into::into).collect())
}
