//! How the learner learns, as one checked value: rankloop's own way, or what Vowpal Wabbit's arguments say.
//!
//! Every argument that is accepted does what it does in Vowpal Wabbit. Every other is refused by its name: a setting
//! that is silently ignored is a wrong answer to a question that somebody paid to ask.

use super::{
    cost_estimate::CostEstimate,
    crosses::{Budgeted, Crosses, LetterCrosses, MAX_ORDER},
    regressor::Steps,
};

/// The longest argument string of the contract.
const MAX_CHARS: usize = 1_024;
/// Tables smaller than this collide all the time; larger ones cost every loop more than 48 MB.
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
    pub(super) bits: u32,
    pub(super) crosses: Crosses,
    pub(super) steps: Steps,
    pub(super) estimate: CostEstimate,
    pub(super) exploration: Exploration,
}

/// From scores to probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Exploration {
    EpsilonGreedy,
    Softmax {
        lambda: f64,
    },
    /// γ = scale · (events learned)^exponent.
    SquareCb {
        scale: f64,
        exponent: f64,
    },
}

/// Why arguments are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearningSettingsError {
    /// An argument of Vowpal Wabbit that this learner does not have.
    #[error("the argument {0} is not supported")]
    Unsupported(String),
    /// Neither of the two that make it a bandit. The contract's own sentence.
    #[error("The learning policy must contain --cb_explore_adf or --cats.")]
    NoExploration,
    /// A multi-slot policy.
    #[error("--ccb_explore_adf is refused: multi-slot loops are not available yet")]
    MultiSlot,
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
    /// Two arguments that exclude each other.
    #[error("{0} and {1} cannot stand together")]
    Conflict(&'static str, &'static str),
}

impl LearningSettings {
    /// The old service's default, as its clients compare it.
    pub const COMPATIBLE_DEFAULT: &'static str =
        "--cb_explore_adf --epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::";

    /// `None`: rankloop's own default learner. `Some`: exactly what the Vowpal Wabbit arguments say.
    pub fn parse(arguments: Option<&str>) -> Result<Self, LearningSettingsError> {
        arguments.map_or_else(|| Ok(Self::own()), from_arguments)
    }

    /// The arguments it was made from.
    pub fn arguments(&self) -> Option<&str> {
        self.arguments.as_deref()
    }

    /// The exploration share that the arguments name, if they do (`--epsilon`).
    pub fn epsilon(&self) -> Option<f32> {
        self.epsilon
    }

    /// Rankloop's own learner: direct regression of the chosen action's cost on context × action crosses, with a slow
    /// forgetting that keeps steps from dying out, and inverse gap weighting.
    ///
    /// Mean reward in the worlds of `tests/learning.rs` (ten seeds, share 0.2), beside the compatible default:
    /// coffee 0.97 to 0.46, users 0.75 to 0.48, swapped tastes 0.93 to 0.49, sections 0.51 to 0.50. The constants are
    /// not fine-tuned: half or twice the rate, a third or thrice γ move these means by about 0.01.
    fn own() -> Self {
        Self {
            arguments: None,
            epsilon: None,
            bits: DEFAULT_BITS,
            crosses: Crosses::Budgeted(Budgeted {
                singles_with_all: 20_000,
                pairs_with_all: 400,
                pairs_with_id: 400,
                triples_with_id: 120,
            }),
            steps: Steps { rate: 0.5, forgetting: 0.01, ..VOWPAL_WABBIT_STEPS },
            estimate: CostEstimate::Direct,
            exploration: Exploration::SquareCb { scale: 30.0, exponent: 0.5 },
        }
    }
}

/// Arguments as they are read, before they are a whole.
struct Reading {
    is_bandit: bool,
    epsilon: Option<f32>,
    bits: u32,
    crosses: LetterCrosses,
    steps: Steps,
    estimate: CostEstimate,
    is_square_cb: bool,
    is_softmax: bool,
    gamma_scale: Option<f64>,
    gamma_exponent: Option<f64>,
    lambda: Option<f64>,
}

