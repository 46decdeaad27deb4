//! The events that were given to visitors of the news site, so that a visitor can only answer what they were shown,
//! and only once. Bounded: the oldest are forgotten, as the loop itself closes them after its wait time.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::{desks::Desk, moves::Seen};
use crate::terms::EventId;

const MAX_VISITS: usize = 2_000;

/// What a visitor was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Whose decision it was.
    pub desk: Desk,
    /// In which situation.
    pub context: Vec<Value>,
    /// The story that led, the newsletter that was offered, or the sections in their order.
    pub chosen: Vec<String>,
    /// How probable everything was.
    pub seen: Seen,
    /// How probable the chosen story became once its reward was learned.
    pub probability_since: Option<f64>,
    /// Whether its Rank waits to be activated when it is shown.
    pub is_deferred: bool,
    pub is_rewarded: bool,
}

#[derive(Debug, Default)]
pub struct Visits {
    by_event: HashMap<EventId, Visit>,
    oldest_first: VecDeque<EventId>,
}

impl Visits {
    /// Remembers that a visitor was given this event.
    pub fn remember(&mut self, event_id: EventId, visit: Visit) {
        if self.by_event.insert(event_id.clone(), visit).is_none() {
            self.oldest_first.push_back(event_id);
        }
        if self.oldest_first.len() > MAX_VISITS
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_event.remove(&oldest);
        }
    }

    /// What was shown with this event, if a visitor was given it.
    pub fn get(&self, event_id: &EventId) -> Option<&Visit> {
        self.by_event.get(event_id)
    }

    pub fn get_mut(&mut self, event_id: &EventId) -> Option<&mut Visit> {
        self.by_event.get_mut(event_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit() -> Visit {
        Visit {
            desk: Desk::Lead,
            context: Vec::new(),
            chosen: vec!["a-story".to_owned()],
            seen: Seen { event_id: "e".to_owned(), probabilities: Vec::new() },
            probability_since: None,
            is_deferred: false,
            is_rewarded: false,
        }
    }

    #[test]
    fn the_oldest_visit_is_forgotten_first() {
        let mut visits = Visits::default();
        let id = |n: usize| EventId::try_from(format!("e{n}")).expect("an id");
        for n in 0..=MAX_VISITS {
            visits.remember(id(n), visit());
        }
        assert_eq!(visits.get(&id(0)), None);
        assert_eq!(visits.get(&id(1)), Some(&visit()));
        assert_eq!(visits.by_event.len(), MAX_VISITS);
    }
}
