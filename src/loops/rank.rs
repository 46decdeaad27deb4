//! Rank: choose an action, store the decision, answer.

use std::collections::{HashMap, HashSet};

use serde_json::value::RawValue;
use tracing::warn;

use super::{LiveLoop, LoopError, keys, new_loop::record_of};
use crate::{
    bandit::{ActionInput, Example, Explanation, JsonObject, draw_seed},
    log::{Fact, Ranked, RankedAnswer, RequestAction},
    store::{Appended, StoreError, StoredRecord},
    terms::{ActionId, EventId},
};

/// One action of a request.
#[derive(Debug, Clone)]
pub struct RankableAction {
    pub id: ActionId,
    pub features: Vec<JsonObject>,
}

/// A Rank as the caller meant it; types are checked, rules are not yet.
#[derive(Debug)]
pub struct RankRequest {
    /// The body as received; it is what the log keeps.
    pub body: Box<RawValue>,
    pub context: Vec<JsonObject>,
    /// `None`: use the loop's own active actions (our extension of the contract).
    pub actions: Option<Vec<RankableAction>>,
    pub excluded: Vec<ActionId>,
    /// `None`: the server makes one.
    pub event_id: Option<EventId>,
    pub is_deferred: bool,
    /// Whether the answer is to say why each action has its score.
    pub is_explained: bool,
}

/// The answer to a Rank.
#[derive(Debug, Clone)]
pub struct Ranking {
    pub event_id: EventId,
    /// Ids with probabilities in the order of the answer (contract section 5).
    pub ranking: Vec<(ActionId, f32)>,
    pub reward_action_id: ActionId,
    /// False when the decision is not in the log: it could not be written, and the answer is the baseline action; or
    /// the event id was used before for another request.
    pub is_logged: bool,
    pub model_version: i64,
    /// In the order of `ranking`; empty unless asked for.
    pub explanations: Vec<Explanation>,
}

/// Chooses an action and stores the decision before answering.
pub async fn rank(live: &LiveLoop, request: RankRequest) -> Result<Ranking, LoopError> {
    let is_own = request.actions.is_none();
    let actions = match request.actions {
        Some(actions) => actions,
        None => live.rankable_actions()?,
    };
    check_actions(&actions, live.tools().options.n_actions_most)?;
    let is_eligible = eligible(&actions, &request.excluded)?;
    let inputs: Vec<_> = actions.iter().map(|a| ActionInput { id: a.id.as_str(), features: &a.features }).collect();
    let example = Example::new(&request.context, &inputs)?;
    let event_id = request.event_id.unwrap_or_else(|| keys::make_event_id(live.now_us()));

    let (ranked, explanations) = {
        let decide = Decide { live, actions: &actions, is_eligible: &is_eligible, example: &example };
        let explanations = if request.is_explained { live.explain(&request.context, &actions)? } else { Vec::new() };
        let loop_actions = is_own.then(|| write_actions(&actions));
        (decide.decide(event_id, request.body, loop_actions, request.is_deferred), explanations)
    };
    let explanations = in_answer_order(explanations, &actions, &ranked.answer.ranking);
    let fact = Fact::Ranked(Box::new(ranked));
    let appended = live.tools().writer.append(live.id(), record_of(&fact)).await;
    let Fact::Ranked(ranked) = fact else { unreachable!("it was made a Ranked above") };
    match appended {
        Ok(Appended::New { .. }) => Ok(answer(*ranked, explanations, true)),
        Ok(Appended::Repeat) => repeat(live, *ranked, explanations).await,
        Err(problem) => Ok(baseline_unlogged(live, &actions, &is_eligible, *ranked, &problem)),
    }
}

fn check_actions(actions: &[RankableAction], most: usize) -> Result<(), LoopError> {
    if actions.is_empty() || actions.len() > most {
        return Err(LoopError::ActionCount { most });
    }
    let mut seen = HashSet::with_capacity(actions.len());
    for action in actions {
        if !seen.insert(&action.id) {
            return Err(LoopError::DuplicateAction(action.id.clone()));
        }
        if !action.features.iter().any(|features| features.values().any(|value| !value.is_null())) {
            return Err(LoopError::ActionWithoutFeatures);
        }
    }
    Ok(())
}

