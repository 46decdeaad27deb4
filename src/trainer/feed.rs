//! The newest events of a loop and where each stands, for those who watch them come in.
//!
//! Kept beside the fold, so that watching a busy loop asks the database for nothing. Bounded in events and in bytes:
//! whatever is asked about older ones is read from the log. Every Rank that is folded comes in, so what is here is the
//! newest end of the log without a gap.

use std::{collections::VecDeque, sync::Arc};

use super::{event_table::OpenEvent, join::Joined};
use crate::{log::Ranked, terms::EventState};

/// Events that are kept, at most.
const N_EVENTS_MOST: usize = 512;
/// What they may take together, roughly; requests can be large.
const N_BYTES_MOST: usize = 1 << 20;
/// What an entry takes besides its texts.
const N_BYTES_EACH: usize = 512;
/// What an action of a decision takes: its probability, its id's place and its place in the answer.
const N_BYTES_PER_ACTION: usize = 48;

/// One of the newest events, as it stands.
#[derive(Debug, Clone)]
pub struct FeedEntry {
    pub seq: i64,
    pub ranked_at_us: i64,
    pub ranked: Arc<Ranked>,
    pub state: EventState,
    /// What stands for it: a reward that came, or what was decided when its wait ended.
    pub reward: Option<f32>,
    /// Which change of the feed was the last one of this event.
    pub change: u64,
}

impl FeedEntry {
    fn n_bytes(&self) -> usize {
        let actions: usize = self.ranked.slots.iter().map(|slot| slot.policy_pmf.len() * N_BYTES_PER_ACTION).sum();
        let own = self.ranked.loop_actions.as_ref().map_or(0, |actions| actions.get().len());
        N_BYTES_EACH + self.ranked.request.len() + actions + own
    }
}

/// The newest events, in the order of their Ranks.
#[derive(Debug, Default)]
pub struct Feed {
    entries: VecDeque<FeedEntry>,
    n_bytes: usize,
    n_changes: u64,
}

impl Feed {
    /// How many changes there were. They are numbered from 1.
    pub fn n_changes(&self) -> u64 {
        self.n_changes
    }

    /// What is kept, in the order of the Ranks.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &FeedEntry> {
        self.entries.iter()
    }

    /// What came or changed after change number `change`, in the order of the Ranks.
    pub fn changed_since(&self, change: u64) -> impl Iterator<Item = &FeedEntry> {
        self.entries.iter().filter(move |entry| entry.change > change)
    }

    /// A Rank is about to be folded.
    pub(super) fn open(&mut self, seq: i64, ranked_at_us: i64, ranked: Arc<Ranked>) {
        self.n_changes += 1;
        let state = if ranked.is_deferred { EventState::Inactive } else { EventState::Pending };
        let entry = FeedEntry { seq, ranked_at_us, ranked, state, reward: None, change: self.n_changes };
        self.n_bytes += entry.n_bytes();
        self.entries.push_back(entry);
        while self.entries.len() > N_EVENTS_MOST || (self.n_bytes > N_BYTES_MOST && self.entries.len() > 1) {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.n_bytes -= oldest.n_bytes();
        }
    }

    /// Something became of an event.
    pub(super) fn note(&mut self, joined: &Joined<'_>) {
        match joined {
            Joined::Activated { event, .. } => self.change(event, |_| {}),
            Joined::Rewarded { event, after, is_first, .. } => self.change(event, |entry| {
                // The first reward of several slots stands for the row until all are decided.
                if *is_first || event.life.n_slots() == 1 {
                    entry.reward = Some(*after);
                }
            }),
            Joined::Closed { event, is_last: true, .. } => {
                self.change(event, |entry| entry.reward = event.life.learned_reward().or(entry.reward));
            }
            _ => {}
        }
    }

    /// The events before are no longer this loop's, or nobody knows what came between them and the next.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.n_bytes = 0;
        self.n_changes += 1;
    }

    fn change(&mut self, event: &OpenEvent, what: impl FnOnce(&mut FeedEntry)) {
        let Ok(at) = self.entries.binary_search_by_key(&event.seq, |entry| entry.seq) else { return };
        self.n_changes += 1;
        let entry = &mut self.entries[at];
        entry.state = event.life.state();
        entry.change = self.n_changes;
        what(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        log::{EventLife, RankedAnswer, RankedSlot},
        terms::LearningMode,
    };

    fn ranked(request: &str) -> Arc<Ranked> {
        let answer = RankedAnswer { ranking: Vec::new(), chosen_idx: 0, reward_action_id: "a".parse().expect("an id") };
        let slot = RankedSlot {
            slot_id: None,
            answer,
            baseline_idx: 0,
            policy_choice_idx: 0,
            policy_pmf: vec![1.0],
            excluded_idx: Vec::new(),
        };
        Arc::new(Ranked {
            event_id: "e".parse().expect("an id"),
            came_with: None,
            request: request.into(),
            loop_actions: None,
            slots: vec![slot],
            mode: LearningMode::Online,
            is_deferred: false,
            reward_wait_us: 1_000,
            model_version: 0,
            policy_version: 1,
            seed: 0,
        })
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_they_are_too_large() {
        let mut feed = Feed::default();
        for seq in 0..2_000 {
            feed.open(seq, seq, ranked("{}"));
        }
        assert_eq!(feed.entries().count(), N_EVENTS_MOST);
        assert_eq!(feed.entries().next_back().map(|entry| entry.seq), Some(1_999));
        let large = "x".repeat(N_BYTES_MOST);
        feed.open(2_000, 2_000, ranked(&large));
        assert_eq!(feed.entries().map(|entry| entry.seq).collect::<Vec<_>>(), [2_000]);
        feed.open(2_001, 2_001, ranked("{}"));
        assert_eq!(feed.entries().map(|entry| entry.seq).collect::<Vec<_>>(), [2_001]);
        feed.clear();
        assert_eq!((feed.entries().count(), feed.n_bytes), (0, 0));
    }

    #[test]
    fn who_asks_again_is_told_what_changed_since() {
        let mut feed = Feed::default();
        for seq in 1..=3 {
            feed.open(seq, seq, ranked("{}"));
        }
        let seen = feed.n_changes();
        assert_eq!(feed.changed_since(seen).count(), 0);
        let event = OpenEvent::for_test(2, EventLife::new(2, 1_000, LearningMode::Online, false, 1));
        feed.note(&Joined::Rewarded { event: &event, slot_idx: 0, before: 0.0, after: 0.5, is_first: true });
        feed.open(4, 4, ranked("{}"));
        let changed: Vec<_> = feed.changed_since(seen).map(|entry| (entry.seq, entry.reward)).collect();
        assert_eq!(changed, [(2, Some(0.5)), (4, None)]);
    }
}
