//! Vowpal Wabbit's arguments, each with the meaning that it has there (9.11, and 8.11 and 9.1 where they agree).
//!
//! Read in two steps: `Reading` takes each argument with its value, then `finish` asks whether they make a whole.

use super::{
    BITS, Base, DEFAULT_BITS, Exploration, LearningSettings, LearningSettingsError, Ties, VOWPAL_WABBIT_STEPS,
    words::{Words, set_once},
};
use crate::bandit::{
    coin::Stakes,
    cost_estimate::{CostEstimate, Estimator},
    crosses::{Crosses, LetterCrosses, MAX_ORDER},
    explore::{Cover, RegCb},
    marginals::MarginalRule,
    steps::Steps,
};

/// More models than this would share a table between them that is hardly larger.
const MODELS: std::ops::RangeInclusive<u32> = 1..=64;
/// What the trainer of the old service refused: its own business.
const SERVER_SETS: [&str; 29] = [
    "--data",
    "-d",
    "--initial_regressor",
    "-i",
    "--final_regressor",
    "-f",
    "--extra_metrics",
    "--no_stdin",
    "--dry_run",
    "--id",
    "--save_resume",
    "--preserve_performance_counters",
    "--predict_only_model",
    "--binary_parser",
    "--json",
    "--quiet",
    "--readable_model",
    "--invert_hash",
    "--driver_output",
    "--driver_output_off",
    "--log_level",
    "--log_output",
    "--limit_output",
    "--cache",
    "-c",
    "--cache_file",
    "--predictions",
    "-p",
    "--passes",
];
/// What other arguments imply, so that it changes nothing; Vowpal Wabbit writes them into its models.
pub(super) const IMPLIED: [&str; 6] =
    ["--cb_adf", "--csoaa_rank", "--rank_all", "--no_predict", "--cb_sample", "--dsjson"];

pub(super) fn read(text: &str) -> Result<LearningSettings, LearningSettingsError> {
    let mut reading = Reading::default();
    let mut words = Words::new(text);
    while let Some(name) = words.next_name()? {
        let is_taken = reading.take_exploration(name, &mut words)?
            || reading.take_base(name, &mut words)?
            || reading.take_features(name, &mut words)?
            || take_without_effect(name, &mut words)?;
        if !is_taken && SERVER_SETS.contains(&name) {
            return Err(LearningSettingsError::ServerSets(name.to_owned()));
        } else if !is_taken {
            return Err(LearningSettingsError::Unsupported(name.to_owned()));
        }
    }
    reading.finish(text)
}

/// Arguments as they are read, before they are a whole.
#[derive(Debug, Default)]
struct Reading {
    is_bandit: bool,
    is_multi_slot: bool,
    /// The one of the explorations that was asked for, by its name.
    exploration: Option<&'static str>,
    epsilon: Option<f64>,
    lambda: Option<f64>,
    n_even: Option<u64>,
    n_models: Option<u32>,
    has_greedify: bool,
    psi: Option<f64>,
    has_nounif: bool,
    gamma_scale: Option<f64>,
    gamma_exponent: Option<f64>,
    is_optimistic: bool,
    mellowness: Option<f64>,
    least_cost: Option<f64>,
    most_cost: Option<f64>,
    has_first_only: bool,
    estimate: Option<CostEstimate>,
    least_propensity: Option<f64>,
    random_seed: Option<u64>,
    bits: Option<u32>,
    crosses: LetterCrosses,
    patterns: Vec<Vec<u8>>,
    marginal: Vec<u8>,
    marginal_numerator: Option<f64>,
    marginal_denominator: Option<f64>,
    marginal_decay: Option<f64>,
    has_unweighted_marginals: bool,
    rate: Option<f64>,
    power: Option<f64>,
    initial: Option<f64>,
    l1: Option<f64>,
    l2: Option<f64>,
    is_coin: bool,
    alpha: Option<f64>,
    beta: Option<f64>,
    /// `--adaptive`, `--normalized`, `--invariant`.
    update_rules: [bool; 3],
}

