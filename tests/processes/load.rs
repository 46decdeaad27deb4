//! Callers behind a round-robin: each call goes to the next server, and to the one after it until one answers well.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::process::{Answer, Process};

/// A caller gives up on a server that has not answered for so long, and asks the next one.
const PATIENCE_OF_A_CALLER: Duration = Duration::from_secs(3);
const N_CALLERS: usize = 6;

/// The servers in turn.
pub struct RoundRobin {
    pub processes: Vec<Process>,
    next: AtomicUsize,
}

impl RoundRobin {
    pub fn of(processes: Vec<Process>) -> Arc<Self> {
        Arc::new(Self { processes, next: AtomicUsize::new(0) })
    }

    fn next(&self) -> &Process {
        &self.processes[self.next.fetch_add(1, Ordering::Relaxed) % self.processes.len()]
    }

    /// Ranks an event at one server and rewards it at another, until both are acknowledged.
    async fn rank_and_reward(&self, key: &str, event_id: &str) {
        loop {
            if let Ok(Answer { is_logged: true, status, .. }) =
                self.next().rank(key, event_id, PATIENCE_OF_A_CALLER).await
                && status == 201
            {
                break;
            }
        }
        let value = if event_id.len() % 2 == 0 { 1.0 } else { 0.25 };
        loop {
            let answer = self.next().reward(key, event_id, value, PATIENCE_OF_A_CALLER).await;
            if answer.is_ok_and(|answer| answer.status == 204) {
                break;
            }
            // A server that refuses does so at once.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Callers at work.
pub struct Load {
    is_ending: Arc<AtomicBool>,
    callers: Vec<tokio::task::JoinHandle<Vec<String>>>,
    n_done: Arc<AtomicUsize>,
}

impl Load {
    pub fn start(servers: &Arc<RoundRobin>, key: &str) -> Self {
        let (is_ending, n_done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let callers = (0..N_CALLERS).map(|caller| {
            let (servers, key) = (servers.clone(), key.to_owned());
            let (is_ending, n_done) = (is_ending.clone(), n_done.clone());
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                while !is_ending.load(Ordering::Relaxed) {
                    let event_id = format!("event-{caller}-{}", acknowledged.len());
                    servers.rank_and_reward(&key, &event_id).await;
                    acknowledged.push(event_id);
                    n_done.fetch_add(1, Ordering::Relaxed);
                }
                acknowledged
            })
        });
        let callers = callers.collect();
        Self { is_ending, callers, n_done }
    }

    /// Events ranked and rewarded by now.
    pub fn n_done(&self) -> usize {
        self.n_done.load(Ordering::Relaxed)
    }

    /// Lets every caller finish its event; every event that was ranked and rewarded.
    pub async fn end(self) -> Vec<String> {
        self.is_ending.store(true, Ordering::Relaxed);
        let mut acknowledged = Vec::new();
        for caller in self.callers {
            acknowledged.extend(caller.await.expect("a caller that did not panic"));
        }
        acknowledged
    }
}
