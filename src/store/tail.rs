//! What other processes on the same database do, soon after they did it.
//!
//! PostgreSQL tells at once (LISTEN and NOTIFY); and whatever the database is, a look around twice a second finds what was
//! not told. Nothing depends on being told: a message says where to look, never what is there.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use sqlx::postgres::{PgListener, PgNotification};
use tokio::{sync::watch, task::JoinSet};
use tracing::debug;

use super::{LogWriter, Store, StoreError, announcements::News, log_writer::Looker, pools::Pools, reach::Reach};
use crate::terms::LoopId;

/// How often everything is looked at, told or not.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// What happens within such a time is told together.
const TOLD_TOGETHER: Duration = Duration::from_millis(10);
/// How long after a failure the listening begins again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
const CHANNEL: &str = "rankloop";

/// Every loop with the number of changes of its row and its actions.
pub type Revisions = Arc<BTreeMap<LoopId, i64>>;

/// Follows the database for as long as it lives.
#[derive(Debug)]
pub struct Tail {
    revisions: watch::Receiver<Revisions>,
    lease_changes: watch::Receiver<u64>,
    _tasks: JoinSet<()>,
}

impl Tail {
    /// From now on the writer's followers are given what other processes write, and other processes hear what this one
    /// does.
    pub fn start(store: &Store, writer: &LogWriter) -> Self {
        let (revisions_sender, revisions) = watch::channel(Revisions::default());
        let (lease_sender, lease_changes) = watch::channel(0);
        let seen = Seen { looker: writer.looker(), revisions: revisions_sender, lease_changes: lease_sender };
        let seen = Arc::new(seen);
        let mut tasks = JoinSet::new();
        tasks.spawn(look_around(store.clone(), seen.clone()));
        if let Pools::Postgres(reach) = &store.pools {
            tasks.spawn(tell(store.clone(), reach.clone()));
            tasks.spawn(listen(store.clone(), reach.clone(), seen));
        }
        Self { revisions, lease_changes, _tasks: tasks }
    }

    /// The loops as they were last seen; changes when one comes, goes or changes, by whomever.
    pub fn revisions(&self) -> watch::Receiver<Revisions> {
        self.revisions.clone()
    }

    /// Changes when somebody said that a lease changed hands or became free.
    pub fn lease_changes(&self) -> watch::Receiver<u64> {
        self.lease_changes.clone()
    }
}

impl Store {
    /// Lets other processes know that a log has grown.
    ///
    /// Not part of the append: PostgreSQL lets only one transaction at a time commit that tells something, over all
    /// databases and until its commit is synced, so the appends of all processes and loops would queue up behind each
    /// other.
    pub(super) fn announce_log(&self, id: &LoopId, seq: i64) {
        if matches!(self.pools, Pools::Postgres(_)) {
            self.announcements.note_log(id, seq);
        }
    }

    /// Of every loop: its id, the end of its log, and its revision.
    async fn marks(&self) -> Result<Vec<(LoopId, i64, i64)>, StoreError> {
        const SQL: &str = "
            select loop.id, coalesce((select max(seq) from log_record where loop_id = loop.id), 0), loop.revision
            from loop where not loop.is_removed";
        let attempt = "look for what other processes did";
        let found: Vec<(String, i64, i64)> =
            on_pool!(self.pools.reading(), pool => sqlx::query_as(SQL).fetch_all(pool).await)
                .map_err(StoreError::during(attempt))?;
        let checked = |(id, seq, revision): (String, i64, i64)| {
            Ok((id.try_into().map_err(|_| StoreError::Damaged { attempt })?, seq, revision))
        };
        found.into_iter().map(checked).collect()
    }
}

/// Where what was seen goes.
#[derive(Debug)]
struct Seen {
    looker: Looker,
    revisions: watch::Sender<Revisions>,
    lease_changes: watch::Sender<u64>,
}

impl Seen {
    /// Looks at everything. False when nobody is there any more who wants to know.
    async fn look(&self, store: &Store) -> Result<bool, StoreError> {
        let marks = store.marks().await?;
        let revisions: BTreeMap<_, _> = marks.iter().map(|(id, _, revision)| (id.clone(), *revision)).collect();
        self.revisions.send_if_modified(|known| {
            let is_new = **known != revisions;
            if is_new {
                *known = Arc::new(revisions);
            }
            is_new
        });
        Ok(self.looker.look(marks.into_iter().map(|(id, seq, _)| (id, seq)).collect()).await)
    }

