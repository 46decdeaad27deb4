//! Which features moved: what one model makes of each, against what another makes of it, over the same decisions.
//!
//! A feature f decides something by telling actions apart. Its push in one decision is the mean over the actions a that
//! could be chosen of |c(f, a) − mean over them of c(f, ·)|, where c(f, a) is what f adds to the expected reward of a: as in
//! `importance` exactly for a linear model, a product shared evenly among its features; as in `occlusion` for a mixture.
//! Both are in reward units, and values of one feature count together, so that models of different kinds can be compared.
//!
//! The move of a feature is the mean difference of its pushes, decision by decision; its interval is that of a mean of
//! pairs, and says how much hangs on which decisions were asked about. It says nothing of how sure the models are.

use std::collections::BTreeMap;

use super::{
    Z_95,
    importance::{Shares, spread},
};
use crate::bandit::{Asked, FeatureError, Policy};

/// How one feature moved between two models.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureMove {
    /// As in [`super::FeatureScore`].
    pub namespace: String,
    pub feature: String,
    /// How far it pushed the actions of a decision apart, on average, in reward units: in the one model,
    pub before: f64,
    /// and in the other.
    pub now: f64,
    /// Half the width of the 95 % interval of what lies between.
    pub half_width: f64,
}

impl FeatureMove {
    /// By how much more it pushes now.
    pub fn change(&self) -> f64 {
        self.now - self.before
    }

    /// Whether the interval of the change is on one side of nothing.
    pub fn is_sure(&self) -> bool {
        self.change().abs() > self.half_width
    }
}

/// Two models' pushes over the decisions so far.
#[derive(Debug, Default)]
pub struct FeatureMoves {
    n_decisions: u32,
    by_feature: BTreeMap<(String, String), Sums>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    before: f64,
    now: f64,
    /// Of the differences.
    squares: f64,
}

impl FeatureMoves {
    /// Takes in one decision as both models see it. One without a choice says nothing and is not counted.
    pub fn take_in(&mut self, before: &Policy, now: &Policy, asked: &Asked<'_>) -> Result<(), FeatureError> {
        if asked.is_eligible.iter().filter(|is_eligible| **is_eligible).count() < 2 {
            return Ok(());
        }
        let (before, now) = (before.pushes(asked)?, now.pushes(asked)?);
        self.n_decisions += 1;
        let mut pairs: BTreeMap<(String, String), [f64; 2]> = BTreeMap::new();
        for (side, pushes) in [before, now].into_iter().enumerate() {
            for (name, push) in pushes {
                pairs.entry(name).or_default()[side] = push;
            }
        }
        for (name, [before, now]) in pairs {
            let sums = self.by_feature.entry(name).or_default();
            sums.before += before;
            sums.now += now;
            sums.squares += (now - before) * (now - before);
        }
        Ok(())
    }

    /// Decisions that were taken in.
    pub fn n_decisions(&self) -> u32 {
        self.n_decisions
    }

    /// Every feature that was seen, the one that moved most first.
    pub fn largest(&self) -> Vec<FeatureMove> {
        let n = f64::from(self.n_decisions);
        let told = self.by_feature.iter().map(|((namespace, feature), sums)| {
            let mean = (sums.now - sums.before) / n;
            // Of a single decision nothing is known but itself.
            let variance = if n > 1.0 { (sums.squares - n * mean * mean).max(0.0) / (n - 1.0) } else { f64::INFINITY };
            FeatureMove {
                namespace: namespace.clone(),
                feature: feature.clone(),
                before: sums.before / n,
                now: sums.now / n,
                half_width: Z_95 * (variance / n).sqrt(),
            }
        });
        let mut all: Vec<FeatureMove> = told.collect();
        // Stable: equal ones stay in the order of their names.
        all.sort_by(|a, b| b.change().abs().total_cmp(&a.change().abs()));
        all
    }
}

