//! The append on PostgreSQL: one function in the database, called by one statement, which is a transaction of its own.
//!
//! Several statements from here would be as many journeys there and back, and the locks on the logs would be held across
//! all of them, also while a process that was paused in the middle sleeps.
//!
//! A call that was sent is out of our hands: a database that stood still goes on with it, and a network that was gone
//! delivers it, when whoever sent it has given it up. So each call says until when it may be done, by the database's own
//! clock, and what became of it is told to nobody before that time has passed or the database has answered. (Between the
//! function's last look at the clock and the end of the commit there is only the sync of the disk.)

use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    Appended, Durability, NewRecord, Store, StoreError,
    log::checked,
    log_append::{ATTEMPT, Added, Addition, Additions, AllAdded, in_time},
    lost_answer::{Became, what_became_of},
    partitions::lock_layout,
    pools::Pools,
    reach::{Reach, Timed, is_lost},
};
use crate::terms::{EventId, LoopId};

/// Takes the loops in the order of their ids, and the records of all of them in one list, each with the place of its loop
/// among the loops (from one) and the token that its writer must hold, if it must. Gives for each loop where its log ended
/// and which time its new records have, or nulls when it is gone; and for each record its place in the log, or 0 when its
/// event was ranked before, or -1 when its writer's token is outdated, or null when its loop is gone.
///
/// Each statement in it sees what was committed when it began, so those behind the locks see all that was appended before.
/// What it says is what `log_plan` says for SQLite.
///
/// Whoever changes it gives it another number: a server of the version before may be at work on the same database.
const MAKE: &str = "
create or replace function rankloop_append_1(
    in loop_ids text[], in loop_places integer[], in kinds smallint[], in event_ids text[], in bodies bytea[],
    in tokens bigint[], in now_us bigint, in is_relaxed boolean, in deadline_us bigint,
    out heads bigint[], out times bigint[], out seqs bigint[])
language plpgsql
-- What is looked for is always few rows by an index. To plan that anew each time, for all partitions, takes longer than to
-- do it.
set plan_cache_mode = force_generic_plan
as $$
begin
    if is_relaxed then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    perform id from loop where id = any(loop_ids) and not is_removed order by id for no key update;
    select
        array_agg(case when there.id is not null then coalesce(newest.seq, 0) end order by wanted.place),
        array_agg(case when there.id is not null then greatest(newest.at_us, now_us) end order by wanted.place)
        into heads, times
        from unnest(loop_ids) with ordinality wanted (id, place)
        left join loop there on there.id = wanted.id and not there.is_removed
        left join lateral
            (select seq, at_us from log_record where loop_id = there.id order by seq desc limit 1) newest on true;
    -- The lock is the one that a change of hands waits for and a renewal does not.
    if num_nonnulls(variadic tokens) > 0 then
        perform token from trainer_lease
            where loop_id in (
                select loop_ids[fenced.place] from unnest(loop_places, tokens) fenced (place, token)
                where fenced.token is not null)
            order by loop_id for key share;
    end if;
    -- The limit makes it one look into the index for each event. Left the choice, PostgreSQL reads through all Ranks of a
    -- log of which it has no statistics yet.
    select array_agg(
            case when not is_ours then -1 when is_repeat then 0 else heads[place] + n_before + 1 end order by idx)
        into seqs
        from (
            select *, count(*) filter (where is_ours and not is_repeat) over (
                partition by place order by idx rows between unbounded preceding and 1 preceding) as n_before
            from (
                select idx, place, is_ours, kind = 1 and (
                    row_number() over (partition by place, is_ours, kind, event_id order by idx) > 1
                    or coalesce((
                        select true from log_record ranked
                        where ranked.loop_id = loop_ids[place] and ranked.event_id = ours.event_id and ranked.kind = 1
                        limit 1), false)) as is_repeat
                from (
                    select *, token is null or exists (
                        select 1 from trainer_lease lease
                        where lease.loop_id = loop_ids[place] and lease.token = wanted.token) as is_ours
                    from unnest(loop_places, kinds, event_ids, tokens)
                        with ordinality wanted (place, kind, event_id, token, idx)
                ) ours
            ) judged
        ) placed;
    insert into log_record (loop_id, seq, at_us, kind, event_id, body)
        select loop_ids[place], placed.seq, times[place], placed.kind, placed.event_id, placed.body
        from unnest(loop_places, seqs, kinds, event_ids, bodies) placed (place, seq, kind, event_id, body)
        where placed.seq > 0;
    -- Whoever waited for others may be too late now.
    if extract(epoch from clock_timestamp()) * 1000000 >= deadline_us then
        raise exception 'the time to append has passed' using errcode = 'RL001';
    end if;
