//! What this process changed and the other processes on its database have not been told yet.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

use crate::terms::LoopId;

/// News, each once however often it is noted: a reader looks for itself what there is.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    waiting: Mutex<News>,
    is_there: Notify,
}

/// Some news.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// Logs that have grown, and up to which record.
    pub logs: BTreeMap<LoopId, i64>,
    /// Loops came, went, or changed.
    pub has_changed_loops: bool,
    /// A lease changed hands or became free.
    pub has_changed_leases: bool,
}

impl Announcements {
    pub(super) fn note_log(&self, id: &LoopId, seq: i64) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.logs.get_mut(id) {
            Some(noted) => *noted = seq.max(*noted),
            None => drop(waiting.logs.insert(id.clone(), seq)),
        }
        drop(waiting);
        self.is_there.notify_one();
    }

    pub(super) fn note_loops(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).has_changed_loops = true;
        self.is_there.notify_one();
    }

    pub(super) fn note_leases(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).has_changed_leases = true;
        self.is_there.notify_one();
    }

    /// Waits until there are news.
    pub(super) async fn wait(&self) {
        self.is_there.notified().await;
    }

    pub(super) fn take(&self) -> News {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
