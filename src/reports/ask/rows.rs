//! The loops as rows of a list.

use super::{MINUTE_US, chart, headline, last_day, reward_curve, rewarded_share, signs, sums::Sums, wait_us, words};
use crate::{
    loops::{LiveLoop, Loops},
    reports::{LoopRow, Smoothing, TimeRange, Unit},
    trainer::Bucket,
};

/// How far back the number of events per minute looks.
const RATE_US: i64 = 5 * MINUTE_US;

/// Every loop as a row, by name.
pub fn loop_rows(loops: &Loops) -> Vec<LoopRow> {
    loops.list().iter().map(loop_row).collect()
}

/// One loop as a row.
pub fn loop_row(live: &LiveLoop) -> LoopRow {
    let now_us = live.now_us();
    let day = last_day(live);
    let (counters, configuration) = (live.counters(), live.configuration());
    let per_minute = events_per_minute(&live.curve(RATE_US, 60), now_us - live.created_at_us());
    let unit = Unit::of(configuration.is_multi_slot);
    let headline = headline::headline(&day, configuration.learning_mode, TimeRange::Day, live.imitation(), unit);
    LoopRow {
        id: live.id().clone(),
        name: live.name(),
        environment: live.environment(),
        mode: configuration.learning_mode,
        events_per_minute: per_minute,
        events_per_minute_words: if per_minute < 10.0 {
            format!("{per_minute:.1}")
        } else {
            words::count(per_minute as u64)
        },
        n_ranked: counters.ranked,
        reward_rate: rewarded_share(&day, wait_us(live), now_us),
        health: signs(live, &day).health().swap_remove(0),
        verdict: headline.verdict,
        lift_words: headline.sentence(),
        lift: headline.figure,
        lift_value: headline.value.unwrap_or(f64::MIN),
        last_change: live.last_change().map(|(words, at_us)| format!("{words}, {}", words::ago(at_us, now_us))),
        last_event: counters.last_rank_us.map_or_else(|| "no Rank yet".to_owned(), |at_us| words::ago(at_us, now_us)),
        sparkline: sparkline(live),
    }
}

/// By how much the learned policy earned more than the caller's order, over the last week or the loop's life.
fn sparkline(live: &LiveLoop) -> Option<String> {
    const WEEK_US: i64 = 7 * 24 * 60 * MINUTE_US;
    const N_POINTS: usize = 28;
    let age_us = (live.now_us() - live.created_at_us()).clamp(MINUTE_US, WEEK_US);
    let buckets = live.curve(age_us, N_POINTS);
    let learned = reward_curve::points(&buckets, Smoothing::Rolling, Sums::learned);
    let baseline = reward_curve::points(&buckets, Smoothing::Rolling, Sums::baseline);
    let values: Vec<(i64, i64, f64)> = buckets
        .iter()
        .zip(learned.into_iter().zip(baseline))
        .filter_map(|(bucket, (learned, baseline))| {
            Some((bucket.start_us, bucket.start_us + bucket.span_us, learned?.value - baseline?.value))
        })
        .collect();
    let [first, last] = [values.first()?, values.last()?].map(|(.., lift)| words::signed(*lift, 2));
    chart::sparkline(&values, "Lift", &format!("From {first} to {last} over {}", words::span(age_us)))
}

/// Over the last five minutes; over its life, but at least one minute, when the loop is younger.
fn events_per_minute(recent: &[Bucket], age_us: i64) -> f64 {
    let n_ranked: u64 = recent.iter().map(|bucket| bucket.n_ranked).sum();
    n_ranked as f64 * MINUTE_US as f64 / age_us.clamp(MINUTE_US, RATE_US) as f64
}
