//! The visitors of one loop: they arrive, are shown what the loop chose, and take it or not, as their taste is.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, atomic::Ordering},
    time::{Duration, Instant},
};

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use tokio::{
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};
use tracing::{debug, info};

use super::{Inner, Run, RunState};
use crate::{
    demo::{
        arrivals::{gap, pause_after},
        client::{ClientError, Customer, RankBody},
        held,
        templates::Template,
    },
    terms::LoopId,
};

/// How many arrive in a second.
pub const VISITORS_PER_SECOND: f64 = 25.0;
/// How many come, at most, and for how long.
pub const MOST_VISITORS: u64 = 6_000;
pub const LONGEST: Duration = Duration::from_secs(600);
/// Before so many nobody can tell whether the loop has learned.
const LEAST_VISITORS: u64 = 1_200;
/// Of so many visitors, the last ones, it is looked at what they took.
const N_LOOKED_AT: usize = 400;
/// What share of the way from an even draw to the best choice for everybody is called learned.
const LEARNED: f64 = 0.7;
/// The most visitors that may be looking at one time.
const MOST_LOOKING: usize = 64;
/// How long a visitor looks before taking what is shown, or not.
const THINK_MS: std::ops::Range<u64> = 150..700;
/// Longer than two calls and the thought between them take a server that is well.
const LONGEST_VISIT: Duration = Duration::from_secs(5);
/// Failures in a row after which the visitors give up.
const MOST_FAILURES: u32 = 5;
const SEED: u64 = 0x005e_ed0f_7a57;

/// Everything that one loop's visitors share.
#[derive(Debug, Clone)]
pub(super) struct Visiting {
    inner: Arc<Inner>,
    loop_id: LoopId,
    key: String,
    run: Arc<Run>,
    taken: Arc<Mutex<Taken>>,
    /// One for each visitor who is looking.
    seats: Arc<Semaphore>,
    is_ending: watch::Receiver<bool>,
}

/// What the last visitors took, and how calls went.
#[derive(Debug, Default)]
struct Taken {
    last: VecDeque<bool>,
    n_failures: u32,
    failure: Option<String>,
}

impl Taken {
    fn note(&mut self, is_taken: bool) {
        self.n_failures = 0;
        self.last.push_back(is_taken);
        if self.last.len() > N_LOOKED_AT {
            self.last.pop_front();
        }
    }

    fn share(&self) -> f64 {
        self.last.iter().filter(|is_taken| **is_taken).count() as f64 / self.last.len().max(1) as f64
    }
}

impl Visiting {
    pub(super) fn new(inner: Arc<Inner>, loop_id: LoopId, key: String, run: Arc<Run>) -> Self {
        let is_ending = inner.is_ending.subscribe();
        let seats = Arc::new(Semaphore::new(MOST_LOOKING));
        Self { inner, loop_id, key, run, taken: Arc::default(), seats, is_ending }
    }

    /// Says on the loop's charts that what follows is made up.
    pub(super) async fn mark_begin(&self) -> Result<(), ClientError> {
        let words = format!(
            "Simulated traffic began: made-up visitors, about {VISITORS_PER_SECOND} a second, from the template \"{}\".",
            self.run.template.name
        );
        self.inner.manager().annotate(self.loop_id.as_str(), &words).await
    }

    /// Until it has learned, was stopped, or there were enough.
    pub(super) async fn run(self) {
        let (mut is_ending, mut state) = (self.is_ending.clone(), self.run.state.subscribe());
        let deadline = Instant::now() + LONGEST;
        tokio::select! {
            _ = is_ending.wait_for(|is_ending| *is_ending) => self.run.end(RunState::Stopped),
            _ = state.wait_for(|state| *state != RunState::Running) => {}
            () = self.receive(deadline) => {}
        }
        self.see_off().await;
        let (how, n_visitors) = (self.run.state.borrow().clone(), self.run.n_visitors.load(Ordering::Relaxed));
        info!(loop.id = %self.loop_id, n_visitors, "The simulated visitors have gone");
        if !*self.is_ending.borrow() {
            let words = format!("Simulated traffic ended after {n_visitors} made-up visitors{}", ending(&how));
            // The charts then lack the mark of the end; the traffic has ended all the same.
            if let Err(error) = self.inner.manager().annotate(self.loop_id.as_str(), &words).await {
                debug!(error = &error as &dyn std::error::Error, "The end of simulated traffic could not be marked");
            }
        }
    }

    /// Waits until those who are on their way have gone, so that they are counted, too.
    async fn see_off(&self) {
        let all = u32::try_from(MOST_LOOKING).expect("a few dozen");
        let _ = timeout(LONGEST_VISIT, self.seats.acquire_many(all)).await;
    }

