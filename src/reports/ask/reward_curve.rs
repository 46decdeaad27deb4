//! Mean reward over time, with its interval, for each policy that is compared.
//!
//! Each point is an estimate over its own span and, where that holds less than [`super::sums::N_EFFECTIVE`] effective events, over
//! as many spans before it as it takes. A series that has not come that far since the last gap has no point: a gap in
//! the drawing, never a zero. So the baseline, which few events tell of, is drawn smoother than the learned policy,
//! and both are drawn honestly.

use super::{
    Looked, chart,
    sums::{Demand, Sums},
    words,
};
use crate::{
    reports::{Chart, ChartData, ChartSeries, ChartSpan, Interval, SeriesSlot, Smoothing, Table, Unit},
    trainer::Bucket,
};

/// The open end is left unmarked where it would be more of the chart than this.
const OPEN_MOST: f64 = 0.6;
/// Spans that a rolling point looks at.
const N_ROLLING: usize = 5;

type Estimate = fn(&Sums, &Demand) -> Option<Interval>;

/// One point a bucket.
pub fn points(buckets: &[Bucket], smoothing: Smoothing, estimate: Estimate) -> Vec<Option<Interval>> {
    (0..buckets.len()).map(|idx| point(buckets, idx, smoothing, estimate)).collect()
}