end
$$";
const CALL: &str = "
    select coalesce(heads, '{}') heads, coalesce(times, '{}') times, coalesce(seqs, '{}') seqs
    from rankloop_append_1($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const REPEAT: i64 = 0;
const NOT_OURS: i64 = -1;
const TOO_LATE: &str = "RL001";
/// A call may be done for so long after it was sent: shorter than what it takes to find the database away, so that hardly
/// anybody waits for it to pass; and long for a call, so that hardly any is sent twice.
const SPAN: Duration = Duration::from_secs(1);
/// Before a call that came too late is sent again.
const AGAIN: Duration = Duration::from_millis(10);

/// Until when what was sent may be done.
#[derive(Debug, Default)]
struct Deadline(Option<Instant>);

impl Deadline {
    /// For something that is sent now: until when, by the database's clock.
    fn renew(&mut self, timed: &Timed) -> i64 {
        // In this order, so that it passes here later than there.
        let until_us = timed.database_now_us() + SPAN.as_micros() as i64;
        self.0 = Some(Instant::now() + SPAN);
        until_us
    }

    /// For what was answered, and is not under way any more.
    fn lift(&mut self) {
        self.0 = None;
    }

    /// Waits until it has passed, if there is one.
    async fn passed(&self) -> bool {
        if let Some(until) = self.0 {
            sleep_until(until).await;
        }
        self.0.is_some()
    }
}

impl Store {
    /// Makes the function of this version, where there is need of it.
    pub(super) async fn make_append_function(&self) -> Result<(), StoreError> {
        let Pools::Postgres(reach) = &self.pools else { return Ok(()) };
        let work = async {
            let mut transaction = reach.pool().begin().await?;
            lock_layout(&mut transaction).await?;
            sqlx::raw_sql(MAKE).execute(&mut *transaction).await?;
            transaction.commit().await
        };
        reach.run(work).await.map_err(StoreError::during("make the function that appends to the log"))
    }
}

/// Appends everything behind whatever is there, and reads what the followers have not seen of that. When the answer is lost
/// and the database soon back, it finds out what became of it, and appends again what was not stored.
pub(super) async fn append(
    reach: &Reach,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
) -> Result<AllAdded, StoreError> {
    let error = match try_to_append(reach, additions, now_us, durability).await {
        Err(Failed { error, is_in_doubt: true }) => error,
        done => return done.map_err(|failed| failed.error),
    };
    let again = |failed: Failed| failed.error;
    let nothing = |(id, addition): (&LoopId, &Addition)| (id.clone(), Addition::nothing(addition.given));
    let only_asking = additions.iter().map(nothing).collect();
    let all_there = try_to_append(reach, &only_asking, now_us, durability).await.map_err(again)?;
    match what_became_of(additions, now_us, all_there) {
        Became::Stored(all_added) => Ok(all_added),
        Became::NotStored => try_to_append(reach, additions, now_us, durability).await.map_err(again),
        Became::Unknown => Err(error),
    }
}

struct Failed {
    error: StoreError,
    /// It may be stored all the same, though not any more from now on.
    is_in_doubt: bool,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { error, is_in_doubt: false }
    }
}

