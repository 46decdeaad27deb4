//! The arguments of rankloop's own learner: `--rankloop`, and any of its options.
//!
//! ```text
//! --rankloop                     the own learner; alone, as it is when no arguments are given
//! --slots                        a decision fills several slots
//! --epsilon 0.2                  the share of exploration
//! --learners mean,linear,network,forest,recent   the base learners that take part
//! --replays 3                    events that the network learns again with each new one
//! --uncertainty 0.6              standard errors that a gap must exceed before it counts
//! --gamma_scale 100              how strongly gaps count: γ = scale · √(events learned)
//! --memory 64                    what the model may take, in MiB
//!
//! of the linear learner:
//! --learning_rate 0.5            η, and the share of past gradients that each touch of a weight forgets
//! --forgetting 0.01
//! --l1 0  --l2 0                 what pulls weights to zero
//! --bits 18                      the logarithm of the number of weights
//! --singles_with_all 20000       budgets of crosses, see `Budgeted`
//! --pairs_with_all 400
//! --pairs_with_id 400
//! --triples_with_id 120
//! ```

use super::{
    BITS, Base, Exploration, LearningSettings, LearningSettingsError,
    words::{Words, set_once},
};
use crate::bandit::{
    Learner,
    auto::AutoSettings,
    crosses::{Budgeted, Crosses},
};

/// Less leaves no place to learn in, and more is not reached: what is kept is bounded by counts, too.
const MEMORY_MIB: std::ops::RangeInclusive<u32> = 4..=1_024;
/// No budget may let one action have more products than patterns of letters may.
const BUDGETS: std::ops::RangeInclusive<usize> = 0..=50_000;

/// Options as they are read; what is not there stays as usual.
#[derive(Debug, Default)]
struct Reading {
    is_multi_slot: bool,
    epsilon: Option<f64>,
    learners: Option<[bool; Learner::ALL.len()]>,
    replays: Option<u32>,
    uncertainty: Option<f64>,
    gamma_scale: Option<f64>,
    memory: Option<u32>,
    learning_rate: Option<f64>,
    forgetting: Option<f64>,
    l1: Option<f64>,
    l2: Option<f64>,
    bits: Option<u32>,
    singles_with_all: Option<usize>,
    pairs_with_all: Option<usize>,
    pairs_with_id: Option<usize>,
    triples_with_id: Option<usize>,
}

pub(super) fn read(text: &str) -> Result<LearningSettings, LearningSettingsError> {
    let mut reading = Reading::default();
    let mut words = Words::new(text);
    while let Some(name) = words.next_name()? {
        reading.take(name, &mut words)?;
    }
    Ok(reading.finish(text))
}

impl Reading {
    fn take(&mut self, name: &str, words: &mut Words<'_>) -> Result<(), LearningSettingsError> {
        match name {
            LearningSettings::OWN_MARK => Ok(()),
            "--slots" => {
                self.is_multi_slot = true;
                Ok(())
            }
            "--epsilon" => set_once(&mut self.epsilon, name, words.number(0.0..=1.0)?),
            "--gamma_scale" => set_once(&mut self.gamma_scale, name, words.number(0.0..=1e9)?),
            "--learners" => set_once(&mut self.learners, name, learners(words)?),
            "--replays" => set_once(&mut self.replays, name, words.whole(0..=100)?),
            "--uncertainty" => set_once(&mut self.uncertainty, name, words.number(0.0..=100.0)?),
            "--memory" => set_once(&mut self.memory, name, words.whole(MEMORY_MIB)?),
            "--learning_rate" => set_once(&mut self.learning_rate, name, words.number(0.0..=1e6)?),
            "--forgetting" => set_once(&mut self.forgetting, name, words.number(0.0..=0.999)?),
            "--l1" => set_once(&mut self.l1, name, words.number(0.0..=1.0)?),
            "--l2" => set_once(&mut self.l2, name, words.number(0.0..=1.0)?),
            "--bits" => set_once(&mut self.bits, name, words.whole(BITS)?),
            "--singles_with_all" => set_once(&mut self.singles_with_all, name, words.whole(BUDGETS)?),
            "--pairs_with_all" => set_once(&mut self.pairs_with_all, name, words.whole(BUDGETS)?),
            "--pairs_with_id" => set_once(&mut self.pairs_with_id, name, words.whole(BUDGETS)?),
            "--triples_with_id" => set_once(&mut self.triples_with_id, name, words.whole(BUDGETS)?),
            name @ ("--cb_explore_adf" | "--ccb_explore_adf") => {
                Err(LearningSettingsError::Conflict(LearningSettings::OWN_MARK.to_owned(), name.to_owned()))
            }
            other => Err(LearningSettingsError::Unsupported(other.to_owned())),
        }
    }

