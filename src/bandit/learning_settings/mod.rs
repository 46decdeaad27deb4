//! How the learner learns, as one checked value: rankloop's own way, or what Vowpal Wabbit's arguments say.
//!
//! Every argument that is accepted does what it does in Vowpal Wabbit. Every other is refused by its name: a setting
//! that is silently ignored is a wrong answer to a question that somebody paid to ask.

mod of_model;
mod own;
mod vowpal_wabbit;
mod words;

use super::{
    auto::AutoSettings,
    coin::Stakes,
    cost_estimate::{CostEstimate, Estimator},
    crosses::Crosses,
    explore::{Cover, RegCb},
    marginals::MarginalRule,
    steps::Steps,
};

pub(super) use of_model::of_model;

/// The longest argument string of the contract.
const MAX_CHARS: usize = 1_024;
/// Tables smaller than this collide all the time; larger ones cost every loop more than 64 MB.
const BITS: std::ops::RangeInclusive<u32> = 8..=22;
/// As `--power_t`, `-l` and the rest stand when the arguments do not name them.
const VOWPAL_WABBIT_STEPS: Steps = Steps { rate: 0.5, power: 0.5, initial: 0.0, l1: 0.0, l2: 0.0, forgetting: 0.0 };
/// The number of bits when none is given; Vowpal Wabbit's too.
const DEFAULT_BITS: u32 = 18;

/// How to learn and how to explore.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningSettings {
    arguments: Option<String>,
    epsilon: Option<f32>,
    is_multi_slot: bool,
    pub(super) bits: u32,
    pub(super) crosses: Crosses,
    pub(super) base: Base,
    pub(super) marginal: Option<MarginalRule>,
    pub(super) estimator: Estimator,
    pub(super) exploration: Exploration,
    /// Where the chance of `--bag` starts.
    pub(super) random_seed: u64,
}

/// By which rule weights move.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Base {
    Gradient(Steps),
    Coin(Stakes),
}

/// From scores to probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Exploration {
    /// Rankloop's own: the mixture, and inverse gap weighting beyond its uncertainty, within the share of exploration.
    Auto(AutoSettings),
    /// What Vowpal Wabbit does without another: `--epsilon`.
    EpsilonGreedy { ties: Ties },
    /// `--softmax`.
    Softmax { lambda: f64 },
    /// `--first`: evenly for so many events, then the best.
    First { n_even: u64 },
    /// `--bag`: models that learn each event a random number of times and vote. With `greedify` the first learns once.
    Bag { n_models: u32, greedify: bool, ties: Ties },
    /// `--cover`.
    Cover { cover: Cover, ties: Ties },
    /// `--squarecb`. γ as above.
    SquareCb { scale: f64, exponent: f64 },
    /// `--regcb`.
    RegCb { bounds: RegCb, ties: Ties },
}

/// What equally good actions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ties {
    Share,
    /// `--first_only`.
    FirstOnly,
}

/// Why arguments are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearningSettingsError {
    /// An argument that this learner does not have.
    #[error("the argument {0} is not supported")]
    Unsupported(String),
    /// An argument about where data comes from and goes to.
    #[error("the argument {0} is refused: what is read and written, and in which form, is the server's to say")]
    ServerSets(String),
    /// Nothing that makes it a bandit. The contract's own sentence.
    #[error("The learning policy must contain --cb_explore_adf or --cats.")]
    NoExploration,
    /// Longer than the contract allows.
    #[error("the arguments can have at most {most} characters")]
    TooLong {
        /// How many are allowed.
        most: usize,
    },
    /// An argument with a value that it cannot have.
    #[error("{name} cannot be {value:?}: it must be {must}")]
    Value {
        /// The argument.
        name: String,
        /// What was given, empty if nothing.
        value: String,
        /// What it takes.
        must: &'static str,
    },
    /// One argument with two values.
    #[error("{0} is there twice, with different values")]
    Twice(String),
    /// Two arguments that exclude each other.
    #[error("{0} and {1} cannot stand together")]
    Conflict(String, String),
    /// An argument that means nothing without another.
    #[error("{0} means nothing without {1}")]
    Needs(String, &'static str),
}

