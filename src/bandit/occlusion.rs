//! Why `auto` expects what it expects: what its estimates would be without a feature.
//!
//! A mixture of trees, a network and a linear model has no weights to read off. A feature i of the context, or of the
//! action, has an effect on the estimate f of an action: what f loses when i alone is missing (it comes last), and what f
//! gains by i when everything else of that side, context or action, is missing (it comes first). The mean of the two are
//! the ends of Shapley's average over all orders (1953); either end alone would call features that say the same
//! worthless, or those that only say something together. The effects are then scaled to what there is to explain, f less
//! the mean reward of all events, which stands as "always"; so they add up. Effects that point the other way, or that
//! would have to be scaled far, stay as they are or nearly so, and what is missing goes to "everything else".
//!
//! A feature that the model has not seen before tells it nothing, hence adds nothing. Arrays count as one feature. Of the
//! actions' own features, those of one name are left out of all actions at once: they are offered together, and what one
//! says is held against what the others say. So the work does not grow with features times actions.

use std::collections::BTreeMap;

use super::{
    ActionInput, Asked, Example, Explanation, FeatureError, JsonObject, Learner, Policy,
    auto::{Estimates, Mixture},
    example::Part,
    explanation::largest,
    features::{Found, Kind, Walk},
    names::name,
    workspace::Workspace,
};

/// The most features of a context and of an action together that are left out one by one; those behind go to the rest.
const MOST_UNITS: usize = 64;
/// Features of all units' examples together: a request of thousands has fewer units.
const MOST_WORK: usize = 80_000;
const LEAST_UNITS: usize = 8;
/// Effects are not scaled by more than this, nor by less than one in it.
const MOST_SCALE: f32 = 4.0;

/// A feature as the caller meant it: a text with the number that it spells, an array with its items.
#[derive(Debug, Clone, PartialEq)]
struct Unit {
    namespace: String,
    key: String,
    name: String,
    /// Its places among what is shown and what is hidden, as `Feature::index` counts them.
    shown: Vec<u16>,
    hidden: Vec<u16>,
}

impl Unit {
    /// Namespace and name, whatever its value; an array is named by its namespace.
    fn feature(&self) -> (String, String) {
        let key = if self.key == "[" { &self.namespace } else { &self.key };
        (self.namespace.clone(), key.clone())
    }
}

/// What the units of actions that compete do to their estimates.
struct Occluded<'a> {
    full: Estimates,
    /// By action.
    effects: Vec<Vec<(&'a Unit, f32)>>,
}

/// The units of a context or of an action.
#[derive(Debug, Default)]
struct Units {
    all: Vec<Unit>,
    n_shown: u16,
    n_hidden: u16,
    /// The number of the unit that each shown and each hidden feature belongs to.
    of_shown: Vec<usize>,
    of_hidden: Vec<usize>,
}

/// The number of what is in no unit.
const NO_UNIT: usize = usize::MAX;

impl Units {
    fn of_context(context: &[JsonObject]) -> Result<Self, FeatureError> {
        let mut units = Self::default();
        Walk::with_hidden(|found| units.take_in(found)).context(context)?;
        Ok(units)
    }

    fn of_action(action: ActionInput<'_>) -> Result<Self, FeatureError> {
        let mut units = Self::default();
        Walk::new(|found| units.take_in(found)).action(action.id, action.features)?;
        // The constant is not a feature that could be missing. Behind the id come the others by name, so that in the
        // actions of one request the same features have the same number whatever order they were sent in.
        units.all.remove(0);
        units.all[1..].sort_by(|a, b| (&a.namespace, &a.key).cmp(&(&b.namespace, &b.key)));
        Ok(units)
    }