    fn finish(self, text: &str) -> LearningSettings {
        let mut settings = LearningSettings::own();
        settings.arguments = Some(text.to_owned());
        settings.epsilon = self.epsilon.map(|epsilon| epsilon as f32);
        settings.is_multi_slot = self.is_multi_slot;
        settings.bits = self.bits.unwrap_or(settings.bits);
        let usual = Budgeted::DEFAULT;
        settings.crosses = Crosses::Budgeted(Budgeted {
            singles_with_all: self.singles_with_all.unwrap_or(usual.singles_with_all),
            pairs_with_all: self.pairs_with_all.unwrap_or(usual.pairs_with_all),
            pairs_with_id: self.pairs_with_id.unwrap_or(usual.pairs_with_id),
            triples_with_id: self.triples_with_id.unwrap_or(usual.triples_with_id),
        });
        if let Base::Gradient(steps) = &mut settings.base {
            let or = |given: Option<f64>, usual: f32| given.map_or(usual, |value| value as f32);
            steps.rate = or(self.learning_rate, steps.rate);
            steps.forgetting = or(self.forgetting, steps.forgetting);
            steps.l1 = or(self.l1, steps.l1);
            steps.l2 = or(self.l2, steps.l2);
        }
        if let Exploration::Auto(auto) = &mut settings.exploration {
            auto.is_on = self.learners.unwrap_or(auto.is_on);
            auto.n_replays = self.replays.unwrap_or(auto.n_replays);
            auto.uncertainty = self.uncertainty.unwrap_or(auto.uncertainty);
            auto.gamma_scale = self.gamma_scale.unwrap_or(auto.gamma_scale);
            auto.memory_mib = self.memory.unwrap_or(auto.memory_mib);
        }
        settings
    }
}

/// Names with commas between them.
fn learners(words: &mut Words<'_>) -> Result<[bool; Learner::ALL.len()], LearningSettingsError> {
    let text = words.value();
    let is_on = |learner: Learner| text.split(',').any(|group| group == learner.group());
    let is_known = |group: &str| Learner::ALL.iter().any(|learner| learner.group() == group);
    if text.split(',').all(is_known) {
        return Ok(Learner::ALL.map(is_on));
    }
    Err(LearningSettingsError::Value {
        name: "--learners".to_owned(),
        value: text.to_owned(),
        must: "names out of mean, linear, network, forest and recent, with commas between them",
    })
}

/// The names by which the learners that take part are asked for.
fn groups(auto: &AutoSettings) -> Vec<&'static str> {
    let mut groups = Vec::new();
    for learner in Learner::ALL.into_iter().filter(|learner| auto.has(*learner)) {
        if !groups.contains(&learner.group()) {
            groups.push(learner.group());
        }
    }
    groups
}

/// The arguments that make these settings of the own learner, with every value named.
pub(super) fn text(settings: &LearningSettings) -> String {
    use std::fmt::Write;
    let mut text = LearningSettings::OWN_MARK.to_owned();
    let mut say = |name: &str, value: &dyn std::fmt::Display| {
        write!(text, " --{name} {value}").expect("a String takes whatever is written to it");
    };
    if let Some(auto) = settings.auto() {
        say("learners", &groups(&auto).join(","));
        say("replays", &auto.n_replays);
        say("uncertainty", &auto.uncertainty);
        say("gamma_scale", &auto.gamma_scale);
        say("memory", &auto.memory_mib);
    }
    if let Base::Gradient(steps) = &settings.base {
        say("learning_rate", &steps.rate);
        say("forgetting", &steps.forgetting);
        say("l1", &steps.l1);
        say("l2", &steps.l2);
    }
    say("bits", &settings.bits);
    if let Crosses::Budgeted(budgets) = &settings.crosses {
        say("singles_with_all", &budgets.singles_with_all);
        say("pairs_with_all", &budgets.pairs_with_all);
        say("pairs_with_id", &budgets.pairs_with_id);
        say("triples_with_id", &budgets.triples_with_id);
    }
    text
}
