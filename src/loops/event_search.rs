//! Finding events: the newest of a loop, those that a filter admits, and some by their place.
//!
//! A search reads a bounded piece of the log and says how far back it looked, so that "nothing" is never mistaken for
//! "nothing within what was looked at".

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{
    EventFilter, LiveLoop, LoopError,
    event::{ToldEvent, read_record},
};
use crate::{
    log::{Fact, Ranked, Record},
    store::{RankScan, ScannedRanks},
    terms::{ActionId, Credential, EventId, EventState, LearningMode},
    trainer::FeedEntry,
};

/// Events that one search looks at in the log, at most: some tenths of a second.
const N_LOOKED_AT_MOST: u64 = 5_000;
/// Read in one piece when something narrows the search down.
const N_IN_PIECE: usize = 500;
/// Pieces of one search. They may be empty of Ranks.
const N_PIECES_MOST: usize = 20;

/// One event as a row.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSummary {
    pub event_id: EventId,
    pub seq: i64,
    pub ranked_at_us: i64,
    /// What its caller proved itself by, if that was noted.
    pub came_with: Option<Credential>,
    pub state: EventState,
    pub reward_action_id: ActionId,
    pub probability: f32,
    pub is_exploring: bool,
    pub n_actions: usize,
    /// More than one in a multi-slot event, whose first slot this row shows.
    pub n_slots: usize,
    pub mode: LearningMode,
    pub model_version: i64,
    /// Whether it waits, or waited, to be activated.
    pub is_deferred: bool,
    /// The reward that stands for it so far, if any arrived.
    pub reward: Option<f32>,
}

impl EventSummary {
    /// A row out of what was decided and what became of it.
    pub(super) fn of((seq, ranked_at_us): (i64, i64), ranked: &Ranked, state: EventState, reward: Option<f32>) -> Self {
        let answer = &ranked.slots.first().expect("a record without slots is not read").answer;
        let chosen = answer.ranking.iter().find(|(id, _)| *id == answer.reward_action_id);
        Self {
            event_id: ranked.event_id.clone(),
            seq,
            ranked_at_us,
            came_with: ranked.came_with,
            state,
            reward_action_id: answer.reward_action_id.clone(),
            probability: chosen.map_or(0.0, |(_, probability)| *probability),
            is_exploring: ranked.is_exploring(),
            n_actions: answer.ranking.len(),
            n_slots: ranked.slots.len(),
            mode: ranked.mode,
            model_version: ranked.model_version,
            is_deferred: ranked.is_deferred,
            reward,
        }
    }
}

impl From<&FeedEntry> for EventSummary {
    fn from(entry: &FeedEntry) -> Self {
        Self::of((entry.seq, entry.ranked_at_us), &entry.ranked, entry.state, entry.reward)
    }
}

/// What a search found, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventsFound {
    pub events: Vec<EventSummary>,
    /// Where to go on: the `before` of the next search. `None` at the beginning of the log.
    pub next_before: Option<i64>,
    /// How many events were looked at.
    pub n_looked_at: u64,
    /// When the oldest of them was ranked.
    pub back_to_us: Option<i64>,
    /// The place of the newest of them.
    pub newest_seq: Option<i64>,
}

impl EventsFound {
    fn look_at(&mut self, event: &Told) {
        self.n_looked_at += 1;
        self.back_to_us = Some(event.ranked_at_us);
        self.newest_seq = self.newest_seq.or(Some(event.seq));
    }
}

impl LiveLoop {
    /// The newest events with a seq below `before` (`i64::MAX` for the newest of all), newest first.
    pub async fn latest_events(&self, before: i64, n_most: usize) -> Result<Vec<EventSummary>, LoopError> {
        Ok(self.search_events(&EventFilter::default(), before, n_most).await?.events)
    }

    /// The newest events with a seq below `before` that the filter admits, as the log has them: whatever was
    /// acknowledged before is seen.
    pub async fn search_events(
        &self,
        filter: &EventFilter,
        before: i64,
        n_most: usize,
    ) -> Result<EventsFound, LoopError> {
        let store = &self.tools().store;
        let mut before = before;
        if let Some(to_us) = filter.to_us {
            before = before.min(store.first_seq_since(self.id(), to_us).await?);
        }
        // Without a filter every event is one; otherwise most are not.
        let n_in_piece = if filter.is_empty() { n_most } else { N_IN_PIECE };
        let n_in_piece = i64::try_from(n_in_piece).unwrap_or(i64::MAX);
        let mut found = EventsFound::default();
        for piece_idx in 0..N_PIECES_MOST {
            let scan = RankScan { before, id_prefix: filter.id_prefix.as_deref(), n_most: n_in_piece };
            let scanned = store.scan_ranks(self.id(), scan, piece_idx == 0).await?;
            for told in self.told(&scanned, filter)? {
                if filter.from_us.is_some_and(|from_us| told.ranked_at_us < from_us) {
                    return Ok(EventsFound { next_before: None, ..found });
                }
                found.look_at(&told);
                found.events.extend(told.summary);
                if found.events.len() == n_most {
                    return Ok(EventsFound { next_before: Some(told.seq), ..found });
                }
            }
            let Some(reached) = scanned.reached else { return Ok(EventsFound { next_before: None, ..found }) };
            before = reached;
            if found.n_looked_at >= N_LOOKED_AT_MOST {
                break;
            }
        }
        Ok(EventsFound { next_before: Some(before), ..found })
    }

