//! How probable each story was to lead for each kind of reader, as the answers to Rank said over the last minutes. Taken
//! from the simulated readers' own events, so that every figure has an event behind it.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use super::client::RankAnswer;

/// One answer in so long is kept, for so long.
const KEEP_EVERY: Duration = Duration::from_secs(3);
const KEEP_FOR: Duration = Duration::from_secs(100);
/// What "a minute ago" means, and what is still worth comparing with when a minute has not passed.
const MINUTE: Duration = Duration::from_secs(60);
const LEAST: Duration = Duration::from_secs(15);

/// What one Rank answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub event_id: String,
    /// By action id.
    pub probabilities: Vec<(String, f64)>,
}

impl Seen {
    /// The answer's probabilities.
    pub fn of(answer: &RankAnswer) -> Self {
        let probabilities = answer.ranking.iter().map(|action| (action.id.clone(), action.probability)).collect();
        Self { event_id: answer.event_id.clone(), probabilities }
    }

    /// The probability of this story; nothing when it did not compete.
    pub fn probability(&self, id: &str) -> Option<f64> {
        self.probabilities.iter().find(|(known, _)| known == id).map(|(_, probability)| *probability)
    }
}

/// By persona, oldest first.
#[derive(Debug, Default)]
pub struct Moves {
    by_persona: HashMap<&'static str, VecDeque<(Instant, Seen)>>,
}

impl Moves {
    /// A reader in exactly this persona's situation was answered.
    pub fn note(&mut self, persona: &'static str, at: Instant, answer: &RankAnswer) {
        let seen = self.by_persona.entry(persona).or_default();
        if seen.back().is_some_and(|(newest, _)| at.saturating_duration_since(*newest) < KEEP_EVERY) {
            return;
        }
        seen.push_back((at, Seen::of(answer)));
        while seen.front().is_some_and(|(oldest, _)| at.saturating_duration_since(*oldest) > KEEP_FOR) {
            seen.pop_front();
        }
    }

    /// What was answered last.
    pub fn newest(&self, persona: &str) -> Option<&Seen> {
        self.by_persona.get(persona)?.back().map(|(_, seen)| seen)
    }

    /// What was answered a minute ago, or as near to that as there is, and how long ago it was.
    pub fn a_minute_ago(&self, persona: &str, now: Instant) -> Option<(Duration, &Seen)> {
        let age = |at: &Instant| now.saturating_duration_since(*at);
        let seen = self.by_persona.get(persona)?.iter().map(|(at, seen)| (age(at), seen));
        let near = |span: Duration| span.abs_diff(MINUTE);
        seen.filter(|(span, _)| *span >= LEAST && *span <= KEEP_FOR).min_by_key(|(span, _)| near(*span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::client::RankedAction;

    fn answer(n: u64) -> RankAnswer {
        RankAnswer {
            event_id: format!("e{n}"),
            ranking: vec![RankedAction { id: "a".to_owned(), probability: 0.5 }],
            reward_action_id: "a".to_owned(),
            inference_explanation: Vec::new(),
        }
    }

    #[test]
    fn the_answer_nearest_to_a_minute_ago_is_found() {
        let mut moves = Moves::default();
        let start = Instant::now();
        for second in 0..200 {
            moves.note("mara", start + Duration::from_secs(second), &answer(second));
        }
        let (span, seen) = moves.a_minute_ago("mara", start + Duration::from_secs(200)).expect("enough past");
        assert!((57..=63).contains(&span.as_secs()), "{span:?}");
        assert_eq!(seen.event_id, format!("e{}", 200 - span.as_secs()));
        assert_eq!(seen.probability("a"), Some(0.5));
        assert!(moves.by_persona["mara"].len() < 40);
    }

    #[test]
    fn what_was_answered_a_moment_ago_is_no_past() {
        let mut moves = Moves::default();
        let start = Instant::now();
        moves.note("mara", start, &answer(0));
        assert_eq!(moves.a_minute_ago("mara", start + Duration::from_secs(14)), None);
        assert_eq!(moves.a_minute_ago("ines", start + Duration::from_secs(60)), None);
    }
}
