//! How probable the policy makes each action, over time.

use super::{chart, reward_curve::follows, words};
use crate::{
    reports::{ActionSeries, ActionShares, Table, TimeRange, Unit},
    trainer::Bucket,
};

/// Colours in the style sheet.
const N_COLOURS: usize = 8;
/// Actions that are drawn one by one when there are more than colours.
const N_NAMED: usize = N_COLOURS - 1;
/// Below this mean the others together cannot be seen, and are rounding.
const LEAST_OTHERS: f64 = 0.0005;

/// The shares of the most probable actions, and of the others together. `identities` are all action ids in the order
/// that gives them their colours.
pub fn shares(buckets: &[Bucket], identities: &[String], range: TimeRange, now_us: i64, unit: Unit) -> ActionShares {
    let series = series(buckets, identities);
    let summary = summary(&series, range);
    let is_joined: Vec<bool> =
        (0..buckets.len()).map(|idx| idx > 0 && follows(&buckets[idx - 1], &buckets[idx])).collect();
    let spans: Vec<(i64, i64)> = buckets.iter().map(|bucket| (bucket.start_us, bucket.span_us)).collect();
    ActionShares {
        drawings: chart::action_areas(&series, &spans, &is_joined, now_us, &summary),
        table: table(&series, buckets, range, unit),
        summary,
        series,
    }
}

fn series(buckets: &[Bucket], identities: &[String]) -> Vec<ActionSeries> {
    let n_in_all: f64 = buckets.iter().map(n_decisions).sum();
    if n_in_all == 0.0 {
        return Vec::new();
    }
    let mean = |id: &str| buckets.iter().map(|bucket| sum_of(bucket, id)).sum::<f64>() / n_in_all;
    let mut offered: Vec<(usize, &String, f64)> =
        identities.iter().enumerate().map(|(idx, id)| (idx, id, mean(id))).filter(|(.., mean)| *mean > 0.0).collect();
    offered.sort_by(|a, b| b.2.total_cmp(&a.2));
    offered.truncate(if offered.len() > N_COLOURS { N_NAMED } else { N_COLOURS });
    offered.sort_by_key(|(idx, ..)| *idx);
    let colours = colours(&offered.iter().map(|(idx, ..)| *idx).collect::<Vec<_>>());
    let mut series: Vec<ActionSeries> = offered
        .into_iter()
        .zip(colours)
        .map(|((_, id, mean), colour)| {
            let share = |bucket: &Bucket| sum_of(bucket, id) / n_decisions(bucket).max(1.0);
            named(id.clone(), Some(colour), mean, buckets.iter().map(share).collect())
        })
        .collect();
    let others = 1.0 - series.iter().map(|one| one.mean).sum::<f64>();
    if others > LEAST_OTHERS {
        let left = |idx: usize| (1.0 - series.iter().map(|one| one.shares[idx]).sum::<f64>()).max(0.0);
        let shares = (0..buckets.len()).map(left).collect();
        series.push(named("others".to_owned(), None, others, shares));
    }
    series
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

fn named(name: String, colour: Option<u8>, mean: f64, shares: Vec<f64>) -> ActionSeries {
    let newest_words = shares.last().map_or_else(String::new, |share| words::percent(*share));
    ActionSeries { name, colour, mean, mean_words: words::percent(mean), newest_words, shares }
}

/// Each action its own colour, the one of its place among all actions; when an earlier one has that, the next free.
fn colours(identities: &[usize]) -> Vec<u8> {
    let mut is_taken = [false; N_COLOURS];
    let mut take = |idx: &usize| {
        let free = (0..N_COLOURS).map(|step| (idx + step) % N_COLOURS).find(|slot| !is_taken[*slot]);
        let slot = free.expect("no more actions are drawn than there are colours");
        is_taken[slot] = true;
        slot as u8 + 1
    };
    identities.iter().map(&mut take).collect()
}

fn summary(series: &[ActionSeries], range: TimeRange) -> String {
    let mut named: Vec<&ActionSeries> = series.iter().filter(|one| one.colour.is_some()).collect();
    named.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    let parts: Vec<String> = named.iter().take(3).map(|one| format!("{} {}", one.name, one.mean_words)).collect();
    if parts.is_empty() {
        return format!("No decision in the last {}.", range.words());
    }
    format!("Mean probability of each action over the last {}: most for {}.", range.words(), parts.join(", "))
}

fn table(series: &[ActionSeries], buckets: &[Bucket], range: TimeRange, unit: Unit) -> Table {
    let names = series.iter().map(|one| one.name.clone());
    let head = ["From".to_owned(), unit.events_title().to_owned()].into_iter().chain(names);
    let row = |(idx, bucket): (usize, &Bucket)| {
        [words::row_time(bucket.start_us, range.span_us()), words::count(bucket.n_ranked)]
            .into_iter()
            .chain(series.iter().map(|one| words::percent(one.shares[idx])))
            .collect()
    };
    Table {
        caption: "Mean probability of each action, newest first; times in UTC".to_owned(),
        head: head.collect(),
        rows: buckets.iter().enumerate().rev().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_buckets::{bucket, with_actions},
        *,
    };

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|idx| format!("a{idx}")).collect()
    }

    #[test]
    fn shares_of_every_span_sum_to_one() {
        let many: Vec<(String, f64)> = ids(12).into_iter().map(|id| (id, 1.0 / 12.0)).collect();
        let many: Vec<(&str, f64)> = many.iter().map(|(id, mean)| (id.as_str(), *mean)).collect();
        let series = series(&[with_actions(bucket(0, &[1.0; 10]), &many)], &ids(12));
        assert_eq!(series.len(), 8);
        assert_eq!(series[7].colour, None);
        assert!((series.iter().map(|one| one.shares[0]).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn shares_of_ranks_with_several_slots_sum_to_one_too() {
        let of_two_slots = with_actions(bucket(0, &[1.0; 10]), &[("a0", 1.2), ("a1", 0.8)]);
        let series = series(&[of_two_slots], &ids(2));
        let shares: Vec<f64> = series.iter().map(|one| one.shares[0]).collect();
        assert!((shares[0] - 0.6).abs() < 1e-9 && (shares[1] - 0.4).abs() < 1e-9, "{shares:?}");
    }

    #[test]
    fn eight_actions_need_no_others() {
        let eight: Vec<(String, f64)> = ids(8).into_iter().map(|id| (id, 0.125)).collect();
        let eight: Vec<(&str, f64)> = eight.iter().map(|(id, mean)| (id.as_str(), *mean)).collect();
        let series = series(&[with_actions(bucket(0, &[1.0; 10]), &eight)], &ids(8));
        assert!(series.iter().all(|one| one.colour.is_some()));
    }

    #[test]
    fn an_action_keeps_its_colour_when_it_overtakes_another() {
        let before = series(&[with_actions(bucket(0, &[1.0; 10]), &[("a0", 0.9), ("a1", 0.1)])], &ids(2));
        let after = series(&[with_actions(bucket(0, &[1.0; 10]), &[("a1", 0.9), ("a0", 0.1)])], &ids(2));
        let colours =
            |series: &[ActionSeries]| series.iter().map(|one| (one.name.clone(), one.colour)).collect::<Vec<_>>();
        assert_eq!(colours(&before), colours(&after));
    }

    #[test]
    fn no_two_actions_share_a_colour() {
        assert_eq!(colours(&[0, 8, 9, 3]), [1, 2, 3, 4]);
    }
}
