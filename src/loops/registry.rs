//! All loops of this server: made, found by id or key, renamed, removed.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, Weak},
};

use arc_swap::ArcSwap;
use tokio::sync::OnceCell;

use super::{
    LiveLoop, LoopError, SigningKey, TrustedSigners,
    evaluations::{Jobs, Runner},
    following::Following,
    key_use, keys,
    new_loop::{DraftedLoop, NewLoop},
};
use crate::{
    clock::Clock,
    store::{AuditLine, Durability, LogWriter, Store, Tail},
    terms::{AuditKind, Author, Credential, Environment, LoopId},
    trainer::{Learners, Leases},
};

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
    pub learners: Learners,
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

impl From<KeySlot> for Credential {
    fn from(slot: KeySlot) -> Self {
        match slot {
            KeySlot::First => Self::FirstKey,
            KeySlot::Second => Self::SecondKey,
        }
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
    /// What other processes do is heard for as long as this lives.
    tail: Tail,
    /// `None` only while it is being made.
    runner: OnceLock<Runner>,
    following: OnceLock<Following>,
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

    /// All loops; `None` once nobody holds them any more.
    pub fn upgrade(&self) -> Option<Loops> {
        self.0.upgrade().map(Loops)
    }
}

/// What every loop works with.
#[derive(Debug, Clone)]
pub(super) struct SharedTools {
    pub store: Store,
    pub writer: LogWriter,
    pub clock: Clock,
    pub leases: Leases,
    pub options: Arc<LoopsOptions>,
    /// Read, or made, when a model is first signed or verified.
    pub signing_key: Arc<OnceCell<SigningKey>>,
    pub jobs: Jobs,
}

#[derive(Debug, Clone, Default)]
struct Registry {
    by_id: HashMap<LoopId, LiveLoop>,
    by_key: HashMap<[u8; 32], (LiveLoop, KeySlot)>,
}

impl Registry {
    fn of(loops: impl IntoIterator<Item = LiveLoop>) -> Self {
        let mut registry = Self::default();
        for live in loops {
            for (key, slot) in live.row().keys.iter().zip([KeySlot::First, KeySlot::Second]) {
                registry.by_key.insert(key.hash, (live.clone(), slot));
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
        let tail = Tail::start(&store, &writer);
        let leases = Leases::start(store.clone(), keys::make_process_name(), tail.lease_changes());
        let tools = SharedTools {
            store,
            writer,
            leases,
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
        let (runner, following) = (OnceLock::new(), OnceLock::new());
        let inner = Arc::new(LoopsInner { tools, registry, changing, tail, runner, following });
        let weak = WeakLoops(Arc::downgrade(&inner));
        inner.following.get_or_init(|| Following::start(weak, inner.tail.revisions()));
        tokio::spawn(key_use::write_now_and_then(WeakLoops(Arc::downgrade(&inner))));
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

    /// Which loop a subscription key is for, and which of its keys that is.
    pub fn by_key(&self, key: &str) -> Option<(LiveLoop, KeySlot)> {
        self.0.registry.load().by_key.get(&keys::hash(key)).cloned()
    }

    /// `by` is who asks, for the history.
    pub async fn create(&self, new: NewLoop, by: &Author) -> Result<CreatedLoop, LoopError> {
        let DraftedLoop { row, first, keys } = new.draft(self.0.tools.clock.now_us(), &by.name)?;
        let line = AuditLine::of_new_loop(&row, by);
        let _changing = self.0.changing.lock().await;
        self.0.tools.store.insert_loop(&row, &first, &line).await?;
        let live = LiveLoop::start(&self.0.tools, row).await?;
        self.replace_registry(|loops| loops.push(live.clone()));
        Ok(CreatedLoop { live, keys })
    }

    /// Removes a loop with everything that is known of it.
    pub async fn delete(&self, id: &LoopId, by: &Author) -> Result<(), LoopError> {
        let _changing = self.0.changing.lock().await;
        let live = self.get(id).ok_or(LoopError::NotFound("loop"))?;
        let line = live.line(AuditKind::LoopDeleted, by);
        self.replace_registry(|loops| loops.retain(|other| other.id() != id));
        self.let_go(&live).await?;
        self.0.tools.store.delete_loop(id, &line).await?;
        Ok(())
    }

    /// Ends what this process does for a loop that is gone.
    pub(super) async fn let_go(&self, live: &LiveLoop) -> Result<(), LoopError> {
        live.discard();
        self.0.tools.writer.forget(live.id()).await?;
        live.ended().await;
        Ok(())
    }

    /// Gives a loop another name or environment; what is `None` stays.
    pub async fn relabel(
        &self,
        id: &LoopId,
        name: Option<&str>,
        environment: Option<Environment>,
        by: &Author,
    ) -> Result<(), LoopError> {
        let name = name.map(check_name).transpose()?;
        let _changing = self.0.changing.lock().await;
        let live = self.get(id).ok_or(LoopError::NotFound("loop"))?;
        // Only what changes is written: another process may have changed the rest meanwhile.
        let known = live.row();
        let (name, environment) =
            (name.filter(|name| *name != known.name), environment.filter(|new| *new != known.environment));
        if name.is_none() && environment.is_none() {
            return Ok(());
        }
        let name_said = name.as_deref().map(|name| format!("{} → {name}", known.name));
        let said = environment.map(|new| format!("{} → {}", known.environment.as_str(), new.as_str()));
        let line = live
            .line(AuditKind::LoopRenamed, by)
            .telling(name_said.into_iter().chain(said).collect::<Vec<_>>().join(", "));
        self.0.tools.store.relabel_loop(id, (name.as_deref(), environment), &line).await?;
        let mut row = (*live.row()).clone();
        row.name = name.unwrap_or(row.name);
        row.environment = environment.unwrap_or(row.environment);
        live.set_row(row);
        Ok(())
    }

    /// Replaces one key; the other goes on working. The new key is returned, once.
    pub async fn rotate_key(&self, id: &LoopId, slot: KeySlot, by: &Author) -> Result<String, LoopError> {
        let _changing = self.0.changing.lock().await;
        let live = self.get(id).ok_or(LoopError::NotFound("loop"))?;
        let key = keys::make();
        let slot = match slot {
            KeySlot::First => 0,
            KeySlot::Second => 1,
        };
        let mut row = (*live.row()).clone();
        row.keys[slot] = keys::row(&key, self.0.tools.clock.now_us());
        let line = live.line(AuditKind::KeyReplaced, by).on(format!("key {}", slot + 1));
        let line = line.telling(format!("the new one ends with {}", row.keys[slot].last4));
        self.0.tools.store.replace_key(id, slot, &row.keys[slot], &line).await?;
        live.set_row(row);
        self.replace_registry(|_| {});
        Ok(key)
    }

    /// What models are signed with; made at the first call, for all processes on this database.
    pub async fn signing_key(&self) -> Result<&SigningKey, LoopError> {
        self.0.tools.signing_key().await
    }

    pub(super) fn tools(&self) -> &SharedTools {
        &self.0.tools
    }

    /// Held while the registry changes.
    pub(super) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }

    pub(super) fn replace_registry(&self, change: impl FnOnce(&mut Vec<LiveLoop>)) {
        let mut loops: Vec<_> = self.0.registry.load().by_id.values().cloned().collect();
        change(&mut loops);
        self.0.registry.store(Arc::new(Registry::of(loops)));
    }

    /// Writes what is waiting, lets the trainers store their snapshots, and ends them.
    pub async fn shut_down(&self) {
        if let Some(runner) = self.0.runner.get() {
            runner.shut_down().await;
        }
        key_use::write_all(self).await;
        self.0.tools.writer.shut_down().await;
        for live in self.list() {
            live.ended().await;
        }
        self.0.tools.leases.release().await;
    }
}

/// What a loop can be called.
pub(super) fn check_name(name: &str) -> Result<String, LoopError> {
    let name = name.trim();
    let is_good = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_good { Ok(name.to_owned()) } else { Err(LoopError::Name) }
}
