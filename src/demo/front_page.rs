//! What the news site's pages ask for: which story leads for a persona and why, and what became of an answer.
//!
//! Visitors are not signed in, so everything here is bounded, and an event can be answered only by whoever was given it.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{sync::SemaphorePermit, time::timeout};

use super::{
    Demo, Inner,
    client::{ClientError, RankAnswer, RankBody, USUAL_VERSION},
    connection::Connection,
    desks::Desk,
    held,
    moves::Seen,
    personas::Persona,
    visits::{Visit, Visits},
};
use crate::terms::{EventId, LoopId};

/// How long a front page waits for a loop. The editors' order is better than a reader who has left.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// How many reasons are given for a story's place, apart from the rest.
const MAX_REASONS: usize = 5;
/// The name under which the server gathers the reasons that it does not name.
pub const REST: &str = "everything else";

/// Why a visitor was not answered.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    #[error("the demo is not ready yet")]
    NotReady,
    #[error("too many visitors are waiting for an answer")]
    Busy,
    #[error("no visitor was given this event, or it was too long ago")]
    UnknownEvent,
    #[error("the loop did not answer in time")]
    Slow,
    #[error("this event has its reward already")]
    AlreadyRewarded,
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// How the lead story came to lead, as its probabilities tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Every story was as likely as any other.
    NothingLearned,
    /// It was the likeliest story.
    Learned,
    /// Another story was likelier; this one was tried to learn about it.
    Explored,
}

/// One Rank of a visitor, answered.
#[derive(Debug, Clone)]
pub struct Lead {
    pub event_id: EventId,
    pub loop_id: LoopId,
    /// The story that leads.
    pub chosen: String,
    pub choice: Choice,
    /// The model that ranked; `None` when the server could not store the decision.
    pub model_version: Option<i64>,
    /// In the order of the ranking.
    pub stories: Vec<RankedStory>,
    /// What went over the wire for it.
    pub call: Call,
    /// What was answered before, to compare with.
    pub past: Option<Past>,
}

/// A call as anybody could have made it, but for the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub url: String,
    pub body: String,
    pub answer: String,
}

/// An earlier answer in the same situation.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// How long ago it was; `None` when it is the visitor's own last visit.
    pub seconds_ago: Option<u64>,
    pub seen: Seen,
}

/// A story with its probability of leading.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedStory {
    /// The action's id: an article's slug, or something an operator defined in the dashboard.
    pub id: String,
    pub probability: f64,
    /// What spoke for and against it, strongest first.
    pub reasons: Vec<Reason>,
}

/// One feature's signed share of a story's score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub feature: String,
    pub score: f64,
}

/// What has become of a visitor's event.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub state: String,
    pub model_version: i64,
    pub learned_reward: Option<f64>,
    /// How probable the story was to lead, and how probable it became once this was learned.
    pub moved: Option<(f64, f64)>,
}

impl Demo {
    /// Asks which story should lead for this persona, and shows it. `after` is the visitor's last event.
    pub async fn rank_lead(&self, persona: &Persona, after: Option<&EventId>) -> Result<Lead, LeadError> {
        self.ask(persona, false, after).await
    }

    /// Asks which story would lead now, without showing it. The event waits for [`Demo::show_lead`]; an event that is
    /// never shown teaches the loop nothing.
    pub async fn peek_lead(&self, persona: &Persona) -> Result<Lead, LeadError> {
        self.ask(persona, true, None).await
    }

    /// Says that what [`Demo::peek_lead`] found is on screen now.
    pub async fn show_lead(&self, event_id: &EventId) -> Result<(), LeadError> {
        let _place = self.inner.place()?;
        let visit = self.inner.visit(event_id)?;
        if visit.is_deferred {
            let connection = self.inner.connected(visit.desk)?;
            connection.customer(&self.inner.client).activate(event_id.as_str()).await?;
            if let Some(visit) = self.inner.visits().get_mut(event_id) {
                visit.is_deferred = false;
            }
        }
        Ok(())
    }

    /// Sends a visitor's reward for what was chosen. Each event takes one.
    pub async fn reward(&self, event_id: &EventId, value: f64) -> Result<(), LeadError> {
        let _place = self.inner.place()?;
        let connection = self.inner.connected(self.inner.visit(event_id)?.desk)?;
        self.inner.claim(event_id)?;
        let sent = connection.customer(&self.inner.client).reward(event_id.as_str(), value.clamp(0.0, 1.0)).await;
        self.inner.settle(event_id, sent)
    }

    /// What was chosen in this event: the story that led, or the newsletter that was offered.
    pub fn chosen_in(&self, event_id: &EventId) -> Option<String> {
        self.inner.visits().get(event_id).and_then(|visit| visit.chosen.first().cloned())
    }

    /// The loop that decided this event.
    pub fn loop_of_event(&self, event_id: &EventId) -> Option<LoopId> {
        let desk = self.inner.visits().get(event_id)?.desk;
        self.loop_of(desk)
    }

