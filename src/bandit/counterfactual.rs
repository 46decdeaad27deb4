//! The nearest counterfactual: which small change of the context would have changed the choice.
//!
//! A change gives one feature a value that contexts of this loop were seen with, and no invented one ("on mobile it would
//! be Sports"). Changes are tried one feature at a time, those of features that the context has before those that it
//! lacks, and the usual values before the rare. If none of them makes another action the most probable, pairs of those
//! changes are tried that closed most of the gap between the scores of the best action and of the next. The search is
//! bounded by a number of questions to the policy; what it did not find within it, it does not claim not to be there.
//!
//! (Wachter, Mittelstadt and Russell, 2018, for the idea; over seen values alone, because a point between two values of a
//! text is nobody's context, and a jump over the edge of what was seen says more about the model than about the world.)

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::{FeatureError, JsonObject};

/// Features that are told apart.
const MOST_FEATURES: usize = 64;
/// Texts of one feature that are counted. A feature with more is an id or free text; its usual values still count.
const MOST_TEXTS: usize = 64;
/// Values of one feature that are tried.
const MOST_TRIED: usize = 6;
/// A value seen less often says nothing of what is usual.
const LEAST_SEEN: u64 = 2;
/// Where among the numbers seen the tried ones lie.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Single changes that pairs are made of.
const N_PAIRED: usize = 8;

/// What contexts were seen with.
#[derive(Debug, Clone, Default)]
pub struct SeenValues {
    n_contexts: u64,
    by_path: BTreeMap<Vec<String>, Seen>,
}

/// The values of one feature.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// By their JSON.
    words: BTreeMap<String, u64>,
    numbers: Vec<f64>,
}

/// One feature with another value.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The names of the objects around it, and its own.
    pub path: Vec<String>,
    /// `None` when the context does not have the feature.
    pub before: Option<Value>,
    pub after: Value,
    /// The share of contexts seen with the value; for a number, with one near it.
    pub usual: f32,
}

/// A change of the context that changes the choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    pub edits: Vec<Edit>,
    /// Which action would then be the most probable.
    pub action_idx: usize,
    pub probability: f32,
}

/// What the search came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactuals {
    pub nearest: Option<Counterfactual>,
    /// Contexts that the policy was asked about.
    pub n_asked: usize,
    /// Single changes that there were to try.
    pub n_singles: usize,
    /// Whether every one of them was tried, so that "none within one change" holds for all values seen.
    pub is_exhaustive: bool,
}

/// What the policy says to a context: a distribution over the actions, and their scores.
#[derive(Debug, Clone)]
pub struct Said {
    pub pmf: Vec<f32>,
    pub scores: Vec<f32>,
}

impl Said {
    /// The most probable action with its probability, unless several are.
    fn best(&self) -> Option<(usize, f32)> {
        let most = self.pmf.iter().copied().fold(0.0, f32::max);
        let mut best = (0..self.pmf.len()).filter(|idx| self.pmf[*idx] == most);
        let first = best.next()?;
        (best.next().is_none() && most > 0.0).then_some((first, most))
    }

    /// By how much this action is better than the next of those that can be chosen.
    fn lead(&self, action_idx: usize) -> f32 {
        let others = (0..self.pmf.len()).filter(|idx| *idx != action_idx && self.pmf[*idx] > 0.0);
        let next = others.map(|idx| self.scores[idx]).fold(f32::NEG_INFINITY, f32::max);
        self.scores[action_idx] - next
    }
}

impl SeenValues {
    /// Counts the features of a context. Arrays are no single feature and stay out, and so do names that start with `_`.
    pub fn take_in(&mut self, context: &[JsonObject]) {
        self.n_contexts += 1;
        let mut path = Vec::new();
        context.iter().for_each(|object| self.object(object, &mut path));
    }

    fn object(&mut self, object: &JsonObject, path: &mut Vec<String>) {
        for (key, value) in object.iter().filter(|(key, _)| !key.starts_with('_')) {
            path.push(key.clone());
            match value {
                Value::Object(inner) => self.object(inner, path),
                Value::Array(_) => {}
                scalar => self.scalar(path, scalar),
            }
            path.pop();
        }
    }

