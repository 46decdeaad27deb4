//! Which loops this process trains: those whose lease it holds.
//!
//! Every process folds every log, and so has the same model. What only one may do for a loop (close events in time, store
//! snapshots, remove old records, announce a new model, evaluate) is done by the process that holds its lease, and is
//! written behind the lease's token, so that a process which lost the lease without noticing writes nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tracing::{debug, info, warn};

use crate::{
    store::{Fence, LeasePace, LeaseRow, Store, StoreError},
    terms::LoopId,
};

/// Who trains a loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is this process.
    pub is_here: bool,
    /// Grows with every change of hands.
    pub token: i64,
}

/// The leases of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Leases(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    pace: LeasePace,
    /// Names this process among all that ever were.
    holder: String,
    loops: Mutex<HashMap<LoopId, Known>>,
    /// Held while the database is asked, so that an old answer does not come after a new one.
    asking: tokio::sync::Mutex<()>,
    rounds: Mutex<Option<JoinHandle<()>>>,
}

/// What is known of the lease of a loop that this process would train.
#[derive(Debug, Clone, Default)]
struct Known {
    token: i64,
    /// When this process began to ask for what it then got; `None` while somebody else has it.
    held_since: Option<Instant>,
}

impl Leases {
    /// Starts renewing. `changes` says when it is worth looking before the next round.
    pub fn start(store: Store, holder: String, changes: watch::Receiver<u64>) -> Self {
        let asking = tokio::sync::Mutex::default();
        let pace = store.lease_pace();
        let inner = Inner { store, pace, holder, loops: Mutex::default(), asking, rounds: Mutex::default() };
        let leases = Self(Arc::new(inner));
        let rounds = tokio::spawn(go_round(Arc::downgrade(&leases.0), changes, pace.round));
        *leases.0.rounds.lock().unwrap_or_else(PoisonError::into_inner) = Some(rounds);
        leases
    }

    /// This process can train the loop from now on, and does so at once if nobody else does.
    pub async fn join(&self, id: &LoopId) {
        let _asking = self.0.asking.lock().await;
        self.loops().insert(id.clone(), Known::default());
        let began = Instant::now();
        match self.0.store.take_lease(id, &self.0.holder, self.0.pace.lease).await {
            Ok(Some(fence)) => self.note(id, fence.token, Some(began)),
            // The next round finds out who has it.
            Ok(None) => {}
            Err(problem) => {
                let problem = &problem as &dyn std::error::Error;
                warn!(loop.id = %id, error = problem, "It is not known yet who trains the loop");
            }
        }
    }

    /// The loop is gone, or the process ends.
    pub fn forget(&self, id: &LoopId) -> bool {
        self.loops().remove(id).is_some_and(|known| known.held_since.is_some())
    }

    /// This process cannot train the loop any more; another one may be able to.
    pub async fn leave(&self, id: &LoopId) {
        if self.forget(id)
            && let Err(problem) = self.0.store.release_lease(id, &self.0.holder).await
        {
            debug!(loop.id = %id, error = &problem as &dyn std::error::Error, "A lease was not given back; it runs out");
        }
    }

    /// What the trainer's writes go behind; `None` when this process does not train the loop, or has been silent for so
    /// long that it cannot know.
    pub fn fence(&self, id: &LoopId) -> Option<Fence> {
        let known = self.loops().get(id).cloned()?;
        known.held_since.filter(|since| since.elapsed() < self.0.pace.lease).map(|_| Fence { token: known.token })
    }

    /// What this process is called in leases.
    pub fn holder(&self) -> &str {
        &self.0.holder
    }

    /// Who trains a loop; `None` while that is not known.
    pub fn standing(&self, id: &LoopId) -> Option<Standing> {
        let token = self.loops().get(id).map(|known| known.token).filter(|token| *token > 0)?;
        Some(Standing { is_here: self.fence(id).is_some(), token })
    }

    /// Gives everything back, so that others need not wait. Nothing is taken after this.
    pub async fn release(&self) {
        let rounds = self.0.rounds.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(rounds) = rounds {
            rounds.abort();
            // An error only says that it was stopped, which was asked for.
            let _ = rounds.await;
        }
        self.loops().clear();
        if let Err(problem) = self.0.store.release_leases(&self.0.holder).await {
            debug!(error = &problem as &dyn std::error::Error, "The leases were not given back; they run out");
        }
    }

    fn loops(&self) -> MutexGuard<'_, HashMap<LoopId, Known>> {
        self.0.loops.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Renews what is held, takes what is free, and notes who has what.
    async fn round(&self) -> Result<(), StoreError> {
        let _asking = self.0.asking.lock().await;
        let (store, holder) = (&self.0.store, &self.0.holder);
        let began = Instant::now();
        store.renew_leases(holder, self.0.pace.lease).await?;
        for LeaseRow { loop_id, holder: by, mut token, is_free } in store.leases().await? {
            if !self.loops().contains_key(&loop_id) {
                continue;
            }
            let mut is_ours = !is_free && by == *holder;
            if is_free && let Some(fence) = store.take_lease(&loop_id, holder, self.0.pace.lease).await? {
                (is_ours, token) = (true, fence.token);
            }
            self.note(&loop_id, token, is_ours.then_some(began));
        }
        Ok(())
    }

    fn note(&self, id: &LoopId, token: i64, held_since: Option<Instant>) {
        let mut loops = self.loops();
        // A loop that was left meanwhile is not noted again.
        let Some(known) = loops.get_mut(id) else { return };
        match (known.held_since, held_since) {
            (Some(_), None) => info!(loop.id = %id, token, "Another process trains the loop from now on"),
            (_, Some(_)) if known.token != token => {
                info!(loop.id = %id, token, "This process trains the loop from now on");
            }
            _ => {}
        }
        *known = Known { token, held_since };
    }
}

async fn go_round(inner: Weak<Inner>, mut changes: watch::Receiver<u64>, round: Duration) {
    loop {
        if let Ok(Err(_)) = timeout(round, changes.changed()).await {
            // Nobody tells any more; the rounds go on by the clock.
            tokio::time::sleep(round).await;
        }
        // Held no longer than a round: the leases end when nobody else holds them.
        let Some(inner) = inner.upgrade() else { return };
        if let Err(problem) = Leases(inner).round().await {
            debug!(error = &problem as &dyn std::error::Error, "Leases cannot be renewed at the moment");
        }
    }
}
