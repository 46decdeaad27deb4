//! Which features weigh more or less in what the loop chooses than about a week ago.
//!
//! Of the models that were kept, the one nearest to a week ago is held against the present one, over the newest decisions.
//! That takes up to two seconds of one processor. So it is done only when somebody looks, beside the calls, for one loop
//! at a time, and is good for ten minutes. The model is copied first: the lock around it is what Ranks wait for.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use tokio::{sync::Semaphore, time::timeout};
use tracing::warn;

use super::{CheckpointInfo, LiveLoop, LoopError, explain::Question};
use crate::{
    bandit::{
        ActionInput, Asked, Policy,
        evaluation::{FeatureMove, FeatureMoves},
        slot_context,
    },
    log::Fact,
    store::StoredRecord,
    terms::ExplorationShare,
    trainer::{TrainerError, in_the_background},
};

const MINUTE_US: i64 = 60 * 1_000_000;
const WEEK_US: i64 = 7 * 24 * 60 * MINUTE_US;
/// Decisions that both models are asked about.
const N_DECISIONS: u32 = 100;
/// For how long they are asked, at most. What was answered by then counts.
const ASKING_TIME: Duration = Duration::from_secs(2);
/// For how long an answer is good.
const GOOD_US: i64 = 10 * MINUTE_US;
/// The same while there is no older model, which is soon found out.
const GOOD_WITHOUT_US: i64 = MINUTE_US;
/// How long a page waits for what may be known at once.
const PAGE_PATIENCE: Duration = Duration::from_millis(30);

/// Each comparison holds two models, some 20 MB, and keeps a processor busy.
static COMPARISONS: Semaphore = Semaphore::const_new(1);

/// What weighs more or less than before.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedFeatures {
    pub as_of_us: i64,
    /// Of the model that ranked then.
    pub version: i64,
    /// What it is held against; `None` while no model was kept.
    pub since: Option<OlderModel>,
    /// How many decisions that rests on.
    pub n_decisions: u32,
    /// Every feature that was seen, the one that moved most first.
    pub moves: Vec<FeatureMove>,
}

/// A model that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OlderModel {
    pub version: i64,
    pub kept_at_us: i64,
}

/// What a page can be told without waiting.
#[derive(Debug, Clone)]
pub enum MovesAtHand {
    Found(Arc<MovedFeatures>),
    /// Somebody is at it.
    Looking,
    /// It did not work; the log of the server says why.
    Failed,
}

/// The newest answer of one loop.
#[derive(Debug, Default)]
pub(super) struct KeptMoves {
    newest: ArcSwapOption<Looked>,
    /// Held by who works it out, so that nobody does it twice.
    looking: tokio::sync::Mutex<()>,
}

/// One look.
#[derive(Debug)]
struct Looked {
    at_us: i64,
    /// When the model was last put in the place of another: then the answer is about a model that is gone.
    origin_us: Option<i64>,
    /// `None` when it did not work.
    found: Option<Arc<MovedFeatures>>,
}

impl Looked {
    fn is_good(&self, now_us: i64) -> bool {
        let has_older = self.found.as_ref().is_none_or(|found| found.since.is_some());
        now_us - self.at_us < if has_older { GOOD_US } else { GOOD_WITHOUT_US }
    }
}

impl LiveLoop {
    /// What moved, as of ten minutes ago at most. Works it out where nobody has.
    pub async fn moved_features(&self) -> Result<Arc<MovedFeatures>, LoopError> {
        let _looking = self.kept_moves().looking.lock().await;
        let now_us = self.now_us();
        let kept = self.looked().filter(|looked| looked.is_good(now_us)).and_then(|looked| looked.found.clone());
        if let Some(found) = kept {
            return Ok(found);
        }
        let origin_us = self.model_origin().map(|mark| mark.at_us);
        let found = self.find_moves().await.map(Arc::new);
        let looked = Looked { at_us: now_us, origin_us, found: found.as_ref().ok().cloned() };
        self.kept_moves().newest.store(Some(Arc::new(looked)));
        found
    }

    /// What is known by now. What is not is worked out meanwhile, for whoever asks again.
    pub async fn moved_features_at_hand(&self) -> MovesAtHand {
        let now_us = self.now_us();
        if self.looked().is_none_or(|looked| !looked.is_good(now_us)) {
            let live = self.clone();
            let looking = tokio::spawn(async move {
                if let Err(error) = live.moved_features().await {
                    let error = &error as &dyn std::error::Error;
                    warn!(loop.id = %live.id(), error, "Which features moved could not be worked out");
                }
            });
            if self.looked().is_none() {
                // That there is no older model is known at once; all else goes on without whoever asked.
                timeout(PAGE_PATIENCE, looking).await.ok();
            }
        }
        match self.looked() {
            None => MovesAtHand::Looking,
            Some(looked) => looked.found.clone().map_or(MovesAtHand::Failed, MovesAtHand::Found),
        }
    }