    fn take_in(&mut self, found: Found<'_>) {
        let is_item = found.key.starts_with('[');
        let is_hidden = found.kind == Kind::Hidden;
        let key = if is_item { "[" } else { found.key };
        let is_same = |unit: &Unit| unit.namespace == found.namespace && unit.key == key && (is_item || is_hidden);
        if !self.all.last().is_some_and(is_same) {
            let name = if is_item { found.namespace.to_owned() } else { name(found) };
            let (key, namespace) = (key.to_owned(), found.namespace.to_owned());
            self.all.push(Unit { name, key, namespace, shown: Vec::new(), hidden: Vec::new() });
        }
        let Some(unit) = self.all.last_mut() else { return };
        let (places, counter) =
            if is_hidden { (&mut unit.hidden, &mut self.n_hidden) } else { (&mut unit.shown, &mut self.n_shown) };
        places.push(*counter);
        *counter += 1;
    }

    /// Keeps the first `most` and numbers their features.
    fn number(&mut self, most: usize) {
        self.all.truncate(most);
        self.of_shown = vec![NO_UNIT; usize::from(self.n_shown)];
        self.of_hidden = vec![NO_UNIT; usize::from(self.n_hidden)];
        for (number, unit) in self.all.iter().enumerate() {
            unit.shown.iter().for_each(|place| self.of_shown[usize::from(*place)] = number);
            unit.hidden.iter().for_each(|place| self.of_hidden[usize::from(*place)] = number);
        }
    }

    fn of(&self, is_hidden: bool, index: u16) -> usize {
        let numbers = if is_hidden { &self.of_hidden } else { &self.of_shown };
        numbers.get(usize::from(index)).copied().unwrap_or(NO_UNIT)
    }

    fn n_features(&self) -> usize {
        usize::from(self.n_shown) + usize::from(self.n_hidden)
    }
}

/// Context and actions as units, no more than can be left out in good time.
#[derive(Debug)]
struct Sides {
    context: Units,
    own: Vec<Units>,
}

impl Sides {
    fn of(asked: &Asked<'_>) -> Result<Self, FeatureError> {
        let mut context = Units::of_context(asked.context)?;
        let own = asked.actions.iter().map(|action| Units::of_action(*action));
        let mut own = own.collect::<Result<Vec<_>, _>>()?;
        let n_features = context.n_features() + own.iter().map(Units::n_features).sum::<usize>();
        let most = (MOST_WORK / n_features.max(1)).clamp(LEAST_UNITS, MOST_UNITS);
        let most_own = most * 3 / 8;
        context.number(most - most_own);
        own.iter_mut().for_each(|units| units.number(most_own));
        Ok(Self { context, own })
    }

    /// Which unit a feature belongs to.
    fn unit(&self, part: Part, index: u16) -> usize {
        match part {
            Part::Context => self.context.of(false, index),
            Part::Hidden => self.context.of(true, index),
            Part::Action(action_idx) => self.own[action_idx].of(false, index),
        }
    }
}

/// Asks the mixture about an example in which something is missing.
struct Asker<'a> {
    policy: &'a Policy,
    mixture: &'a Mixture,
    example: &'a Example,
    /// Those that compete.
    actions: &'a [usize],
    workspace: &'a mut Workspace,
}

impl Asker<'_> {
    fn estimates(&mut self, example: &Example) -> Estimates {
        let Workspace { desk, costs, scratch, .. } = &mut *self.workspace;
        self.policy.linear(example, self.actions, desk, costs);
        self.mixture.estimates(example, self.actions, costs, scratch)
    }

    fn without(&mut self, is_out: impl Fn(Part, u16) -> bool) -> Vec<f32> {
        self.estimates(&self.example.without(is_out)).scores
    }

    /// By unit, then action that competes: the mean of what the unit adds when it comes last and when it comes first of
    /// its side.
    fn effects(
        &mut self,
        full: &[f32],
        sides: &Sides,
        n_units: usize,
        is_of_side: impl Fn(Part, u16) -> bool,
    ) -> Vec<Vec<f32>> {
        let none = self.without(&is_of_side);
        let effect = |unit: usize| {
            let without = self.without(|part, index| is_of_side(part, index) && sides.unit(part, index) == unit);
            let alone = self.without(|part, index| is_of_side(part, index) && sides.unit(part, index) != unit);
            let ends = full.iter().zip(without).zip(alone.into_iter().zip(&none));
            ends.map(|((full, without), (alone, none))| 0.5 * ((full - without) + (alone - none))).collect()
        };
        (0..n_units).map(effect).collect()
    }
}

