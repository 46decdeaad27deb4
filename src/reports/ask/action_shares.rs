//! How probable the policy makes each action, over time.

use super::{Looked, chart, words};
use crate::{
    reports::{Chart, ChartData, ChartSeries, ChartSpan, Interval, SeriesSlot, Table},
    trainer::Bucket,
};

/// Actions that are drawn one by one: more colours than this side by side nobody tells apart.
const N_DRAWN: usize = 8;
/// As many when there are others beside them.
const N_NAMED: usize = N_DRAWN - 1;
/// Below this share the others together cannot be seen, and are rounding.
const LEAST_OTHERS: f64 = 0.0005;

/// What is known of an action beside its shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// For people.
    pub name: String,
    pub slot: SeriesSlot,
    /// The earlier it was offered for the first time, the lower it is drawn.
    pub place: u32,
}

/// The shares of the most probable actions, and of the others together.
pub fn shares(buckets: &[Bucket], identity: impl Fn(&str) -> Identity, looked: &Looked) -> Chart {
    let spans = spans(buckets, looked.now_us);
    let series = series(buckets, &spans, identity);
    let mut chart = Chart {
        id: "actions".to_owned(),
        title: "Which actions the policy prefers".to_owned(),
        picture: None,
        summary: summary(&series, looked),
        notes: vec![format!(
            "Mean probability that the policy gave each action, over the {} of each span.",
            looked.unit.many()
        )],
        table: table(&series, &spans, looked),
        data: ChartData {
            unit: "probability".to_owned(),
            from_us: looked.left_us(buckets),
            to_us: looked.to_us,
            zone: looked.zone.name().to_owned(),
            low: 0.0,
            high: 1.0,
            is_stacked: true,
            spans,
            series,
            annotations: looked.marks.clone(),
        },
    };
    chart::areas(&mut chart);
    chart
}

fn spans(buckets: &[Bucket], now_us: i64) -> Vec<ChartSpan> {
    let span = |bucket: &Bucket| ChartSpan {
        start_us: bucket.start_us,
        end_us: bucket.start_us + bucket.span_us,
        n_ranked: bucket.n_ranked,
        n_rewarded: bucket.n_rewarded,
        is_open: bucket.start_us + bucket.span_us > now_us,
    };
    buckets.iter().map(span).collect()
}

/// One action with its shares, span by span.
#[derive(Debug)]
struct Found {
    key: String,
    shares: Vec<f64>,
    /// By which it is chosen to be drawn: its mean, or its newest share when that is more. What wins now is never
    /// among the others, however short a time it has.
    weight: f64,
}

fn series(buckets: &[Bucket], spans: &[ChartSpan], identity: impl Fn(&str) -> Identity) -> Vec<ChartSeries> {
    let totals: Vec<f64> = buckets.iter().map(n_decisions).collect();
    let n_in_all: f64 = totals.iter().sum();
    if n_in_all == 0.0 {
        return Vec::new();
    }
    // The last span that is over; one that has just begun has a handful of decisions.
    let newest = spans.iter().rposition(|span| !span.is_open).unwrap_or(spans.len() - 1);
    let mut found: Vec<Found> = ids(buckets)
        .into_iter()
        .map(|id| {
            let sums: Vec<f64> = buckets.iter().map(|bucket| sum_of(bucket, &id)).collect();
            let mean = sums.iter().sum::<f64>() / n_in_all;
            let shares: Vec<f64> = sums.iter().zip(&totals).map(|(sum, total)| sum / total.max(1.0)).collect();
            Found { weight: mean.max(shares[newest]), key: id, shares }
        })
        .filter(|found| found.weight > 0.0)
        .collect();
    found.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.key.cmp(&b.key)));
    found.truncate(if found.len() > N_DRAWN { N_NAMED } else { N_DRAWN });
    let mut named: Vec<(Identity, Found)> = found.into_iter().map(|found| (identity(&found.key), found)).collect();
    named.sort_by_key(|(identity, _)| identity.place);
    let left: Vec<f64> = (0..buckets.len())
        .map(|span| (1.0 - named.iter().map(|(_, found)| found.shares[span]).sum::<f64>()).max(0.0))
        .collect();
    let mut series: Vec<ChartSeries> = named
        .into_iter()
        .map(|(identity, found)| one_series(found.key, identity.name, identity.slot, &found.shares, &totals, newest))
        .collect();
    if left.iter().any(|share| *share > LEAST_OTHERS) {
        series.push(one_series("others".to_owned(), "others".to_owned(), SeriesSlot::Others, &left, &totals, newest));
    }
    series
}

fn one_series(
    key: String,
    name: String,
    slot: SeriesSlot,
    shares: &[f64],
    totals: &[f64],
    newest: usize,
) -> ChartSeries {
    // A share is counted, not estimated: there is no interval to give.
    let point = |(share, n): (&f64, &f64)| Some(Interval { value: *share, half_width: 0.0, n_effective: *n });
    ChartSeries {
        key,
        name,
        slot,
        newest: words::percent(shares[newest]),
        points: shares.iter().zip(totals).map(point).collect(),
    }
}

