//! Mean reward over time, with its interval, for each policy that is compared.
//!
//! Each point is an estimate over its own span and, where that holds less than [`N_EFFECTIVE`] effective events, over
//! as many spans before it as it takes. A series that has not come that far since the last gap has no point: a gap in
//! the drawing, never a zero. So the baseline, which few events tell of, is drawn smoother than the learned policy,
//! and both are drawn honestly.

use super::{chart, words};
use crate::{
    bandit::evaluation::WeightedRewards,
    reports::{Interval, RewardCurve, RewardPoint, Table, TimeRange, Unit},
    trainer::Bucket,
};

/// The least number of effective events for an estimate: from about 30 on its normal interval can be trusted.
pub const N_EFFECTIVE: f64 = 30.0;

/// How far the mean weight may be from the 1 that it is on average. Where the policy's favourite alone was drawn for
/// a while, the few small weights of those events agree with each other and seem to tell much; but they tell of the
/// favourite, and not of the policy that is judged. Their mean weight gives that away.
const MEAN_WEIGHT: std::ops::RangeInclusive<f64> = 0.75..=1.35;

/// The sums that are compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    pub n_ranked: u64,
    pub n_rewarded: u64,
    answered: WeightedRewards,
    learned: WeightedRewards,
    baseline: WeightedRewards,
    random: WeightedRewards,
}

impl Sums {
    /// Of all these buckets.
    pub fn of<'a>(buckets: impl IntoIterator<Item = &'a Bucket>) -> Self {
        let mut sums = Self::default();
        buckets.into_iter().for_each(|bucket| sums.add(bucket));
        sums
    }

    fn add(&mut self, bucket: &Bucket) {
        self.n_ranked += bucket.n_ranked;
        self.n_rewarded += bucket.n_rewarded;
        self.answered.merge(&bucket.answered);
        self.learned.merge(&bucket.learned);
        self.baseline.merge(&bucket.baseline);
        self.random.merge(&bucket.random);
    }

    /// What was answered; every weight is 1.
    pub fn answered(&self) -> Option<Interval> {
        interval(&self.answered)
    }

    /// The learned policy, over the events that it decided; there every weight is 1.
    pub fn learned(&self) -> Option<Interval> {
        interval(&self.learned)
    }

    /// The caller's first action.
    pub fn baseline(&self) -> Option<Interval> {
        interval(&self.baseline).filter(|_| is_covered(&self.baseline, self.n_judged()))
    }

    /// How many decisions were active; of a Rank with several slots each is one.
    pub fn n_judged(&self) -> f64 {
        self.answered.total_weight()
    }

    /// An even draw, over the events that the policy decided: no other tells of it.
    pub fn random(&self) -> Option<Interval> {
        interval(&self.random).filter(|_| is_covered(&self.random, self.learned.total_weight()))
    }

    /// How many even events would tell as much of the baseline.
    pub fn n_effective_of_baseline(&self) -> f64 {
        self.baseline.estimate().map_or(0.0, |estimate| estimate.n_effective)
    }
}

/// The estimate, if it rests on enough events.
fn interval(sums: &WeightedRewards) -> Option<Interval> {
    let estimate = sums.estimate()?;
    let is_enough = estimate.n_effective >= N_EFFECTIVE && estimate.half_width.is_finite();
    is_enough.then_some(Interval {
        value: estimate.value,
        half_width: estimate.half_width,
        n_effective: estimate.n_effective,
    })
}

fn is_covered(sums: &WeightedRewards, n_events: f64) -> bool {
    MEAN_WEIGHT.contains(&(sums.total_weight() / n_events))
}

/// One point a bucket.
pub fn points(buckets: &[Bucket]) -> Vec<RewardPoint> {
    let point = |(idx, bucket): (usize, &Bucket)| RewardPoint {
        start_us: bucket.start_us,
        span_us: bucket.span_us,
        n_ranked: bucket.n_ranked,
        n_rewarded: bucket.n_rewarded,
        learned: trailing(buckets, idx, Sums::learned),
        baseline: trailing(buckets, idx, Sums::baseline),
        random: trailing(buckets, idx, Sums::random),
    };
    buckets.iter().enumerate().map(point).collect()
}

fn trailing(buckets: &[Bucket], idx: usize, estimate: fn(&Sums) -> Option<Interval>) -> Option<Interval> {
    let mut sums = Sums::of([&buckets[idx]]);
    for earlier in (0..idx).rev() {
        if estimate(&sums).is_some() || !follows(&buckets[earlier], &buckets[earlier + 1]) {
            break;
        }
        sums.add(&buckets[earlier]);
    }
    estimate(&sums)
}

