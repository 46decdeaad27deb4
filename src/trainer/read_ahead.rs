//! The records of a log for whoever folds them: read from the database and out of their bytes a few pieces ahead, which
//! takes longer than folding them.

use tokio::{sync::mpsc, task::JoinHandle};

use super::{decision::KnownFact, replay::in_the_background, task::TrainerError};
use crate::{
    log::Fact,
    store::{Store, StoredRecord},
    terms::LoopId,
};

/// Records of a piece: some tens of milliseconds of work, after which a training may be stopped.
const N_OF_PIECE: i64 = 250;

/// The records of one log, in order, piece by piece. Reading ends when this is dropped.
#[derive(Debug)]
pub(super) struct ReadAhead {
    pieces: mpsc::Receiver<Result<Piece, TrainerError>>,
    reading: JoinHandle<()>,
}

/// Records that are being read out of their bytes.
type Piece = JoinHandle<Result<Vec<StoredRecord>, TrainerError>>;

impl ReadAhead {
    /// The records with `after < seq <= up_to` of those that are acknowledged by now, and perhaps later ones. `n_ahead` pieces wait at most, and as many processors may be at work.
    pub(super) fn start(store: &Store, loop_id: &LoopId, after: i64, up_to: i64, n_ahead: usize) -> Self {
        let (sender, pieces) = mpsc::channel(n_ahead);
        let (store, loop_id) = (store.clone(), loop_id.clone());
        let mut last_seq = None;
        let reading = tokio::spawn(async move {
            loop {
                // Room first, so that nothing is read that nobody would take.
                let Ok(room) = sender.reserve().await else { return };
                let records = match last_seq {
                    None => store.records_between(&loop_id, after, up_to, N_OF_PIECE).await,
                    Some(last_seq) => store.settled_records_between(&loop_id, last_seq, up_to, N_OF_PIECE).await,
                };
                match records {
                    Ok(records) => {
                        let Some(last) = records.last() else { return };
                        last_seq = Some(last.seq);
                        room.send(Ok(tokio::spawn(async { in_the_background(move || known(records)).await? })));
                    }
                    Err(error) => return room.send(Err(error.into())),
                }
            }
        });
        Self { pieces, reading }
    }

    /// The next records, which carry what stands in them and have no bodies any more; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<StoredRecord>>, TrainerError> {
        match self.pieces.recv().await {
            Some(piece) => piece?.await?.map(Some),
            None => {
                // An end that is none must not look like one.
                (&mut self.reading).await?;
                Ok(None)
            }
        }
    }
}

impl Drop for ReadAhead {
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