/// All that were offered, each once.
fn ids(buckets: &[Bucket]) -> Vec<String> {
    let all = buckets.iter().flat_map(|bucket| bucket.actions.iter().map(|share| share.action_id.as_str()));
    all.collect::<std::collections::BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

/// Each slot of a Rank is a decision, whose probabilities sum to one: so does the sum of all tell how many there were,
/// as long as no action is left out of it. A Rank has at least one.
fn n_decisions(bucket: &Bucket) -> f64 {
    let sum: f64 = bucket.actions.iter().map(|share| share.sum_probability).sum();
    sum.max(bucket.n_ranked as f64)
}

fn sum_of(bucket: &Bucket, id: &str) -> f64 {
    bucket.actions.iter().find(|share| share.action_id.as_str() == id).map_or(0.0, |share| share.sum_probability)
}

fn summary(series: &[ChartSeries], looked: &Looked) -> String {
    let mut named: Vec<&ChartSeries> = series.iter().filter(|one| one.slot != SeriesSlot::Others).collect();
    let newest = |one: &ChartSeries| one.points.iter().rev().flatten().next().map_or(0.0, |it| it.value);
    named.sort_by(|a, b| newest(b).total_cmp(&newest(a)));
    let parts: Vec<String> = named.iter().take(3).map(|one| format!("{} {}", one.name, one.newest)).collect();
    let range = looked.range.words();
    if parts.is_empty() {
        return format!("No decision in {range}.");
    }
    format!("Mean probability of each action over {range}. At its end most for {}.", parts.join(", "))
}

fn table(series: &[ChartSeries], spans: &[ChartSpan], looked: &Looked) -> Table {
    let names = series.iter().map(|one| one.name.clone());
    let head = ["From".to_owned(), looked.unit.events_title().to_owned()].into_iter().chain(names);
    let row = |(idx, span): (usize, &ChartSpan)| {
        let share = |one: &ChartSeries| one.points[idx].map_or(0.0, |it| it.value);
        [looked.row_time(span), words::count(span.n_ranked)]
            .into_iter()
            .chain(series.iter().map(|one| words::percent(share(one))))
            .collect()
    };
    Table {
        caption: format!("Mean probability of each action, newest first; times in {}", looked.zone.name()),
        head: head.collect(),
        rows: spans.iter().enumerate().rev().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_buckets::{MINUTE_US, bucket, with_actions},
        *,
    };

    fn ids(n: u32) -> Vec<String> {
        (0..n).map(|idx| format!("a{idx}")).collect()
    }

    /// "a7" was offered after seven others.
    fn identity(id: &str) -> Identity {
        let place = id[1..].parse().expect("a number");
        Identity { name: id.to_owned(), slot: SeriesSlot::of_place(place), place }
    }

    fn drawn(buckets: &[Bucket]) -> Vec<ChartSeries> {
        series(buckets, &spans(buckets, i64::MAX), identity)
    }

    fn even(n: u32) -> Vec<(String, f64)> {
        ids(n).into_iter().map(|id| (id, 1.0 / f64::from(n))).collect()
    }

    fn of(minute: i64, shares: &[(String, f64)]) -> Bucket {
        let shares: Vec<(&str, f64)> = shares.iter().map(|(id, mean)| (id.as_str(), *mean)).collect();
        with_actions(bucket(minute, &[1.0; 10]), &shares)
    }

    fn newest(series: &[ChartSeries]) -> Vec<f64> {
        series.iter().filter_map(|one| one.points.last().copied().flatten()).map(|it| it.value).collect()
    }

    #[test]
    fn shares_of_every_span_sum_to_one() {
        let series = drawn(&[of(0, &even(12))]);
        assert_eq!(series.len(), 8);
        assert_eq!(series[7].slot, SeriesSlot::Others);
        assert!((newest(&series).iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn shares_of_ranks_with_several_slots_sum_to_one_too() {
        let of_two_slots = with_actions(bucket(0, &[1.0; 10]), &[("a0", 1.2), ("a1", 0.8)]);
        let shares = newest(&drawn(&[of_two_slots]));
        assert!((shares[0] - 0.6).abs() < 1e-9 && (shares[1] - 0.4).abs() < 1e-9, "{shares:?}");
    }

    #[test]
    fn eight_actions_need_no_others() {
        assert!(drawn(&[of(0, &even(8))]).iter().all(|one| one.slot != SeriesSlot::Others));
    }

    #[test]
    fn an_action_keeps_its_colour_whoever_is_drawn_beside_it() {
        let slots = |buckets: &[Bucket]| -> Vec<(String, SeriesSlot)> {
            drawn(buckets).into_iter().map(|one| (one.key, one.slot)).collect()
        };
        let mut favourites = even(12);
        favourites[11].1 = 0.9;
        let (before, after) = (slots(&[of(0, &even(12))]), slots(&[of(0, &favourites)]));
        for (key, slot) in &after {
            assert!(before.iter().all(|(other, known)| other != key || known == slot), "{key} changed");
        }
        assert!(after.iter().any(|(key, slot)| key == "a11" && *slot == SeriesSlot::Action(11)));
    }

    #[test]
    fn who_wins_now_is_never_among_the_others() {
        let mut buckets: Vec<Bucket> = (0..30).map(|minute| of(minute, &even(11))).collect();
        buckets.push(of(30, &[("a30".to_owned(), 1.0)]));
        let series = drawn(&buckets);
        let winner = series.iter().find(|one| one.key == "a30").expect("the winner is drawn");
        assert_eq!(winner.newest, "100 %");
    }

    #[test]
    fn a_span_that_has_just_begun_crowns_nobody() {
        let mut buckets: Vec<Bucket> = (0..10).map(|minute| of(minute, &even(9))).collect();
        buckets.push(of(10, &[("a30".to_owned(), 1.0)]));
        let spans = spans(&buckets, 10 * MINUTE_US + 1);
        assert!(spans[10].is_open && !spans[9].is_open);
        assert_eq!(series(&buckets, &spans, identity)[0].newest, "11 %");
    }
}