    /// What has become of a visitor's event.
    pub async fn progress(&self, event_id: &EventId) -> Result<Progress, LeadError> {
        let _place = self.inner.place()?;
        let visit = self.inner.visit(event_id)?;
        let connection = self.inner.connected(visit.desk)?;
        let event = self.inner.manager().event(connection.loop_id.as_str(), event_id.as_str()).await?;
        let moved = if event.state == "learned" { self.inner.moved(event_id, &visit, &connection).await } else { None };
        let (state, model_version, learned_reward) = (event.state, event.model_version, event.learned_reward);
        Ok(Progress { state, model_version, learned_reward, moved })
    }

    async fn ask(&self, persona: &Persona, is_deferred: bool, after: Option<&EventId>) -> Result<Lead, LeadError> {
        let place = self.inner.place()?;
        let desk = if persona.is_yourself() { Desk::Visitors } else { Desk::Lead };
        let connection = timeout(PATIENCE, self.inner.opened(desk)).await.map_err(|_| LeadError::Slow)??;
        let context = persona.context();
        let body = RankBody { context_features: &context, defer_activation: is_deferred };
        let customer = connection.customer(&self.inner.client);
        let answer = timeout(PATIENCE, customer.rank(&body, true)).await.map_err(|_| LeadError::Slow)??;
        let event_id = EventId::try_from(answer.event_id.clone()).map_err(|_| LeadError::UnknownEvent)?;
        let past = self.inner.past(persona, after);
        self.inner.remember(&event_id, desk, context.clone(), &answer, is_deferred);
        let call = Call {
            url: format!("{}/{USUAL_VERSION}/rank", connection.endpoint()),
            body: pretty(&body),
            answer: pretty(&answer),
        };
        drop(place);
        // The answer to a Rank does not name the model; the event does. A server that could not store it has none.
        let progress = timeout(PATIENCE, self.progress(&event_id)).await;
        let model_version = progress.ok().and_then(Result::ok).map(|progress| progress.model_version);
        let loop_id = connection.loop_id.clone();
        let (choice, chosen) = (choice(&answer), answer.reward_action_id.clone());
        Ok(Lead { event_id, loop_id, chosen, choice, model_version, stories: ranked(answer), call, past })
    }
}

impl Inner {
    pub(super) fn place(&self) -> Result<SemaphorePermit<'_>, LeadError> {
        self.visitors.try_acquire().map_err(|_| LeadError::Busy)
    }

    pub(super) fn connected(&self, desk: Desk) -> Result<Arc<Connection>, LeadError> {
        self.desk(desk).ok_or(LeadError::NotReady)
    }

    pub(super) fn visits(&self) -> MutexGuard<'_, Visits> {
        held(&self.visits)
    }

    pub(super) fn visit(&self, event_id: &EventId) -> Result<Visit, LeadError> {
        self.visits().get(event_id).cloned().ok_or(LeadError::UnknownEvent)
    }

    /// Remembers that a visitor was given this answer.
    pub(super) fn remember(
        &self,
        event_id: &EventId,
        desk: Desk,
        context: Vec<Value>,
        answer: &RankAnswer,
        is_deferred: bool,
    ) {
        let visit = Visit {
            desk,
            context,
            chosen: vec![answer.reward_action_id.clone()],
            seen: Seen::of(answer),
            probability_since: None,
            is_deferred,
            is_rewarded: false,
        };
        self.visits().remember(event_id.clone(), visit);
    }

    /// Takes the right to answer this event, which is there once.
    pub(super) fn claim(&self, event_id: &EventId) -> Result<(), LeadError> {
        let mut visits = self.visits();
        let visit = visits.get_mut(event_id).ok_or(LeadError::UnknownEvent)?;
        if visit.is_rewarded {
            return Err(LeadError::AlreadyRewarded);
        }
        visit.is_rewarded = true;
        Ok(())
    }

    /// Gives the right back when the reward did not arrive, so that the visitor may try again.
    pub(super) fn settle(&self, event_id: &EventId, sent: Result<(), ClientError>) -> Result<(), LeadError> {
        if sent.is_err()
            && let Some(visit) = self.visits().get_mut(event_id)
        {
            visit.is_rewarded = false;
        }
        Ok(sent?)
    }

    /// The simulated readers' answer of a minute ago; for visitors as themselves, the answer of their last visit.
    fn past(&self, persona: &Persona, after: Option<&EventId>) -> Option<Past> {
        if persona.is_yourself() {
            let seen = self.visit(after?).ok()?;
            return (seen.desk == Desk::Visitors).then_some(Past { seconds_ago: None, seen: seen.seen });
        }
        let moves = held(&self.moves);
        let (ago, seen) = moves.a_minute_ago(persona.slug, Instant::now())?;
        Some(Past { seconds_ago: Some(ago.as_secs()), seen: seen.clone() })
    }

    /// How the probability of what was chosen has moved since. The loop is asked once, by a Rank that nobody is shown.
    async fn moved(&self, event_id: &EventId, visit: &Visit, connection: &Connection) -> Option<(f64, f64)> {
        let chosen = visit.chosen.first()?;
        let before = visit.seen.probability(chosen)?;
        if let Some(since) = visit.probability_since {
            return Some((before, since));
        }
        let body = RankBody { context_features: &visit.context, defer_activation: true };
        let answer = timeout(PATIENCE, connection.customer(&self.client).rank(&body, false)).await.ok()?.ok()?;
        let since = Seen::of(&answer).probability(chosen)?;
        if let Some(visit) = self.visits().get_mut(event_id) {
            visit.probability_since = Some(since);
        }
        Some((before, since))
    }
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn ranked(answer: RankAnswer) -> Vec<RankedStory> {
    let mut reasons: HashMap<String, Vec<Reason>> = HashMap::new();
    for explained in answer.inference_explanation {
        let given = explained.features.into_iter().map(|f| Reason { feature: f.name, score: f.score });
        reasons.insert(explained.id, strongest(given.collect()));
    }
    let ranked = answer.ranking.into_iter();
    let stories = ranked.map(|action| RankedStory {
        reasons: reasons.remove(&action.id).unwrap_or_default(),
        id: action.id,
        probability: action.probability,
    });
    stories.collect()
}

