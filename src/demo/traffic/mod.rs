//! Simulated traffic for loops that were made from a template: made-up visitors with a known taste call the loop over its
//! own HTTP API, like any customer, until its curve shows that it learned.
//!
//! Bounded in visitors, in time and in how many loops have some at once. The charts of the loop are marked when it begins
//! and when it ends, in words that say that the visitors are made up.

mod visitors;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, atomic::AtomicU64},
};

use tokio::sync::{Semaphore, watch};

use super::{
    client::{ClientError, Manager, TRAFFIC_AGENT, http_client},
    held,
    templates::Template,
};
use crate::terms::LoopId;

pub use visitors::{LONGEST, MOST_VISITORS, VISITORS_PER_SECOND};

/// Loops that may have simulated traffic at one time.
const N_LOOPS_MOST: usize = 4;
/// Keys that are remembered; the oldest are forgotten. They live in this process's memory alone.
const N_KEYS_MOST: usize = 100;

/// Where the simulated visitors find the server.
#[derive(Debug, Clone)]
pub struct TrafficOptions {
    /// Such as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// A management token, for marking charts.
    pub token: String,
    /// What opens the server's side door, when that is where `base_url` leads.
    pub side_door: Option<String>,
}

/// Starts and stops simulated traffic. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Traffic(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: TrafficOptions,
    client: reqwest::Client,
    is_ending: watch::Sender<bool>,
    places: Arc<Semaphore>,
    runs: Mutex<HashMap<LoopId, Arc<Run>>>,
    /// Of loops that were made in this process, oldest first.
    keys: Mutex<Vec<(LoopId, String)>>,
}

/// One loop's visitors.
#[derive(Debug)]
struct Run {
    template: &'static Template,
    n_visitors: AtomicU64,
    state: watch::Sender<RunState>,
}

/// How it goes with a loop's simulated visitors.
#[derive(Debug, Clone, PartialEq)]
pub enum RunState {
    Running,
    /// Somebody stopped it.
    Stopped,
    /// The loop had learned what the visitors like.
    Learned,
    /// There were as many as there may be.
    Spent,
    /// The loop could not be called.
    Failed(String),
}

/// What is known of a loop's simulated traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficStatus {
    pub n_visitors: u64,
    pub state: RunState,
}

/// Why no visitors come.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    #[error("simulated visitors are on their way already")]
    Running,
    #[error("simulated visitors need a key of the loop")]
    NoKey,
    #[error("{N_LOOPS_MOST} loops have simulated visitors already; stop those of another one first")]
    Busy,
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl Traffic {
    /// Nothing runs yet.
    pub fn new(options: TrafficOptions) -> Self {
        let client = http_client(TRAFFIC_AGENT, options.side_door.as_deref());
        Self(Arc::new(Inner {
            options,
            client,
            is_ending: watch::Sender::new(false),
            places: Arc::new(Semaphore::new(N_LOOPS_MOST)),
            runs: Mutex::default(),
            keys: Mutex::default(),
        }))
    }

    /// A loop was just made: its key opens it for visitors as long as this process lives.
    pub fn remember_key(&self, loop_id: &LoopId, key: &str) {
        let mut keys = held(&self.0.keys);
        keys.retain(|(known, _)| known != loop_id);
        keys.push((loop_id.clone(), key.to_owned()));
        let n_forgotten = keys.len().saturating_sub(N_KEYS_MOST);
        keys.drain(..n_forgotten);
    }

    /// Whether visitors can come without being given a key.
    pub fn has_key(&self, loop_id: &LoopId) -> bool {
        held(&self.0.keys).iter().any(|(known, _)| known == loop_id)
    }

    /// What is known of a loop's visitors; `None` when there were none since this process began.
    pub fn status(&self, loop_id: &LoopId) -> Option<TrafficStatus> {
        let run = held(&self.0.runs).get(loop_id).cloned()?;
        Some(TrafficStatus {
            n_visitors: run.n_visitors.load(std::sync::atomic::Ordering::Relaxed),
            state: run.state.borrow().clone(),
        })
    }

    /// Sends visitors. `key` is needed for a loop whose key is not remembered.
    pub async fn start(
        &self,
        loop_id: &LoopId,
        template: &'static Template,
        key: Option<String>,
    ) -> Result<(), TrafficError> {
        if let Some(key) = key {
            self.remember_key(loop_id, &key);
        }
        let known = held(&self.0.keys).iter().find(|(known, _)| known == loop_id).map(|(_, key)| key.clone());
        let key = known.ok_or(TrafficError::NoKey)?;
        let place = self.0.places.clone().try_acquire_owned().map_err(|_| TrafficError::Busy)?;
        let run =
            Arc::new(Run { template, n_visitors: AtomicU64::new(0), state: watch::Sender::new(RunState::Running) });
        {
            let mut runs = held(&self.0.runs);
            if runs.get(loop_id).is_some_and(|run| *run.state.borrow() == RunState::Running) {
                return Err(TrafficError::Running);
            }
            runs.insert(loop_id.clone(), Arc::clone(&run));
        }
        let visiting = visitors::Visiting::new(Arc::clone(&self.0), loop_id.clone(), key, run);
        if let Err(error) = visiting.mark_begin().await {
            held(&self.0.runs).remove(loop_id);
            return Err(error.into());
        }
        tokio::spawn(async move {
            visiting.run().await;
            drop(place);
        });
        Ok(())
    }

    /// Lets nobody else come; those who are on their way finish.
    pub fn stop(&self, loop_id: &LoopId) {
        if let Some(run) = held(&self.0.runs).get(loop_id) {
            run.end(RunState::Stopped);
        }
    }

    /// Ends all of it, and waits until the last visitor has gone.
    pub async fn shut_down(&self) {
        self.0.is_ending.send_replace(true);
        self.0.is_ending.closed().await;
    }
}

impl Inner {
    fn manager(&self) -> Manager<'_> {
        Manager { client: &self.client, base_url: &self.options.base_url, token: &self.options.token }
    }
}

impl Run {
    /// Says how it ended, unless that was said before.
    fn end(&self, how: RunState) {
        self.state.send_if_modified(|state| {
            let is_running = *state == RunState::Running;
            if is_running {
                *state = how;
            }
            is_running
        });
    }
}
