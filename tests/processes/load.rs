//! Callers behind a round-robin: each call goes to the next server, and to the one after it until one answers well.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::process::{Answer, Process};

/// A caller gives up on a server that has not answered for so long, and asks the next one.
const PATIENCE_OF_A_CALLER: Duration = Duration::from_secs(3);
/// A server that did not answer is passed over for so long, as every balancer does it.
const PASSED_OVER: Duration = Duration::from_secs(5);
/// Before a call is repeated: a server that refuses does so at once.
const A_MOMENT: Duration = Duration::from_millis(20);
const N_CALLERS: usize = 6;

/// The servers in turn.
pub struct RoundRobin {
    pub processes: Vec<Process>,
    next: AtomicUsize,
    /// By server: when it last failed to answer.
    silent_at: Mutex<Vec<Option<Instant>>>,
}

impl RoundRobin {
    pub fn of(processes: Vec<Process>) -> Arc<Self> {
        let silent_at = Mutex::new(vec![None; processes.len()]);
        Arc::new(Self { processes, next: AtomicUsize::new(0), silent_at })
    }

    /// The next server that is not passed over, if there is one.
    fn next(&self) -> Option<usize> {
        let silent_at = self.silent_at.lock().expect("nobody panics");
        let turn = |_| self.next.fetch_add(1, Ordering::Relaxed) % silent_at.len();
        (0..silent_at.len()).map(turn).find(|idx| silent_at[*idx].is_none_or(|at| at.elapsed() > PASSED_OVER))
    }

    /// The answer of a server, if it answered; otherwise it is passed over for a while.
    fn note(&self, idx: usize, answer: Result<Answer, reqwest::Error>) -> Option<Answer> {
        if answer.is_err() {
            self.silent_at.lock().expect("nobody panics")[idx] = Some(Instant::now());
        }
        answer.ok()
    }

    async fn is_ranked(&self, key: &str, event_id: &str) -> bool {
        let Some(idx) = self.next() else { return false };
        let answer = self.processes[idx].rank(key, event_id, PATIENCE_OF_A_CALLER).await;
        self.note(idx, answer).is_some_and(|answer| answer.status == 201 && answer.is_logged)
    }

    async fn is_rewarded(&self, key: &str, event_id: &str) -> bool {
        let Some(idx) = self.next() else { return false };
        let value = if event_id.len().is_multiple_of(2) { 1.0 } else { 0.25 };
        let answer = self.processes[idx].reward(key, event_id, value, PATIENCE_OF_A_CALLER).await;
        self.note(idx, answer).is_some_and(|answer| answer.status == 204)
    }

    /// Ranks an event at one server and rewards it at another, until both are acknowledged.
    async fn rank_and_reward(&self, key: &str, event_id: &str) {
        while !self.is_ranked(key, event_id).await {
            tokio::time::sleep(A_MOMENT).await;
        }
        while !self.is_rewarded(key, event_id).await {
            tokio::time::sleep(A_MOMENT).await;
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