    /// Takes in what was told, together with whatever else has been heard by now.
    async fn hear(&self, store: &Store, heard: impl Iterator<Item = PgNotification>) -> Result<bool, StoreError> {
        let mut news = News::default();
        heard.for_each(|notification| read(notification.payload(), &mut news));
        if news.has_changed_leases {
            self.lease_changes.send_modify(|n_changes| *n_changes += 1);
        }
        if news.has_changed_loops {
            return self.look(store).await;
        }
        Ok(self.looker.look(news.logs.into_iter().collect()).await)
    }
}

async fn look_around(store: Store, seen: Arc<Seen>) {
    let mut every = tokio::time::interval(LOOK_AROUND);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match seen.look(&store).await {
            Ok(true) => {}
            Ok(false) => return,
            // Whoever wants to write meanwhile is told; a line twice a second would say no more.
            Err(problem) => debug!(error = &problem as &dyn std::error::Error, "Other processes cannot be followed"),
        }
    }
}

/// Tells the others what this process did.
async fn tell(store: Store, reach: Reach) {
    // Local to the one statement that it is a part of: nothing is lost when this is not synced.
    const SQL: &str = "
        select set_config('synchronous_commit', 'off', true), pg_notify($1, payload) from unnest($2::text[]) payload";
    loop {
        store.announcements.wait().await;
        tokio::time::sleep(TOLD_TOGETHER).await;
        let payloads = write(&store.announcements.take());
        if payloads.is_empty() {
            continue;
        }
        let telling = async { sqlx::query(SQL).bind(CHANNEL).bind(payloads).execute(&reach.pool()).await };
        if let Err(problem) = reach.run(telling).await {
            debug!(error = &problem as &dyn std::error::Error, "The others could not be told; they look by themselves");
        }
    }
}

/// Hears what others did.
async fn listen(store: Store, reach: Reach, seen: Arc<Seen>) {
    loop {
        // A connection that hangs tells nothing, not even that; when the database was away, all of them are new.
        let is_renewed = reach.is_renewed();
        let heard = tokio::select! {
            heard = hear_until_lost(&store, &reach, &seen) => heard,
            () = is_renewed => continue,
        };
        match heard {
            Ok(()) => return,
            Err(problem) => {
                debug!(
                    error = &problem as &dyn std::error::Error,
                    "Other processes cannot be heard; they are looked for"
                );
            }
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

/// Ends well when nobody is there any more who wants to know.
async fn hear_until_lost(store: &Store, reach: &Reach, seen: &Seen) -> Result<(), StoreError> {
    let failed = StoreError::during("listen to other processes");
    let mut listener = reach.run(async { PgListener::connect_with(&reach.pool()).await }).await.map_err(&failed)?;
    listener.listen(CHANNEL).await.map_err(&failed)?;
    let mut goes_on = true;
    while goes_on {
        goes_on = match listener.try_recv().await.map_err(&failed)? {
            Some(first) => {
                let rest: Vec<_> = std::iter::from_fn(|| listener.next_buffered()).collect();
                seen.hear(store, std::iter::once(first).chain(rest)).await?
            }
            // The connection was lost and made again; whatever was told in between was not heard.
            None => seen.look(store).await?,
        };
    }
    Ok(())
}

const LOOPS: &str = "loops";
const LEASES: &str = "leases";

/// The words in which news are told.
fn write(news: &News) -> Vec<String> {
    let logs = news.logs.iter().map(|(id, seq)| format!("log {seq} {id}"));
    let loops = news.has_changed_loops.then(|| LOOPS.to_owned());
    let leases = news.has_changed_leases.then(|| LEASES.to_owned());
    logs.chain(loops).chain(leases).collect()
}

/// What is in no such words is of another version, and left alone: the next look around finds what it is about.
fn read(payload: &str, news: &mut News) {
    let mut words = payload.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(LOOPS), None, None) => news.has_changed_loops = true,
        (Some(LEASES), None, None) => news.has_changed_leases = true,
        (Some("log"), Some(seq), Some(id)) => {
            if let (Ok(seq), Ok(id)) = (seq.parse::<i64>(), id.parse::<LoopId>()) {
                let noted = news.logs.entry(id).or_insert(seq);
                *noted = seq.max(*noted);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_read_as_they_were_written() {
        let news = News {
            logs: BTreeMap::from([("loop-a".parse().expect("an id"), 17), ("b".parse().expect("an id"), i64::MAX)]),
            has_changed_loops: true,
            has_changed_leases: true,
        };
        let mut heard = News::default();
        write(&news).iter().for_each(|payload| read(payload, &mut heard));
        assert_eq!(heard, news);
    }

    #[test]
    fn what_nobody_here_would_say_is_left_alone() {
        let mut heard = News::default();
        ["", "log", "log x y", "log 1", "leases now", "log 1 no\u{7}id"].iter().for_each(|text| read(text, &mut heard));
        assert_eq!(heard, News::default());
    }
}
