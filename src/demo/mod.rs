//! The news site's newsroom and its simulated readers: a customer of the public API like any other.
//!
//! Never a shortcut: this room speaks HTTP to the server, with a token and keys, and uses no room but `terms`.

mod arrivals;
mod articles;
mod banners;
mod client;
mod coffee;
mod connection;
mod crowd;
mod desks;
mod front_page;
mod moves;
mod newsroom;
mod offers;
mod personas;
mod pictures;
mod readers;
mod taste_story;
mod tastes;
mod templates;
mod traffic;
mod visits;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, atomic::Ordering},
    time::Instant,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::{Semaphore, watch};

pub use articles::{Article, Format, Length, Section, Tone, article, articles, breaking};
pub use banners::{BANNERS, Banner, banner};
pub use client::{ClientError, SIDE_DOOR_HEADER};
pub use coffee::{
    BATCH as COFFEE_BATCH, BEST_FIXED as COFFEE_BEST_FIXED, CoffeeRun, N_EVENTS as N_COFFEES, RANDOM as COFFEE_RANDOM,
    RECORDED as COFFEE_RECORDED, RECORDED_MEAN as COFFEE_RECORDED_MEAN,
};
pub use crowd::{Moods, Stretch, difference};
pub use desks::{Desk, is_desk_loop};
pub use front_page::{Call, Choice, Lead, LeadError, Past, Progress, REST, RankedStory, Reason};
pub use newsroom::{CrowdNumbers, Interest};
pub use offers::{OfferedBanner, SectionOrder};
pub use personas::{Persona, persona, personas, yourself};
pub use pictures::picture;
pub use readers::{MAX_RATE, ReadersControl};
pub use taste_story::{Outcome, TasteStory};
pub use tastes::{Expectation, Taste, click_probability, mean_share_read, reward_for};
pub use templates::{Template, TemplateAction, Visitors, template, template_of, templates};
pub use traffic::{
    LONGEST as LONGEST_TRAFFIC, MOST_VISITORS, RunState, Traffic, TrafficError, TrafficOptions, TrafficStatus,
    VISITORS_PER_SECOND,
};

use crate::terms::LoopId;
use connection::Connection;
use crowd::Crowd;
use moves::Moves;
use readers::Counters;
use visits::Visits;

/// How many calls of visitors may be waiting for an answer at one time; a front page makes three.
const MAX_VISITORS: usize = 96;

/// Where the demo finds the server it is a customer of.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Such as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// A management token with the owner role.
    pub token: String,
    /// What opens the server's side door, when that is where `base_url` leads.
    pub side_door: Option<String>,
}

/// The running demo: its loops, its readers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Demo {
    inner: Arc<Inner>,
}

/// What the demo's parts share.
#[derive(Debug)]
struct Inner {
    options: DemoOptions,
    client: reqwest::Client,
    /// The lead's loop. Empty until the server is ready and it is found or made, and while a lost key is replaced.
    connection: ArcSwapOption<Connection>,
    /// The other desks' loops, as far as they work.
    extras: ArcSwap<HashMap<Desk, Arc<Connection>>>,
    /// Held while one of them is set up.
    opening: tokio::sync::Mutex<()>,
    control: watch::Sender<ReadersControl>,
    is_ending: watch::Sender<bool>,
    counters: Counters,
    /// Visitors are not signed in; their calls are bounded here, before they reach the API.
    visitors: Semaphore,
    visits: Mutex<Visits>,
    crowd: Mutex<Crowd>,
    moves: Mutex<Moves>,
    /// When the taste last changed, and to which.
    changed: Mutex<Option<(Instant, Taste)>>,
    coffee: Mutex<CoffeeRun>,
    trouble: Mutex<Option<String>>,
}

