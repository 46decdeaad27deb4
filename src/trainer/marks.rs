//! Moments of a loop's life that its charts mark, and the place of each action among all that it ever offered.
//!
//! Both are folded from the log like the counters, and bounded: looking for them in the log would mean reading all of it.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::terms::ActionId;

/// Moments that are kept, the newest.
const N_MARKS: usize = 512;
/// Actions whose place is kept. A loop that offers new ones every day must not fill the memory.
const N_PLACES: usize = 512;

/// Something happened that may explain what a curve does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub at_us: i64,
    pub what: Marked,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Marked {
    /// The settings changed; the log tells how.
    Configured,
    ModelReset {
        by: String,
    },
    ModelImported {
        by: String,
    },
    /// A newly trained model took over.
    Relearned,
    LogsDeleted {
        by: String,
    },
    /// The learner noticed that its predictions had become wrong, and began to trust the recent past.
    Drifted,
    /// Somebody noted something.
    Noted {
        by: String,
        text: String,
    },
    /// Somebody went back to a model that had been kept.
    ModelRestored {
        by: String,
        version: i64,
    },
}

/// The moments, oldest first, and the places of actions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    marks: VecDeque<Mark>,
    places: BTreeMap<ActionId, u32>,
}

impl Marks {
    /// Keeps a moment.
    pub fn add(&mut self, at_us: i64, what: Marked) {
        if self.marks.len() == N_MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark { at_us, what });
    }

    /// Gives every action that is new its place, in the order in which they come.
    pub fn note_actions<'a>(&mut self, action_ids: impl IntoIterator<Item = &'a ActionId>) {
        for action_id in action_ids {
            if self.places.len() < N_PLACES && !self.places.contains_key(action_id) {
                let place = self.places.len() as u32;
                self.places.insert(action_id.clone(), place);
            }
        }
    }

    /// All of them, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Mark> {
        self.marks.iter()
    }

    /// How many actions had been offered before this one was for the first time; `None` when that was not kept.
    pub fn place_of(&self, action_id: &str) -> Option<u32> {
        self.places.iter().find(|(known, _)| known.as_str() == action_id).map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ActionId {
        format!("action-{n}").parse().expect("an id")
    }

    #[test]
    fn an_action_keeps_its_place_whatever_comes_later() {
        let mut marks = Marks::default();
        marks.note_actions(&[id(7), id(3)]);
        marks.note_actions(&[id(1), id(3), id(7)]);
        assert_eq!([7, 3, 1].map(|n| marks.place_of(id(n).as_str())), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_newest_moments_stay() {
        let mut marks = Marks::default();
        for n in 0..2_000 {
            marks.add(n, Marked::Drifted);
            marks.note_actions(&[id(n as usize)]);
        }
        assert_eq!(marks.all().next_back().map(|mark| mark.at_us), Some(1_999));
        assert_eq!((marks.all().count(), marks.places.len()), (N_MARKS, N_PLACES));
        assert_eq!(marks.place_of(id(1_999).as_str()), None);
    }
}