    /// The last look at the model that still ranks.
    fn looked(&self) -> Option<Arc<Looked>> {
        let origin_us = self.model_origin().map(|mark| mark.at_us);
        self.kept_moves().newest.load_full().filter(|looked| looked.origin_us == origin_us)
    }

    async fn find_moves(&self) -> Result<MovedFeatures, LoopError> {
        let as_of_us = self.now_us();
        let version = self.cell().learned().version;
        let mut found = MovedFeatures { as_of_us, version, since: None, n_decisions: 0, moves: Vec::new() };
        let kept = self.checkpoints().await?;
        let Some(older) = nearest(&kept, as_of_us - WEEK_US) else { return Ok(found) };
        found.since = Some(OlderModel { version: older.model_version, kept_at_us: older.at_us });
        if older.model_version == version {
            return Ok(found);
        }
        let _comparing = COMPARISONS.acquire().await.expect("nobody closes it");
        let store = &self.tools().store;
        let Some(body) = store.checkpoint_body(self.id(), &older.id).await? else {
            return Err(LoopError::NotFound("kept model"));
        };
        let stored = store.latest_of_kind(self.id(), Fact::RANKED, i64::MAX, i64::from(N_DECISIONS)).await?;
        let cell = self.cell_handle();
        let compare = move || {
            let exploration = cell.in_force().configuration.exploration_percentage;
            let before = Policy::from_bytes(&body)?;
            let now = cell.learned().clone();
            Ok::<_, LoopError>((now.version, compare(&before, &now.policy, exploration, &stored)))
        };
        let (version, moves) = in_the_background(compare).await.map_err(TrainerError::from)??;
        Ok(MovedFeatures { version, n_decisions: moves.n_decisions(), moves: moves.largest(), ..found })
    }
}

/// The kept model of about this instant.
fn nearest(kept: &[CheckpointInfo], at_us: i64) -> Option<&CheckpointInfo> {
    kept.iter().min_by_key(|kept| kept.at_us.abs_diff(at_us))
}

fn compare(before: &Policy, now: &Policy, exploration: ExplorationShare, stored: &[StoredRecord]) -> FeatureMoves {
    let began = Instant::now();
    let mut moves = FeatureMoves::default();
    for record in stored {
        // What cannot be read any more is not asked about.
        let Ok(Fact::Ranked(ranked)) = Fact::from_body(record.seq, record.kind, &record.body) else { continue };
        let Some(question) = Question::of(&ranked) else { continue };
        let inputs = question.actions.iter().map(|(id, features)| ActionInput { id: id.as_str(), features });
        let inputs: Vec<ActionInput<'_>> = inputs.collect();
        for slot in &question.slots {
            if moves.n_decisions() == N_DECISIONS || began.elapsed() > ASKING_TIME {
                return moves;
            }
            let context = slot_context(&question.context, slot.id.as_ref(), &slot.features);
            let (is_eligible, actions) = (&slot.is_allowed, inputs.as_slice());
            let asked = Asked { context: &context, actions, is_eligible, exploration, n_most: 0 };
            // It was ranked, so its features are good ones.
            moves.take_in(before, now, &asked).ok();
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::CheckpointReason;

    fn kept(at_us: i64) -> CheckpointInfo {
        CheckpointInfo {
            id: at_us.to_string(),
            at_us,
            reason: CheckpointReason::Daily,
            kept_by: "server".into(),
            note: String::new(),
            model_version: 1,
            n_learned: 1,
            n_bytes: 1,
        }
    }

    #[test]
    fn the_model_of_a_week_ago_is_taken_and_of_younger_ones_the_oldest() {
        let day_us = WEEK_US / 7;
        let nearest_of = |days: &[i64]| {
            let kept: Vec<CheckpointInfo> = days.iter().map(|days| kept(-days * day_us)).collect();
            nearest(&kept, -WEEK_US).map(|kept| -kept.at_us / day_us)
        };
        assert_eq!(nearest_of(&[1, 2, 6, 8, 20]), Some(6));
        assert_eq!(nearest_of(&[1, 2, 7, 8]), Some(7));
        assert_eq!(nearest_of(&[1, 2, 3]), Some(3));
        assert_eq!(nearest_of(&[30, 60]), Some(30));
        assert_eq!(nearest_of(&[]), None);
    }

    #[test]
    fn an_answer_without_an_older_model_is_asked_for_again_sooner() {
        let found = |since| MovedFeatures { as_of_us: 0, version: 1, since, n_decisions: 0, moves: Vec::new() };
        let looked = |since| Looked { at_us: 0, origin_us: None, found: Some(Arc::new(found(since))) };
        let (without, with) = (looked(None), looked(Some(OlderModel { version: 1, kept_at_us: 0 })));
        assert!(without.is_good(MINUTE_US - 1) && !without.is_good(MINUTE_US));
        assert!(with.is_good(GOOD_US - 1) && !with.is_good(GOOD_US));
    }
}