/// Whether nothing is missing between two buckets.
pub fn follows(before: &Bucket, after: &Bucket) -> bool {
    before.start_us + before.span_us == after.start_us
}

/// The curve with its drawings, its sentence and its table.
pub fn curve(buckets: &[Bucket], range: TimeRange, now_us: i64, wait_us: i64, unit: Unit) -> RewardCurve {
    let points = points(buckets);
    let summary = summary(&points, range, unit);
    RewardCurve {
        drawings: chart::reward_curve(&points, now_us, wait_us, unit, &summary),
        notes: notes(&points, wait_us, now_us, unit),
        table: table(&points, range, unit),
        summary,
        points,
    }
}

fn summary(points: &[RewardPoint], range: TimeRange, unit: Unit) -> String {
    let newest = |of: fn(&RewardPoint) -> Option<Interval>| points.iter().rev().find_map(of);
    let named = [
        ("the learned policy earns", newest(|point| point.learned)),
        (unit.baseline(), newest(|point| point.baseline)),
        ("a random choice", newest(|point| point.random)),
    ];
    let parts: Vec<String> = named
        .into_iter()
        .filter_map(|(name, found)| found.map(|it| format!("{name} {}", words::interval(it.value, it.half_width))))
        .collect();
    if parts.is_empty() {
        return format!(
            "Mean reward per {} over the last {}: too few events for a point yet.",
            unit.one(),
            range.words()
        );
    }
    format!("Mean reward per {} over the last {}. At its end {}.", unit.one(), range.words(), parts.join(", "))
}

fn notes(points: &[RewardPoint], wait_us: i64, now_us: i64, unit: Unit) -> Vec<String> {
    let mut notes = Vec::new();
    let is_open = points.last().is_some_and(|newest| newest.start_us + newest.span_us + wait_us > now_us);
    if is_open {
        notes.push(format!(
            "The end can still rise: an event waits {} for its reward, and counts with the default one until then.",
            words::span(wait_us)
        ));
    }
    notes.push(format!(
        "{} and the random choice are estimated from the learned policy's own decisions, weighted by their logged \
         probabilities. A point that few events tell of reaches back over earlier ones.",
        unit.baseline_title(),
    ));
    if unit == Unit::Slot {
        notes.push(
            "Means are per slot: a Rank with three slots counts three times, each slot with its own reward.".to_owned(),
        );
    }
    notes
}

fn table(points: &[RewardPoint], range: TimeRange, unit: Unit) -> Table {
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
        caption: format!("Mean reward per {} with its 95 % interval, newest first; times in UTC", unit.one()),
        head: ["From", unit.events_title(), "Rewarded", "Learned policy", unit.baseline_title(), "Random choice"]
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
        let with = with_baseline(bucket(1, &[1.0; 100]), 40, 2.5, 0.5);
        let points = points(&[without, with]);
        assert_eq!(points[0].baseline, None);
        assert_eq!(points[1].baseline.map(|it| it.value), Some(0.5));
    }

    #[test]
    fn events_of_the_favourite_alone_tell_nothing_of_a_random_choice() {
        let mut favourite_only = bucket(0, &[1.0; 100]);
        (0..100).for_each(|_| favourite_only.random.add(0.09, 1.0));
        assert_eq!(points(&[favourite_only])[0].random, None);
        let mut covered = bucket(0, &[0.5; 100]);
        (0..100).for_each(|_| covered.random.add(1.0, 0.5));
        assert_eq!(points(&[covered])[0].random.map(|it| it.value), Some(0.5));
    }

    #[test]
    fn the_baseline_of_several_slots_is_covered_by_slots_and_not_by_ranks() {
        // Fifty Ranks with two slots each: a hundred observations.
        let slots = bucket(0, &[0.5; 100]);
        let mut two_slots = with_baseline(slots, 40, 2.5, 0.5);
        (two_slots.n_ranked, two_slots.n_active) = (50, 50);
        assert_eq!(points(&[two_slots])[0].baseline.map(|it| it.value), Some(0.5));
    }

    #[test]
    fn the_open_end_is_told_while_rewards_can_still_come() {
        let points = points(&[bucket(0, &[1.0; 100])]);
        let notes_at = |now_us| notes(&points, 10 * MINUTE_US, now_us, Unit::Decision).len();
        assert_eq!(notes_at(5 * MINUTE_US), 2);
        assert_eq!(notes_at(11 * MINUTE_US), 1);
    }
}