impl LearningSettings {
    /// The old service's default, as its clients compare it.
    pub const COMPATIBLE_DEFAULT: &'static str =
        "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::";
    /// What makes arguments those of rankloop's own learner.
    pub const OWN_MARK: &'static str = "--rankloop";

    /// `None`: rankloop's own default learner. `Some`: what the text says, which is either `--rankloop` with its
    /// options or Vowpal Wabbit's arguments.
    pub fn parse(arguments: Option<&str>) -> Result<Self, LearningSettingsError> {
        match arguments {
            Some(text) if text.chars().count() > MAX_CHARS => Err(LearningSettingsError::TooLong { most: MAX_CHARS }),
            arguments => Self::read(arguments),
        }
    }

    /// As [`Self::parse`], of any length: what a model was exported with is longer than what was sent once.
    pub(super) fn read(arguments: Option<&str>) -> Result<Self, LearningSettingsError> {
        let Some(text) = arguments else { return Ok(Self::own()) };
        if text.split_whitespace().any(|word| word == Self::OWN_MARK) {
            own::read(text)
        } else {
            vowpal_wabbit::read(text)
        }
    }

    /// The arguments it was made from.
    pub fn arguments(&self) -> Option<&str> {
        self.arguments.as_deref()
    }

    /// The arguments it was made from or, for the default learner, those that would make it: with every option's value.
    pub fn to_text(&self) -> String {
        self.arguments.clone().unwrap_or_else(|| own::text(self))
    }

    /// The exploration share that the arguments name, if they do (`--epsilon`).
    pub fn epsilon(&self) -> Option<f32> {
        self.epsilon
    }

    /// Whether a decision fills several slots: `--ccb_explore_adf`, or `--rankloop --slots`.
    pub fn is_multi_slot(&self) -> bool {
        self.is_multi_slot
    }

    /// Rankloop's own learner, the policy `auto`. What is set here besides is its linear learner: direct regression of
    /// the chosen action's cost on context × action crosses, with a slow forgetting that keeps steps from dying out.
    fn own() -> Self {
        Self {
            arguments: None,
            epsilon: None,
            is_multi_slot: false,
            bits: DEFAULT_BITS,
            crosses: Crosses::Budgeted(super::crosses::Budgeted::DEFAULT),
            base: Base::Gradient(Steps { forgetting: 0.01, ..VOWPAL_WABBIT_STEPS }),
            marginal: None,
            estimator: Estimator { estimate: CostEstimate::Direct, least_propensity: 0.0 },
            exploration: Exploration::Auto(AutoSettings::DEFAULT),
            random_seed: 0,
        }
    }

    /// How `auto` learns, if it is that.
    pub(super) fn auto(&self) -> Option<AutoSettings> {
        match self.exploration {
            Exploration::Auto(auto) => Some(auto),
            _ => None,
        }
    }

    /// What must be alike for one model to be read by two settings.
    pub(super) fn layout(&self) -> (u32, u32, bool, Option<&[u8]>, Option<AutoSettings>) {
        let letters = self.marginal.as_ref().map(|rule| rule.letters.as_slice());
        (self.bits, self.n_layers(), matches!(self.base, Base::Coin(_)), letters, self.auto())
    }

    /// How many models share the table of weights, each of its turns in Vowpal Wabbit's layout.
    pub(super) fn n_layers(&self) -> u32 {
        match (self.exploration, self.estimator.estimate) {
            (Exploration::Cover { cover, .. }, CostEstimate::Ips) => cover.n_policies + 1,
            (Exploration::Cover { cover, .. }, _) => 2 * (cover.n_policies + 1),
            (Exploration::Bag { n_models, .. }, _) => n_models * self.layers_per_model(),
            _ => self.layers_per_model(),
        }
    }

    /// A doubly robust model has the one that it leans on right behind it.
    pub(super) fn layers_per_model(&self) -> u32 {
        if self.estimator.estimate == CostEstimate::Dr { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests;