fn from_arguments(arguments: &str) -> Result<LearningSettings, LearningSettingsError> {
    if arguments.chars().count() > MAX_CHARS {
        return Err(LearningSettingsError::TooLong { most: MAX_CHARS });
    }
    let mut reading = Reading {
        is_bandit: false,
        epsilon: None,
        bits: DEFAULT_BITS,
        crosses: LetterCrosses::default(),
        steps: VOWPAL_WABBIT_STEPS,
        estimate: CostEstimate::Mtr,
        is_square_cb: false,
        is_softmax: false,
        gamma_scale: None,
        gamma_exponent: None,
        lambda: None,
    };
    let mut words = arguments.split_whitespace();
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => {
                let mut rest = std::iter::once(value);
                reading.take(name, &mut rest)?;
                if rest.next().is_some() {
                    return Err(invalid(name, value, "given without a value"));
                }
            }
            _ => reading.take(word, &mut words)?,
        }
    }
    reading.finish(arguments)
}

impl Reading {
    fn take<'a>(
        &mut self,
        name: &'a str,
        rest: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), LearningSettingsError> {
        let mut value = || rest.next().unwrap_or_default();
        match name {
            "--cb_explore_adf" | "--ccb_explore_adf" => self.is_bandit = true,
            // Says in which format the trainer's input comes, which here nobody chooses.
            "--dsjson" => {}
            "--epsilon" => self.epsilon = Some(number(name, value(), 0.0, 1.0)? as f32),
            "--learning_rate" | "-l" => self.steps.rate = number(name, value(), 0.0, 1e6)? as f32,
            "--power_t" => self.steps.power = number(name, value(), 0.0, 1.0)? as f32,
            "--initial_t" => self.steps.initial = number(name, value(), 0.0, 1e12)? as f32,
            "--l1" => self.steps.l1 = number(name, value(), 0.0, 1.0)? as f32,
            "--l2" => self.steps.l2 = number(name, value(), 0.0, 1.0)? as f32,
            "--bit_precision" | "-b" => {
                let bits = value();
                let within = bits.parse().ok().filter(|bits| BITS.contains(bits));
                self.bits = within.ok_or_else(|| invalid(name, bits, "a whole number from 8 to 22"))?;
            }
            "--cb_type" => {
                self.estimate = match value() {
                    "mtr" => CostEstimate::Mtr,
                    "ips" => CostEstimate::Ips,
                    "dr" => CostEstimate::Dr,
                    other => return Err(invalid(name, other, "mtr, ips or dr")),
                }
            }
            "--quadratic" | "-q" => self.cross(name, value(), 2..=2)?,
            "--cubic" => self.cross(name, value(), 3..=3)?,
            "--interactions" => self.cross(name, value(), 2..=MAX_ORDER)?,
            "--ignore" => self.crosses.ignored.extend(letters(name, value(), 1..=256)?),
            "--noconstant" => self.crosses.has_no_bias = true,
            "--squarecb" => self.is_square_cb = true,
            "--gamma_scale" => self.gamma_scale = Some(number(name, value(), 0.0, 1e9)?),
            "--gamma_exponent" => self.gamma_exponent = Some(number(name, value(), 0.0, 2.0)?),
            "--softmax" => self.is_softmax = true,
            "--lambda" => self.lambda = Some(number(name, value(), 0.0, 1e6)?),
            other => return Err(LearningSettingsError::Unsupported(other.to_owned())),
        }
        Ok(())
    }

    fn cross(
        &mut self,
        name: &str,
        value: &str,
        orders: std::ops::RangeInclusive<usize>,
    ) -> Result<(), LearningSettingsError> {
        self.crosses.patterns.push(letters(name, value, orders)?);
        Ok(())
    }

    fn finish(mut self, arguments: &str) -> Result<LearningSettings, LearningSettingsError> {
        if !self.is_bandit {
            return Err(LearningSettingsError::NoExploration);
        }
        let exploration = match (self.is_square_cb, self.is_softmax) {
            (true, true) => return Err(LearningSettingsError::Conflict("--squarecb", "--softmax")),
            (true, false) => Exploration::SquareCb {
                scale: self.gamma_scale.unwrap_or(10.0),
                exponent: self.gamma_exponent.unwrap_or(0.5),
            },
            (false, true) => Exploration::Softmax { lambda: self.lambda.unwrap_or(1.0) },
            (false, false) => Exploration::EpsilonGreedy,
        };
        // An argument of an exploration that is not there would be ignored.
        if !self.is_square_cb && (self.gamma_scale.is_some() || self.gamma_exponent.is_some()) {
            return Err(LearningSettingsError::Unsupported("--gamma_scale without --squarecb".to_owned()));
        }
        if !self.is_softmax && self.lambda.is_some() {
            return Err(LearningSettingsError::Unsupported("--lambda without --softmax".to_owned()));
        }
        if self.is_square_cb {
            if self.estimate != CostEstimate::Mtr {
                return Err(LearningSettingsError::Unsupported("--cb_type other than mtr with --squarecb".to_owned()));
            }
            self.estimate = CostEstimate::MtrUnweighted;
        }
        Ok(LearningSettings {
            arguments: Some(arguments.to_owned()),
            epsilon: self.epsilon,
            bits: self.bits,
            crosses: Crosses::ByLetter(self.crosses),
            steps: self.steps,
            estimate: self.estimate,
            exploration,
        })
    }
}