fn eligible(actions: &[RankableAction], excluded: &[ActionId]) -> Result<Vec<bool>, LoopError> {
    if excluded.iter().any(|id| actions.iter().all(|action| action.id != *id)) {
        return Err(LoopError::UnknownExcludedAction);
    }
    let is_eligible: Vec<bool> = actions.iter().map(|action| !excluded.contains(&action.id)).collect();
    if is_eligible.contains(&true) { Ok(is_eligible) } else { Err(LoopError::AllExcluded) }
}

fn write_actions(actions: &[RankableAction]) -> Box<RawValue> {
    let written: Vec<_> = actions
        .iter()
        .map(|action| RequestAction { id: action.id.clone(), features: action.features.clone() })
        .collect();
    serde_json::value::to_raw_value(&written).expect("features came from JSON")
}

/// What a decision is made from.
struct Decide<'a> {
    live: &'a LiveLoop,
    actions: &'a [RankableAction],
    is_eligible: &'a [bool],
    example: &'a Example,
}

impl Decide<'_> {
    fn decide(
        &self,
        event_id: EventId,
        request: Box<RawValue>,
        loop_actions: Option<Box<RawValue>>,
        is_deferred: bool,
    ) -> Ranked {
        let in_force = self.live.cell().in_force();
        let configuration = &in_force.configuration;
        let seed = draw_seed(&event_id, self.live.row().salt);
        let (pmf, model_version) = {
            let learned = self.live.cell().learned();
            let share = configuration.exploration_percentage;
            (learned.policy.pmf(self.example, self.is_eligible, share), learned.version)
        };
        let policy_choice_idx = pmf.draw(seed);
        let baseline_idx = self.is_eligible.iter().position(|is| *is).expect("one action is eligible; it was checked");
        let mode = configuration.learning_mode;
        let answer = if mode.policy_decides() {
            ordered_answer(self.actions, self.is_eligible, pmf.as_slice(), policy_choice_idx)
        } else {
            callers_answer(self.actions, baseline_idx)
        };
        Ranked {
            event_id,
            request,
            loop_actions,
            answer,
            baseline_idx,
            policy_choice_idx,
            policy_pmf: pmf.into_vec(),
            excluded_idx: (0..self.actions.len()).filter(|&idx| !self.is_eligible[idx]).collect(),
            mode,
            is_deferred,
            reward_wait_us: configuration.reward_wait_time.get().as_micros(),
            model_version,
            policy_version: in_force.policy_version,
            seed,
        }
    }
}

/// The order of the contract (section 5): an excluded action stays at its index with 0; the other places hold the
/// ranked actions, the chosen one first, then by falling probability.
fn ordered_answer(actions: &[RankableAction], is_eligible: &[bool], pmf: &[f32], chosen_idx: usize) -> RankedAnswer {
    let mut ranked: Vec<usize> = (0..actions.len()).filter(|&idx| is_eligible[idx] && idx != chosen_idx).collect();
    ranked.sort_by(|a, b| pmf[*b].total_cmp(&pmf[*a]));
    let mut ranked = std::iter::once(chosen_idx).chain(ranked);
    let place = |idx: usize| if is_eligible[idx] { ranked.next().unwrap_or(idx) } else { idx };
    let ranking = (0..actions.len()).map(place).map(|idx| (actions[idx].id.clone(), pmf[idx])).collect();
    RankedAnswer { ranking, chosen_idx, reward_action_id: actions[chosen_idx].id.clone() }
}

/// The caller's own order, in which the first action is certain.
fn callers_answer(actions: &[RankableAction], baseline_idx: usize) -> RankedAnswer {
    let probability = |idx| if idx == baseline_idx { 1.0 } else { 0.0 };
    let ranking = actions.iter().enumerate().map(|(idx, action)| (action.id.clone(), probability(idx))).collect();
    RankedAnswer { ranking, chosen_idx: baseline_idx, reward_action_id: actions[baseline_idx].id.clone() }
}

fn in_answer_order(
    explanations: Vec<Explanation>,
    actions: &[RankableAction],
    ranking: &[(ActionId, f32)],
) -> Vec<Explanation> {
    if explanations.is_empty() {
        return explanations;
    }
    let mut by_id: HashMap<_, _> = actions.iter().map(|action| &action.id).zip(explanations).collect();
    ranking.iter().filter_map(|(id, _)| by_id.remove(id)).collect()
}

fn answer(ranked: Ranked, explanations: Vec<Explanation>, is_logged: bool) -> Ranking {
    Ranking {
        event_id: ranked.event_id,
        ranking: ranked.answer.ranking,
        reward_action_id: ranked.answer.reward_action_id,
        is_logged,
        model_version: ranked.model_version,
        explanations,
    }
}

