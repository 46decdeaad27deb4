//! Plausible answers to draw.

use rankloop::reports::{ActionSeries, Interval, RewardPoint};

pub const MINUTE_US: i64 = 60_000_000;
/// 2025-11-21T11:00:00Z
pub const START_US: i64 = 1_763_722_800_000_000;

/// A curve of `n` minutes that rises, with a gap of three minutes in the middle.
pub fn rising(n: i64) -> Vec<RewardPoint> {
    (0..n).filter(|minute| !(n / 2..n / 2 + 3).contains(minute)).map(|minute| point(minute, n)).collect()
}

fn point(minute: i64, n: i64) -> RewardPoint {
    let (x, wobble) = (minute as f64 / n as f64, (minute as f64 * 1.7).sin());
    let at = |value: f64, half_width: f64| Some(Interval { value, half_width, n_effective: 100.0 });
    let is_early = minute < 2;
    RewardPoint {
        start_us: START_US + minute * MINUTE_US,
        span_us: MINUTE_US,
        n_ranked: 300,
        n_rewarded: 120,
        learned: at(0.28 + 0.35 * (1.0 - (-4.0 * x).exp()) + 0.015 * wobble, 0.05 - 0.02 * x),
        baseline: if is_early { None } else { at(0.31 + 0.01 * wobble, 0.06) },
        random: if is_early { None } else { at(0.27 + 0.008 * wobble, 0.04) },
    }
}

/// Mean probabilities of as many actions as there are names, over `n` spans.
pub fn shares(names: &[&str], n: usize) -> Vec<ActionSeries> {
    let strength = |idx: usize, span: usize| ((idx as f64 + 1.0) * (1.0 + span as f64 / n as f64 * idx as f64)).sqrt();
    let total = |span: usize| (0..names.len()).map(|idx| strength(idx, span)).sum::<f64>();
    let one = |(idx, name): (usize, &&str)| {
        let shares: Vec<f64> = (0..n).map(|span| strength(idx, span) / total(span)).collect();
        let newest = shares.last().copied().unwrap_or_default();
        ActionSeries {
            name: (*name).to_owned(),
            colour: (idx < 8).then_some(idx as u8 + 1),
            mean: newest,
            mean_words: format!("{:.0} %", newest * 100.0),
            newest_words: format!("{:.0} %", newest * 100.0),
            shares,
        }
    };
    names.iter().enumerate().map(one).collect()
}

/// Spans of a minute, and which follow the one before; those of `gaps` do not.
pub fn spans(n: usize, gaps: &[usize]) -> (Vec<(i64, i64)>, Vec<bool>) {
    let spans = (0..n as i64).map(|minute| (START_US + minute * MINUTE_US, MINUTE_US)).collect();
    (spans, (0..n).map(|span| span > 0 && !gaps.contains(&span)).collect())
}