fn number(name: &str, value: &str, least: f64, most: f64) -> Result<f64, LearningSettingsError> {
    let parsed = value.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    parsed.ok_or_else(|| invalid(name, value, "a number in its range"))
}

/// First letters of namespaces, or `:` for any.
fn letters(name: &str, value: &str, orders: std::ops::RangeInclusive<usize>) -> Result<Vec<u8>, LearningSettingsError> {
    if orders.contains(&value.len()) && value.is_ascii() {
        return Ok(value.as_bytes().to_vec());
    }
    Err(invalid(name, value, "the first letters of namespaces, or colons, as many as it crosses"))
}

fn invalid(name: &str, value: &str, must: &'static str) -> LearningSettingsError {
    LearningSettingsError::Value { name: name.to_owned(), value: value.to_owned(), must }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &str) -> LearningSettingsError {
        LearningSettings::parse(Some(arguments)).expect_err("refused")
    }

    #[test]
    fn the_old_default_is_read_as_what_it_says() {
        let settings = LearningSettings::parse(Some(LearningSettings::COMPATIBLE_DEFAULT)).expect("good arguments");
        assert_eq!(settings.epsilon(), Some(0.2));
        assert_eq!(settings.arguments(), Some(LearningSettings::COMPATIBLE_DEFAULT));
        assert_eq!(settings.steps, Steps { rate: 0.001, power: 0.0, ..VOWPAL_WABBIT_STEPS });
        assert_eq!(settings.estimate, CostEstimate::Mtr);
        let crosses = LetterCrosses { patterns: vec![b"::".to_vec()], ..LetterCrosses::default() };
        assert_eq!(settings.crosses, Crosses::ByLetter(crosses));
    }

    #[test]
    fn the_example_of_the_specification_is_accepted() {
        let text = "--cb_explore_adf --epsilon 0.2 --dsjson --cb_type ips -l 0.5 --l1 1E-07 --power_t 0.5";
        let settings = LearningSettings::parse(Some(text)).expect("good arguments");
        assert_eq!((settings.estimate, settings.steps.l1), (CostEstimate::Ips, 1e-7));
    }

    #[test]
    fn what_is_not_done_is_refused_by_name() {
        assert_eq!(
            refused("--cb_explore_adf --marginal i"),
            LearningSettingsError::Unsupported("--marginal".to_owned())
        );
        assert_eq!(refused("--cb_explore_adf data.txt"), LearningSettingsError::Unsupported("data.txt".to_owned()));
        assert_eq!(refused("--ccb_explore_adf --epsilon 0.2"), LearningSettingsError::MultiSlot);
        assert_eq!(refused("--epsilon 0.2"), LearningSettingsError::NoExploration);
        assert_eq!(refused(""), LearningSettingsError::NoExploration);
        assert_eq!(refused(&"x".repeat(1_025)), LearningSettingsError::TooLong { most: 1_024 });
    }

    #[test]
    fn a_value_out_of_its_range_is_refused_with_its_argument() {
        for bad in ["--epsilon 1.1", "--epsilon NaN", "--epsilon", "-b 60", "-q abc", "--cb_type sm", "--cubic ab"] {
            let error = refused(&format!("--cb_explore_adf {bad}"));
            assert!(matches!(error, LearningSettingsError::Value { .. }), "{bad}: {error}");
        }
        assert!(matches!(refused("--cb_explore_adf=1"), LearningSettingsError::Value { .. }));
        assert!(LearningSettings::parse(Some("--cb_explore_adf --epsilon=0.3 --interactions=ijF")).is_ok());
    }
}
