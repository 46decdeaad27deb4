//! Why: the reasons of a decision, of an event that was ranked or of one that somebody imagines.
//!
//! Nothing here is logged, learned or counted. The model is copied first and asked afterwards: the questions to it take
//! tens of milliseconds, and the lock around it is what Ranks wait for. All answers of one call so come from one model.

use serde::Deserialize;
use tokio::sync::Semaphore;

use super::{LiveLoop, LoopError, RankableAction};
use crate::{
    bandit::{
        ActionInput, Asked, Counterfactuals, Example, Explanation, Explanations, FeatureError, Filling, JsonObject,
        MixtureInside, Policy, Said, SeenValues, search, slot_context, slot_example,
    },
    log::{Fact, Ranked},
    terms::{ActionId, EventId, ExplorationShare, FeatureObject, LearningMode, SlotId},
    trainer::{TrainerError, in_the_background},
};

/// How many features an explanation names before the rest is summed up.
const N_EXPLAINED: usize = 10;
/// Ranks whose contexts say which values are usual.
const N_SEEN: i64 = 500;
/// Questions to the policy in search of a counterfactual, of one event: about 0.1 ms each.
const N_ASKED: usize = 120;
/// The same of each slot when there are many.
const N_ASKED_LEAST: usize = 12;

/// Each explanation holds a copy of a model, some 10 MB, so few are made at once.
pub(super) static COPIES: Semaphore = Semaphore::const_new(2);

/// Why the actions of one slot have their probabilities.
#[derive(Debug, Clone)]
pub struct Decision {
    /// `None` for the one slot of a plain Rank.
    pub slot_id: Option<SlotId>,
    /// In request order.
    pub actions: Vec<ReasonedAction>,
    /// The probability that does not go to the most probable action.
    pub explored: f32,
    pub counterfactuals: Counterfactuals,
}

impl Decision {
    /// The first of the most probable actions.
    pub fn most_probable(&self) -> Option<&ReasonedAction> {
        self.actions.iter().rev().max_by(|a, b| a.probability.total_cmp(&b.probability))
    }
}

/// One action with its reasons.
#[derive(Debug, Clone)]
pub struct ReasonedAction {
    pub id: ActionId,
    /// Why it could not be chosen; `None` if it could.
    pub why_not: Option<WhyNot>,
    pub probability: f32,
    /// Which part of the probability follows what is known; the rest is there to find out.
    pub exploit: f32,
    /// What the model expects of it and why. One that could not be chosen is judged as if all had been offered.
    pub explanation: Explanation,
    /// Of an event: the policy's probability at the time.
    pub then_probability: Option<f32>,
    /// Of an event: whether it was answered as the one to show.
    pub was_shown: bool,
}

/// Why an action could not be chosen for a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// The request excluded it.
    Excluded,
    /// An earlier slot shows it.
    Shown(SlotId),
    /// A later slot can be filled with nothing else.
    Kept,
}

/// The reasons of a decision.
#[derive(Debug, Clone)]
pub struct Why {
    /// What was asked about.
    pub context: Vec<JsonObject>,
    /// In the order of the request; a plain Rank has one.
    pub decisions: Vec<Decision>,
    /// Of the model that was asked: the present one.
    pub version: i64,
    pub mode: LearningMode,
    pub exploration: ExplorationShare,
    /// What `auto` trusts and how it explores; `None` for other policies.
    pub mixture: Option<MixtureInside>,
}

/// The reasons of an event's decision, as the present model sees it.
#[derive(Debug, Clone)]
pub struct EventWhy {
    pub event_id: EventId,
    pub ranked_at_us: i64,
    /// The model that answered. When it is not `why.version`, the loop has learned since.
    pub answered_version: i64,
    pub why: Why,
}

impl EventWhy {
    /// Whether the model that answered is the one that gives the reasons.
    pub fn is_present_model(&self) -> bool {
        self.answered_version == self.why.version
    }
}

/// A decision to be taken again, without anything of the call that brought it.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub context: Vec<JsonObject>,
    pub actions: Vec<(ActionId, Vec<JsonObject>)>,
    pub slots: Vec<QuestionSlot>,
}

/// A place to fill.
#[derive(Debug, Clone)]
pub(super) struct QuestionSlot {
    pub id: Option<SlotId>,
    pub features: Vec<JsonObject>,
    /// By action.
    pub is_allowed: Vec<bool>,
    pub baseline_idx: usize,
    /// Of an event: what was shown here, with the policy's probabilities at the time.
    pub then: Option<(usize, Vec<f32>)>,
}

