//! Simulated worlds in which the best choice is known: the old service's own tutorials, and one for each thing that
//! real traffic does to a learner.
//!
//! Pure code: every number drawn comes from a fixed seed, so a run gives the same figures everywhere.

#![allow(dead_code, unused_imports, reason = "the tests use a part of this, the bench another")]

mod clicks;
mod coffee;
mod defaults;
mod dice;
mod food;
mod gaps;
mod grocery;
mod many;
mod news;
mod play;
mod readers;
mod run;
mod scales;
mod scroll;
mod slots;
mod techfest;
mod travel;
mod workshop;

use std::{fmt, sync::Arc};

pub use dice::Dice;
pub use play::{Rules, object, outcome, play};
pub use rankloop::bandit::JsonObject;
pub use run::{OnAverage, Recovery, Run};

use rankloop::{bandit::ActionInput, terms::SlotId};
use serde_json::Value;

/// One thing to offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub id: String,
    pub features: Vec<JsonObject>,
}

impl Action {
    /// An action with one object of features.
    pub fn new(id: impl Into<String>, features: Value) -> Arc<Self> {
        Arc::new(Self { id: id.into(), features: vec![object(features)] })
    }
}

/// One place to fill, and what each action would do there.
#[derive(Debug, Clone, Default)]
pub struct Slot {
    /// `None` where a decision has one place only.
    pub id: Option<SlotId>,
    pub features: Vec<JsonObject>,
    /// What each action would earn.
    pub rewards: Vec<f64>,
    /// What it would earn on average, with all that the context says.
    pub expected: Vec<f64>,
    /// How many events later that would be known; empty: at once.
    pub late: Vec<usize>,
}

/// One event: what is known, what is offered, and what would come of it.
#[derive(Debug, Clone)]
pub struct Situation {
    pub context: Vec<JsonObject>,
    pub actions: Vec<Arc<Action>>,
    pub slots: Vec<Slot>,
}

impl Situation {
    /// A decision with one place.
    pub fn plain(context: Value, actions: &[Arc<Action>], rewards: Vec<f64>, expected: Vec<f64>) -> Self {
        let slot = Slot { rewards, expected, ..Slot::default() };
        Self { context: vec![object(context)], actions: actions.to_vec(), slots: vec![slot] }
    }

    /// A decision in which every action surely earns what is expected of it.
    pub fn certain(context: Value, actions: &[Arc<Action>], rewards: Vec<f64>) -> Self {
        Self::plain(context, actions, rewards.clone(), rewards)
    }

    /// A decision in which every action is opened, or not, by its chance.
    pub fn clicks(dice: &mut Dice, context: Value, actions: &[Arc<Action>], chances: Vec<f64>) -> Self {
        let rewards = chances.iter().map(|chance| f64::from(u8::from(dice.happens(*chance)))).collect();
        Self::plain(context, actions, rewards, chances)
    }

    /// The actions as a learner takes them.
    pub fn inputs(&self) -> Vec<ActionInput<'_>> {
        self.actions.iter().map(|action| ActionInput { id: &action.id, features: &action.features }).collect()
    }

    /// The same with the actions in another order, so that places tell nothing.
    pub fn shuffled(mut self, dice: &mut Dice) -> Self {
        let order = dice.order(self.actions.len());
        let sorted = |values: &[f64]| order.iter().map(|at| values[*at]).collect();
        self.actions = order.iter().map(|at| self.actions[*at].clone()).collect();
        for slot in &mut self.slots {
            (slot.rewards, slot.expected) = (sorted(&slot.rewards), sorted(&slot.expected));
        }
        self
    }
}

/// The events of one run of a world, by their numbers in order.
pub type Stream = Box<dyn FnMut(usize) -> Situation>;
type Open = dyn Fn(u64, usize) -> Stream + Send + Sync;

/// A stream of events for every seed.
#[derive(Clone)]
pub struct World {
    pub name: String,
    pub n_events: usize,
    /// How many events later all rewards are known.
    pub delay: usize,
    /// Whether `expected` is what the context says, so that the best choice is known.
    pub knows_best: bool,
    /// The parts of the stream after which tastes or offers change.
    changes: Vec<f64>,
    open: Arc<Open>,
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, n_events, delay, .. } = self;
        write!(formatter, "World {name}: {n_events} events, rewards {delay} late")
    }
}

impl World {
    /// A world whose streams are opened by a seed and the number of events.
    pub fn new<S, F>(name: &str, n_events: usize, open: F) -> Self
    where
        S: FnMut(usize) -> Situation + 'static,
        F: Fn(u64, usize) -> S + Send + Sync + 'static,
    {
        let open = Arc::new(move |seed, n_events| Box::new(open(seed, n_events)) as Stream);
        Self { name: name.to_owned(), n_events, delay: 0, knows_best: true, changes: Vec::new(), open }
    }

    /// The same with all rewards so many events late.
    pub fn late(&self, delay: usize) -> Self {
        Self { name: format!("{}-late-{delay}", self.name), delay, ..self.clone() }
    }

    /// The same with fewer events.
    pub fn shortened(&self, n_events: usize) -> Self {
        Self { n_events, ..self.clone() }
    }

    /// The same, known to change after these parts of its events.
    pub fn changing_after(self, parts: &[f64]) -> Self {
        Self { changes: parts.to_vec(), ..self }
    }

    /// The events at which tastes or offers change.
    pub fn changes(&self) -> Vec<usize> {
        self.changes.iter().map(|part| (part * self.n_events as f64) as usize).collect()
    }

    /// The events of one seed.
    pub fn stream(&self, seed: u64) -> Stream {
        (self.open)(seed, self.n_events)
    }
}

/// Every world there is, by families.
pub fn all() -> Vec<World> {
    [
        coffee::worlds(),
        slots::worlds(),
        grocery::worlds(),
        food::worlds(),
        workshop::worlds(),
        techfest::worlds(),
        travel::worlds(),
        scroll::worlds(),
        readers::worlds(),
        news::worlds(),
        clicks::worlds(),
        scales::worlds(),
        defaults::worlds(),
        gaps::worlds(),
        many::worlds(),
    ]
    .concat()
}

/// The world of this name.
pub fn world(name: &str) -> World {
    let found = all().into_iter().find(|world| world.name == name);
    found.unwrap_or_else(|| panic!("there is no world {name}"))
}