/// The event id was used before. The same request gets the same answer; another one gets its own, which is not stored.
async fn repeat(live: &LiveLoop, ranked: Ranked, explanations: Vec<Explanation>) -> Result<Ranking, LoopError> {
    let stored = live.tools().store.ranked_record(live.id(), &ranked.event_id).await?;
    let first = stored.map(read_ranked).transpose()?.flatten();
    match first {
        Some(first) if is_same_request(&first.request, &ranked.request) => Ok(answer(first, Vec::new(), true)),
        _ => {
            live.append_and_fold(record_of(&Fact::RankConflicted(ranked.event_id.clone()))).await?;
            Ok(answer(ranked, explanations, false))
        }
    }
}

fn read_ranked(stored: StoredRecord) -> Result<Option<Ranked>, LoopError> {
    match Fact::from_body(stored.seq, stored.kind, &stored.body)? {
        Fact::Ranked(ranked) => Ok(Some(*ranked)),
        _ => Ok(None),
    }
}

/// Whether two bodies say the same, whatever their white space and the order of their names.
fn is_same_request(one: &RawValue, other: &RawValue) -> bool {
    let read = |body: &RawValue| serde_json::from_str::<serde_json::Value>(body.get()).ok();
    one.get() == other.get() || read(one) == read(other)
}

/// The log cannot be written: the page must not stay empty, so the caller's first action is answered, and said not to
/// be stored.
fn baseline_unlogged(
    live: &LiveLoop,
    actions: &[RankableAction],
    is_eligible: &[bool],
    ranked: Ranked,
    problem: &StoreError,
) -> Ranking {
    warn!(loop.id = %live.id(), error = problem as &dyn std::error::Error, "A Rank was answered without being stored");
    let baseline_idx = is_eligible.iter().position(|is| *is).unwrap_or(0);
    let answer = callers_answer(actions, baseline_idx);
    Ranking {
        event_id: ranked.event_id,
        ranking: answer.ranking,
        reward_action_id: answer.reward_action_id,
        is_logged: false,
        model_version: ranked.model_version,
        explanations: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(ids: &[&str]) -> Vec<RankableAction> {
        let features = || vec![serde_json::from_str(r#"{"kind": "test"}"#).expect("an object")];
        ids.iter().map(|id| RankableAction { id: id.parse().expect("an id"), features: features() }).collect()
    }

    #[test]
    fn excluded_actions_keep_their_place_and_the_chosen_one_comes_first_among_the_rest() {
        let actions = actions(&["a", "b", "c", "d"]);
        let answer = ordered_answer(&actions, &[false, true, true, true], &[0.0, 0.25, 0.5, 0.25], 3);
        let ids: Vec<_> = answer.ranking.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["a", "d", "c", "b"]);
        assert_eq!(answer.ranking[0].1, 0.0);
        assert_eq!(answer.reward_action_id.as_str(), "d");
    }

    #[test]
    fn an_action_without_a_feature_or_under_a_used_id_is_refused() {
        assert!(matches!(check_actions(&actions(&["a", "a"]), 50), Err(LoopError::DuplicateAction(_))));
        let mut bare = actions(&["a"]);
        bare[0].features = vec![serde_json::from_str(r#"{"kind": null}"#).expect("an object")];
        assert!(matches!(check_actions(&bare, 50), Err(LoopError::ActionWithoutFeatures)));
        assert!(matches!(check_actions(&[], 50), Err(LoopError::ActionCount { most: 50 })));
    }

    #[test]
    fn what_is_excluded_must_exist_and_must_leave_something() {
        let actions = actions(&["a", "b"]);
        let id = |text: &str| text.parse::<ActionId>().expect("an id");
        assert!(matches!(eligible(&actions, &[id("z")]), Err(LoopError::UnknownExcludedAction)));
        assert!(matches!(eligible(&actions, &[id("a"), id("b")]), Err(LoopError::AllExcluded)));
        assert_eq!(eligible(&actions, &[id("b")]).ok(), Some(vec![true, false]));
    }

    #[test]
    fn a_request_is_the_same_whatever_its_white_space() {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).expect("JSON");
        assert!(is_same_request(&raw(r#"{"a":1,"b":[2]}"#), &raw(r#"{ "b": [2], "a": 1 }"#)));
        assert!(!is_same_request(&raw(r#"{"a":1}"#), &raw(r#"{"a":2}"#)));
    }
}
