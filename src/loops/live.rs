//! The loops in memory: what a call needs, without a database.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use arc_swap::ArcSwap;
use tokio::sync::{OnceCell, watch};

use super::{
    LoopAction, LoopError, SigningKey, TrustedSigners,
    evaluations::{Jobs, Runner},
    keys,
    new_loop::{DraftedLoop, NewLoop},
};
use crate::{
    bandit::{ActionInput, Explanation, JsonObject, LearningSettings},
    clock::Clock,
    loops::RankableAction,
    store::{Appended, Durability, KeyRow, LogWriter, LoopRow, NewRecord, Store, StoreError},
    terms::{Configuration, LearningMode, LoopId},
    trainer::{Bucket, Counters, ImitationNumbers, LoopCell, Tools, Trainer},
};

/// How many features an explanation names before the rest is summed up.
const N_EXPLAINED: usize = 8;

/// What the server may decide about all loops.
#[derive(Debug, Clone)]
pub struct LoopsOptions {
    pub durability: Durability,
    /// Appends that may wait for the disk before more are refused.
    pub n_queued: usize,
    /// The most actions that one Rank may bring; 50 by the old contract.
    pub n_actions_most: usize,
    /// Whose models are taken besides our own.
    pub trusted_signers: TrustedSigners,
}

/// A loop just made, with the keys that are shown this once.
#[derive(Debug)]
pub struct CreatedLoop {
    pub live: LiveLoop,
    pub keys: [String; 2],
}

/// Which of a loop's two keys.
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

impl From<&KeyRow> for KeyInfo {
    fn from(row: &KeyRow) -> Self {
        Self { last4: row.last4.clone(), created_at_us: row.created_at_us }
    }
}

/// All loops of this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Loops(Arc<LoopsInner>);

#[derive(Debug)]
struct LoopsInner {
    tools: SharedTools,
    registry: ArcSwap<Registry>,
    /// Held while the registry changes, so that two changes do not undo each other.
    changing: tokio::sync::Mutex<()>,
    /// `None` only while it is being made.
    runner: OnceLock<Runner>,
}

/// The loops as somebody sees them who does not keep them alive.
#[derive(Debug, Clone)]
pub(super) struct WeakLoops(Weak<LoopsInner>);

impl WeakLoops {
    /// All loops and their store; `None` once nobody holds them any more.
    pub fn live(&self) -> Option<(Vec<LiveLoop>, Store)> {
        let loops = Loops(self.0.upgrade()?);
        Some((loops.list(), loops.0.tools.store.clone()))
    }
}

/// What every loop works with.
#[derive(Debug, Clone)]
pub(super) struct SharedTools {
    pub store: Store,
    pub writer: LogWriter,
    pub clock: Clock,
    pub options: Arc<LoopsOptions>,
    /// Read, or made, when a model is first signed or verified.
    pub signing_key: Arc<OnceCell<SigningKey>>,
    pub jobs: Jobs,
}

#[derive(Debug, Clone, Default)]
struct Registry {
    by_id: HashMap<LoopId, LiveLoop>,
    by_key: HashMap<[u8; 32], LiveLoop>,
}

impl Registry {
    fn of(loops: impl IntoIterator<Item = LiveLoop>) -> Self {
        let mut registry = Self::default();
        for live in loops {
            for key in &live.row().keys {
                registry.by_key.insert(key.hash, live.clone());
            }
            registry.by_id.insert(live.id().clone(), live);
        }
        registry
    }
}

impl Loops {
    /// Loads every loop: newest snapshot plus the tail of its log.
    pub async fn open(store: Store, clock: Clock, options: LoopsOptions) -> Result<Self, LoopError> {
        let writer = LogWriter::start(store.clone(), clock.clone(), options.durability, options.n_queued);
        let jobs = Jobs::default();
        let tools = SharedTools {
            store,
            writer,
            clock,
            options: Arc::new(options),
            jobs: jobs.clone(),
            signing_key: Arc::default(),
        };
        let mut loops = Vec::new();
        for row in tools.store.loops().await? {
            loops.push(LiveLoop::start(&tools, row).await?);
        }
        let registry = ArcSwap::from_pointee(Registry::of(loops));
        let changing = tokio::sync::Mutex::default();
        let inner = Arc::new(LoopsInner { tools, registry, changing, runner: OnceLock::new() });
        inner.runner.get_or_init(|| Runner::start(WeakLoops(Arc::downgrade(&inner)), jobs));
        Ok(Self(inner))
    }