    /// The context of the newest event that is in memory.
    pub fn newest_context(&self) -> Option<Vec<Value>> {
        let newest = {
            let feed = self.cell().feed();
            feed.entries().next_back()?.ranked.clone()
        };
        let features = newest.features().ok()?;
        Some(features.context_features.iter().map(|object| Value::Object(object.to_map())).collect())
    }

    /// When the oldest retained event was ranked.
    pub async fn first_rank_us(&self) -> Result<Option<i64>, LoopError> {
        let n_ranked = self.counters().ranked;
        let in_memory = {
            let feed = self.cell().feed();
            let is_all = u64::try_from(feed.entries().count()).is_ok_and(|n| n >= n_ranked);
            feed.entries().next().filter(|_| is_all).map(|entry| entry.ranked_at_us)
        };
        match in_memory {
            Some(at_us) => Ok(Some(at_us)),
            None => Ok(self.tools().store.logged_span_us(self.id()).await?.map(|(first_us, _)| first_us)),
        }
    }

    /// The events with these seqs, as far as they are in memory or in the log, newest first.
    pub async fn events_at(&self, seqs: &[i64]) -> Result<Vec<EventSummary>, LoopError> {
        let mut events: Vec<EventSummary> = {
            let feed = self.cell().feed();
            feed.entries().filter(|entry| seqs.contains(&entry.seq)).map(EventSummary::from).collect()
        };
        let is_missing = |seq: &&i64| events.iter().all(|event| event.seq != **seq);
        let missing: Vec<i64> = seqs.iter().filter(is_missing).copied().collect();
        if !missing.is_empty() {
            let store = &self.tools().store;
            let mut ranks = store.records_at(self.id(), &missing).await?;
            ranks.retain(|record| record.kind == Fact::RANKED);
            ranks.sort_by_key(|record| -record.seq);
            let ids: Vec<EventId> = ranks.iter().filter_map(|record| record.event_id.clone()).collect();
            let later = store.records_after_ranks(self.id(), &ids).await?;
            let told = self.told(&ScannedRanks { ranks, later, reached: None }, &EventFilter::default())?;
            events.extend(told.into_iter().filter_map(|told| told.summary));
        }
        events.sort_by_key(|event| -event.seq);
        Ok(events)
    }

    /// The events of these ids, as rows, in the order in which they were asked for.
    pub async fn events_named(&self, ids: &[EventId]) -> Result<Vec<EventSummary>, LoopError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let in_memory = {
                let feed = self.cell().feed();
                feed.entries().rev().find(|entry| entry.ranked.event_id == *id).map(EventSummary::from)
            };
            let event = match in_memory {
                Some(event) => Some(event),
                None => {
                    let rank = self.tools().store.ranked_record(self.id(), id).await?;
                    self.events_at(&rank.into_iter().map(|rank| rank.seq).collect::<Vec<_>>()).await?.pop()
                }
            };
            found.extend(event);
        }
        Ok(found)
    }

    /// Every event of a piece, with its row where the filter admits it. Only what is decided for is read to its end.
    fn told(&self, scanned: &ScannedRanks, filter: &EventFilter) -> Result<Vec<Told>, LoopError> {
        let mut later: HashMap<&EventId, Vec<Record>> = HashMap::new();
        for stored in &scanned.later {
            let Some(event_id) = &stored.event_id else { continue };
            later.entry(event_id).or_default().push(read_record(stored)?);
        }
        let (rules, now_us) = (self.cell().in_force().rules.clone(), self.now_us());
        let tell = |ranked: &Arc<Ranked>, at: (i64, i64)| {
            let records = later.get(&ranked.event_id).map_or(&[][..], Vec::as_slice);
            ToldEvent::of(at, ranked.clone(), records, &rules, now_us).summary()
        };
        let mut told = Vec::with_capacity(scanned.ranks.len());
        for stored in &scanned.ranks {
            let Fact::Ranked(ranked) = read_record(stored)?.fact else { continue };
            let summary = filter
                .admits_decision(&ranked, stored.at_us)
                .then(|| tell(&ranked, (stored.seq, stored.at_us)))
                .filter(|event| filter.admits_outcome(event.state, event.reward));
            told.push(Told { seq: stored.seq, ranked_at_us: stored.at_us, summary });
        }
        Ok(told)
    }
}

/// An event that was looked at.
struct Told {
    seq: i64,
    ranked_at_us: i64,
    /// `None` when it is not wanted.
    summary: Option<EventSummary>,
}