/// After an error in doubt, the time has passed until when it might have been done.
async fn try_to_append(
    reach: &Reach,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
) -> Result<AllAdded, Failed> {
    let failed = StoreError::during(ATTEMPT);
    let mut timed = reach.acquire_timed().await.map_err(&failed)?;
    let mut deadline = Deadline::default();
    let appending = append_with(&mut timed, &mut deadline, reach, additions, now_us, durability);
    let added = reach.while_there(in_time(appending)).await.unwrap_or_else(|away| Err(failed(away)));
    let Err(error) = added else { return added.map_err(Failed::from) };
    error.cause().inspect(|cause| reach.hear(cause));
    // Nobody knows what state it is in.
    timed.connection.close_on_drop();
    let has_records = additions.values().any(|addition| !addition.records.is_empty());
    Err(Failed { error, is_in_doubt: has_records && deadline.passed().await })
}

async fn append_with(
    timed: &mut Timed,
    deadline: &mut Deadline,
    reach: &Reach,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
) -> Result<AllAdded, StoreError> {
    let Told { heads, times, seqs } = loop {
        let until_us = deadline.renew(timed);
        let told = call(&mut timed.connection, additions, now_us, durability, until_us).await;
        if !told.as_ref().is_err_and(is_lost) {
            deadline.lift();
        }
        match told {
            // It waited for others, or a clock was set.
            Err(error) if is_too_late(&error) => {
                reach.look();
                sleep(AGAIN).await;
            }
            told => break told.map_err(StoreError::during(ATTEMPT))?,
        }
    };
    let mut outcomes = seqs.into_iter();
    let mut all_added = AllAdded::new();
    for ((id, addition), (head, at_us)) in additions.iter().zip(heads.into_iter().zip(times)) {
        let seqs: Vec<_> = outcomes.by_ref().take(addition.records.len()).collect();
        // The loop is gone.
        let (Some(head), Some(at_us)) = (head, at_us) else { continue };
        let outcomes = seqs.into_iter().map(|seq| outcome(seq, at_us)).collect();
        let mut added = Added { outcomes, ..Added::default() };
        if head > addition.given.seq {
            // Behind the commit: what was there before it stays as it is.
            added.missed = checked(addition.missed(id, head).fetch_all(&mut *timed.connection).await, ATTEMPT)?;
        }
        all_added.insert(id.clone(), added);
    }
    Ok(all_added)
}

/// What the function tells: two lists by loop, and one by record.
#[derive(sqlx::FromRow)]
struct Told {
    heads: Vec<Option<i64>>,
    times: Vec<Option<i64>>,
    seqs: Vec<Option<i64>>,
}

async fn call(
    connection: &mut PgConnection,
    additions: &Additions,
    now_us: i64,
    durability: Durability,
    until_us: i64,
) -> Result<Told, sqlx::Error> {
    let mut loop_places: Vec<i32> = Vec::new();
    let mut tokens: Vec<Option<i64>> = Vec::new();
    for (place, addition) in (1..).zip(additions.values()) {
        loop_places.extend(addition.records.iter().map(|_| place));
        tokens.extend((0..addition.records.len()).map(|idx| addition.fences.get(&idx).map(|fence| fence.token)));
    }
    let records = || additions.values().flat_map(|addition| &addition.records);
    let bodies: Vec<_> = records().map(NewRecord::stored).collect();
    sqlx::query_as(CALL)
        .bind(additions.keys().map(LoopId::as_str).collect::<Vec<_>>())
        .bind(loop_places)
        .bind(records().map(|record| record.kind).collect::<Vec<_>>())
        .bind(records().map(|record| record.event_id.as_ref().map(EventId::as_str)).collect::<Vec<_>>())
        .bind(bodies.iter().map(AsRef::as_ref).collect::<Vec<&[u8]>>())
        .bind(tokens)
        .bind(now_us)
        .bind(durability == Durability::Relaxed)
        .bind(until_us)
        .fetch_one(connection)
        .await
}

fn is_too_late(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == TOO_LATE)
}

fn outcome(seq: Option<i64>, at_us: i64) -> Option<Appended> {
    match seq {
        None | Some(NOT_OURS) => None,
        Some(REPEAT) => Some(Appended::Repeat),
        Some(seq) => Some(Appended::New { seq, at_us }),
    }
}