    /// Lets visitors in, one after the other.
    async fn receive(&self, deadline: Instant) {
        let mut random = Pcg64Mcg::seed_from_u64(SEED);
        loop {
            if let Some(how) = self.is_over(deadline) {
                return self.run.end(how);
            }
            let n_failures = held(&self.taken).n_failures;
            let pause = if n_failures > 0 { pause_after(n_failures) } else { Duration::ZERO };
            sleep(pause + gap(VISITORS_PER_SECOND, &mut random)).await;
            let Ok(seat) = Arc::clone(&self.seats).try_acquire_owned() else { continue };
            let visitor = Visitor { visiting: self.clone(), random: Pcg64Mcg::seed_from_u64(random.next_u64()) };
            tokio::spawn(async move {
                let mut is_ending = visitor.visiting.is_ending.clone();
                tokio::select! {
                    _ = is_ending.wait_for(|is_ending| *is_ending) => {}
                    () = visitor.visit() => {}
                }
                drop(seat);
            });
        }
    }

    fn is_over(&self, deadline: Instant) -> Option<RunState> {
        let (n_visitors, taken) = (self.run.n_visitors.load(Ordering::Relaxed), held(&self.taken));
        if taken.n_failures >= MOST_FAILURES {
            return Some(RunState::Failed(taken.failure.clone().unwrap_or_default()));
        }
        if n_visitors >= LEAST_VISITORS && has_learned(self.run.template, taken.share()) {
            return Some(RunState::Learned);
        }
        (n_visitors >= MOST_VISITORS || Instant::now() >= deadline).then_some(RunState::Spent)
    }
}

/// Whether so large a share of the visitors took what they were shown that the loop must know what they like.
fn has_learned(template: &Template, share_taken: f64) -> bool {
    let (even, best) = template.bounds();
    share_taken >= even + LEARNED * (best - even)
}

fn ending(how: &RunState) -> &'static str {
    match how {
        RunState::Learned => ": the loop has learned what they like.",
        RunState::Failed(_) => ", because the loop could not be called.",
        RunState::Running | RunState::Stopped | RunState::Spent => ".",
    }
}

/// One made-up visitor with its own chance.
struct Visitor {
    visiting: Visiting,
    random: Pcg64Mcg,
}

impl Visitor {
    async fn visit(mut self) {
        let taken = self.look().await;
        let visiting = &self.visiting;
        match taken {
            Ok(is_taken) => {
                visiting.run.n_visitors.fetch_add(1, Ordering::Relaxed);
                held(&visiting.taken).note(is_taken);
            }
            Err(error) => {
                // A key that is gone does not come back.
                let n = if error.is_lost_key() { MOST_FAILURES } else { 1 };
                let mut taken = held(&visiting.taken);
                taken.n_failures = taken.n_failures.saturating_add(n);
                taken.failure = Some(error.to_string());
            }
        }
    }

    /// Whether the visitor took what was shown.
    async fn look(&mut self) -> Result<bool, ClientError> {
        let Visiting { inner, loop_id, key, run, .. } = &self.visiting;
        let endpoint = format!("{}/loops/{loop_id}/personalizer", inner.options.base_url);
        let customer = Customer { client: &inner.client, endpoint: &endpoint, key };
        let template = run.template;
        let kind = &template.visitors[self.random.random_range(0..template.visitors.len())];
        let body = RankBody { context_features: &kind.context(), defer_activation: false };
        let answer = customer.rank(&body, false).await?;
        sleep(Duration::from_millis(self.random.random_range(THINK_MS))).await;
        // Nobody knows an action that somebody added since, so nobody takes it.
        let shown = template.actions.iter().position(|action| action.id == answer.reward_action_id);
        let is_taken = shown.is_some_and(|action_idx| self.random.random_bool(kind.probability(action_idx)));
        customer.reward(&answer.event_id, f64::from(u8::from(is_taken))).await?;
        Ok(is_taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::templates::templates;

    #[test]
    fn an_even_draw_is_not_called_learned_and_the_best_choice_is() {
        for template in templates() {
            let (even, best) = template.bounds();
            assert!(!has_learned(template, even) && has_learned(template, best), "{}", template.slug);
        }
    }

    #[test]
    fn only_the_last_visitors_are_looked_at() {
        let mut taken = Taken { n_failures: 2, ..Taken::default() };
        (0..N_LOOKED_AT).for_each(|_| taken.note(false));
        (0..N_LOOKED_AT / 2).for_each(|_| taken.note(true));
        assert_eq!((taken.share(), taken.n_failures), (0.5, 0));
    }
}