fn choice(answer: &RankAnswer) -> Choice {
    /// Probabilities travel in single precision.
    const SLACK: f64 = 1e-6;
    let probabilities = || answer.ranking.iter().map(|action| action.probability);
    let chosen = answer.ranking.iter().find(|action| action.id == answer.reward_action_id);
    let chosen = chosen.map_or(0.0, |action| action.probability);
    let (least, most) = (probabilities().fold(1.0, f64::min), probabilities().fold(0.0, f64::max));
    if most - least < SLACK && answer.ranking.len() > 1 {
        Choice::NothingLearned
    } else if chosen < most - SLACK {
        Choice::Explored
    } else {
        Choice::Learned
    }
}

/// The strongest reasons, and after them one for all others: together they still make the whole score.
fn strongest(reasons: Vec<Reason>) -> Vec<Reason> {
    let (rest, mut named): (Vec<_>, Vec<_>) = reasons.into_iter().partition(|reason| reason.feature == REST);
    named.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
    let unnamed = named.split_off(named.len().min(MAX_REASONS));
    let score: f64 = rest.iter().chain(&unnamed).map(|reason| reason.score).sum();
    let has_rest = !rest.is_empty() || !unnamed.is_empty();
    named.extend(has_rest.then(|| Reason { feature: REST.to_owned(), score }));
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::client::RankedAction;

    fn answer(probabilities: &[f64], chosen_idx: usize) -> RankAnswer {
        let action =
            |(idx, probability): (usize, &f64)| RankedAction { id: idx.to_string(), probability: *probability };
        RankAnswer {
            event_id: "e".to_owned(),
            ranking: probabilities.iter().enumerate().map(action).collect(),
            reward_action_id: chosen_idx.to_string(),
            inference_explanation: Vec::new(),
        }
    }

    #[test]
    fn the_likeliest_story_was_learned_and_a_rarer_one_explored() {
        assert_eq!(choice(&answer(&[0.8, 0.1, 0.1], 0)), Choice::Learned);
        assert_eq!(choice(&answer(&[0.1, 0.8, 0.1], 0)), Choice::Explored);
        assert_eq!(choice(&answer(&[0.5, 0.5], 0)), Choice::NothingLearned);
        assert_eq!(choice(&answer(&[1.0], 0)), Choice::Learned);
    }

    #[test]
    fn the_strongest_reasons_come_first_whether_for_or_against() {
        let reason = |score| Reason { feature: "f".to_owned(), score };
        let sorted = strongest(vec![reason(0.1), reason(-0.5), reason(0.3)]);
        assert_eq!(sorted.iter().map(|r| r.score).collect::<Vec<_>>(), [-0.5, 0.3, 0.1]);
    }

    #[test]
    fn the_reasons_that_are_not_named_come_last_as_one_and_nothing_is_lost() {
        let reason = |idx: u32| Reason { feature: format!("f{idx}"), score: f64::from(idx) };
        let rest = Reason { feature: REST.to_owned(), score: 100.0 };
        let given: Vec<Reason> = std::iter::once(rest).chain((1..=7).map(reason)).collect();
        let sum: f64 = given.iter().map(|reason| reason.score).sum();

        let kept = strongest(given);

        assert_eq!((kept.len(), kept[0].feature.as_str(), kept[5].feature.as_str()), (6, "f7", REST));
        assert!((kept.iter().map(|reason| reason.score).sum::<f64>() - sum).abs() < 1e-9);
    }
}
