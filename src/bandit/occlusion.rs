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
//! A feature that the model has not seen before tells it nothing, hence adds nothing. Arrays count as one feature.

use super::{
    ActionInput, Asked, Example, Explanation, FeatureError, JsonObject, Learner, Policy,
    auto::{Estimates, Mixture},
    example::Part,
    explanation::largest,
    features::{Found, Kind, Walk},
    names::name,
    workspace::Workspace,
};

/// The most features of an action's and its context that are left out one by one; those behind go to the rest.
const MOST_UNITS: usize = 64;
/// How much of that an action's own may have.
const MOST_OF_ACTION: usize = 24;
/// Effects are not scaled by more than this, nor by less than one in it.
const MOST_SCALE: f32 = 4.0;

/// A feature as the caller meant it: a text with the number that it spells, an array with its items.
#[derive(Debug, Clone, PartialEq)]
struct Unit {
    name: String,
    key: String,
    namespace: String,
    /// Its places among what is shown and what is hidden, as `Feature::index` counts them.
    shown: Vec<u16>,
    hidden: Vec<u16>,
}

impl Unit {
    fn has(&self, is_hidden: bool, index: u16) -> bool {
        (if is_hidden { &self.hidden } else { &self.shown }).contains(&index)
    }
}

/// Units so far.
#[derive(Debug, Default)]
struct Units {
    all: Vec<Unit>,
    n_shown: u16,
    n_hidden: u16,
}

impl Units {
    fn of_context(context: &[JsonObject]) -> Result<Vec<Unit>, FeatureError> {
        let mut units = Self::default();
        Walk::with_hidden(|found| units.take_in(found)).context(context)?;
        Ok(units.all)
    }

    fn of_action(action: ActionInput<'_>) -> Result<Vec<Unit>, FeatureError> {
        let mut units = Self::default();
        Walk::new(|found| units.take_in(found)).action(action.id, action.features)?;
        // The constant is not a feature that could be missing.
        units.all.remove(0);
        Ok(units.all)
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
        let (Some(unit), counter) =
            (self.all.last_mut(), if is_hidden { &mut self.n_hidden } else { &mut self.n_shown })
        else {
            return;
        };
        (if is_hidden { &mut unit.hidden } else { &mut unit.shown }).push(*counter);
        *counter += 1;
    }
}

/// Asks the mixture about an example in which something is missing.
struct Asker<'a> {
    policy: &'a Policy,
    mixture: &'a Mixture,
    actions: &'a [usize],
    workspace: &'a mut Workspace,
}

