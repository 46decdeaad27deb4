//! One loop in memory: what a call needs, without a database.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::sync::{oneshot, watch};

use super::{
    LoopAction, LoopError, PastConfiguration, actions::OwnActions, feature_moves::KeptMoves, key_use::KeyUses,
    registry::SharedTools,
};
use crate::{
    bandit::{ActionInput, Asked, Explanations, LearningSettings, Shed},
    loops::RankableAction,
    store::{Appended, Fence, KeyRow, LoopRow, NewRecord, StoreError},
    terms::{Configuration, Environment, FeatureObject, LearningMode, LoopId},
    trainer::{Bucket, Counters, ImitationNumbers, Lag, LoopCell, Progress, Standing, Tools, Trainer},
};

/// How many features an explanation names before the rest is summed up.
const N_EXPLAINED: usize = 8;

/// For how long a change of settings waits for those that other processes made.
const CATCH_UP: Duration = Duration::from_secs(2);

/// What may be known of a key after it was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyInfo {
    pub last4: String,
    pub created_at_us: i64,
}

impl From<&KeyRow> for KeyInfo {
    fn from(row: &KeyRow) -> Self {
        Self { last4: row.last4.clone(), created_at_us: row.created_at_us }
    }
}

/// One loop in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LiveLoop(Arc<LiveInner>);

#[derive(Debug)]
struct LiveInner {
    row: ArcSwap<LoopRow>,
    id: LoopId,
    tools: SharedTools,
    cell: Arc<LoopCell>,
    progress: Arc<Progress>,
    actions: ArcSwap<OwnActions>,
    /// The history of the settings, and when the newest of them that it holds came.
    history: Mutex<Option<(i64, Arc<Vec<PastConfiguration>>)>>,
    /// One change of settings or actions at a time.
    changing: tokio::sync::Mutex<()>,
    /// `None` once it was stopped.
    trainer: Mutex<Option<Trainer>>,
    key_uses: KeyUses,
    kept_moves: KeptMoves,
}

impl LiveLoop {
    pub(super) async fn start(tools: &SharedTools, row: LoopRow) -> Result<Self, LoopError> {
        let actions = LoopAction::load(&tools.store, &row.id).await?;
        let trainer = Trainer::start(Tools {
            loop_id: row.id.clone(),
            store: tools.store.clone(),
            writer: tools.writer.clone(),
            clock: tools.clock.clone(),
            leases: tools.leases.clone(),
            learners: tools.options.learners.clone(),
        });
        let trainer = trainer.await?;
        Ok(Self(Arc::new(LiveInner {
            id: row.id.clone(),
            row: ArcSwap::from_pointee(row),
            tools: tools.clone(),
            cell: trainer.cell().clone(),
            progress: trainer.progress().clone(),
            actions: ArcSwap::from_pointee(OwnActions::new(actions)),
            history: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            trainer: Mutex::new(Some(trainer)),
            key_uses: KeyUses::default(),
            kept_moves: KeptMoves::default(),
        })))
    }

    /// The loop is gone: its trainer stores nothing more.
    pub(super) fn discard(&self) {
        if let Some(trainer) = &*self.trainer() {
            trainer.discard();
        }
    }

    /// Waits for the trainer to end, which it does when the log writer lets the loop go.
    pub(super) async fn ended(&self) {
        let trainer = self.trainer().take();
        if let Some(trainer) = trainer {
            trainer.ended().await;
        }
    }

    fn trainer(&self) -> std::sync::MutexGuard<'_, Option<Trainer>> {
        self.0.trainer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its name in addresses.
    pub fn id(&self) -> &LoopId {
        &self.0.id
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        self.row().name.clone()
    }

    /// Where its callers live.
    pub fn environment(&self) -> Environment {
        self.row().environment
    }

    /// When it was made.
    pub fn created_at_us(&self) -> i64 {
        self.row().created_at_us
    }

    /// What may be known of its keys.
    pub fn keys(&self) -> [KeyInfo; 2] {
        let row = self.row();
        [KeyInfo::from(&row.keys[0]), KeyInfo::from(&row.keys[1])]
    }