fn point(buckets: &[Bucket], idx: usize, smoothing: Smoothing, estimate: Estimate) -> Option<Interval> {
    let estimate = |sums: &Sums| estimate(sums, &Demand::FULL);
    let n_least = match smoothing {
        Smoothing::Each => 1,
        Smoothing::Rolling => N_ROLLING,
        Smoothing::Cumulative => buckets.len(),
    };
    let mut sums = Sums::of([&buckets[idx]]);
    for earlier in (0..idx).rev() {
        let is_enough = idx - earlier >= n_least && estimate(&sums).is_some();
        let is_gap = !follows(&buckets[earlier], &buckets[earlier + 1]);
        if is_enough || (is_gap && smoothing != Smoothing::Cumulative) {
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

/// The curve with its picture, its sentence and its table.
pub fn curve(buckets: &[Bucket], looked: &Looked, smoothing: Smoothing) -> Chart {
    let unit = looked.unit;
    let spans = spans(buckets, looked);
    let learned = points(buckets, smoothing, Sums::learned);
    // Where the caller's order is answered, what is answered is all that there is.
    let series = [
        ("random", "Random choice", SeriesSlot::Random, points(buckets, smoothing, Sums::random)),
        ("baseline", unit.baseline_title(), SeriesSlot::Baseline, points(buckets, smoothing, Sums::baseline)),
        ("learned", "Learned policy", SeriesSlot::Learned, learned),
    ];
    let series: Vec<ChartSeries> =
        series.into_iter().map(|(key, name, slot, points)| one_series(key, name, slot, points, &spans)).collect();
    let (low, high) = chart::value_ends(series.iter().flat_map(ends));
    let mut chart = Chart {
        id: "reward".to_owned(),
        title: "Reward over time".to_owned(),
        picture: None,
        summary: summary(&series, looked),
        notes: notes(&spans, looked),
        table: table(&series, &spans, looked),
        data: ChartData {
            unit: format!("reward per {}", unit.one()),
            from_us: looked.left_us(buckets),
            to_us: looked.to_us,
            zone: looked.zone.name().to_owned(),
            low,
            high,
            is_stacked: false,
            spans,
            series,
            annotations: looked.marks.clone(),
        },
    };
    chart.data.series.retain(|series| series.points.iter().any(Option::is_some));
    chart::lines(&mut chart);
    chart
}

fn one_series(
    key: &str,
    name: &str,
    slot: SeriesSlot,
    points: Vec<Option<Interval>>,
    spans: &[ChartSpan],
) -> ChartSeries {
    // Where rewards can still come the mean dives, because what is missing counts with the default: the newest value
    // that is told is one that stays.
    let told = |is_open: bool| {
        points.iter().zip(spans).rev().filter(|(_, span)| span.is_open == is_open).find_map(|(point, _)| *point)
    };
    let newest = told(false).or_else(|| told(true));
    ChartSeries {
        key: key.to_owned(),
        name: name.to_owned(),
        slot,
        newest: newest.map_or_else(String::new, |it| words::interval(it.value, it.half_width)),
        points,
    }
}

/// The values that the axis has to hold; of the learned policy, which has a band, also the ends of that.
fn ends(series: &ChartSeries) -> impl Iterator<Item = f64> {
    let has_band = series.slot == SeriesSlot::Learned;
    let ends = move |it: &Interval| if has_band { [it.low(), it.high()] } else { [it.value; 2] };
    series.points.iter().flatten().flat_map(ends)
}

/// The spans; open are those that are not over and, where that is a small part of the chart, those whose rewards can
/// still come.
fn spans(buckets: &[Bucket], looked: &Looked) -> Vec<ChartSpan> {
    let (from_us, now_us) = (looked.left_us(buckets), looked.now_us);
    let open_us = now_us - looked.wait_us;
    let is_marked = (looked.to_us - open_us) as f64 <= OPEN_MOST * (looked.to_us - from_us) as f64;
    let span = |bucket: &Bucket| {
        let end_us = bucket.start_us + bucket.span_us;
        ChartSpan {
            start_us: bucket.start_us,
            end_us,
            n_ranked: bucket.n_ranked,
            n_rewarded: bucket.n_rewarded,
            is_open: end_us > now_us || (is_marked && end_us > open_us),
        }
    };
    buckets.iter().map(span).collect()
}

fn summary(series: &[ChartSeries], looked: &Looked) -> String {
    let (unit, range) = (looked.unit, looked.range.words());
    let newest = |key: &str| series.iter().find(|one| one.key == key).map(|one| one.newest.clone()).unwrap_or_default();
    let named = [
        ("the learned policy earns", newest("learned")),
        (unit.baseline(), newest("baseline")),
        ("a random choice", newest("random")),
    ];
    let parts: Vec<String> = named
        .into_iter()
        .filter(|(_, newest)| !newest.is_empty())
        .map(|(name, newest)| format!("{name} {newest}"))
        .collect();
    if parts.is_empty() {
        return format!("Mean reward per {} over {range}: too few events for a point yet.", unit.one());
    }
    format!("Mean reward per {} over {range}. At its end {}.", unit.one(), parts.join(", "))
}

fn notes(spans: &[ChartSpan], looked: &Looked) -> Vec<String> {
    let unit = looked.unit;
    let mut notes = Vec::new();
    let is_open = spans.last().is_some_and(|newest| newest.end_us + looked.wait_us > looked.now_us);
    if is_open {
        notes.push(format!(
            "The end can still rise: an event waits {} for its reward, and counts with the default one until then.",
            words::span(looked.wait_us)
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

fn table(series: &[ChartSeries], spans: &[ChartSpan], looked: &Looked) -> Table {
    let cell = |found: Option<Interval>| {
        found.map_or_else(|| "too few".to_owned(), |it| words::interval(it.value, it.half_width))
    };
    // The table tells the learned policy first; the drawing draws it last, on top.
    let row = |(idx, span): (usize, &ChartSpan)| {
        let from = looked.row_time(span);
        [from, words::count(span.n_ranked), words::count(span.n_rewarded)]
            .into_iter()
            .chain(series.iter().rev().map(|one| cell(one.points[idx])))
            .collect()
    };
    let names = series.iter().rev().map(|one| one.name.clone());
    Table {
        caption: format!(
            "Mean reward per {} with its 95 % interval, newest first; times in {}",
            looked.unit.one(),
            looked.zone.name()
        ),
        head: ["From", looked.unit.events_title(), "Rewarded"].into_iter().map(str::to_owned).chain(names).collect(),
        rows: spans.iter().enumerate().rev().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_buckets::{MINUTE_US, bucket, looked, with_baseline},
        *,
    };

    fn learned(buckets: &[Bucket]) -> Vec<Option<f64>> {
        values(buckets, Smoothing::Each, Sums::learned)
    }

    fn values(buckets: &[Bucket], smoothing: Smoothing, estimate: Estimate) -> Vec<Option<f64>> {
        points(buckets, smoothing, estimate).into_iter().map(|found| found.map(|it| it.value)).collect()
    }

    #[test]
    fn a_point_with_enough_events_of_its_own_looks_at_nothing_else() {
        let buckets = [bucket(0, &[0.0; 100]), bucket(1, &[1.0; 100])];
        assert_eq!(learned(&buckets)[1], Some(1.0));
    }

    #[test]
    fn a_thin_span_reaches_back_as_far_as_it_must_and_no_further() {
        let buckets: Vec<_> = (0..10).map(|minute| bucket(minute, &[f32::from(minute as u8); 12])).collect();
        let found = learned(&buckets);
        assert_eq!(found[1], None, "24 events are too few");
        assert_eq!(found[9], Some(8.0), "minutes 7, 8 and 9 hold 36 events");
    }

    #[test]
    fn a_rolling_point_looks_at_five_spans_and_a_cumulative_one_at_all() {
        let buckets: Vec<_> = (0..10).map(|minute| bucket(minute, &[f32::from(minute as u8); 40])).collect();
        assert_eq!(values(&buckets, Smoothing::Rolling, Sums::learned)[9], Some(7.0));
        assert_eq!(values(&buckets, Smoothing::Cumulative, Sums::learned)[9], Some(4.5));
        assert_eq!(values(&buckets, Smoothing::Each, Sums::learned)[9], Some(9.0));
    }

    #[test]
    fn nothing_reaches_over_a_gap() {
        let buckets = [bucket(0, &[1.0; 25]), bucket(5, &[1.0; 25])];
        assert!(learned(&buckets).iter().all(Option::is_none));
    }

    #[test]
    fn a_series_without_a_weight_has_no_value_instead_of_zero() {
        let without = bucket(0, &[1.0; 100]);
        let with = with_baseline(bucket(1, &[1.0; 100]), 40, 2.5, 0.5);
        assert_eq!(values(&[without, with], Smoothing::Each, Sums::baseline), [None, Some(0.5)]);
    }

    #[test]
    fn events_of_the_favourite_alone_tell_nothing_of_a_random_choice() {
        let mut favourite_only = bucket(0, &[1.0; 100]);
        (0..100).for_each(|_| favourite_only.random.add(0.09, 1.0));
        assert_eq!(values(&[favourite_only], Smoothing::Each, Sums::random), [None]);
        let mut covered = bucket(0, &[0.5; 100]);
        (0..100).for_each(|_| covered.random.add(1.0, 0.5));
        assert_eq!(values(&[covered], Smoothing::Each, Sums::random), [Some(0.5)]);
    }

    #[test]
    fn the_baseline_of_several_slots_is_covered_by_slots_and_not_by_ranks() {
        // Fifty Ranks with two slots each: a hundred observations.
        let slots = bucket(0, &[0.5; 100]);
        let mut two_slots = with_baseline(slots, 40, 2.5, 0.5);
        (two_slots.n_ranked, two_slots.n_active) = (50, 50);
        assert_eq!(values(&[two_slots], Smoothing::Each, Sums::baseline), [Some(0.5)]);
    }

    #[test]
    fn the_open_end_is_told_while_rewards_can_still_come() {
        let chart_at = |now_us| curve(&[bucket(0, &[1.0; 100])], &looked(now_us, 10 * MINUTE_US), Smoothing::Each);
        assert_eq!(chart_at(5 * MINUTE_US).notes.len(), 2);
        assert_eq!(chart_at(11 * MINUTE_US).notes.len(), 1);
    }

    #[test]
    fn a_span_that_is_not_over_is_open_and_so_is_the_end_whose_rewards_can_come() {
        let buckets: Vec<_> = (0..20).map(|minute| bucket(minute, &[1.0; 40])).collect();
        let open = |now_us, wait_us| {
            let spans = curve(&buckets, &looked(now_us, wait_us), Smoothing::Each).data.spans;
            spans.iter().filter(|span| span.is_open).count()
        };
        assert_eq!(open(19 * MINUTE_US + MINUTE_US / 2, 0), 1);
        assert_eq!(open(20 * MINUTE_US, 0), 0);
        assert_eq!(open(20 * MINUTE_US, 2 * MINUTE_US), 2);
        // An hour of waiting would leave nothing but dots: then only what is not over is open.
        assert_eq!(open(19 * MINUTE_US + MINUTE_US / 2, 60 * MINUTE_US), 1);
    }

    #[test]
    fn the_newest_value_that_is_told_is_one_that_stays() {
        let mixed = |n_ones: usize| -> Vec<f32> { (0..40).map(|n| if n < n_ones { 1.0 } else { 0.0 }).collect() };
        let buckets: Vec<_> = (0..20).map(|minute| bucket(minute, &mixed(if minute == 19 { 4 } else { 20 }))).collect();
        let newest = |now_us| {
            let series = curve(&buckets, &looked(now_us, 0), Smoothing::Each).data.series;
            series.iter().find(|one| one.key == "learned").map(|one| one.newest.clone()).unwrap_or_default()
        };
        assert!(newest(19 * MINUTE_US + MINUTE_US / 2).starts_with("0.50"), "the last minute is not over");
        assert!(newest(20 * MINUTE_US).starts_with("0.10"));
    }

    #[test]
    fn a_series_without_a_point_is_not_drawn_but_told_in_the_table() {
        let chart = curve(&[bucket(0, &[1.0; 100])], &looked(5 * MINUTE_US, 0), Smoothing::Each);
        assert_eq!(chart.data.series.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["learned"]);
        assert_eq!(chart.table.head.len(), 6);
        assert_eq!(chart.table.rows[0][5], "too few");
    }
}