impl Reading {
    fn take_exploration(&mut self, name: &str, words: &mut Words<'_>) -> Result<bool, LearningSettingsError> {
        match name {
            "--cb_explore_adf" => self.is_bandit = true,
            "--ccb_explore_adf" => self.is_multi_slot = true,
            "--epsilon" => set_once(&mut self.epsilon, name, words.number(0.0..=1.0)?)?,
            "--softmax" => self.explore("--softmax")?,
            "--lambda" => set_once(&mut self.lambda, name, words.number(-1e6..=1e6)?.abs())?,
            "--first" => {
                self.explore("--first")?;
                set_once(&mut self.n_even, name, words.whole(0..=u64::MAX)?)?;
            }
            "--bag" | "--cover" => {
                self.explore(if name == "--bag" { "--bag" } else { "--cover" })?;
                set_once(&mut self.n_models, name, words.whole(MODELS)?)?;
            }
            "--greedify" => self.has_greedify = true,
            "--psi" => set_once(&mut self.psi, name, words.number(0.0..=1e6)?)?,
            "--nounif" => self.has_nounif = true,
            "--squarecb" => self.explore("--squarecb")?,
            "--gamma_scale" => set_once(&mut self.gamma_scale, name, words.number(0.0..=1e9)?)?,
            "--gamma_exponent" => set_once(&mut self.gamma_exponent, name, words.number(0.0..=2.0)?)?,
            "--regcb" => self.explore("--regcb")?,
            // Once an exploration of its own, today a variant.
            "--regcbopt" => {
                self.explore("--regcb")?;
                self.is_optimistic = true;
            }
            "--mellowness" => set_once(&mut self.mellowness, name, words.number(0.0..=1e6)?)?,
            "--cb_min_cost" => set_once(&mut self.least_cost, name, words.number(-1e6..=1e6)?)?,
            "--cb_max_cost" => set_once(&mut self.most_cost, name, words.number(-1e6..=1e6)?)?,
            "--first_only" => self.has_first_only = true,
            "--random_seed" => set_once(&mut self.random_seed, name, words.whole(0..=u64::MAX)?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn explore(&mut self, name: &'static str) -> Result<(), LearningSettingsError> {
        match self.exploration.replace(name) {
            Some(other) if other != name => Err(conflict(other, name)),
            _ => Ok(()),
        }
    }

    fn take_base(&mut self, name: &str, words: &mut Words<'_>) -> Result<bool, LearningSettingsError> {
        const ESTIMATES: [(&str, CostEstimate); 4] = [
            ("mtr", CostEstimate::Mtr),
            ("ips", CostEstimate::Ips),
            ("dr", CostEstimate::Dr),
            ("dm", CostEstimate::Dm),
        ];
        match name {
            "--cb_type" => {
                set_once(&mut self.estimate, name, words.one_of(&ESTIMATES, "mtr, ips, dr or dm")?)?;
            }
            "--clip_p" => set_once(&mut self.least_propensity, name, words.number(0.0..=1.0)?)?,
            "--learning_rate" | "-l" => set_once(&mut self.rate, name, words.number(0.0..=1e6)?)?,
            "--power_t" => set_once(&mut self.power, name, words.number(0.0..=1.0)?)?,
            "--initial_t" => set_once(&mut self.initial, name, words.number(0.0..=1e12)?)?,
            "--l1" => set_once(&mut self.l1, name, words.number(0.0..=1.0)?)?,
            "--l2" => set_once(&mut self.l2, name, words.number(0.0..=1.0)?)?,
            "--bit_precision" | "-b" => set_once(&mut self.bits, name, words.whole(BITS)?)?,
            "--coin" => self.is_coin = true,
            "--ftrl_alpha" => set_once(&mut self.alpha, name, words.number(0.0..=1e6)?)?,
            "--ftrl_beta" => set_once(&mut self.beta, name, words.number(0.0..=1e6)?)?,
            "--adaptive" => self.update_rules[0] = true,
            "--normalized" => self.update_rules[1] = true,
            "--invariant" => self.update_rules[2] = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn take_features(&mut self, name: &str, words: &mut Words<'_>) -> Result<bool, LearningSettingsError> {
        match name {
            "--quadratic" | "-q" => self.patterns.push(words.letters(2..=2)?),
            "--cubic" => self.patterns.push(words.letters(3..=3)?),
            "--interactions" => self.patterns.push(words.letters(2..=MAX_ORDER)?),
            "--ignore" => self.crosses.ignored.extend(words.letters(1..=256)?),
            "--ignore_linear" => self.crosses.crossed_only.extend(words.letters(1..=256)?),
            "--keep" => self.crosses.kept.extend(words.letters(1..=256)?),
            "--noconstant" => self.crosses.has_no_bias = true,
            "--marginal" => self.marginal.extend(words.letters(1..=256)?),
            "--initial_numerator" => set_once(&mut self.marginal_numerator, name, words.number(-1e6..=1e6)?)?,
            "--initial_denominator" => set_once(&mut self.marginal_denominator, name, words.number(1e-6..=1e9)?)?,
            "--decay" => set_once(&mut self.marginal_decay, name, words.number(0.0..=0.999)?)?,
            "--unweighted_marginals" => self.has_unweighted_marginals = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(self, text: &str) -> Result<LearningSettings, LearningSettingsError> {
        if !self.is_bandit && !self.is_multi_slot {
            return Err(LearningSettingsError::NoExploration);
        }
        self.check_dependents()?;
        let estimate = self.finish_estimate()?;
        Ok(LearningSettings {
            arguments: Some(text.to_owned()),
            epsilon: self.epsilon.map(|epsilon| epsilon as f32),
            is_multi_slot: self.is_multi_slot,
            bits: self.bits.unwrap_or(DEFAULT_BITS),
            base: self.finish_base()?,
            marginal: self.finish_marginal(),
            estimator: Estimator { estimate, least_propensity: self.least_propensity.unwrap_or(0.0) as f32 },
            exploration: self.finish_exploration()?,
            random_seed: self.random_seed.unwrap_or(0),
            crosses: Crosses::ByLetter(self.crosses.with_patterns(&self.patterns)),
        })
    }

    /// An argument of something that is not there would be ignored.
    fn check_dependents(&self) -> Result<(), LearningSettingsError> {
        let is = |name: &'static str| self.exploration == Some(name);
        let has_ties = !is("--softmax") && !is("--first") && !is("--squarecb");
        let dependents = [
            ("--lambda", self.lambda.is_some(), is("--softmax"), "--softmax"),
            ("--greedify", self.has_greedify, is("--bag"), "--bag"),
            ("--psi", self.psi.is_some(), is("--cover"), "--cover"),
            ("--nounif", self.has_nounif, is("--cover"), "--cover"),
            ("--gamma_scale", self.gamma_scale.is_some(), is("--squarecb"), "--squarecb"),
            ("--gamma_exponent", self.gamma_exponent.is_some(), is("--squarecb"), "--squarecb"),
            ("--mellowness", self.mellowness.is_some(), is("--regcb"), "--regcb"),
            ("--cb_min_cost", self.least_cost.is_some(), is("--regcb"), "--regcb"),
            ("--cb_max_cost", self.most_cost.is_some(), is("--regcb"), "--regcb"),
            ("--first_only", self.has_first_only, has_ties, "an exploration that shares among equals"),
            ("--ftrl_alpha", self.alpha.is_some(), self.is_coin, "--coin"),
            ("--ftrl_beta", self.beta.is_some(), self.is_coin, "--coin"),
            ("--initial_numerator", self.marginal_numerator.is_some(), !self.marginal.is_empty(), "--marginal"),
            ("--initial_denominator", self.marginal_denominator.is_some(), !self.marginal.is_empty(), "--marginal"),
            ("--decay", self.marginal_decay.is_some(), !self.marginal.is_empty(), "--marginal"),
            ("--unweighted_marginals", self.has_unweighted_marginals, !self.marginal.is_empty(), "--marginal"),
        ];
        match dependents.into_iter().find(|(_, is_there, has_its_head, _)| *is_there && !has_its_head) {
            Some((name, _, _, head)) => Err(LearningSettingsError::Needs(name.to_owned(), head)),
            None if self.marginal.contains(&b':') => Err(conflict("--marginal", ":")),
            None => Ok(()),
        }
    }

    fn finish_estimate(&self) -> Result<CostEstimate, LearningSettingsError> {
        let estimate = self.estimate.unwrap_or(CostEstimate::Mtr);
        match self.exploration {
            Some(name @ ("--squarecb" | "--regcb")) if estimate != CostEstimate::Mtr => {
                Err(conflict(name, "a --cb_type other than mtr"))
            }
            // They learn as if every action had been certain.
            Some("--squarecb" | "--regcb") => Ok(CostEstimate::MtrUnweighted),
            Some(name @ "--cover") if estimate == CostEstimate::Dm => Err(conflict(name, "--cb_type dm")),
            _ => Ok(estimate),
        }
    }

    fn finish_base(&self) -> Result<Base, LearningSettingsError> {
        if self.update_rules.contains(&true) && self.update_rules.contains(&false) {
            let missing = ["--adaptive", "--normalized", "--invariant"][usize::from(self.update_rules[0])];
            return Err(LearningSettingsError::Unsupported(format!("an update rule without {missing}")));
        }
        let steps = [
            ("--learning_rate", self.rate),
            ("--power_t", self.power),
            ("--initial_t", self.initial),
            ("--l1", self.l1),
            ("--l2", self.l2),
        ];
        if !self.is_coin {
            let or = |given: Option<f64>, usual: f32| given.map_or(usual, |value| value as f32);
            return Ok(Base::Gradient(Steps {
                rate: or(self.rate, VOWPAL_WABBIT_STEPS.rate),
                power: or(self.power, VOWPAL_WABBIT_STEPS.power),
                initial: or(self.initial, VOWPAL_WABBIT_STEPS.initial),
                l1: or(self.l1, VOWPAL_WABBIT_STEPS.l1),
                l2: or(self.l2, VOWPAL_WABBIT_STEPS.l2),
                forgetting: 0.0,
            }));
        }
        // Vowpal Wabbit takes them beside --coin and does nothing with them.
        match steps.into_iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(conflict("--coin", name)),
            None if self.exploration == Some("--regcb") => Err(conflict("--coin", "--regcb")),
            None => {
                let usual = Stakes::VOWPAL_WABBIT;
                let alpha = self.alpha.map_or(usual.alpha, |alpha| alpha as f32);
                Ok(Base::Coin(Stakes { alpha, beta: self.beta.map_or(usual.beta, |beta| beta as f32) }))
            }
        }
    }

    fn finish_marginal(&self) -> Option<MarginalRule> {
        (!self.marginal.is_empty()).then(|| MarginalRule {
            letters: self.marginal.clone(),
            numerator: self.marginal_numerator.unwrap_or(0.5),
            denominator: self.marginal_denominator.unwrap_or(1.0),
            decay: self.marginal_decay.unwrap_or(0.0),
            is_unweighted: self.has_unweighted_marginals,
        })
    }

    fn finish_exploration(&self) -> Result<Exploration, LearningSettingsError> {
        let ties = if self.has_first_only { Ties::FirstOnly } else { Ties::Share };
        let n_models = self.n_models.unwrap_or(1);
        Ok(match self.exploration {
            Some("--softmax") => Exploration::Softmax { lambda: self.lambda.unwrap_or(1.0) },
            Some("--first") => Exploration::First { n_even: self.n_even.unwrap_or(0) },
            Some("--bag") => Exploration::Bag { n_models, greedify: self.has_greedify, ties },
            Some("--cover") => {
                let psi = self.psi.unwrap_or(1.0) as f32;
                let cover = Cover { n_policies: n_models, psi, is_even_on_none: !self.has_nounif };
                Exploration::Cover { cover, ties }
            }
            Some("--squarecb") => Exploration::SquareCb {
                scale: self.gamma_scale.unwrap_or(10.0),
                exponent: self.gamma_exponent.unwrap_or(0.5),
            },
            Some(_) => {
                let (least, most) = (self.least_cost.unwrap_or(0.0), self.most_cost.unwrap_or(1.0));
                if least > most {
                    return Err(conflict("a --cb_min_cost", "a --cb_max_cost below it"));
                }
                let bounds = RegCb {
                    is_optimistic: self.is_optimistic,
                    mellowness: self.mellowness.unwrap_or(0.1) as f32,
                    least: least as f32,
                    most: most as f32,
                };
                Exploration::RegCb { bounds, ties }
            }
            None => Exploration::EpsilonGreedy { ties },
        })
    }
}

/// What changes nothing here, as it changes nothing in Vowpal Wabbit with these values and one pass over a log.
fn take_without_effect(name: &str, words: &mut Words<'_>) -> Result<bool, LearningSettingsError> {
    match name {
        "--csoaa_ldf" => words.one_of(&[("multiline", ()), ("m", ()), ("mc", ())], "multiline")?,
        "--link" => words.one_of(&[("identity", ())], "identity")?,
        "--loss_function" => words.one_of(&[("squared", ())], "squared")?,
        "--hash" => words.one_of(&[("strings", ())], "strings")?,
        // Between passes, of which an online learner makes one.
        "--decay_learning_rate" => drop(words.number(0.0..=1e6)?),
        // How weights are kept in memory.
        "--sparse_weights" => {}
        name if IMPLIED.contains(&name) => {}
        _ => return Ok(false),
    }
    Ok(true)
}

fn conflict(one: &str, other: &str) -> LearningSettingsError {
    LearningSettingsError::Conflict(one.to_owned(), other.to_owned())
}