pub(super) fn maps(objects: &[FeatureObject<'_>]) -> Vec<JsonObject> {
    objects.iter().map(FeatureObject::to_map).collect()
}

impl Question {
    pub fn new(context: &[FeatureObject<'_>], actions: &[RankableAction<'_>], slots: Vec<QuestionSlot>) -> Self {
        let actions = actions.iter().map(|action| (action.id.clone(), maps(&action.features()))).collect();
        Self { context: maps(context), actions, slots }
    }

    /// The same without what was shown then.
    pub fn untold(&self) -> Self {
        let mut untold = self.clone();
        untold.slots.iter_mut().for_each(|slot| slot.then = None);
        untold
    }

    /// The question that a logged Rank was. `None` when its request cannot be read any more.
    pub fn of(ranked: &Ranked) -> Option<Self> {
        let features = ranked.features().ok()?;
        let actions: Vec<_> = features.actions.iter().map(|one| (one.id.clone(), maps(&one.features))).collect();
        let excluded = if ranked.is_multi_slot() { excluded_by_slot(&ranked.request) } else { Vec::new() };
        let slots = ranked.slots.iter().enumerate().map(|(slot_idx, slot)| {
            let is_allowed = match (ranked.is_multi_slot(), excluded.get(slot_idx)) {
                (false, _) => slot.eligible(),
                (true, None) => vec![true; actions.len()],
                (true, Some(excluded)) => actions.iter().map(|(id, _)| !excluded.contains(id)).collect(),
            };
            QuestionSlot {
                id: slot.slot_id.clone(),
                features: features.slots.get(slot_idx).map_or_else(Vec::new, |slot| maps(&slot.features)),
                is_allowed,
                baseline_idx: slot.baseline_idx,
                then: Some((slot.answer.chosen_idx, slot.policy_pmf.clone())),
            }
        });
        let slots: Vec<QuestionSlot> = slots.collect();
        let n_actions = actions.len();
        let fits = ranked.slots.iter().all(|slot| slot.policy_pmf.len() == n_actions);
        fits.then_some(Self { context: maps(&features.context_features), actions, slots })
    }
}

/// What each slot of a multi-slot request excludes. What an earlier slot shows is not among it.
fn excluded_by_slot(request: &str) -> Vec<Vec<ActionId>> {
    #[derive(Deserialize)]
    struct Slots {
        slots: Option<Vec<Slot>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Slot {
        excluded_actions: Option<Vec<Option<ActionId>>>,
    }
    let read: Option<Slots> = serde_json::from_str(request).ok();
    let slots = read.and_then(|read| read.slots).unwrap_or_default();
    slots.into_iter().map(|slot| slot.excluded_actions.unwrap_or_default().into_iter().flatten().collect()).collect()
}

impl LiveLoop {
    /// Why an event was decided as it was, as the present model sees it. `None` when no such event is in the log.
    pub async fn explain_event(&self, event_id: &EventId) -> Result<Option<EventWhy>, LoopError> {
        let Some(stored) = self.tools().store.ranked_record(self.id(), event_id).await? else { return Ok(None) };
        let ranked_at_us = stored.at_us;
        let Fact::Ranked(ranked) = Fact::from_body(stored.seq, stored.kind, &stored.body)? else { return Ok(None) };
        let question = Question::of(&ranked).ok_or(LoopError::NotFound("request that can still be read"))?;
        let why = self.reason(question).await?;
        Ok(Some(EventWhy { event_id: event_id.clone(), ranked_at_us, answered_version: ranked.model_version, why }))
    }

    /// Answers a question without a trace of it: neither log nor model nor counters are touched.
    pub(super) async fn reason(&self, question: Question) -> Result<Why, LoopError> {
        Ok(self.reasons(vec![question]).await?.pop().expect("one answer to one question")?)
    }

    /// The same for several questions, all answered by one model, each by itself.
    pub(super) async fn reasons(&self, questions: Vec<Question>) -> Result<Vec<Result<Why, FeatureError>>, LoopError> {
        let seen = self.seen_values().await?;
        let _copy = COPIES.acquire().await.expect("nobody closes it");
        let (cell, now_us) = (self.cell_handle(), self.now_us());
        let answers = in_the_background(move || {
            let configuration = cell.in_force().configuration.clone();
            let learned = cell.learned().clone();
            let (mode, exploration) = (configuration.learning_mode, configuration.exploration_at(now_us));
            let answer = |question: Question| {
                let (decisions, mixture) = decisions(&learned.policy, &question, &seen, exploration)?;
                let (context, version) = (question.context, learned.version);
                Ok(Why { context, decisions, version, mode, exploration, mixture })
            };
            questions.into_iter().map(answer).collect()
        });
        Ok(answers.await.map_err(TrainerError::from)?)
    }

    /// What the newest contexts of the log were like.
    pub(super) async fn seen_values(&self) -> Result<SeenValues, LoopError> {
        let stored = self.tools().store.latest_of_kind(self.id(), Fact::RANKED, i64::MAX, N_SEEN).await?;
        let count = move || {
            let mut seen = SeenValues::default();
            for record in stored {
                // What cannot be read was nobody's usual value.
                let Ok(Fact::Ranked(ranked)) = Fact::from_body(record.seq, record.kind, &record.body) else { continue };
                if let Ok(features) = ranked.features() {
                    seen.take_in(&maps(&features.context_features));
                }
            }
            seen
        };
        Ok(in_the_background(count).await.map_err(TrainerError::from)?)
    }
}

/// The reasons slot after slot: of an event as it was shown then, else as if each slot showed its most probable action.
fn decisions(
    policy: &Policy,
    question: &Question,
    seen: &SeenValues,
    exploration: ExplorationShare,
) -> Result<(Vec<Decision>, Option<MixtureInside>), FeatureError> {
    let inputs: Vec<ActionInput<'_>> =
        question.actions.iter().map(|(id, features)| ActionInput { id: id.as_str(), features }).collect();
    let example = |slot: &QuestionSlot| slot_example(&question.context, slot.id.as_ref(), &slot.features, &inputs);
    let examples = question.slots.iter().map(example).collect::<Result<Vec<_>, _>>()?;
    let baselines: Vec<usize> = question.slots.iter().map(|slot| slot.baseline_idx).collect();
    let allowed = question.slots.iter().map(|slot| slot.is_allowed.clone()).collect();
    let mut filling = Filling::new(allowed, &baselines);
    let scores = policy.scores_of_later_slots(&examples);
    let n_asked = (N_ASKED / question.slots.len().max(1)).max(N_ASKED_LEAST);
    let mut mixture = None;
    let mut shown: Vec<Option<SlotId>> = vec![None; inputs.len()];
    let mut decisions = Vec::with_capacity(examples.len());
    for (slot, example) in question.slots.iter().zip(&examples) {
        let asking = Asking {
            policy,
            question,
            slot,
            inputs: &inputs,
            is_eligible: filling.eligible(),
            losses: filling.losses(&scores),
            exploration,
        };
        let explained = asking.explain()?;
        let (actions, most_probable_idx) = asking.actions(example, explained.actions, &shown);
        let counterfactuals = search(&question.context, seen, n_asked, |context| asking.ask(context))?;
        let most = actions.get(most_probable_idx).map_or(0.0, |action| action.probability);
        let explored = if most > 0.0 { 1.0 - most } else { 0.0 };
        decisions.push(Decision { slot_id: slot.id.clone(), actions, explored, counterfactuals });
        mixture = explained.mixture;
        let filled_idx = slot.then.as_ref().map_or(most_probable_idx, |(shown_idx, _)| *shown_idx);
        filling.fill(filled_idx);
        shown[filled_idx].clone_from(&slot.id);
    }
    Ok((decisions, mixture))
}

/// One slot in front of the policy.
struct Asking<'a> {
    policy: &'a Policy,
    question: &'a Question,
    slot: &'a QuestionSlot,
    inputs: &'a [ActionInput<'a>],
    is_eligible: Vec<bool>,
    losses: Vec<f32>,
    exploration: ExplorationShare,
}

