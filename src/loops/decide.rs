//! Decide: choose an action for each slot, store the decision, and say what was decided.
//!
//! A plain Rank has one slot without a name; a multi-slot Rank has several. All else is the same for both.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use serde_json::value::RawValue;
use tracing::warn;

use super::{LiveLoop, LoopError, RankableAction, keys, new_loop::record_of};
use crate::{
    bandit::{Example, Filling, HashedAction, draw_seed, slot_example_hashed, slot_seed},
    log::{Fact, Ranked, RankedAnswer, RankedSlot},
    store::{Appended, StoreError, StoredRecord},
    terms::{ActionId, Credential, EventId, FeatureObject, SlotId},
    trainer::KnownFact,
};

/// A place to fill.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    /// `None` in a plain Rank.
    pub id: Option<SlotId>,
    pub features: Vec<FeatureObject<'a>>,
    /// By action: whether it may be shown here.
    pub is_allowed: Vec<bool>,
    pub baseline_idx: usize,
}

/// Everything that a decision is made from; its rules are checked.
#[derive(Debug)]
pub(super) struct Undecided<'a> {
    /// The body as received; it is what the log keeps.
    pub body: Cow<'a, str>,
    pub context: Vec<FeatureObject<'a>>,
    pub actions: Vec<RankableAction<'a>>,
    /// Whether the actions are the loop's and not the request's.
    pub has_loop_actions: bool,
    /// In the order in which they are filled.
    pub slots: Vec<Slot<'a>>,
    pub event_id: Option<EventId>,
    pub is_deferred: bool,
    pub came_with: Option<Credential>,
}

/// What was decided.
#[derive(Debug)]
pub(super) struct Decided {
    pub ranked: Arc<Ranked>,
    /// False when the decision is not in the log: it could not be written, and the answer is the baseline; or the
    /// event id was used before for another request.
    pub is_logged: bool,
    /// Whether it was decided now, and not when the same request came first.
    pub is_new: bool,
}

