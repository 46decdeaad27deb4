//! What the news site's pages ask for: which story leads for a persona and why, and what became of an answer.
//!
//! Visitors are not signed in, so everything here is bounded, and an event can be answered only by whoever was given it.

use super::{
    Demo, Inner,
    client::{ClientError, RankAnswer, RankBody},
    connection::Connection,
    personas::Persona,
    visits::{Visit, Visits},
};
use crate::terms::EventId;

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard},
};

use tokio::sync::SemaphorePermit;

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
    /// The story that leads.
    pub chosen: String,
    pub choice: Choice,
    /// The model that ranked; `None` when the server could not store the decision.
    pub model_version: Option<i64>,
    /// In the order of the ranking.
    pub stories: Vec<RankedStory>,
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
}

impl Demo {
    /// Asks which story should lead for this persona, and shows it.
    pub async fn rank_lead(&self, persona: &Persona) -> Result<Lead, LeadError> {
        self.ask(persona, false).await
    }

    /// Asks which story would lead now, without showing it. The event waits for [`Demo::show_lead`]; an event that is
    /// never shown teaches the loop nothing.
    pub async fn peek_lead(&self, persona: &Persona) -> Result<Lead, LeadError> {
        self.ask(persona, true).await
    }

    /// Says that what [`Demo::peek_lead`] found is on screen now.
    pub async fn show_lead(&self, event_id: &EventId) -> Result<(), LeadError> {
        let _place = self.inner.place()?;
        let connection = self.inner.connected()?;
        let is_deferred = self.inner.visits().get(event_id).ok_or(LeadError::UnknownEvent)?.is_deferred;
        if is_deferred {
            connection.customer(&self.inner.client).activate(event_id.as_str()).await?;
            if let Some(visit) = self.inner.visits().get_mut(event_id) {
                visit.is_deferred = false;
            }
        }
        Ok(())
    }

    /// Sends a visitor's reward for the story that led. Each event takes one.
    pub async fn reward(&self, event_id: &EventId, value: f64) -> Result<(), LeadError> {
        let _place = self.inner.place()?;
        let connection = self.inner.connected()?;
        self.inner.claim(event_id)?;
        let sent = connection.customer(&self.inner.client).reward(event_id.as_str(), value.clamp(0.0, 1.0)).await;
        if sent.is_err()
            && let Some(visit) = self.inner.visits().get_mut(event_id)
        {
            // It did not arrive, so the visitor may try again.
            visit.is_rewarded = false;
        }
        Ok(sent?)
    }

    /// The story that led in this event.
    pub fn chosen_in(&self, event_id: &EventId) -> Option<String> {
        self.inner.visits().get(event_id).map(|visit| visit.chosen.clone())
    }

    /// What has become of a visitor's event.
    pub async fn progress(&self, event_id: &EventId) -> Result<Progress, LeadError> {
        let _place = self.inner.place()?;
        let connection = self.inner.connected()?;
        self.inner.visits().get(event_id).ok_or(LeadError::UnknownEvent)?;
        let event = self.inner.manager().event(connection.loop_id.as_str(), event_id.as_str()).await?;
        let (state, model_version, learned_reward) = (event.state, event.model_version, event.learned_reward);
        Ok(Progress { state, model_version, learned_reward })
    }

    async fn ask(&self, persona: &Persona, is_deferred: bool) -> Result<Lead, LeadError> {
        let place = self.inner.place()?;
        let connection = self.inner.connected()?;
        let body = RankBody { context_features: &persona.context(), defer_activation: is_deferred };
        let answer = connection.customer(&self.inner.client).rank(&body, true).await?;
        let event_id = EventId::try_from(answer.event_id.clone()).map_err(|_| LeadError::UnknownEvent)?;
        let visit = Visit { chosen: answer.reward_action_id.clone(), is_deferred, is_rewarded: false };
        self.inner.visits().remember(event_id.clone(), visit);
        drop(place);
        // The answer to a Rank does not name the model; the event does. A server that could not store it has none.
        let model_version = self.progress(&event_id).await.ok().map(|progress| progress.model_version);
        Ok(lead(event_id, answer, model_version))
    }
}

impl Inner {
    fn place(&self) -> Result<SemaphorePermit<'_>, LeadError> {
        self.visitors.try_acquire().map_err(|_| LeadError::Busy)
    }

    fn connected(&self) -> Result<Arc<Connection>, LeadError> {
        self.connection.load_full().ok_or(LeadError::NotReady)
    }

    fn visits(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes the right to answer this event, which is there once.
    fn claim(&self, event_id: &EventId) -> Result<(), LeadError> {
        let mut visits = self.visits();
        let visit = visits.get_mut(event_id).ok_or(LeadError::UnknownEvent)?;
        if visit.is_rewarded {
            return Err(LeadError::AlreadyRewarded);
        }
        visit.is_rewarded = true;
        Ok(())
    }
}

fn lead(event_id: EventId, answer: RankAnswer, model_version: Option<i64>) -> Lead {
    let choice = choice(&answer);
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
    Lead { event_id, chosen: answer.reward_action_id, choice, model_version, stories: stories.collect() }
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
