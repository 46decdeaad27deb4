//! PostgreSQL as it is seen from here: there, in doubt, or away.
//!
//! One session of its own asks again and again whether the database answers. While it does not, every call is refused at
//! once, where each would otherwise wait for a connection of its own until it gives up; and what is under way is given up,
//! because a server that stands still, or a network that is gone, ends no connection. When the database is back, its
//! connections are all new: of the old ones nobody knows what became.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use arc_swap::ArcSwap;
use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
    time::{Instant, timeout},
};
use tracing::{info, warn};

use super::StoreError;

/// PostgreSQL ends a transaction in which its client has fallen silent for so long. A process that stopped in the middle of
/// an append, or was cut off, holds locks on logs; without this nobody else could write to them until it comes back.
const SILENT_TIMEOUT: &str = "2s";
const N_CONNECTIONS: u32 = 10;
/// How long a call waits for one of the connections.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often the database is asked while it answers.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A database that has not answered the smallest of questions for so long is away.
const PATIENCE: Duration = Duration::from_secs(2);
/// Calls wait so long for a database that has just gone: a restart often takes no longer.
const GRACE: Duration = Duration::from_secs(1);
/// Between two attempts to reach it: at first, and at most.
const BACKOFF: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];
/// A connection that was idle for so long may have been ended by something between here and there, so it is asked first.
const IDLE_LONG: Duration = Duration::from_secs(60);
/// How long connections of before may take to close.
const CLOSING: Duration = Duration::from_secs(5);

/// The connections to a PostgreSQL database, and whether it is there. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Reach(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: PgConnectOptions,
    connections: ArcSwap<Connections>,
    state: watch::Sender<State>,
    /// Somebody had a bad answer: the watch looks at once.
    looking: Notify,
    watch: Mutex<Option<AbortHandle>>,
}

/// The connections to one database, and its clock. Another machine may answer after it was away, with a clock of its own.
#[derive(Debug)]
struct Connections {
    pool: PgPool,
    clock: Mutex<Heard>,
}

/// What the database's clock said, and when that was heard.
#[derive(Debug, Clone, Copy)]
struct Heard {
    at_us: i64,
    when: Instant,
}

/// A connection to do something with that the database must not do later than planned.
pub(super) struct Timed {
    pub connection: PoolConnection<Postgres>,
    to: Arc<Connections>,
}

impl Timed {
    /// What the database's clock shows by now at least, in microseconds since 1970: what it said last, and the time since
    /// that was heard here.
    pub(super) fn database_now_us(&self) -> i64 {
        let heard = *self.to.clock.lock().unwrap_or_else(PoisonError::into_inner);
        heard.at_us.saturating_add_unsigned(heard.when.elapsed().as_micros() as u64)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It answers, through the connections of so many pools by now.
    There {
        n_pools: u64,
    },
    /// A connection was lost. Until the watch has looked, calls wait.
    InDoubt {
        n_pools: u64,
    },
    Away {
        n_pools: u64,
        since: Instant,
    },
}

impl State {
    fn n_pools(self) -> u64 {
        match self {
            Self::There { n_pools } | Self::InDoubt { n_pools } | Self::Away { n_pools, .. } => n_pools,
        }
    }
}

impl Reach {
    /// Connects once, so that a wrong address or password is told at the start.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let attempt = "connect to PostgreSQL";
        let options: PgConnectOptions = url.parse().map_err(StoreError::during(attempt))?;
        let options = options.options([
            ("idle_in_transaction_session_timeout", SILENT_TIMEOUT),
            // Whoever waited for a lock has to see what was committed meanwhile.
            ("default_transaction_isolation", "read committed"),
        ]);
        let first = timeout(ACQUIRE_TIMEOUT, ask(None, &options));
        let (session, heard) = first.await.unwrap_or_else(|_| Err(away())).map_err(StoreError::during(attempt))?;
        let inner = Arc::new(Inner {
            connections: ArcSwap::from_pointee(Connections::new(&options, heard)),
            options,
            state: watch::Sender::new(State::There { n_pools: 1 }),
            looking: Notify::new(),
            watch: Mutex::default(),
        });
        let watching = tokio::spawn(keep_watch(Arc::downgrade(&inner), session)).abort_handle();
        *inner.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watching);
        Ok(Self(inner))
    }

    /// The connections of now. What is done with them belongs into `run` or `while_there`.
    pub(super) fn pool(&self) -> PgPool {
        self.0.connections.load().pool.clone()
    }

    /// A connection, once the database is there.
    pub(super) async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.run(async { self.pool().acquire().await }).await
    }

    /// A connection, once the database is there, and how late it is there.
    pub(super) async fn acquire_timed(&self) -> Result<Timed, sqlx::Error> {
        let acquiring = async || {
            let to = self.0.connections.load_full();
            Ok(Timed { connection: to.pool.acquire().await?, to })
        };
        match self.run(acquiring()).await {
            // The connections of before may all be broken, and new ones already there.
            Err(error) if is_lost(&error) => self.run(acquiring()).await,
            acquired => acquired,
        }
    }

    /// Has the watch look, and hear what the database's clock says, now rather than in a moment.
    pub(super) fn look(&self) {
        self.0.looking.notify_one();
    }

    /// A transaction, once the database is there.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.run(async { self.pool().begin().await }).await
    }

    /// Does the work if the database is there, and gives it up when the database goes.
    pub(super) async fn run<T>(&self, work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        let done = self.while_there(work).await.and_then(|done| done);
        if let Err(error) = &done {
            self.hear(error);
        }
        done
    }

    /// The same for work whose errors are of another kind; tell the database's through `hear`.
    pub(super) async fn while_there<T>(&self, work: impl Future<Output = T>) -> Result<T, sqlx::Error> {
        self.wait_until_there().await?;
        tokio::select! {
            done = work => Ok(done),
            () = self.wait_until_away() => Err(away()),
        }
    }

    /// A connection may have been lost: then nobody uses the others before the database was asked.
    pub(super) fn hear(&self, error: &sqlx::Error) {
        if is_lost(error) {
            self.0.state.send_if_modified(|state| match *state {
                State::There { n_pools } => {
                    *state = State::InDoubt { n_pools };
                    true
                }
                _ => false,
            });
            self.look();
        }
    }

    /// Waits until connections were renewed from now on: what lives in a session may have to be done again.
    pub(super) fn is_renewed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut state = self.0.state.subscribe();
        let known = state.borrow().n_pools();
        async move {
            let is_new = |state: &State| matches!(state, State::There { n_pools } if *n_pools != known);
            if state.wait_for(is_new).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Ends the watch and closes every connection.
    pub(super) async fn close(&self) {
        if let Some(watch) = self.0.watch.lock().unwrap_or_else(PoisonError::into_inner).take() {
            watch.abort();
        }
        // A database that stands still does not say goodbye either.
        timeout(CLOSING, self.pool().close()).await.ok();
    }

    async fn wait_until_there(&self) -> Result<(), sqlx::Error> {
        let mut state = self.0.state.subscribe();
        let deadline = Instant::now() + GRACE + PATIENCE;
        loop {
            match *state.borrow_and_update() {
                State::There { .. } => return Ok(()),
                State::Away { since, .. } if since.elapsed() >= GRACE => return Err(away()),
                State::Away { .. } | State::InDoubt { .. } => {}
            }
            let patience = GRACE.min(deadline.saturating_duration_since(Instant::now()));
            if timeout(patience, state.changed()).await.is_err() && Instant::now() >= deadline {
                return Err(away());
            }
        }
    }

    async fn wait_until_away(&self) {
        let mut state = self.0.state.subscribe();
        let is_away = state.wait_for(|state| matches!(state, State::Away { .. })).await.is_ok();
        if !is_away {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            watch.abort();
        }
    }
}