impl Policy {
    /// By namespace and name, how far each feature pushes the actions of one decision apart.
    fn pushes(&self, asked: &Asked<'_>) -> Result<BTreeMap<(String, String), f64>, FeatureError> {
        let by_feature = match &self.mixture {
            Some(mixture) => self.effects_by_feature(mixture, asked)?,
            None => Shares::of(self, asked.context, asked.actions, asked.is_eligible)?.by_feature(),
        };
        Ok(by_feature.into_iter().map(|(name, scores)| (name, spread(&scores))).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        bandit::{ActionInput, Example, JsonObject, LearningSettings, Outcome},
        terms::ExplorationShare,
    };

    const LINEAR: &str = "--cb_explore_adf --epsilon 0.2 --cb_type mtr -q :: -l 0.5 --power_t 0.5";

    fn object(value: Value) -> JsonObject {
        value.as_object().expect("an object").clone()
    }

    fn situation(n: usize) -> [JsonObject; 1] {
        let (weather, device) = (["sunny", "rainy"][n % 2], ["phone", "desktop"][n / 2 % 2]);
        [object(json!({"sky": {"weather": weather}, "device": device}))]
    }

    fn features() -> [[JsonObject; 1]; 2] {
        ["beach", "museum"].map(|topic| [object(json!({ "topic": topic, "length": 2 }))])
    }

    /// Lets a policy learn that the action follows the weather, or the device.
    fn teach(policy: &mut Policy, n: usize, does_weather_decide: bool) {
        let features = features();
        let inputs = [0, 1].map(|at| ActionInput { id: ["a", "b"][at], features: &features[at] });
        for n in 0..n {
            let example = Example::new(&situation(n), &inputs).expect("good features");
            let action_idx = n / 4 % 2;
            let right = if does_weather_decide { n % 2 } else { n / 2 % 2 };
            let reward = if action_idx == right { 1.0 } else { 0.0 };
            let outcome = Outcome { action_idx, probability: 0.5, reward, explored: 0.0, at_us: 0 };
            policy.learn(&example, &[true, true], outcome);
        }
    }

    fn moves(before: &Policy, now: &Policy, is_eligible: &[bool]) -> FeatureMoves {
        let (features, exploration) = (features(), ExplorationShare::try_from(0.2).expect("a share"));
        let inputs = [0, 1].map(|at| ActionInput { id: ["a", "b"][at], features: &features[at] });
        let mut moves = FeatureMoves::default();
        for n in 0..40 {
            let context = situation(n);
            let asked = Asked { context: &context, actions: &inputs, is_eligible, exploration, n_most: 0 };
            moves.take_in(before, now, &asked).expect("good features");
        }
        moves
    }

    fn policy(arguments: Option<&str>) -> Policy {
        Policy::new(LearningSettings::parse(arguments).expect("good arguments"))
    }

    #[test]
    fn what_came_to_decide_moved_up_and_what_no_longer_does_moved_down() {
        for arguments in [None, Some(LINEAR)] {
            let mut before = policy(arguments);
            teach(&mut before, 400, true);
            let mut now = before.clone();
            teach(&mut now, 1_200, false);
            let moves = moves(&before, &now, &[true, true]);
            let all = moves.largest();
            let of = |feature: &str| all.iter().find(|of| of.feature == feature).expect("it was seen").clone();
            let (weather, device) = (of("weather"), of("device"));
            assert!(device.change() > 0.1 && device.is_sure(), "{arguments:?}: {all:?}");
            assert!(weather.change() < -0.1 && weather.is_sure(), "{arguments:?}: {all:?}");
            assert_eq!((weather.namespace.as_str(), device.namespace.as_str()), ("sky", "FromUrl"));
            assert!(["weather", "device"].contains(&all[0].feature.as_str()), "{arguments:?}: {all:?}");
            // What both actions have alike tells little apart.
            assert!(of("length").change().abs() < 0.1, "{arguments:?}: {all:?}");
            assert_eq!(moves.n_decisions(), 40);
        }
    }

    #[test]
    fn nothing_moved_between_a_model_and_itself_or_where_there_is_no_choice() {
        let mut policy = policy(None);
        teach(&mut policy, 200, true);
        let same = moves(&policy, &policy, &[true, true]).largest();
        assert!(!same.is_empty() && same.iter().all(|of| of.change() == 0.0 && !of.is_sure()), "{same:?}");
        let no_choice = moves(&policy, &policy, &[true, false]);
        assert_eq!((no_choice.n_decisions(), no_choice.largest()), (0, vec![]));
    }

    #[test]
    fn models_of_different_kinds_are_compared_by_the_names_of_features() {
        let (mut linear, mut own) = (policy(Some(LINEAR)), policy(None));
        teach(&mut linear, 400, true);
        teach(&mut own, 400, true);
        let all = moves(&linear, &own, &[true, true]).largest();
        let mut names: Vec<&str> = all.iter().map(|of| of.feature.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["device", "id", "length", "topic", "weather"]);
        let weather = all.iter().find(|of| of.feature == "weather").expect("it was seen");
        assert!(weather.before > 0.1 && weather.now > 0.1, "both know it: {weather:?}");
    }
}
