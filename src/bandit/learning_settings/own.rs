//! The arguments of rankloop's own learner: `--rankloop`, and any of its options.
//!
//! ```text
//! --rankloop                     the own learner; alone, as it is when no arguments are given
//! --slots                        a decision fills several slots
//! --epsilon 0.2                  the share of exploration
//! --gamma_scale 30               how fast exploration narrows: γ = scale · (events learned)^exponent
//! --gamma_exponent 0.5
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
use crate::bandit::crosses::{Budgeted, Crosses};

/// No budget may let one action have more products than patterns of letters may.
const BUDGETS: std::ops::RangeInclusive<usize> = 0..=50_000;

/// Options as they are read; what is not there stays as usual.
#[derive(Debug, Default)]
struct Reading {
    is_multi_slot: bool,
    epsilon: Option<f64>,
    gamma_scale: Option<f64>,
    gamma_exponent: Option<f64>,
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
            "--gamma_exponent" => set_once(&mut self.gamma_exponent, name, words.number(0.0..=2.0)?),
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
        if let Exploration::Own { scale, exponent } = &mut settings.exploration {
            *scale = self.gamma_scale.unwrap_or(*scale);
            *exponent = self.gamma_exponent.unwrap_or(*exponent);
        }
        settings
    }
}

/// The arguments that make these settings of the own learner, with every value named.
pub(super) fn text(settings: &LearningSettings) -> String {
    use std::fmt::Write;
    let mut text = LearningSettings::OWN_MARK.to_owned();
    let mut say = |name: &str, value: &dyn std::fmt::Display| {
        write!(text, " --{name} {value}").expect("a String takes whatever is written to it");
    };
    if let Exploration::Own { scale, exponent } = &settings.exploration {
        say("gamma_scale", scale);
        say("gamma_exponent", exponent);
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