    fn scalar(&mut self, path: &[String], value: &Value) {
        if !self.by_path.contains_key(path) && self.by_path.len() >= MOST_FEATURES {
            return;
        }
        let seen = self.by_path.entry(path.to_vec()).or_default();
        match value.as_f64() {
            Some(number) => seen.numbers.push(number),
            None => {
                let text = value.to_string();
                if seen.words.contains_key(&text) || seen.words.len() < MOST_TEXTS {
                    *seen.words.entry(text).or_default() += 1;
                }
            }
        }
    }

    /// Every feature with its usual values.
    pub fn usual(&self) -> Vec<(Vec<String>, Vec<Value>)> {
        let values = |seen: &Seen| seen.usual().into_iter().map(|(value, _)| value).collect();
        self.by_path.iter().map(|(path, seen)| (path.clone(), values(seen))).collect()
    }

    /// What could be changed in a context, the nearest first.
    pub fn edits(&self, context: &[JsonObject]) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (path, seen) in &self.by_path {
            let before = find(context, path);
            // Something else stands there: it is no such feature in this context.
            if matches!(before, Some(Value::Object(_) | Value::Array(_))) {
                continue;
            }
            let tried = seen.usual().into_iter().filter(|(value, _)| Some(value) != before);
            edits.extend(tried.map(|(after, n_seen)| Edit {
                path: path.clone(),
                before: before.cloned(),
                after,
                usual: n_seen as f32 / self.n_contexts.max(1) as f32,
            }));
        }
        // Stable: equal ones stay in the order of their names.
        edits.sort_by(|a, b| a.before.is_none().cmp(&b.before.is_none()).then(b.usual.total_cmp(&a.usual)));
        edits
    }
}

impl Seen {
    /// The values worth trying, with how often each was seen.
    fn usual(&self) -> Vec<(Value, u64)> {
        let words = self.words.iter().filter(|(_, n_seen)| **n_seen >= LEAST_SEEN);
        let mut usual: Vec<(Value, u64)> =
            words.filter_map(|(text, n_seen)| Some((serde_json::from_str(text).ok()?, *n_seen))).collect();
        usual.sort_by_key(|(_, n_seen)| std::cmp::Reverse(*n_seen));
        usual.truncate(MOST_TRIED);
        usual.extend(self.usual_numbers());
        usual
    }

    fn usual_numbers(&self) -> Vec<(Value, u64)> {
        let mut sorted = self.numbers.clone();
        sorted.sort_by(f64::total_cmp);
        let mut distinct: Vec<(f64, u64)> = Vec::new();
        for number in &sorted {
            match distinct.last_mut().filter(|(last, _)| last == number) {
                Some((_, n_seen)) => *n_seen += 1,
                None => distinct.push((*number, 1)),
            }
        }
        if distinct.len() > MOST_TRIED {
            let place = |quantile: f64| sorted[((sorted.len() - 1) as f64 * quantile) as usize];
            let near = (sorted.len() / QUANTILES.len()) as u64;
            distinct = QUANTILES.map(|quantile| (place(quantile), near)).to_vec();
            distinct.dedup_by_key(|(number, _)| *number);
        }
        distinct.into_iter().filter_map(|(number, n_seen)| Some((as_json(number)?, n_seen))).collect()
    }
}

/// Whole numbers as such, so that 7 does not become 7.0.
fn as_json(number: f64) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

/// What stands at a place of a context.
fn find<'a>(context: &'a [JsonObject], path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let root = context.iter().find_map(|object| object.get(first))?;
    rest.iter().try_fold(root, |value, key| value.as_object()?.get(key))
}

/// The context after a change. `None` when something that is no object stands in the way.
pub fn edited(context: &[JsonObject], edit: &Edit) -> Option<Vec<JsonObject>> {
    let mut changed = context.to_vec();
    let first = edit.path.first()?;
    let home = changed.iter().position(|object| object.contains_key(first)).unwrap_or(0);
    if changed.is_empty() {
        changed.push(JsonObject::new());
    }
    let (last, around) = edit.path.split_last()?;
    let mut object = &mut changed[home];
    for key in around {
        object = object.entry(key.clone()).or_insert_with(|| JsonObject::new().into()).as_object_mut()?;
    }
    object.insert(last.clone(), edit.after.clone());
    Some(changed)
}