impl Policy {
    /// Every action of the request.
    pub(super) fn occlude(
        &self,
        mixture: &Mixture,
        asked: &Asked<'_>,
        example: &Example,
    ) -> Result<Vec<Explanation>, FeatureError> {
        let sides = Sides::of(asked)?;
        let all: Vec<usize> = (0..asked.actions.len()).collect();
        let (eligible, others): (Vec<usize>, Vec<usize>) =
            all.iter().partition(|action_idx| asked.is_eligible(**action_idx));
        let mut explained: Vec<Option<Explanation>> = vec![None; all.len()];
        // Those that can be chosen compete with each other alone, as when they were ranked.
        for (actions, wanted) in [(&eligible, &eligible), (&all, &others)] {
            if wanted.is_empty() {
                continue;
            }
            let Occluded { full, effects } = self.occlude_group(mixture, example, actions, &sides);
            for (at, (action_idx, effects)) in actions.iter().zip(effects).enumerate() {
                let explanation = self.summed_up(mixture, &full, at, effects, asked.n_most);
                explained[*action_idx].get_or_insert(explanation);
            }
        }
        Ok(explained.into_iter().flatten().collect())
    }

    /// By namespace and name, then action that could be chosen: what each feature adds, its values together. As it was
    /// found, and not scaled to the score: what scales hang on is the score, and not the feature.
    pub(super) fn effects_by_feature(
        &self,
        mixture: &Mixture,
        asked: &Asked<'_>,
    ) -> Result<BTreeMap<(String, String), Vec<f64>>, FeatureError> {
        let (example, sides) = (Example::new(asked.context, asked.actions)?, Sides::of(asked)?);
        let actions: Vec<usize> =
            (0..asked.actions.len()).filter(|action_idx| asked.is_eligible(*action_idx)).collect();
        let mut by_feature: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
        if actions.is_empty() {
            return Ok(by_feature);
        }
        for (at, effects) in self.occlude_group(mixture, &example, &actions, &sides).effects.into_iter().enumerate() {
            for (unit, effect) in effects {
                let sums = by_feature.entry(unit.feature()).or_insert_with(|| vec![0.0; actions.len()]);
                sums[at] += f64::from(effect);
            }
        }
        Ok(by_feature)
    }

    /// The actions that compete.
    fn occlude_group<'a>(
        &self,
        mixture: &Mixture,
        example: &Example,
        actions: &[usize],
        sides: &'a Sides,
    ) -> Occluded<'a> {
        let Sides { context, own } = sides;
        let (full, of_context, of_actions) = Workspace::with(|workspace| {
            let mut asker = Asker { policy: self, mixture, example, actions, workspace };
            let full = asker.estimates(example);
            let is_of_context = |part: Part, _| matches!(part, Part::Context | Part::Hidden);
            let of_context = asker.effects(&full.scores, sides, context.all.len(), is_of_context);
            let n_own = actions.iter().map(|action_idx| own[*action_idx].all.len()).max().unwrap_or(0);
            // The constant stays.
            let is_own = |part: Part, index: u16| matches!(part, Part::Action(_)) && index > 0;
            let of_actions = asker.effects(&full.scores, sides, n_own, is_own);
            (full, of_context, of_actions)
        });
        let of_action = |(at, action_idx): (usize, &usize)| {
            let units = context.all.iter().zip(&of_context).chain(own[*action_idx].all.iter().zip(&of_actions));
            units.map(|(unit, effects)| (unit, effects[at])).collect()
        };
        let effects = actions.iter().enumerate().map(of_action).collect();
        Occluded { full, effects }
    }

    fn summed_up(
        &self,
        mixture: &Mixture,
        full: &Estimates,
        at: usize,
        effects: Vec<(&Unit, f32)>,
        n_most: usize,
    ) -> Explanation {
        let (score, mean) = (full.scores[at], mixture.mean_reward());
        let scale = scale(score - mean, effects.iter().map(|(_, effect)| effect).sum());
        let always = "always".to_owned();
        let parts =
            std::iter::once((&always, mean)).chain(effects.iter().map(|(unit, effect)| (&unit.name, scale * effect)));
        let is_on = |learner: &Learner| self.settings.auto().is_some_and(|auto| auto.has(*learner));
        let learners = Learner::ALL.into_iter().filter(is_on);
        Explanation {
            score,
            standard_error: Some(full.errors[at]),
            said: learners.map(|learner| (learner, full.said[learner as usize][at])).collect(),
            contributions: largest(parts, score, n_most, Clone::clone),
        }
    }
}

