//! Mean reward over time, with its interval, for each policy that is compared.
//!
//! Each point is an estimate over its own span and, where that holds less than [`N_EFFECTIVE`] effective events, over
//! as many spans before it as it takes. A series that has not come that far since the last gap has no point: a gap in
//! the drawing, never a zero. So the baseline, which few events tell of, is drawn smoother than the learned policy,
//! and both are drawn honestly.

use super::{chart, words};
use crate::{
    bandit::evaluation::WeightedRewards,
    reports::{Interval, RewardCurve, RewardPoint, Table, TimeRange},
    trainer::Bucket,
};

/// The least number of effective events for an estimate: from about 30 on its normal interval can be trusted.
pub const N_EFFECTIVE: f64 = 30.0;

/// Which sums of a bucket.
type Series = fn(&Bucket) -> &WeightedRewards;

/// The estimate, if it rests on enough events.
pub fn interval(sums: &WeightedRewards) -> Option<Interval> {
    let estimate = sums.estimate()?;
    let is_enough = estimate.n_effective >= N_EFFECTIVE && estimate.half_width.is_finite();
    is_enough.then_some(Interval {
        value: estimate.value,
        half_width: estimate.half_width,
        n_effective: estimate.n_effective,
    })
}

/// One point a bucket.
pub fn points(buckets: &[Bucket]) -> Vec<RewardPoint> {
    let point = |(idx, bucket): (usize, &Bucket)| RewardPoint {
        start_us: bucket.start_us,
        span_us: bucket.span_us,
        n_ranked: bucket.n_ranked,
        n_rewarded: bucket.n_rewarded,
        learned: trailing(buckets, idx, |bucket| &bucket.learned),
        baseline: trailing(buckets, idx, |bucket| &bucket.baseline),
        random: trailing(buckets, idx, |bucket| &bucket.random),
    };
    buckets.iter().enumerate().map(point).collect()
}

fn trailing(buckets: &[Bucket], idx: usize, series: Series) -> Option<Interval> {
    let mut sums = *series(&buckets[idx]);
    for earlier in (0..idx).rev() {
        if interval(&sums).is_some() || !follows(&buckets[earlier], &buckets[earlier + 1]) {
            break;
        }
        sums.merge(series(&buckets[earlier]));
    }
    interval(&sums)
}

/// Whether nothing is missing between two buckets.
pub fn follows(before: &Bucket, after: &Bucket) -> bool {
    before.start_us + before.span_us == after.start_us
}

/// The curve with its drawings, its sentence and its table.
pub fn curve(buckets: &[Bucket], range: TimeRange, now_us: i64, wait_us: i64) -> RewardCurve {
    let points = points(buckets);
    let summary = summary(&points, range);
    RewardCurve {
        drawings: chart::reward_curve(&points, now_us, wait_us, &summary),
        notes: notes(&points, wait_us, now_us),
        table: table(&points, range),
        summary,
        points,
    }
}

fn summary(points: &[RewardPoint], range: TimeRange) -> String {
    let newest = |of: fn(&RewardPoint) -> Option<Interval>| points.iter().rev().find_map(of);
    let named = [
        ("the learned policy earns", newest(|point| point.learned)),
        ("your first action", newest(|point| point.baseline)),
        ("a random choice", newest(|point| point.random)),
    ];
    let parts: Vec<String> = named
        .into_iter()
        .filter_map(|(name, found)| found.map(|it| format!("{name} {}", words::interval(it.value, it.half_width))))
        .collect();
    if parts.is_empty() {
        return format!("Mean reward per decision over the last {}: too few events for a point yet.", range.words());
    }
    format!("Mean reward per decision over the last {}. At its end {}.", range.words(), parts.join(", "))
}

fn notes(points: &[RewardPoint], wait_us: i64, now_us: i64) -> Vec<String> {
    let mut notes = Vec::new();
    let is_open = points.last().is_some_and(|newest| newest.start_us + newest.span_us + wait_us > now_us);
    if is_open {
        notes.push(format!(
            "The last {} can still rise: events that wait for their reward count with the default one until then.",
            words::span(wait_us)
        ));
    }
    notes.push(
        "Your first action and the random choice are estimated from the learned policy's own decisions, weighted by \
         their logged probabilities. A point that few events tell of reaches back over earlier ones."
            .to_owned(),
    );
    notes
}

fn table(points: &[RewardPoint], range: TimeRange) -> Table {
    let cell = |found: Option<Interval>| {
        found.map_or_else(|| "too few".to_owned(), |it| words::interval(it.value, it.half_width))
    };
    let row = |point: &RewardPoint| {
        vec![
            words::row_time(point.start_us, range.span_us()),
            words::count(point.n_ranked),
            words::count(point.n_rewarded),
            cell(point.learned),
            cell(point.baseline),
            cell(point.random),
        ]
    };
    Table {
        caption: "Mean reward per decision with its 95 % interval, newest first; times in UTC".to_owned(),
        head: ["From", "Decisions", "Rewarded", "Learned policy", "Your first action", "Random choice"]
            .map(str::to_owned)
            .to_vec(),
        rows: points.iter().rev().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_buckets::{MINUTE_US, bucket, with_baseline},
        *,
    };

    #[test]
    fn a_point_with_enough_events_of_its_own_looks_at_nothing_else() {
        let buckets = [bucket(0, &[0.0; 100]), bucket(1, &[1.0; 100])];
        let points = points(&buckets);
        assert_eq!(points[1].learned.map(|it| it.value), Some(1.0));
    }

    #[test]
    fn a_thin_span_reaches_back_as_far_as_it_must_and_no_further() {
        let buckets: Vec<_> = (0..10).map(|minute| bucket(minute, &[f32::from(minute as u8); 12])).collect();
        let points = points(&buckets);
        assert_eq!(points[1].learned, None, "24 events are too few");
        assert_eq!(points[9].learned.map(|it| it.value), Some(8.0), "minutes 7, 8 and 9 hold 36 events");
    }

    #[test]
    fn nothing_reaches_over_a_gap() {
        let buckets = [bucket(0, &[1.0; 25]), bucket(5, &[1.0; 25])];
        assert!(points(&buckets).iter().all(|point| point.learned.is_none()));
    }

    #[test]
    fn a_series_without_a_weight_has_no_value_instead_of_zero() {
        let without = bucket(0, &[1.0; 100]);
        let with = with_baseline(bucket(1, &[1.0; 100]), 40, 2.0, 0.5);
        let points = points(&[without, with]);
        assert_eq!(points[0].baseline, None);
        assert_eq!(points[1].baseline.map(|it| it.value), Some(0.5));
    }

    #[test]
    fn the_open_end_is_told_while_rewards_can_still_come() {
        let points = points(&[bucket(0, &[1.0; 100])]);
        let notes_at = |now_us| notes(&points, 10 * MINUTE_US, now_us).len();
        assert_eq!(notes_at(5 * MINUTE_US), 2);
        assert_eq!(notes_at(11 * MINUTE_US), 1);
    }
}