/// Looks for the nearest change of `context` that makes another action the most probable, asking at most `n_most` times.
pub fn search(
    context: &[JsonObject],
    seen: &SeenValues,
    n_most: usize,
    mut ask: impl FnMut(&[JsonObject]) -> Result<Said, FeatureError>,
) -> Result<Counterfactuals, FeatureError> {
    let singles = seen.edits(context);
    let mut found = Counterfactuals { nearest: None, n_asked: 1, n_singles: singles.len(), is_exhaustive: false };
    // Where several actions are equally probable, nothing was chosen that a change could turn.
    let Some((chosen, _)) = ask(context)?.best() else { return Ok(found) };
    let turned = |said: &Said| said.best().filter(|(action_idx, _)| *action_idx != chosen);
    let mut leads: Vec<(usize, f32)> = Vec::with_capacity(singles.len());
    for (at, edit) in singles.iter().enumerate() {
        if found.n_asked >= n_most {
            return Ok(found);
        }
        let Some(changed) = edited(context, edit) else { continue };
        let said = ask(&changed)?;
        found.n_asked += 1;
        if let Some((action_idx, probability)) = turned(&said) {
            found.nearest = Some(Counterfactual { edits: vec![edit.clone()], action_idx, probability });
            return Ok(found);
        }
        leads.push((at, said.lead(chosen)));
    }
    found.is_exhaustive = true;
    leads.sort_by(|a, b| a.1.total_cmp(&b.1));
    leads.truncate(N_PAIRED);
    for (one, other) in pairs(&leads) {
        let (one, other) = (&singles[one], &singles[other]);
        if one.path == other.path || found.n_asked >= n_most {
            continue;
        }
        let Some(changed) = edited(context, one).and_then(|changed| edited(&changed, other)) else { continue };
        let said = ask(&changed)?;
        found.n_asked += 1;
        if let Some((action_idx, probability)) = turned(&said) {
            let edits = vec![one.clone(), other.clone()];
            found.nearest = Some(Counterfactual { edits, action_idx, probability });
            break;
        }
    }
    Ok(found)
}