/// What makes effects of this sum add up to `total`, within reason.
fn scale(total: f32, sum: f32) -> f32 {
    let scale = total / sum;
    if scale.is_finite() && scale > 0.0 { scale.clamp(1.0 / MOST_SCALE, MOST_SCALE) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: serde_json::Value) -> JsonObject {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn a_text_and_its_number_are_one_unit_and_so_is_an_array() {
        let context =
            [object(json!({"size": "7", "vector": [1, 0, 2], "n": 0, "user": {"age": 3, "_x": 1}, "is": true}))];
        let units = Units::of_context(&context).expect("good features");
        let seen: Vec<_> =
            units.all.iter().map(|unit| (unit.name.as_str(), &unit.shown[..], &unit.hidden[..])).collect();
        assert_eq!(
            seen,
            [
                ("size=7", &[0][..], &[0][..]),
                ("vector", &[1, 2], &[1]),
                ("n", &[], &[2]),
                ("user.age", &[3], &[]),
                ("is", &[4], &[]),
            ]
        );
    }

    #[test]
    fn an_actions_constant_is_no_unit_and_its_id_is_one() {
        let features = [object(json!({"topic": "news", "size": "7"}))];
        let units = Units::of_action(ActionInput { id: "a", features: &features }).expect("good features");
        let seen: Vec<_> = units.all.iter().map(|unit| (unit.name.as_str(), &unit.shown[..])).collect();
        assert_eq!(seen, [("action=a", &[1][..]), ("size=7", &[3]), ("topic=news", &[2])]);
    }

    #[test]
    fn a_request_of_thousands_of_features_has_fewer_units_than_a_usual_one() {
        let numbers = |n: usize| (0..n).map(|at| (format!("f{at}"), json!(at))).collect::<JsonObject>();
        let (many, few) = ([numbers(1_500)], [numbers(30)]);
        let n_units = |context: &[JsonObject], features: &[JsonObject]| {
            let inputs = ["a", "b", "c"].map(|id| ActionInput { id, features });
            let exploration = crate::terms::ExplorationShare::try_from(0.2).expect("a share");
            let asked = Asked { context, actions: &inputs, is_eligible: &[true; 3], exploration, n_most: 8 };
            let sides = Sides::of(&asked).expect("good features");
            let own: Vec<usize> = sides.own.iter().map(|units| units.all.len()).collect();
            assert_eq!((sides.unit(Part::Context, 0), sides.unit(Part::Context, 1_400)), (1, NO_UNIT));
            assert_eq!((sides.unit(Part::Hidden, 0), sides.unit(Part::Action(2), 1)), (0, 0));
            (sides.context.all.len(), own)
        };
        assert_eq!(n_units(&many, &many), (9, vec![4; 3]));
        assert_eq!(n_units(&few, &few), (30, vec![24; 3]));
    }

    #[test]
    fn effects_are_scaled_within_reason_and_never_turned() {
        assert_eq!(scale(0.3, 0.2), 1.5);
        assert_eq!(scale(3.0, 0.1), MOST_SCALE);
        assert_eq!(scale(-0.3, 0.2), 1.0);
        assert_eq!(scale(0.3, 0.0), 1.0);
        assert_eq!(scale(0.0, 0.0), 1.0);
    }
}