impl Asker<'_> {
    fn estimates(&mut self, example: &Example) -> Estimates {
        let Workspace { desk, costs, scratch, .. } = &mut *self.workspace;
        self.policy.linear(example, self.actions, desk, costs);
        self.mixture.estimates(example, self.actions, costs, scratch)
    }

    fn score_of(&mut self, example: &Example, at: usize) -> f32 {
        let Workspace { desk, costs, scratch, .. } = &mut *self.workspace;
        self.policy.linear(example, &self.actions[at..=at], desk, costs);
        self.mixture.estimate_of(example, self.actions, at, costs[0], scratch)
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
        let all: Vec<usize> = (0..asked.actions.len()).collect();
        let is_eligible = |action_idx: usize| asked.is_eligible.get(action_idx).copied().unwrap_or(false);
        let (eligible, others): (Vec<usize>, Vec<usize>) = all.iter().partition(|action_idx| is_eligible(**action_idx));
        let context = Units::of_context(asked.context)?;
        let mut explained: Vec<Option<Explanation>> = vec![None; all.len()];
        // Those that can be chosen compete with each other alone, as when they were ranked.
        for (offered, wanted) in [(&eligible, &eligible), (&all, &others)] {
            if wanted.is_empty() {
                continue;
            }
            let of_group = Workspace::with(|workspace| {
                let asker = Asker { policy: self, mixture, actions: offered, workspace };
                self.occlude_group(asker, asked, example, &context, wanted)
            })?;
            wanted.iter().zip(of_group).for_each(|(action_idx, one)| explained[*action_idx] = Some(one));
        }
        Ok(explained.into_iter().flatten().collect())
    }

    /// The `wanted` ones of the actions that compete.
    fn occlude_group(
        &self,
        mut asker: Asker<'_>,
        asked: &Asked<'_>,
        example: &Example,
        context: &[Unit],
        wanted: &[usize],
    ) -> Result<Vec<Explanation>, FeatureError> {
        let full = asker.estimates(example);
        let n_of_context = context.len().min(MOST_UNITS - MOST_OF_ACTION);
        let of_context = effects_of_context(&mut asker, example, &full, &context[..n_of_context]);
        let mut explanations = Vec::with_capacity(wanted.len());
        for action_idx in wanted {
            let at = asker.actions.iter().position(|offered| offered == action_idx).unwrap_or(0);
            let mut own = Units::of_action(asked.actions[*action_idx])?;
            own.truncate(MOST_OF_ACTION);
            let of_action = effects_of_action(&mut asker, example, (at, full.scores[at]), &own);
            let effects = context.iter().zip(&of_context).map(|(unit, effects)| (&unit.name, effects[at]));
            let effects = effects.chain(own.iter().map(|unit| &unit.name).zip(of_action)).collect();
            explanations.push(self.summed_up(asker.mixture, &full, at, effects, asked.n_most));
        }
        Ok(explanations)
    }

    fn summed_up(
        &self,
        mixture: &Mixture,
        full: &Estimates,
        at: usize,
        effects: Vec<(&String, f32)>,
        n_most: usize,
    ) -> Explanation {
        let (score, mean) = (full.scores[at], mixture.mean_reward());
        let scale = scale(score - mean, effects.iter().map(|(_, effect)| effect).sum());
        let always = "always".to_owned();
        let parts =
            std::iter::once((&always, mean)).chain(effects.iter().map(|(name, effect)| (*name, scale * effect)));
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

/// By unit, then offered action.
fn effects_of_context(asker: &mut Asker<'_>, example: &Example, full: &Estimates, units: &[Unit]) -> Vec<Vec<f32>> {
    let is_of_context = |part: Part| matches!(part, Part::Context | Part::Hidden);
    let none = asker.estimates(&example.without(|part, _| is_of_context(part))).scores;
    let effect = |unit: &Unit| {
        let is_of_unit = |part: Part, index: u16| is_of_context(part) && unit.has(part == Part::Hidden, index);
        let without = asker.estimates(&example.without(is_of_unit)).scores;
        let alone = asker.estimates(&example.without(|part, index| is_of_context(part) && !is_of_unit(part, index)));
        let ends = full.scores.iter().zip(without).zip(alone.scores.into_iter().zip(&none));
        ends.map(|((full, without), (alone, none))| 0.5 * ((full - without) + (alone - none))).collect()
    };
    units.iter().map(effect).collect()
}

/// By unit of the offered action `at`, whose score is `full`.
fn effects_of_action(asker: &mut Asker<'_>, example: &Example, (at, full): (usize, f32), units: &[Unit]) -> Vec<f32> {
    let own = Part::Action(asker.actions[at]);
    // Its constant stays.
    let none = asker.score_of(&example.without(|part, index| part == own && index > 0), at);
    let effect = |unit: &Unit| {
        let without = asker.score_of(&example.without(|part, index| part == own && unit.has(false, index)), at);
        let is_other = |part: Part, index: u16| part == own && index > 0 && !unit.has(false, index);
        let alone = asker.score_of(&example.without(is_other), at);
        0.5 * ((full - without) + (alone - none))
    };
    units.iter().map(effect).collect()
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
        let seen: Vec<_> = units.iter().map(|unit| (unit.name.as_str(), &unit.shown[..], &unit.hidden[..])).collect();
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
        let seen: Vec<_> = units.iter().map(|unit| (unit.name.as_str(), &unit.shown[..])).collect();
        assert_eq!(seen, [("action=a", &[1][..]), ("topic=news", &[2]), ("size=7", &[3])]);
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
