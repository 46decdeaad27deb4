//! The records of a log for whoever folds them. Fetching them and reading them out of their bytes takes longer than folding
//! them, so where everybody waits for it, it is done some pieces ahead, several side by side.

use tokio::{sync::mpsc, task::JoinHandle};

use super::{decision::KnownFact, replay::in_the_background, task::TrainerError};
use crate::{
    log::Fact,
    store::{Store, StoredRecord},
    terms::LoopId,
};

/// Records of a piece: some tens of milliseconds of work, after which a training may be stopped.
const N_OF_PIECE: i64 = 250;
/// Numbers among which pieces are read side by side.
const N_OF_STRETCH: i64 = 40 * N_OF_PIECE;
/// Pieces that wait to be folded; as many connections and processors may be at work on them.
const N_AHEAD: usize = 3;

/// The records of one log, in order, piece by piece.
#[derive(Debug)]
pub(super) enum LogReading {
    /// As they lie in the log, each piece when it is asked for: what goes on beside the calls should leave them processors.
    Piecemeal(Pieces),
    Ahead(Ahead),
}

impl LogReading {
    /// Everything with `after < seq <= up_to` that is acknowledged by now, and perhaps later records.
    pub(super) fn ahead(store: &Store, loop_id: &LoopId, after: i64, up_to: i64) -> Self {
        Self::Ahead(Ahead::start(Pieces::of(store, loop_id, after, up_to)))
    }

    /// The same, no sooner than it is asked for.
    pub(super) fn piecemeal(store: &Store, loop_id: &LoopId, after: i64, up_to: i64) -> Self {
        Self::Piecemeal(Pieces::of(store, loop_id, after, up_to))
    }

    /// The next records; `None` at the end. What was read ahead carries what stands in it and has no bodies any more.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<StoredRecord>>, TrainerError> {
        match self {
            Self::Piecemeal(pieces) => pieces.next().await,
            Self::Ahead(ahead) => ahead.next().await,
        }
    }
}

#[derive(Debug)]
pub(super) struct Pieces {
    store: Store,
    loop_id: LoopId,
    after: i64,
    up_to: i64,
}

impl Pieces {
    fn of(store: &Store, loop_id: &LoopId, after: i64, up_to: i64) -> Self {
        Self { store: store.clone(), loop_id: loop_id.clone(), after, up_to }
    }

    async fn next(&mut self) -> Result<Option<Vec<StoredRecord>>, TrainerError> {
        let records = self.store.records_between(&self.loop_id, self.after, self.up_to, N_OF_PIECE).await?;
        let Some(last) = records.last() else { return Ok(None) };
        self.after = last.seq;
        Ok(Some(records))
    }

    /// Up to where the numbers behind the last one can be read in pieces side by side; `None` at the end. Of removed
    /// records only numbers are left, and where there are many it goes on behind them.
    async fn next_stretch(&mut self) -> Result<Option<i64>, TrainerError> {
        let end = self.store.log_head(&self.loop_id).await?.seq.min(self.up_to);
        let first = self.store.records_between(&self.loop_id, self.after, end, 1).await?;
        let Some(first) = first.first() else { return Ok(None) };
        self.after = first.seq - 1;
        Ok(Some(self.after.saturating_add(N_OF_STRETCH).min(end)))
    }

    /// The next piece of a stretch up to `end`.
    fn split_off(&mut self, end: i64) -> Self {
        let after = self.after;
        self.after = after.saturating_add(N_OF_PIECE).min(end);
        Self::of(&self.store, &self.loop_id, after, self.after)
    }
}

/// Reading ends when this is dropped.
#[derive(Debug)]
pub(super) struct Ahead {
    pieces: mpsc::Receiver<Result<Piece, TrainerError>>,
    reading: JoinHandle<()>,
}

/// Records that are being read out of their bytes.
type Piece = JoinHandle<Result<Vec<StoredRecord>, TrainerError>>;

impl Ahead {
    fn start(mut pieces: Pieces) -> Self {
        let (sender, receiver) = mpsc::channel(N_AHEAD);
        let reading = tokio::spawn(async move {
            let mut end = pieces.after;
            // Room first, so that nothing is read that nobody would take.
            while let Ok(room) = sender.reserve().await {
                if pieces.after >= end {
                    end = match pieces.next_stretch().await {
                        Ok(Some(end)) => end,
                        Ok(None) => return,
                        Err(error) => return room.send(Err(error)),
                    };
                }
                let mut piece = pieces.split_off(end);
                room.send(Ok(tokio::spawn(async move {
                    let records = piece.next().await?.unwrap_or_default();
                    in_the_background(move || known(records)).await?
                })));
            }
        });
        Self { pieces: receiver, reading }
    }

    async fn next(&mut self) -> Result<Option<Vec<StoredRecord>>, TrainerError> {
        while let Some(piece) = self.pieces.recv().await {
            let records = piece?.await??;
            // Of removed records only numbers are left.
            if !records.is_empty() {
                return Ok(Some(records));
            }
        }
        // An end that is none must not look like one.
        (&mut self.reading).await?;
        Ok(None)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

fn known(records: Vec<StoredRecord>) -> Result<Vec<StoredRecord>, TrainerError> {
    let known = |stored: StoredRecord| {
        let carried = KnownFact::read(Fact::from_body(stored.seq, stored.kind, &stored.body)?);
        Ok(StoredRecord { body: Vec::new(), carried, ..stored })
    };
    records.into_iter().map(known).collect()
}
