//! Rank: which of these actions should be shown?

use std::{borrow::Cow, collections::HashMap};

use super::{
    LiveLoop, LoopError, RankableAction,
    decide::{Decided, Slot, Undecided, allowed, check_actions, decide},
};
use crate::{
    bandit::{Explanation, Explanations},
    terms::{ActionId, Credential, EventId, FeatureObject},
};

/// A Rank as the caller meant it; types are checked, rules are not yet.
#[derive(Debug)]
pub struct RankRequest<'a> {
    /// The body as received; it is what the log keeps. JSON.
    pub body: Cow<'a, str>,
    pub context: Vec<FeatureObject<'a>>,
    /// `None`: use the loop's own active actions (our extension of the contract).
    pub actions: Option<Vec<RankableAction<'a>>>,
    pub excluded: Vec<ActionId>,
    /// `None`: the server makes one.
    pub event_id: Option<EventId>,
    pub is_deferred: bool,
    /// What the caller proved itself by; `None` of what no caller sent.
    pub came_with: Option<Credential>,
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
    /// Its actions are in the order of `ranking`. `None` unless it was asked for and the decision is new.
    pub explanations: Option<Explanations>,
}

/// Chooses an action and stores the decision before answering.
pub async fn rank(live: &LiveLoop, request: RankRequest<'_>) -> Result<Ranking, LoopError> {
    let has_loop_actions = request.actions.is_none();
    let actions = match request.actions {
        Some(actions) => actions,
        None => live.rankable_actions()?,
    };
    check_actions(&actions, live.tools().options.n_actions_most)?;
    let is_allowed = allowed(&actions, &request.excluded)?;
    let baseline_idx = is_allowed.iter().position(|is| *is).ok_or(LoopError::AllExcluded)?;
    // Asked for before anything is stored, so that features which cannot be explained are refused and not half done.
    let explained = request.is_explained.then(|| live.explain(&request.context, &actions, &is_allowed)).transpose()?;
    let ids: Vec<ActionId> = actions.iter().map(|action| action.id.clone()).collect();
    let undecided = Undecided {
        body: request.body,
        context: request.context,
        actions,
        has_loop_actions,
        slots: vec![Slot { id: None, features: Vec::new(), is_allowed, baseline_idx }],
        event_id: request.event_id,
        is_deferred: request.is_deferred,
        came_with: request.came_with,
    };
    let decided = decide(live, undecided).await?;
    Ok(answer(decided, explained.map(|explained| (ids, explained))))
}

/// What was explained is of the present model, so an answer given before goes without.
fn answer(decided: Decided, explained: Option<(Vec<ActionId>, Explanations)>) -> Ranking {
    let Decided { ranked, is_logged, is_new } = decided;
    let answer = ranked.slots[0].answer.clone();
    let explained = explained.filter(|_| is_new);
    Ranking {
        event_id: ranked.event_id.clone(),
        explanations: explained.map(|(ids, explained)| in_order(explained, ids, &answer.ranking)),
        ranking: answer.ranking,
        reward_action_id: answer.reward_action_id,
        is_logged,
        model_version: ranked.model_version,
    }
}

/// The actions of the request, whose ids are `ids`, in the order of the answer.
fn in_order(explained: Explanations, ids: Vec<ActionId>, ranking: &[(ActionId, f32)]) -> Explanations {
    let mut by_id: HashMap<ActionId, Explanation> = ids.into_iter().zip(explained.actions).collect();
    let actions = ranking.iter().filter_map(|(id, _)| by_id.remove(id)).collect();
    Explanations { actions, ..explained }
}