impl Asking<'_> {
    fn explain(&self) -> Result<Explanations, FeatureError> {
        let context = slot_context(&self.question.context, self.slot.id.as_ref(), &self.slot.features);
        self.policy.explain(Asked {
            context: &context,
            actions: self.inputs,
            is_eligible: &self.is_eligible,
            exploration: self.exploration,
            n_most: N_EXPLAINED,
        })
    }

    /// What would be said in another context.
    fn ask(&self, context: &[JsonObject]) -> Result<Said, FeatureError> {
        let example = slot_example(context, self.slot.id.as_ref(), &self.slot.features, self.inputs)?;
        let pmf = self.policy.pmf_of_slot(&example, &self.is_eligible, &self.losses, self.exploration);
        Ok(Said { pmf: pmf.into_vec(), scores: self.policy.scores(&example) })
    }

    /// The actions with their reasons, and which of them is the most probable.
    fn actions(
        &self,
        example: &Example,
        explained: Vec<Explanation>,
        shown: &[Option<SlotId>],
    ) -> (Vec<ReasonedAction>, usize) {
        let pmf = self.policy.pmf_of_slot(example, &self.is_eligible, &self.losses, self.exploration);
        let exploits = self.policy.exploit_shares(example, &self.is_eligible, &self.losses, &pmf);
        let pmf = pmf.into_vec();
        let most_probable_idx = (0..pmf.len()).rev().max_by(|a, b| pmf[*a].total_cmp(&pmf[*b])).unwrap_or(0);
        let reasoned = |(idx, explanation): (usize, Explanation)| ReasonedAction {
            id: self.question.actions[idx].0.clone(),
            why_not: (!self.is_eligible[idx]).then(|| self.why_not(idx, shown)),
            probability: pmf[idx],
            exploit: exploits[idx],
            explanation,
            then_probability: self.slot.then.as_ref().and_then(|(_, pmf)| pmf.get(idx).copied()),
            was_shown: self.slot.then.as_ref().is_some_and(|(shown_idx, _)| *shown_idx == idx),
        };
        (explained.into_iter().enumerate().map(reasoned).collect(), most_probable_idx)
    }

    fn why_not(&self, action_idx: usize, shown: &[Option<SlotId>]) -> WhyNot {
        match (self.slot.is_allowed[action_idx], &shown[action_idx]) {
            (false, _) => WhyNot::Excluded,
            (true, Some(slot_id)) => WhyNot::Shown(slot_id.clone()),
            (true, None) => WhyNot::Kept,
        }
    }
}