    pub(super) fn key_uses(&self) -> &KeyUses {
        &self.0.key_uses
    }

    pub(super) fn kept_moves(&self) -> &KeptMoves {
        &self.0.kept_moves
    }

    /// The configuration in force.
    pub fn configuration(&self) -> Arc<Configuration> {
        self.cell().in_force().configuration.clone()
    }

    /// The learning settings of the model that ranks. While a new model is being trained, those asked for are in
    /// `arguments`.
    pub fn learning_settings(&self) -> LearningSettings {
        self.cell().learned().policy.settings().clone()
    }

    /// The Vowpal Wabbit arguments asked for; `None` is the server's own learner.
    pub fn arguments(&self) -> Option<String> {
        self.cell().in_force().arguments.clone()
    }

    /// The loop's own actions, active or not, in order.
    pub fn actions(&self) -> Arc<Vec<LoopAction>> {
        self.0.actions.load().listed.clone()
    }

    pub(super) fn own_actions(&self) -> Arc<OwnActions> {
        self.0.actions.load_full()
    }

    /// Counted since the loop was made.
    pub fn counters(&self) -> Counters {
        self.cell().tally().counters
    }

    /// What was earned and shown over the last `span_us`, in about `n_buckets` buckets of equal length, oldest first;
    /// empty spans are left out.
    pub fn curve(&self, span_us: i64, n_buckets: usize) -> Vec<Bucket> {
        self.cell().tally().curve(self.now_us(), span_us, n_buckets)
    }

    /// The same between two instants.
    pub fn curve_between(&self, from_us: i64, to_us: i64, n_buckets: usize) -> Vec<Bucket> {
        self.cell().tally().curve_between(self.now_us(), (from_us, to_us), n_buckets)
    }

    /// How many actions the loop had offered before it offered this one for the first time. It never changes, so charts
    /// tell actions apart by it. `None` of an action that was never offered, or after very many.
    pub fn place_of_action(&self, action_id: &str) -> Option<u32> {
        self.cell().tally().marks.place_of(action_id)
    }

    /// Apprentice numbers over the most recent 1,000 apprentice events.
    pub fn imitation(&self) -> ImitationNumbers {
        self.cell().tally().imitation()
    }

    /// When the loop last went into a learning mode; `None` if it never was in it.
    pub fn last_began_us(&self, mode: LearningMode) -> Option<i64> {
        let rules = self.cell().in_force().rules.clone();
        let mut began = None;
        let mut last = None;
        for (_, at_us, rules) in &rules.0 {
            if rules.mode == mode && last != Some(mode) {
                began = Some(*at_us);
            }
            last = Some(rules.mode);
        }
        began
    }

    /// The last folded record; changes whenever something happened. Live pages wait on it.
    pub fn progress(&self) -> watch::Receiver<i64> {
        self.0.progress.watch()
    }

    /// How far learning is behind the log.
    pub fn lag(&self) -> Lag {
        self.cell().lag(self.now_us())
    }

    /// What of its extra work the learner leaves out because rewards come fast.
    pub fn shed(&self) -> Shed {
        self.cell().learned().policy.shed()
    }

    /// While a new model is being trained from the log: the share of it that is done, 0 to 1.
    pub fn relearning(&self) -> Option<f32> {
        self.trainer().as_ref().and_then(Trainer::relearning)
    }

    /// Who trains the loop; `None` while that is not known.
    pub fn standing(&self) -> Option<Standing> {
        self.0.tools.leases.standing(&self.0.id)
    }

    /// What a trainer's writes go behind; `None` when another process trains the loop.
    pub(super) fn fence(&self) -> Option<Fence> {
        self.0.tools.leases.fence(&self.0.id)
    }

    /// The present by the server's clock.
    pub fn now_us(&self) -> i64 {
        self.0.tools.clock.now_us()
    }