/// Pairs of what is sorted, those with small places first.
fn pairs(leads: &[(usize, f32)]) -> Vec<(usize, usize)> {
    let places = (0..leads.len()).flat_map(|one| (one + 1..leads.len()).map(move |other| (one, other)));
    let mut places: Vec<(usize, usize)> = places.collect();
    places.sort_by_key(|(one, other)| one + other);
    places.into_iter().map(|(one, other)| (leads[one].0, leads[other].0)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> JsonObject {
        value.as_object().expect("an object").clone()
    }

    fn seen(contexts: &[Value]) -> SeenValues {
        let mut seen = SeenValues::default();
        contexts.iter().for_each(|context| seen.take_in(&[object(context.clone())]));
        seen
    }

    /// Two actions of which the second is better by the sum of what the context says.
    fn said(points: f32) -> Said {
        let second = 0.5 + points;
        let pmf = if second > 1.0 { vec![0.1, 0.9] } else { vec![0.9, 0.1] };
        Said { pmf, scores: vec![1.0, second] }
    }

    fn has(context: &[JsonObject], path: &[&str], value: Value) -> bool {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        find(context, &path) == Some(&value)
    }

    fn contexts() -> Vec<Value> {
        let one = json!({"user": {"device": "desktop"}, "day": "mon", "age": 30});
        let other = json!({"user": {"device": "mobile"}, "day": "tue", "age": 40});
        vec![one.clone(), one.clone(), one, other.clone(), other]
    }

    #[test]
    fn the_one_feature_that_turns_the_choice_is_found() {
        let context = [object(contexts()[0].clone())];
        let found = search(&context, &seen(&contexts()), 64, |context| {
            Ok(said(if has(context, &["user", "device"], json!("mobile")) { 0.6 } else { 0.0 }))
        });
        let found = found.expect("good features");
        let nearest = found.nearest.expect("mobile turns it");
        assert_eq!((nearest.action_idx, nearest.probability), (1, 0.9));
        let edit = &nearest.edits[0];
        assert_eq!((edit.path.join("."), edit.before.clone()), ("user.device".to_owned(), Some(json!("desktop"))));
        assert_eq!((edit.after.clone(), edit.usual), (json!("mobile"), 0.4));
    }

    #[test]
    fn what_no_single_change_turns_may_be_turned_by_two() {
        let context = [object(contexts()[0].clone())];
        let found = search(&context, &seen(&contexts()), 64, |context| {
            let points = |is: bool| if is { 0.3 } else { 0.0 };
            Ok(said(
                points(has(context, &["user", "device"], json!("mobile"))) + points(has(context, &["age"], json!(40))),
            ))
        });
        let found = found.expect("good features");
        let edits = found.nearest.expect("two changes turn it").edits;
        let changed: Vec<String> = edits.iter().map(|edit| edit.path.join(".")).collect();
        assert_eq!(changed.len(), 2);
        assert!(changed.contains(&"age".to_owned()) && changed.contains(&"user.device".to_owned()), "{changed:?}");
        assert!(found.is_exhaustive);
    }

    #[test]
    fn where_nothing_turns_it_that_is_said_and_how_far_it_was_looked() {
        let context = [object(contexts()[0].clone())];
        let (seen, never) = (seen(&contexts()), |_: &[JsonObject]| Ok(said(0.0)));
        let found = search(&context, &seen, 64, never).expect("good features");
        // Three single changes, three pairs of them, and the context itself.
        assert_eq!(found, Counterfactuals { nearest: None, n_asked: 7, n_singles: 3, is_exhaustive: true });
        let cut = search(&context, &seen, 3, never).expect("good features");
        assert_eq!(cut, Counterfactuals { nearest: None, n_asked: 3, n_singles: 3, is_exhaustive: false });
    }

    #[test]
    fn without_a_choice_there_is_nothing_to_turn() {
        let context = [object(contexts()[0].clone())];
        let even = |_: &[JsonObject]| Ok(Said { pmf: vec![0.5, 0.5], scores: vec![0.0, 0.0] });
        let found = search(&context, &seen(&contexts()), 64, even).expect("good features");
        assert_eq!((found.nearest, found.n_asked), (None, 1));
    }

    #[test]
    fn only_values_that_were_seen_and_are_usual_are_tried_and_present_features_first() {
        let mut many: Vec<Value> = (0..40).map(|n| json!({"id": format!("u{n}"), "age": n, "_hidden": 1})).collect();
        many.extend((0..10).map(|_| json!({"plan": "free", "list": [1, 2], "inner": {"is": true}})));
        let edits = seen(&many).edits(&[object(json!({"age": 20}))]);
        let tried: Vec<(String, Value)> = edits.iter().map(|edit| (edit.path.join("."), edit.after.clone())).collect();
        assert!(tried.iter().all(|(path, _)| path != "id" && path != "_hidden" && path != "list"), "{tried:?}");
        assert_eq!(tried.iter().filter(|(path, _)| path == "age").count(), 5);
        assert!(tried[..5].iter().all(|(path, value)| path == "age" && value.is_i64()), "{tried:?}");
        assert!(tried.contains(&("inner.is".to_owned(), json!(true))));
        assert!(tried.contains(&("plan".to_owned(), json!("free"))));
    }

    #[test]
    fn a_change_finds_its_object_makes_what_is_missing_and_does_not_walk_through_values() {
        let context = [object(json!({"a": 1})), object(json!({"user": {"age": 3}}))];
        let edit = |path: &[&str]| Edit {
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            before: None,
            after: json!(7),
            usual: 1.0,
        };
        let changed = |path: &[&str]| edited(&context, &edit(path)).map(Value::from_iter);
        assert_eq!(changed(&["user", "age"]), Some(json!([{"a": 1}, {"user": {"age": 7}}])));
        assert_eq!(changed(&["new", "x"]), Some(json!([{"a": 1, "new": {"x": 7}}, {"user": {"age": 3}}])));
        assert_eq!(changed(&["a", "x"]), None);
        assert_eq!(edited(&[], &edit(&["b"])).map(Value::from_iter), Some(json!([{"b": 7}])));
    }
}