    /// By name, then age.
    pub fn list(&self) -> Vec<LiveLoop> {
        let mut loops: Vec<_> = self.0.registry.load().by_id.values().cloned().collect();
        loops.sort_by_cached_key(|live| (live.name().to_lowercase(), live.created_at_us()));
        loops
    }

    /// The loop of this id.
    pub fn get(&self, id: &LoopId) -> Option<LiveLoop> {
        self.0.registry.load().by_id.get(id).cloned()
    }

    /// Which loop a subscription key is for.
    pub fn by_key(&self, key: &str) -> Option<LiveLoop> {
        self.0.registry.load().by_key.get(&keys::hash(key)).cloned()
    }

    /// `by` is who asks, for the history.
    pub async fn create(&self, new: NewLoop, by: &str) -> Result<CreatedLoop, LoopError> {
        let DraftedLoop { row, first, keys } = new.draft(self.0.tools.clock.now_us(), by)?;
        let _changing = self.0.changing.lock().await;
        self.0.tools.store.insert_loop(&row, &first).await?;
        let live = LiveLoop::start(&self.0.tools, row).await?;
        self.replace_registry(|loops| loops.push(live.clone()));
        Ok(CreatedLoop { live, keys })
    }

    /// Removes a loop with everything that is known of it.
    pub async fn delete(&self, id: &LoopId) -> Result<(), LoopError> {
        let _changing = self.0.changing.lock().await;
        let live = self.get(id).ok_or(LoopError::NotFound("loop"))?;
        self.replace_registry(|loops| loops.retain(|other| other.id() != id));
        live.discard();
        self.0.tools.writer.forget(id).await?;
        live.ended().await;
        self.0.tools.store.delete_loop(id).await?;
        Ok(())
    }

    /// Gives a loop another name.
    pub async fn rename(&self, id: &LoopId, name: &str) -> Result<(), LoopError> {
        let name = check_name(name)?;
        let _changing = self.0.changing.lock().await;
        let live = self.get(id).ok_or(LoopError::NotFound("loop"))?;
        self.0.tools.store.rename_loop(id, &name).await?;
        live.0.row.store(Arc::new(LoopRow { name, ..(*live.row()).clone() }));
        Ok(())
    }

    /// Replaces one key; the other goes on working. The new key is returned, once.
    pub async fn rotate_key(&self, id: &LoopId, slot: KeySlot) -> Result<String, LoopError> {
        let _changing = self.0.changing.lock().await;
        let live = self.get(id).ok_or(LoopError::NotFound("loop"))?;
        let key = keys::make();
        let slot = match slot {
            KeySlot::First => 0,
            KeySlot::Second => 1,
        };
        let mut row = (*live.row()).clone();
        row.keys[slot] = keys::row(&key, self.0.tools.clock.now_us());
        self.0.tools.store.replace_key(id, slot, &row.keys[slot]).await?;
        live.0.row.store(Arc::new(row));
        self.replace_registry(|_| {});
        Ok(key)
    }

    /// What models are signed with; made at the first call, for all processes on this database.
    pub async fn signing_key(&self) -> Result<&SigningKey, LoopError> {
        self.0.tools.signing_key().await
    }

    fn replace_registry(&self, change: impl FnOnce(&mut Vec<LiveLoop>)) {
        let mut loops: Vec<_> = self.0.registry.load().by_id.values().cloned().collect();
        change(&mut loops);
        self.0.registry.store(Arc::new(Registry::of(loops)));
    }