/// Refuses actions without id or features, the same one twice, none, or too many.
pub(super) fn check_actions(actions: &[RankableAction<'_>], most: usize) -> Result<(), LoopError> {
    if actions.is_empty() || actions.len() > most {
        return Err(LoopError::ActionCount { most });
    }
    let mut seen = HashSet::with_capacity(actions.len());
    for action in actions {
        if !seen.insert(&action.id) {
            return Err(LoopError::DuplicateAction(action.id.clone()));
        }
        if !action.has_value() {
            return Err(LoopError::ActionWithoutFeatures);
        }
    }
    Ok(())
}

/// By action: whether it is not excluded. Every excluded id must be an action's.
pub(super) fn allowed(actions: &[RankableAction<'_>], excluded: &[ActionId]) -> Result<Vec<bool>, LoopError> {
    if excluded.iter().any(|id| actions.iter().all(|action| action.id != *id)) {
        return Err(LoopError::UnknownExcludedAction);
    }
    Ok(actions.iter().map(|action| !excluded.contains(&action.id)).collect())
}

/// Chooses an action for each slot and stores the decision before it returns.
pub(super) async fn decide(live: &LiveLoop, undecided: Undecided<'_>) -> Result<Decided, LoopError> {
    let examples = examples(&undecided)?;
    let event_id = undecided.event_id.clone().unwrap_or_else(|| keys::make_event_id(live.now_us()));
    live.cell().rather_not_wait().await;
    let ranked = Arc::new(choose(live, event_id, &undecided, &examples));
    let mut record = record_of(&Fact::Ranked(ranked.clone()));
    let action_ids = undecided.actions.iter().map(|action| action.id.clone()).collect();
    record.carried = KnownFact::ranked(ranked.clone(), examples, action_ids);
    match live.tools().writer.append(live.id(), record).await {
        Ok(Appended::New { seq, at_us }) => {
            live.cell().expect_open(seq, &ranked.event_id, at_us.saturating_add(ranked.reward_wait_us));
            Ok(Decided { ranked, is_logged: true, is_new: true })
        }
        Ok(Appended::Repeat) => repeat(live, ranked).await,
        Err(problem) => Ok(baseline_unlogged(live, &undecided, &ranked, &problem)),
    }
}

fn examples(undecided: &Undecided<'_>) -> Result<Vec<Example>, LoopError> {
    let actions: Arc<[HashedAction]> =
        undecided.actions.iter().map(RankableAction::hashed).collect::<Result<_, _>>()?;
    let example = |slot: &Slot<'_>| slot_example_hashed(&undecided.context, slot.id.as_ref(), &slot.features, &actions);
    Ok(undecided.slots.iter().map(example).collect::<Result<_, _>>()?)
}

fn choose(live: &LiveLoop, event_id: EventId, undecided: &Undecided<'_>, examples: &[Example]) -> Ranked {
    let in_force = live.cell().in_force();
    let configuration = &in_force.configuration;
    let seed = draw_seed(&event_id, live.row().salt);
    let mode = configuration.learning_mode;
    let exploration = configuration.exploration_at(live.now_us());
    let baselines: Vec<usize> = undecided.slots.iter().map(|slot| slot.baseline_idx).collect();
    let mut filling = Filling::new(undecided.slots.iter().map(|slot| slot.is_allowed.clone()).collect(), &baselines);
    let learned = live.cell().learned();
    let model_version = learned.version;
    let scores = learned.policy.scores_of_later_slots(examples);
    let mut slots = Vec::with_capacity(examples.len());
    for (slot_idx, (slot, example)) in undecided.slots.iter().zip(examples).enumerate() {
        let is_eligible = filling.eligible();
        let losses = filling.losses(&scores);
        let pmf = learned.policy.pmf_of_slot(example, &is_eligible, &losses, exploration);
        let policy_choice_idx = pmf.draw(slot_seed(seed, slot_idx));
        let answer = if mode.policy_decides() {
            ordered_answer(&undecided.actions, &is_eligible, pmf.as_slice(), policy_choice_idx)
        } else {
            callers_answer(&undecided.actions, slot.baseline_idx)
        };
        filling.fill(answer.chosen_idx);
        slots.push(RankedSlot {
            slot_id: slot.id.clone(),
            answer,
            baseline_idx: slot.baseline_idx,
            policy_choice_idx,
            policy_pmf: pmf.into_vec(),
            excluded_idx: (0..is_eligible.len()).filter(|&idx| !is_eligible[idx]).collect(),
        });
    }
    drop(learned);
    Ranked {
        event_id,
        came_with: undecided.came_with,
        request: (*undecided.body).into(),
        loop_actions: undecided.has_loop_actions.then(|| write_actions(&undecided.actions)),
        slots,
        mode,
        is_deferred: undecided.is_deferred,
        reward_wait_us: configuration.reward_wait_time.get().as_micros(),
        model_version,
        policy_version: in_force.policy_version,
        seed,
    }
}

fn write_actions(actions: &[RankableAction<'_>]) -> Box<RawValue> {
    let texts: Vec<_> = actions.iter().map(RankableAction::text).collect();
    RawValue::from_string(format!("[{}]", texts.join(","))).expect("each is JSON")
}

/// The order of the contract (section 5): an excluded action stays at its index with 0; the other places hold the
/// ranked actions, the chosen one first, then by falling probability.
fn ordered_answer(
    actions: &[RankableAction<'_>],
    is_eligible: &[bool],
    pmf: &[f32],
    chosen_idx: usize,
) -> RankedAnswer {
    let mut ranked: Vec<usize> = (0..actions.len()).filter(|&idx| is_eligible[idx] && idx != chosen_idx).collect();
    ranked.sort_by(|a, b| pmf[*b].total_cmp(&pmf[*a]));
    let mut ranked = std::iter::once(chosen_idx).chain(ranked);
    let place = |idx: usize| if is_eligible[idx] { ranked.next().unwrap_or(idx) } else { idx };
    let ranking = (0..actions.len()).map(place).map(|idx| (actions[idx].id.clone(), pmf[idx])).collect();
    RankedAnswer { ranking, chosen_idx, reward_action_id: actions[chosen_idx].id.clone() }
}

/// The caller's own order, in which the first action is certain.
fn callers_answer(actions: &[RankableAction<'_>], baseline_idx: usize) -> RankedAnswer {
    let probability = |idx| if idx == baseline_idx { 1.0 } else { 0.0 };
    let ranking = actions.iter().enumerate().map(|(idx, action)| (action.id.clone(), probability(idx))).collect();
    RankedAnswer { ranking, chosen_idx: baseline_idx, reward_action_id: actions[baseline_idx].id.clone() }
}

/// The event id was used before. The same request gets the same answer; another one gets its own, which is not stored.
async fn repeat(live: &LiveLoop, ranked: Arc<Ranked>) -> Result<Decided, LoopError> {
    let stored = live.tools().store.ranked_record(live.id(), &ranked.event_id).await?;
    let first = stored.map(read_ranked).transpose()?.flatten();
    match first {
        Some(first) if is_same_request(&first, &ranked) => {
            Ok(Decided { ranked: first, is_logged: true, is_new: false })
        }
        _ => {
            live.append_and_fold(record_of(&Fact::RankConflicted(ranked.event_id.clone()))).await?;
            Ok(Decided { ranked, is_logged: false, is_new: true })
        }
    }
}

fn read_ranked(stored: StoredRecord) -> Result<Option<Arc<Ranked>>, LoopError> {
    match Fact::from_body(stored.seq, stored.kind, &stored.body)? {
        Fact::Ranked(ranked) => Ok(Some(ranked)),
        _ => Ok(None),
    }
}

/// Whether two Ranks were asked the same, whatever the white space of their bodies and the order of their names.
fn is_same_request(one: &Ranked, other: &Ranked) -> bool {
    one.is_multi_slot() == other.is_multi_slot() && is_same_body(&one.request, &other.request)
}

fn is_same_body(one: &str, other: &str) -> bool {
    let read = |body: &str| serde_json::from_str::<serde_json::Value>(body).ok();
    one == other || read(one) == read(other)
}

/// The log cannot be written: the page must not stay empty, so what the caller would show is answered, and said not to
/// be stored.
fn baseline_unlogged(live: &LiveLoop, undecided: &Undecided<'_>, ranked: &Ranked, problem: &StoreError) -> Decided {
    warn!(loop.id = %live.id(), error = problem as &dyn std::error::Error, "A Rank was answered without being stored");
    metrics::counter!("rankloop_ranks_not_logged_total").increment(1);
    let mut ranked = ranked.clone();
    for slot in &mut ranked.slots {
        slot.answer = callers_answer(&undecided.actions, slot.baseline_idx);
    }
    Decided { ranked: ranked.into(), is_logged: false, is_new: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(ids: &[&str]) -> Vec<RankableAction<'static>> {
        let features = || vec![serde_json::from_str(r#"{"kind": "test"}"#).expect("an object")];
        ids.iter().map(|id| RankableAction::new(id.parse().expect("an id"), features())).collect()
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
        let nothing = serde_json::from_str(r#"{"kind": null}"#).expect("an object");
        bare[0] = RankableAction::new(bare[0].id.clone(), vec![nothing]);
        assert!(matches!(check_actions(&bare, 50), Err(LoopError::ActionWithoutFeatures)));
        assert!(matches!(check_actions(&[], 50), Err(LoopError::ActionCount { most: 50 })));
    }

    #[test]
    fn what_is_excluded_must_exist() {
        let actions = actions(&["a", "b"]);
        let id = |text: &str| text.parse::<ActionId>().expect("an id");
        assert!(matches!(allowed(&actions, &[id("z")]), Err(LoopError::UnknownExcludedAction)));
        assert_eq!(allowed(&actions, &[id("b")]).ok(), Some(vec![true, false]));
    }

    #[test]
    fn a_request_is_the_same_whatever_its_white_space() {
        assert!(is_same_body(r#"{"a":1,"b":[2]}"#, r#"{ "b": [2], "a": 1 }"#));
        assert!(!is_same_body(r#"{"a":1}"#, r#"{"a":2}"#));
    }
}
