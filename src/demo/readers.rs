//! Simulated readers: they arrive at a chosen rate, are shown a lead story by Rank, think, and send a Reward or leave.
//!
//! Their number is bounded, they end within moments of being told to, and when the server answers errors one of them
//! knocks at growing intervals while the others stay away: one line in the log at the start and one at the end.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use tokio::{
    sync::{Semaphore, watch},
    time::sleep,
};
use tracing::{info, warn};

use super::{
    Inner,
    arrivals::{gap, pause_after},
    articles::article,
    banners::BANNERS,
    client::{ClientError, RankAnswer, RankBody},
    connection::Connection,
    crowd::Arm,
    desks::{Desk, SECTION_SLOTS, sections_body},
    held,
    offers::sections_of,
    personas::{Persona, personas},
    tastes::{
        Expectation, SHARE_UNANSWERED, Taste, banner_probability, click_probability, mean_share_read, reward_for,
        section_probability,
    },
};

/// The most readers that may arrive per second.
pub const MAX_RATE: f64 = 200.0;
/// The most readers that may be reading at one time.
const MAX_READING: usize = 256;
/// Chance is the same at every start; the order of arrivals over the network is not.
const SEED: u64 = 0x005e_ed0f_4e35;
/// How long a reader looks at the front page before opening the story or leaving.
const THINK_MS: std::ops::Range<u64> = 200..1000;
/// The share of readers that hold another device than usual.
const SHARE_OTHER_DEVICE: f64 = 0.15;
/// The share of readers that is shown the editor's order, and not the loop's.
const SHARE_EDITOR: f64 = 0.1;
/// The share of readers that looks at the sections below the fold, and the share that sees the newsletter.
const SHARE_SECTIONS: f64 = 0.2;
const SHARE_BANNER: f64 = 0.2;
const DEVICES: [&str; 3] = ["phone", "tablet", "computer"];

/// What a person decides about the readers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadersControl {
    pub is_paused: bool,
    pub rate_per_second: f64,
    pub taste: Taste,
    /// Whether the breaking story is out.
    pub is_breaking: bool,
}

impl Default for ReadersControl {
    fn default() -> Self {
        Self { is_paused: false, rate_per_second: 20.0, taste: Taste::default(), is_breaking: false }
    }
}

/// What the readers have done since the start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub n_ranked: AtomicU64,
    pub n_rewarded: AtomicU64,
    pub n_unanswered: AtomicU64,
    pub n_failed: AtomicU64,
    /// The latest failure that the arrivals have not looked at yet.
    failure: Mutex<Option<ClientError>>,
}

impl Counters {
    fn note_failure(&self, error: ClientError) {
        *self.failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
    }

    fn take_failure(&self) -> Option<ClientError> {
        self.failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
    }
}

/// Receives readers until `is_ending` says so.
pub(super) async fn run(inner: Arc<Inner>, mut is_ending: watch::Receiver<bool>) {
    let each_reader = is_ending.clone();
    let arrivals = async {
        let mut random = Pcg64Mcg::seed_from_u64(SEED);
        loop {
            let connection = Arc::new(connect_patiently(&inner).await);
            inner.connection.store(Some(Arc::clone(&connection)));
            receive(&inner, &connection, &each_reader, &mut random).await;
            // The key no longer opens the loop: someone rotated it, or deleted the loop.
            inner.connection.store(None);
        }
    };
    tokio::select! {
        // An error means that the demo itself is gone, which ends the readers too.
        _ = is_ending.wait_for(|is_ending| *is_ending) => {}
        () = arrivals => {}
    }
}

async fn connect_patiently(inner: &Inner) -> Connection {
    for attempt_idx in 0.. {
        // A server that is still starting is no trouble worth a word.
        if inner.manager().is_ready().await {
            match inner.connect(Desk::Lead).await {
                Ok(connection) => {
                    info!(loop.id = %connection.loop_id, "The demo's readers have a loop and a key");
                    inner.set_trouble(None);
                    return connection;
                }
                Err(error) => {
                    if inner.trouble().is_none() {
                        warn!(error = &error as &dyn std::error::Error, "The demo cannot start yet and keeps trying");
                    }
                    inner.set_trouble(Some(error.to_string()));
                }
            }
        }
        sleep(pause_after(attempt_idx)).await;
    }
    unreachable!("the attempts have no end")
}