/// How the demo is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoStatus {
    /// Whether the loop is there and a key for it works.
    pub is_ready: bool,
    pub is_paused: bool,
    pub rate_per_second: f64,
    pub taste: Taste,
    /// Ranks that the simulated readers were answered since the start.
    pub n_ranked: u64,
    /// Rewards of theirs that the server took.
    pub n_rewarded: u64,
    /// Readers that left without an answer, so that the default reward stands for them.
    pub n_unanswered: u64,
    /// Calls that failed.
    pub n_failed: u64,
    /// What goes wrong at the moment, in a sentence.
    pub trouble: Option<String>,
}

impl Demo {
    /// Starts in the background: waits until the server answers, makes its loops when they are missing, starts the
    /// readers. Never fails; troubles are logged and tried again.
    pub fn start(options: DemoOptions) -> Self {
        let client = client::http_client(client::DEMO_AGENT, options.side_door.as_deref());
        let inner = Arc::new(Inner {
            options,
            client,
            connection: ArcSwapOption::empty(),
            extras: ArcSwap::default(),
            opening: tokio::sync::Mutex::default(),
            control: watch::Sender::new(ReadersControl::default()),
            is_ending: watch::Sender::new(false),
            counters: Counters::default(),
            visitors: Semaphore::new(MAX_VISITORS),
            visits: Mutex::default(),
            crowd: Mutex::default(),
            moves: Mutex::default(),
            changed: Mutex::default(),
            coffee: Mutex::default(),
            trouble: Mutex::default(),
        });
        // Subscribed before they run, so that a shut-down that comes first finds somebody to wait for.
        tokio::spawn(readers::run(Arc::clone(&inner), inner.is_ending.subscribe()));
        tokio::spawn(newsroom::run(Arc::clone(&inner), inner.is_ending.subscribe()));
        Self { inner }
    }

    /// Ends the readers, and waits until the last one has gone.
    pub async fn shut_down(&self) {
        self.inner.is_ending.send_replace(true);
        // The readers hold a receiver each; when the last is dropped, all have ended.
        self.inner.is_ending.closed().await;
    }

    /// The demo's main loop, once it is known.
    pub fn loop_id(&self) -> Option<LoopId> {
        self.loop_of(Desk::Lead)
    }

    /// The loop of a desk, while it works.
    pub fn loop_of(&self, desk: Desk) -> Option<LoopId> {
        self.inner.desk(desk).map(|connection| connection.loop_id.clone())
    }

    /// How the demo is doing.
    pub fn status(&self) -> DemoStatus {
        let control = *self.inner.control.borrow();
        let counters = &self.inner.counters;
        DemoStatus {
            is_ready: self.inner.connection.load().is_some(),
            is_paused: control.is_paused,
            rate_per_second: control.rate_per_second,
            taste: control.taste,
            n_ranked: counters.n_ranked.load(Ordering::Relaxed),
            n_rewarded: counters.n_rewarded.load(Ordering::Relaxed),
            n_unanswered: counters.n_unanswered.load(Ordering::Relaxed),
            n_failed: counters.n_failed.load(Ordering::Relaxed),
            trouble: self.inner.trouble(),
        }
    }

    /// Stops or resumes the arrival of simulated readers; those that are reading finish.
    pub fn set_paused(&self, is_paused: bool) {
        self.inner.control.send_modify(|control| control.is_paused = is_paused);
    }

    /// How many simulated readers arrive per second; kept between 0.1 and [`MAX_RATE`].
    pub fn set_rate(&self, rate_per_second: f64) {
        // A NaN would pass `clamp` unchanged and stop the readers for good.
        let rate = if rate_per_second.is_nan() { 1.0 } else { rate_per_second.clamp(0.1, MAX_RATE) };
        self.inner.control.send_modify(|control| control.rate_per_second = rate);
    }
}

impl Inner {
    fn trouble(&self) -> Option<String> {
        held(&self.trouble).clone()
    }

    fn set_trouble(&self, trouble: Option<String>) {
        *held(&self.trouble) = trouble;
    }
}

/// What a lock guards. A panic elsewhere left nothing half done: each of these is changed in one step.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
