//! Decisions of events that were open when a snapshot was taken, read from the log when they are about to be needed.
//!
//! A start would otherwise read every Rank whose wait time runs, which with a long one is the whole log; and most of them
//! are never needed, because events that were rewarded are learned already. What is learned, and in which order, does not
//! depend on it.

use std::sync::Arc;

use futures::{StreamExt, stream};

use super::{
    decision::{Decided, Decision},
    event_key::EventKey,
    fold::Fold,
    join::Join,
    replay::{in_the_background, read_record},
    task::TrainerError,
};
use crate::{
    log::Fact,
    store::{Store, StoredRecord},
    terms::LoopId,
};

/// Decisions read at once; some megabytes.
const N_AT_ONCE: usize = 500;
const N_SIDE_BY_SIDE: usize = 4;

impl Join {
    /// The forgotten events that are over at `until_us`, with their deadlines, in the order in which they close: `n` of
    /// them, and those that close together with the last.
    fn forgotten_until(&self, until_us: i64, n: usize) -> Vec<(i64, i64)> {
        let mut found: Vec<(i64, i64)> = Vec::new();
        for ((deadline_us, seq), entry) in self.events.over_at(until_us) {
            if found.len() >= n && found.last().is_some_and(|(last_us, _)| *last_us < deadline_us) {
                break;
            }
            if entry.is_forgotten() {
                found.push((deadline_us, seq));
            }
        }
        found
    }

    /// The Ranks that these records may need to be known.
    pub(super) fn needed_for(&self, records: &[StoredRecord]) -> Vec<i64> {
        let until_us = records.last().map_or(i64::MIN, |record| record.at_us);
        let mut seqs: Vec<i64> = self.forgotten_until(until_us, usize::MAX).into_iter().map(|(_, seq)| seq).collect();
        let named = records.iter().filter(|record| record.kind != Fact::RANKED);
        let named = named.filter_map(|record| self.open(EventKey::of(record.event_id.as_ref()?)));
        seqs.extend(named.filter(|event| event.is_forgotten()).map(|event| event.seq));
        if records.iter().any(|record| record.kind == Fact::CONFIGURED) {
            // Other rules may decide what was rewarded before.
            let rewarded = self.events.all_open().filter(|(_, event)| event.is_forgotten() && event.life.is_rewarded());
            seqs.extend(rewarded.map(|(_, event)| event.seq));
        }
        seqs.sort_unstable();
        seqs.dedup();
        seqs
    }
}

/// Makes known what the next records need.
pub(super) async fn recall(
    store: &Store,
    loop_id: &LoopId,
    mut fold: Fold,
    records: &[StoredRecord],
) -> Result<Fold, TrainerError> {
    let Some(first) = records.first() else { return Ok(fold) };
    if fold.join.events.n_forgotten() == 0 {
        return Ok(fold);
    }
    let at_us = first.at_us;
    // After a long time away everything is over at once. It is closed piece by piece, so that it never has to be in memory
    // as a whole.
    loop {
        let over = fold.join.forgotten_until(at_us, N_AT_ONCE);
        let Some((until_us, _)) = over.last().copied().filter(|_| over.len() >= N_AT_ONCE) else { break };
        fold = read(store, loop_id, fold, over.into_iter().map(|(_, seq)| seq).collect()).await?;
        fold = in_the_background(move || {
            fold.close_until(until_us, at_us);
            fold
        })
        .await?;
    }
    let needed = fold.join.needed_for(records);
    read(store, loop_id, fold, needed).await
}

/// Several pieces are read side by side: a start waits for it, and reading takes far longer than remembering.
async fn read(store: &Store, loop_id: &LoopId, mut fold: Fold, seqs: Vec<i64>) -> Result<Fold, TrainerError> {
    let pieces = seqs.chunks(N_AT_ONCE).map(|seqs| read_decisions(store.clone(), loop_id.clone(), seqs.to_vec()));
    let pieces: Vec<_> = pieces.collect();
    let mut pieces = stream::iter(pieces).map(tokio::spawn).buffer_unordered(N_SIDE_BY_SIDE);
    while let Some(decisions) = pieces.next().await {
        for (key, decisions) in decisions?? {
            fold.join.events.remember(key, decisions);
        }
    }
    Ok(fold)
}

async fn read_decisions(
    store: Store,
    loop_id: LoopId,
    seqs: Vec<i64>,
) -> Result<Vec<(EventKey, Arc<[Decision]>)>, TrainerError> {
    let records = store.records_at(&loop_id, &seqs).await?;
    in_the_background(move || {
        let decided = |stored| match read_record(stored)?.fact {
            Fact::Ranked(ranked) => Ok(Some((EventKey::of(&ranked.event_id), Decided::read(&ranked).decisions))),
            _ => Ok(None),
        };
        records.into_iter().filter_map(|stored| decided(stored).transpose()).collect()
    })
    .await?
}