/// Lets readers in, one after the other, until the key is lost.
async fn receive(
    inner: &Arc<Inner>,
    connection: &Arc<Connection>,
    is_ending: &watch::Receiver<bool>,
    random: &mut Pcg64Mcg,
) {
    let seats = Arc::new(Semaphore::new(MAX_READING));
    let mut control = inner.control.subscribe();
    loop {
        if let Some(failure) = inner.counters.take_failure()
            && !recover(inner, connection, failure, random).await
        {
            return;
        }
        let now = *control.borrow_and_update();
        tokio::select! {
            // Whoever pauses or slows the readers sees it at once, not after the next arrival.
            _ = control.changed() => continue,
            () = next_arrival(now, random) => {}
        }
        // With every seat taken the server is slower than the rate asks; more readers would only queue.
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else { continue };
        let mut reader = Reader { inner: Arc::clone(inner), random: Pcg64Mcg::seed_from_u64(random.next_u64()) };
        let (connection, mut is_ending) = (Arc::clone(connection), is_ending.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = is_ending.wait_for(|is_ending| *is_ending) => {}
                result = reader.visit(&connection) => if let Err(error) = result {
                    reader.report(error, &connection);
                },
            }
            drop(seat);
        });
    }
}

async fn next_arrival(control: ReadersControl, random: &mut Pcg64Mcg) {
    if control.is_paused {
        return std::future::pending().await;
    }
    sleep(gap(control.rate_per_second, random)).await;
}

/// Keeps all but one reader away until the server answers again. False: only a new key helps.
async fn recover(inner: &Arc<Inner>, connection: &Connection, mut failure: ClientError, random: &mut Pcg64Mcg) -> bool {
    warn!(error = &failure as &dyn std::error::Error, "The demo's readers stay away until the server answers again");
    for attempt_idx in 0.. {
        inner.set_trouble(Some(failure.to_string()));
        if failure.is_lost_key() {
            return false;
        }
        sleep(pause_after(attempt_idx)).await;
        let mut scout = Reader { inner: Arc::clone(inner), random: Pcg64Mcg::seed_from_u64(random.next_u64()) };
        match scout.visit(connection).await {
            Ok(()) => break,
            Err(error) => {
                inner.counters.n_failed.fetch_add(1, Ordering::Relaxed);
                failure = error;
            }
        }
    }
    // Readers that were on their way when the trouble began may have reported it since.
    inner.counters.take_failure();
    inner.set_trouble(None);
    info!("The demo's readers are back");
    true
}

/// One simulated reader with its own chance.
#[derive(Debug)]
struct Reader {
    inner: Arc<Inner>,
    random: Pcg64Mcg,
}

impl Reader {
    /// Tells the arrivals that a call failed, unless it was made with a key that has been replaced since: readers that
    /// still hold the old one must not make the demo replace the new one too.
    fn report(&self, error: ClientError, connection: &Arc<Connection>) {
        let counters = &self.inner.counters;
        counters.n_failed.fetch_add(1, Ordering::Relaxed);
        if self.inner.connection.load().as_ref().is_some_and(|current| Arc::ptr_eq(current, connection)) {
            counters.note_failure(error);
        }
    }

    /// Sees the front page once, and answers or leaves. One in ten is shown the editor's.
    async fn visit(&mut self, connection: &Connection) -> Result<(), ClientError> {
        let persona = any_persona(&mut self.random);
        let editor = if self.random.random_bool(SHARE_EDITOR) { self.inner.desk(Desk::Editor) } else { None };
        if let Some(editor) = editor {
            // A loop that the paper can do without keeps nobody away.
            if let Err(error) = self.read(&editor, &persona, Arm::Editor).await {
                self.inner.note_extra_failure(Desk::Editor, &error);
            }
            return Ok(());
        }
        self.read(connection, &persona, Arm::Learned).await?;
        self.read_on(&persona).await;
        Ok(())
    }

    async fn read(&mut self, connection: &Connection, persona: &Persona, arm: Arm) -> Result<(), ClientError> {
        let counters = &self.inner.counters;
        let customer = connection.customer(&self.inner.client);
        let body = RankBody { context_features: &persona.context(), defer_activation: false };
        let answer = customer.rank(&body, false).await?;
        counters.n_ranked.fetch_add(1, Ordering::Relaxed);
        if arm == Arm::Learned {
            self.note_probabilities(persona, &answer);
        }

        sleep(Duration::from_millis(self.random.random_range(THINK_MS))).await;

        let control = *self.inner.control.borrow();
        let verdict = verdict(control.taste, persona, &answer.reward_action_id, &mut self.random);
        if let Some(value) = verdict {
            customer.reward(&answer.event_id, value).await?;
            counters.n_rewarded.fetch_add(1, Ordering::Relaxed);
        } else {
            counters.n_unanswered.fetch_add(1, Ordering::Relaxed);
        }
        let known = Expectation::of(control.taste, persona, control.is_breaking);
        let is_happy = verdict.is_some_and(|value| value > 0.0);
        held(&self.inner.crowd).note(Instant::now(), arm, is_happy, &known);
        Ok(())
    }