    /// Why each action has its score, for a context that is not logged.
    pub fn explain(
        &self,
        context: &[FeatureObject<'_>],
        actions: &[RankableAction<'_>],
        is_allowed: &[bool],
    ) -> Result<Explanations, LoopError> {
        let maps = |objects: &[FeatureObject<'_>]| objects.iter().map(FeatureObject::to_map).collect::<Vec<_>>();
        let context = &maps(context);
        let features: Vec<_> = actions.iter().map(|action| maps(&action.features())).collect();
        let inputs = actions.iter().zip(&features);
        let inputs = inputs.map(|(action, features)| ActionInput { id: action.id.as_str(), features });
        let inputs: Vec<ActionInput<'_>> = inputs.collect();
        let exploration = self.exploration_now();
        let asked = Asked { context, actions: &inputs, is_eligible: is_allowed, exploration, n_most: N_EXPLAINED };
        Ok(self.cell().learned().policy.explain(asked)?)
    }

    pub(super) fn set_row(&self, row: LoopRow) {
        self.0.row.store(Arc::new(row));
    }

    pub(super) fn row(&self) -> Arc<LoopRow> {
        self.0.row.load_full()
    }

    pub(super) fn cell(&self) -> &LoopCell {
        &self.0.cell
    }

    /// The same for work that goes on beside the call.
    pub(super) fn cell_handle(&self) -> Arc<LoopCell> {
        self.0.cell.clone()
    }

    /// The history of the settings, if it is kept as of this instant.
    pub(super) fn known_history(&self, as_of_us: i64) -> Option<Arc<Vec<PastConfiguration>>> {
        let kept = self.0.history.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(at_us, _)| *at_us == as_of_us).map(|(_, history)| history.clone())
    }

    pub(super) fn keep_history(&self, as_of_us: i64, history: Arc<Vec<PastConfiguration>>) {
        *self.0.history.lock().unwrap_or_else(PoisonError::into_inner) = Some((as_of_us, history));
    }

    pub(super) fn tools(&self) -> &SharedTools {
        &self.0.tools
    }

    pub(super) fn set_actions(&self, actions: Vec<LoopAction>) {
        self.0.actions.store(Arc::new(OwnActions::new(actions)));
    }

    /// Reads the loop's own actions again, because another process may have changed them.
    pub(super) async fn reload_actions(&self) -> Result<(), LoopError> {
        let _changing = self.changing().await;
        self.set_actions(LoopAction::load(&self.0.tools.store, &self.0.id).await?);
        Ok(())
    }

    pub(super) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }

    /// Waits until everything is folded that any process has stored by now, so that a change builds upon the one before
    /// it, wherever that was made. What takes too long is not waited for: changes do not depend on it.
    pub(super) async fn catch_up(&self) -> Result<(), StoreError> {
        let head = self.0.tools.store.log_head(&self.0.id).await?;
        let caught_up = self.0.progress.reached(head.seq);
        if let Ok(ended) = tokio::time::timeout(CATCH_UP, caught_up).await {
            ended.map_err(|_| StoreError::Stopped)?;
        }
        Ok(())
    }

    /// Stores a record and waits until the trainer has folded it.
    pub(super) async fn append_and_fold(&self, record: NewRecord) -> Result<Appended, StoreError> {
        self.append_and_fold_behind(record, None).await
    }

    /// The same for what only the loop's trainer does.
    pub(super) async fn append_and_fold_as_trainer(
        &self,
        record: NewRecord,
        fence: Fence,
    ) -> Result<Appended, StoreError> {
        self.append_and_fold_behind(record, Some(fence)).await
    }

    async fn append_and_fold_behind(&self, record: NewRecord, fence: Option<Fence>) -> Result<Appended, StoreError> {
        let (answer, answered) = oneshot::channel();
        let progress = self.0.progress.clone();
        // The caller is woken once, when both are done. One that hung up needs no answer.
        let then = move |result| match result {
            Ok(appended @ Appended::New { seq, .. }) => progress.when_reached(seq, move |reached| {
                drop(answer.send(reached.map(|()| appended).map_err(|_| StoreError::Stopped)));
            }),
            _ => drop(answer.send(result)),
        };
        self.0.tools.writer.append_then(&self.0.id, record, fence, then)?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }
}