impl Connections {
    fn new(options: &PgConnectOptions, heard: Heard) -> Self {
        Self { pool: new_pool(options), clock: Mutex::new(heard) }
    }
}

fn new_pool(options: &PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(N_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT);
    // Asking a connection before each use would double the way to the database; the watch knows as much.
    let pool = pool.test_before_acquire(false).before_acquire(|connection, used| {
        Box::pin(async move { Ok(used.idle_for < IDLE_LONG || connection.ping().await.is_ok()) })
    });
    pool.connect_lazy_with(options.clone())
}

/// Asks the database until nobody holds its connections any more.
async fn keep_watch(reach: Weak<Inner>, session: PgConnection) {
    let mut session = Some(session);
    let mut backoff = BACKOFF[0];
    while let Some(inner) = reach.upgrade() {
        let had_session = session.is_some();
        let answer = timeout(PATIENCE, ask(session, &inner.options)).await.ok().and_then(Result::ok);
        let heard;
        (session, heard) = answer.unzip();
        let before = *inner.state.borrow();
        let wait = match (heard, before) {
            // The session broke. It may be the only one, so another is tried before anybody is refused.
            (None, State::There { .. } | State::InDoubt { .. }) if had_session => {
                inner.state.send_replace(State::InDoubt { n_pools: before.n_pools() });
                Duration::ZERO
            }
            (None, _) => {
                inner.note_away(before);
                backoff = (2 * backoff).min(BACKOFF[1]);
                backoff
            }
            (Some(heard), State::There { .. }) => {
                inner.hear_clock(heard);
                LOOK_EVERY
            }
            (Some(heard), _) => {
                inner.renew(before, heard);
                backoff = BACKOFF[0];
                LOOK_EVERY
            }
        };
        // Without a session there is nothing to look at earlier.
        if session.is_some() {
            timeout(wait, inner.looking.notified()).await.ok();
        } else {
            tokio::time::sleep(wait).await;
        }
    }
}

/// The session, or a new one when there was none, and what the database's clock says.
async fn ask(session: Option<PgConnection>, options: &PgConnectOptions) -> Result<(PgConnection, Heard), sqlx::Error> {
    const CLOCK: &str = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
    let mut session = match session {
        Some(session) => session,
        None => PgConnection::connect_with(options).await?,
    };
    let at_us = sqlx::query_scalar(CLOCK).fetch_one(&mut session).await?;
    Ok((session, Heard { at_us, when: Instant::now() }))
}

impl Inner {
    fn note_away(&self, before: State) {
        if !matches!(before, State::Away { .. }) {
            warn!("PostgreSQL does not answer; nothing is stored until it is back");
            metrics::gauge!("rankloop_database_away").set(1);
            self.state.send_replace(State::Away { n_pools: before.n_pools(), since: Instant::now() });
        }
    }

    fn hear_clock(&self, heard: Heard) {
        *self.connections.load().clock.lock().unwrap_or_else(PoisonError::into_inner) = heard;
    }

    fn renew(&self, before: State, heard: Heard) {
        let old = self.connections.swap(Arc::new(Connections::new(&self.options, heard)));
        tokio::spawn(async move { timeout(CLOSING, old.pool.close()).await });
        metrics::gauge!("rankloop_database_away").set(0);
        if matches!(before, State::Away { .. }) {
            info!("PostgreSQL is back");
        }
        self.state.send_replace(State::There { n_pools: before.n_pools() + 1 });
    }
}

fn away() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::NotConnected, "PostgreSQL does not answer"))
}

/// Whether it is about the connection and not about what was asked.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        // 57P: it shuts down, crashed or starts up. 08: the connection broke.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
        }
        _ => false,
    }
}