    /// Writes what is waiting, lets the trainers store their snapshots, and ends them.
    pub async fn shut_down(&self) {
        if let Some(runner) = self.0.runner.get() {
            runner.shut_down().await;
        }
        self.0.tools.writer.shut_down().await;
        for live in self.list() {
            live.ended().await;
        }
    }
}

/// What a loop can be called.
pub(super) fn check_name(name: &str) -> Result<String, LoopError> {
    let name = name.trim();
    let is_good = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_good { Ok(name.to_owned()) } else { Err(LoopError::Name) }
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
    progress: watch::Receiver<i64>,
    actions: ArcSwap<Vec<LoopAction>>,
    /// One change of settings or actions at a time.
    changing: tokio::sync::Mutex<()>,
    /// `None` once it was stopped.
    trainer: Mutex<Option<Trainer>>,
}

impl LiveLoop {
    pub(super) async fn start(tools: &SharedTools, row: LoopRow) -> Result<Self, LoopError> {
        let actions = LoopAction::load(&tools.store, &row.id).await?;
        let trainer = Trainer::start(Tools {
            loop_id: row.id.clone(),
            store: tools.store.clone(),
            writer: tools.writer.clone(),
            clock: tools.clock.clone(),
        });
        let trainer = trainer.await?;
        Ok(Self(Arc::new(LiveInner {
            id: row.id.clone(),
            row: ArcSwap::from_pointee(row),
            tools: tools.clone(),
            cell: trainer.cell().clone(),
            progress: trainer.progress(),
            actions: ArcSwap::from_pointee(actions),
            changing: tokio::sync::Mutex::default(),
            trainer: Mutex::new(Some(trainer)),
        })))
    }

    /// The loop is gone: its trainer stores nothing more.
    fn discard(&self) {
        if let Some(trainer) = &*self.trainer() {
            trainer.discard();
        }
    }

    /// Waits for the trainer to end, which it does when the log writer lets the loop go.
    async fn ended(&self) {
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

    /// When it was made.
    pub fn created_at_us(&self) -> i64 {
        self.row().created_at_us
    }

    /// What may be known of its keys.
    pub fn keys(&self) -> [KeyInfo; 2] {
        let row = self.row();
        [KeyInfo::from(&row.keys[0]), KeyInfo::from(&row.keys[1])]
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
        self.0.progress.clone()
    }

    /// While a new model is being trained from the log: the share of it that is done, 0 to 1.
    pub fn relearning(&self) -> Option<f32> {
        self.trainer().as_ref().and_then(Trainer::relearning)
    }

    /// The present by the server's clock.
    pub fn now_us(&self) -> i64 {
        self.0.tools.clock.now_us()
    }

    /// Why each action has its score, for a context that is not logged.
    pub fn explain(&self, context: &[JsonObject], actions: &[RankableAction]) -> Result<Vec<Explanation>, LoopError> {
        let learned = self.cell().learned();
        let explain = |action: &RankableAction| {
            let input = ActionInput { id: action.id.as_str(), features: &action.features };
            learned.policy.explain(context, input, N_EXPLAINED)
        };
        Ok(actions.iter().map(explain).collect::<Result<_, _>>()?)
    }

    pub(super) fn row(&self) -> Arc<LoopRow> {
        self.0.row.load_full()
    }

    pub(super) fn cell(&self) -> &LoopCell {
        &self.0.cell
    }

    pub(super) fn tools(&self) -> &SharedTools {
        &self.0.tools
    }

    pub(super) fn set_actions(&self, actions: Vec<LoopAction>) {
        self.0.actions.store(Arc::new(actions));
    }

    pub(super) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }

    /// Stores a record and waits until the trainer has folded it.
    pub(super) async fn append_and_fold(&self, record: NewRecord) -> Result<Appended, StoreError> {
        let appended = self.0.tools.writer.append(&self.0.id, record).await?;
        if let Appended::New { seq, .. } = appended {
            let mut progress = self.progress();
            progress.wait_for(|folded| *folded >= seq).await.map_err(|_| StoreError::Stopped)?;
        }
        Ok(appended)
    }
}
