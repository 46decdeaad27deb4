//! The questions that the dashboard asks. They read the loops in memory and, for single events, the log.

mod action_shares;
mod apprentice;
mod consequence;
mod counters;
mod decision;
mod evaluations;
mod event_calls;
mod event_slots;
mod events;
mod features;
mod headline;
mod health;
mod playground;
mod reward_curve;

pub use consequence::consequence;
pub use decision::{event_why, why};
pub use evaluations::{evaluation, evaluations};
pub use events::{event, events};
pub use features::features;
pub use playground::playground;

use super::{LoopRow, Overview, Share, TimeRange, Unit, chart, words};
use crate::{
    loops::{LiveLoop, LoopError, Loops},
    trainer::Bucket,
};
use health::Signs;

const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
const DAY_US: i64 = 24 * 60 * MINUTE_US;
/// How far back the number of events per minute looks.
const RATE_US: i64 = 5 * MINUTE_US;
/// Spans of a curve, from the finest; the first with enough events in each is taken.
const N_SPANS: [usize; 3] = [45, 30, 15];
/// How many events a span should hold on average before a finer division is drawn.
const N_IN_SPAN: u64 = 30;

/// Every loop as a row, by name.
pub fn loop_rows(loops: &Loops) -> Vec<LoopRow> {
    loops.list().iter().map(loop_row).collect()
}

/// One loop as a row.
pub fn loop_row(live: &LiveLoop) -> LoopRow {
    let now_us = live.now_us();
    let day = last_day(live);
    let counters = live.counters();
    let per_minute = events_per_minute(&live.curve(RATE_US, 60), now_us - live.created_at_us());
    LoopRow {
        id: live.id().clone(),
        name: live.name(),
        mode: live.configuration().learning_mode,
        events_per_minute: per_minute,
        events_per_minute_words: if per_minute < 10.0 {
            format!("{per_minute:.1}")
        } else {
            words::count(per_minute as u64)
        },
        reward_rate: rewarded_share(&day, wait_us(live), now_us),
        health: signs(live, &day).health().swap_remove(0),
        last_event: counters.last_rank_us.map_or_else(|| "no Rank yet".to_owned(), |at_us| words::ago(at_us, now_us)),
        sparkline: chart::sparkline(&reward_curve::points(&day)),
    }
}

/// The overview of a loop; without a range, over the one that suits its age.
pub async fn overview(live: &LiveLoop, range: Option<TimeRange>) -> Result<Overview, LoopError> {
    let now_us = live.now_us();
    let range = range.unwrap_or_else(|| TimeRange::for_age(now_us - live.created_at_us()));
    let configuration = live.configuration();
    let buckets = buckets(live, range);
    let mode = configuration.learning_mode;
    let unit = Unit::of(configuration.is_multi_slot);
    let counters = live.counters();
    let apprentice = apprentice::numbers(live).await?;
    let mut health = signs(live, &last_day(live)).health();
    apprentice::add_ceiling(&mut health, apprentice.as_ref());
    Ok(Overview {
        loop_id: live.id().clone(),
        mode,
        unit,
        range,
        has_events: counters.ranked > 0,
        headline: headline::headline(&buckets, mode, range, live.imitation(), unit),
        health,
        counters: counters::rows(&counters, unit),
        reward: reward_curve::curve(&buckets, range, now_us, wait_us(live), unit),
        actions: action_shares::shares(&buckets, &identities(live, &buckets), range, now_us, unit),
        apprentice,
        relearning_percent: live.relearning().map(|share| (share * 100.0) as u32),
        as_of: format!("{} UTC", words::clock(now_us)),
    })
}

/// The range cut as finely as its traffic allows.
fn buckets(live: &LiveLoop, range: TimeRange) -> Vec<Bucket> {
    // A young loop is drawn over its life, so that its first minute fills the chart.
    let age_us = live.now_us() - live.created_at_us();
    let span_us = range.span_us().min(age_us.max(2 * MINUTE_US));
    let finest = live.curve(span_us, N_SPANS[0]);
    let n_ranked: u64 = finest.iter().map(|bucket| bucket.n_ranked).sum();
    let enough = N_SPANS.into_iter().find(|n_spans| n_ranked >= N_IN_SPAN * *n_spans as u64);
    match enough.unwrap_or(N_SPANS[2]) {
        n_spans if n_spans == N_SPANS[0] => finest,
        n_spans => live.curve(span_us, n_spans),
    }
}

/// Action ids in the order that gives them their colours: the loop's own as they stand, then the others in order of
/// their first appearance in the log, as far back as its sums reach. An action keeps its colour however it fares.
fn identities(live: &LiveLoop, buckets: &[Bucket]) -> Vec<String> {
    let own = live.actions();
    let past = live.curve(90 * DAY_US, 2_160);
    let seen = past.iter().chain(buckets).flat_map(|bucket| {
        let mut ids: Vec<_> = bucket.actions.iter().map(|share| share.action_id.as_str()).collect();
        ids.sort_unstable();
        ids
    });
    let mut order: Vec<String> = Vec::new();
    for id in own.iter().map(|action| action.id.as_str()).chain(seen) {
        if !order.iter().any(|known| known == id) {
            order.push(id.to_owned());
        }
    }
    order
}

/// The last day, or the life of a younger loop, in spans short enough that some of them are over.
fn last_day(live: &LiveLoop) -> Vec<Bucket> {
    live.curve((live.now_us() - live.created_at_us()).clamp(5 * MINUTE_US, DAY_US), 96)
}

fn wait_us(live: &LiveLoop) -> i64 {
    live.configuration().reward_wait_time.get().as_micros()
}

/// Over the last five minutes; over its life, but at least one minute, when the loop is younger.
fn events_per_minute(recent: &[Bucket], age_us: i64) -> f64 {
    let n_ranked: u64 = recent.iter().map(|bucket| bucket.n_ranked).sum();
    n_ranked as f64 * MINUTE_US as f64 / age_us.clamp(MINUTE_US, RATE_US) as f64
}

/// The share of active events that were rewarded, of those that can no longer be. A loop all of whose events still
/// wait has none.
fn rewarded_share(buckets: &[Bucket], wait_us: i64, now_us: i64) -> Option<Share> {
    let over = buckets.iter().filter(|bucket| bucket.start_us + bucket.span_us + wait_us <= now_us);
    let (n, of) = over.fold((0, 0), |(n, of), bucket| (n + bucket.n_rewarded, of + bucket.n_active));
    Share::new(n.min(of), of)
}

fn signs(live: &LiveLoop, day: &[Bucket]) -> Signs {
    let now_us = live.now_us();
    let counters = live.counters();
    let configuration = live.configuration();
    Signs {
        mode: configuration.learning_mode,
        unit: Unit::of(configuration.is_multi_slot),
        counters,
        lag: live.lag(),
        relearning: live.relearning(),
        imitation: live.imitation(),
        rewarded: rewarded_share(day, wait_us(live), now_us),
        first_rank_us: if counters.rewarded == 0 { first_rank_us(live) } else { None },
        wait_us: wait_us(live),
        now_us,
    }
}

/// When the first event was ranked, as finely as the sums of that time still tell.
fn first_rank_us(live: &LiveLoop) -> Option<i64> {
    let age_us = (live.now_us() - live.created_at_us()).clamp(MINUTE_US, 90 * DAY_US);
    live.curve(age_us, 720).first().map(|bucket| bucket.start_us)
}

#[cfg(test)]
pub mod test_buckets;