    /// Only answers in exactly the persona's own situation can be compared with each other.
    fn note_probabilities(&self, persona: &Persona, answer: &RankAnswer) {
        if personas().contains(persona) {
            held(&self.inner.moves).note(persona.slug, Instant::now(), answer);
        }
    }

    /// Some readers look at the sections below the fold, and some see the newsletter. Nobody stays away when it fails.
    async fn read_on(&mut self, persona: &Persona) {
        if self.random.random_bool(SHARE_SECTIONS)
            && let Some(connection) = self.inner.desk(Desk::Sections)
            && let Err(error) = self.look_at_sections(&connection, persona).await
        {
            self.inner.note_extra_failure(Desk::Sections, &error);
        }
        if self.random.random_bool(SHARE_BANNER)
            && let Some(connection) = self.inner.desk(Desk::Banner)
            && let Err(error) = self.look_at_banner(&connection, persona).await
        {
            self.inner.note_extra_failure(Desk::Banner, &error);
        }
    }

    async fn look_at_sections(&mut self, connection: &Connection, persona: &Persona) -> Result<(), ClientError> {
        let customer = connection.customer(&self.inner.client);
        let answer = customer.rank_slots(&sections_body(&persona.context())).await?;
        sleep(Duration::from_millis(self.random.random_range(THINK_MS))).await;
        let taste = self.inner.control.borrow().taste;
        let shown = sections_of(&answer).into_iter().enumerate().zip(SECTION_SLOTS);
        let rewards: Vec<(String, f64)> = shown
            .map(|((slot_idx, section), (slot, _))| {
                let is_opened = self.random.random_bool(section_probability(taste, persona, section, slot_idx));
                (slot.to_owned(), f64::from(u8::from(is_opened)))
            })
            .collect();
        customer.reward_slots(&answer.event_id, &rewards).await
    }

    async fn look_at_banner(&mut self, connection: &Connection, persona: &Persona) -> Result<(), ClientError> {
        let customer = connection.customer(&self.inner.client);
        let body = RankBody { context_features: &persona.context(), defer_activation: false };
        let answer = customer.rank(&body, false).await?;
        sleep(Duration::from_millis(self.random.random_range(THINK_MS))).await;
        let banner_idx = BANNERS.iter().position(|banner| banner.id == answer.reward_action_id);
        let is_taken = banner_idx.is_some_and(|idx| self.random.random_bool(banner_probability(persona, idx)));
        customer.reward(&answer.event_id, f64::from(u8::from(is_taken))).await
    }
}

fn any_persona(random: &mut impl Rng) -> Persona {
    let mut persona = personas()[random.random_range(0..personas().len())].clone();
    if random.random_bool(SHARE_OTHER_DEVICE) {
        persona.device = DEVICES[random.random_range(0..DEVICES.len())];
    }
    persona
}

/// The reward that this reader gives the story, or none when they leave without a word.
fn verdict(taste: Taste, persona: &Persona, story: &str, random: &mut impl Rng) -> Option<f64> {
    if random.random_bool(SHARE_UNANSWERED) {
        return None;
    }
    // Nobody knows a story that an operator made up in the dashboard, so nobody opens it.
    let Some(article) = article(story) else { return Some(0.0) };
    if !random.random_bool(click_probability(taste, persona, article)) {
        return Some(0.0);
    }
    let share = mean_share_read(persona, article) + random.random_range(-0.2..0.2);
    Some(reward_for(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_readers() {
        let crowd = || {
            let mut random = Pcg64Mcg::seed_from_u64(SEED);
            (0..50).map(|_| any_persona(&mut random)).collect::<Vec<_>>()
        };
        assert_eq!(crowd(), crowd());
    }

    #[test]
    fn a_story_nobody_knows_is_opened_by_nobody() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let persona = &personas()[0];
        let verdicts = (0..200).filter_map(|_| verdict(Taste::OrdinaryWeek, persona, "no-such-story", &mut random));
        assert!(verdicts.into_iter().all(|value| value == 0.0));
    }
}
