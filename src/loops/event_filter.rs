//! Which events somebody wants to see.

use serde_json::Value;

use crate::{
    log::Ranked,
    terms::{Credential, EventState, FeatureObject},
};

/// Letters of a text to look for. Longer ones are no words, and each event would be searched for them.
pub const MAX_FILTER_CHARS: usize = 200;

/// What has to be true of an event; an empty filter lets all through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventFilter {
    /// This action was shown, in any slot.
    pub action: Option<String>,
    /// It stands at one of these; none: anywhere.
    pub states: Vec<EventState>,
    /// Whether the draw took another action than the most probable one.
    pub is_exploring: Option<bool>,
    pub reward_from: Option<f32>,
    pub reward_to: Option<f32>,
    /// Its id begins so.
    pub id_prefix: Option<String>,
    /// Its Rank came with this. What came before that was noted, came with nothing that is known.
    pub came_with: Option<Credential>,
    /// Ranked at this instant or later.
    pub from_us: Option<i64>,
    /// Ranked before this instant.
    pub to_us: Option<i64>,
    /// Words that all stand in the features of its context, as names, as values, or as `name=value`.
    pub feature: Option<String>,
}

impl EventFilter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what was decided is wanted. It never changes.
    pub fn admits_decision(&self, ranked: &Ranked, ranked_at_us: i64) -> bool {
        let is_shown = |action: &String| ranked.slots.iter().any(|s| s.answer.reward_action_id.as_str() == action);
        self.from_us.is_none_or(|from_us| from_us <= ranked_at_us)
            && self.to_us.is_none_or(|to_us| ranked_at_us < to_us)
            && self.action.as_ref().is_none_or(is_shown)
            && self.is_exploring.is_none_or(|is| ranked.is_exploring() == is)
            && (self.came_with.is_none() || self.came_with == ranked.came_with)
            && self.id_prefix.as_deref().is_none_or(|prefix| ranked.event_id.as_str().starts_with(prefix))
            // Last, because the context has to be read for it.
            && self.feature.as_deref().is_none_or(|words| has_feature(ranked, words))
    }

    /// Whether what became of it is wanted. It changes with time.
    pub fn admits_outcome(&self, state: EventState, reward: Option<f32>) -> bool {
        let is_within = || {
            reward.is_some_and(|reward| {
                self.reward_from.is_none_or(|from| from <= reward) && self.reward_to.is_none_or(|to| reward <= to)
            })
        };
        (self.states.is_empty() || self.states.contains(&state)) && (!self.asks_for_reward() || is_within())
    }

    /// Whether an event that is not wanted may be later.
    pub fn asks_for_outcome(&self) -> bool {
        !self.states.is_empty() || self.asks_for_reward()
    }

    fn asks_for_reward(&self) -> bool {
        self.reward_from.is_some() || self.reward_to.is_some()
    }
}

fn has_feature(ranked: &Ranked, words: &str) -> bool {
    let Ok(features) = ranked.features() else { return false };
    let lines = lines(&features.context_features);
    // As people write it: `device: phone` is `device=phone`.
    let words = words.to_lowercase().replace(": ", "=").replace([':', '"'], "=");
    words
        .split_whitespace()
        .map(|word| word.trim_matches('='))
        .filter(|word| !word.is_empty())
        .all(|word| lines.iter().any(|line| line.contains(word)))
}

/// `name=value`, one line each, in small letters; the names of objects within objects are joined by dots.
fn lines(context: &[FeatureObject<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    for object in context {
        flatten("", &Value::Object(object.to_map()), &mut lines);
    }
    lines
}

fn flatten(name: &str, value: &Value, lines: &mut Vec<String>) {
    let below = |key: &str| if name.is_empty() { key.to_lowercase() } else { format!("{name}.{}", key.to_lowercase()) };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| flatten(&below(key), value, lines)),
        Value::Array(items) => items.iter().for_each(|item| flatten(name, item, lines)),
        Value::String(text) => lines.push(format!("{name}={}", text.to_lowercase())),
        Value::Null => {}
        value => lines.push(format!("{name}={value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> bool {
        let context: Vec<FeatureObject<'_>> = serde_json::from_str(
            r#"[{"reader": {"Device": "Phone", "age": 31}}, {"interests": ["world news", "sport"], "isNew": true}]"#,
        )
        .expect("a context");
        let lines = lines(&context);
        words.split_whitespace().all(|word| lines.iter().any(|line| line.contains(word)))
    }

    #[test]
    fn a_context_is_searched_by_names_by_values_and_by_both() {
        for words in
            ["phone", "reader.device=phone", "device=phone age=31", "interests=sport", "isnew=true", "world news"]
        {
            assert!(found(words), "{words}");
        }
        for words in ["tablet", "device=phones", "age=32", "phone tablet"] {
            assert!(!found(words), "{words}");
        }
    }

    #[test]
    fn an_event_without_a_reward_is_within_no_range_of_rewards() {
        let filter = EventFilter { reward_from: Some(0.0), reward_to: Some(0.5), ..EventFilter::default() };
        assert!(filter.admits_outcome(EventState::Learned, Some(0.5)));
        assert!(!filter.admits_outcome(EventState::Learned, Some(0.51)));
        assert!(!filter.admits_outcome(EventState::Pending, None));
        let of_state = EventFilter { states: vec![EventState::Expired], ..EventFilter::default() };
        assert!(
            of_state.admits_outcome(EventState::Expired, None) && !of_state.admits_outcome(EventState::Learned, None)
        );
    }
}
