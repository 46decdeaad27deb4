//! Estimates over time: windows aligned to UTC, coarser ones once the events span a week, so that its size is bounded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::IpsSums;

const MINUTE_US: i64 = 60_000_000;
/// Five minutes, the finest window.
pub const FINE_US: i64 = 5 * MINUTE_US;
/// Six hours, the finest window once the events span a week.
pub const COARSE_US: i64 = 360 * MINUTE_US;
/// A day.
pub const DAY_US: i64 = 1_440 * MINUTE_US;

/// The sums of several policies, window by window.
#[derive(Debug, Clone)]
pub struct Timeline {
    width_us: i64,
    n_policies: usize,
    /// By the start of the window.
    windows: BTreeMap<i64, Vec<IpsSums>>,
}

/// One policy's sums in windows of equal width; windows without an event are left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    pub width_us: i64,
    /// By the start of the window.
    pub windows: Vec<(i64, IpsSums)>,
}

impl Timeline {
    /// Without events.
    pub fn new(n_policies: usize) -> Self {
        Self { width_us: FINE_US, n_policies, windows: BTreeMap::new() }
    }

    /// The sums of all policies in the window of this instant.
    pub fn at(&mut self, at_us: i64) -> &mut [IpsSums] {
        let start = start_of(at_us, self.width_us);
        if !self.windows.contains_key(&start) && self.width_us == FINE_US {
            let first = self.windows.keys().next().copied().unwrap_or(start).min(start);
            let last = self.windows.keys().next_back().copied().unwrap_or(start).max(start);
            if last - first >= 7 * DAY_US {
                self.coarsen();
            }
        }
        let n_policies = self.n_policies;
        self.windows.entry(start_of(at_us, self.width_us)).or_insert_with(|| vec![IpsSums::default(); n_policies])
    }

    fn coarsen(&mut self) {
        self.width_us = COARSE_US;
        for (start, sums) in std::mem::take(&mut self.windows) {
            let into = self.windows.entry(start_of(start, COARSE_US));
            let into = into.or_insert_with(|| vec![IpsSums::default(); self.n_policies]);
            into.iter_mut().zip(&sums).for_each(|(into, sums)| into.merge(sums));
        }
    }

    /// What is known of one policy.
    pub fn series(&self, policy_idx: usize) -> Series {
        let of_policy = self.windows.iter().map(|(start, sums)| (*start, sums[policy_idx]));
        Series { width_us: self.width_us, windows: of_policy.filter(|(_, sums)| !sums.is_empty()).collect() }
    }
}

impl Series {
    /// The sums in windows of a width that is a multiple of its own, from the first to the last that has events; those
    /// between without any are there too, as zeros.
    pub fn in_windows_of(&self, width_us: i64) -> Vec<(i64, IpsSums)> {
        let mut rows: Vec<(i64, IpsSums)> = Vec::new();
        for (start, sums) in &self.windows {
            let start = start_of(*start, width_us);
            while let Some((last, _)) = rows.last()
                && *last < start
            {
                rows.push((last + width_us, IpsSums::default()));
            }
            match rows.last_mut() {
                Some((_, row)) => row.merge(sums),
                None => rows.push((start, *sums)),
            }
        }
        rows
    }

    /// Only the windows that begin within `from_us..to_us`.
    pub fn within(&self, from_us: i64, to_us: i64) -> Self {
        let windows = self.windows.iter().filter(|(start, _)| (from_us..to_us).contains(start)).copied();
        Self { width_us: self.width_us, windows: windows.collect() }
    }

    /// The sums over all windows.
    pub fn total(&self) -> IpsSums {
        self.windows.iter().fold(IpsSums::default(), |mut total, (_, sums)| {
            total.merge(sums);
            total
        })
    }
}

fn start_of(at_us: i64, width_us: i64) -> i64 {
    at_us - at_us.rem_euclid(width_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2021-08-02T14:00:00Z.
    const AT_TWO_US: i64 = 1_627_912_800_000_000;

    fn filled(at: &[i64]) -> Series {
        let mut timeline = Timeline::new(2);
        for at_us in at {
            timeline.at(*at_us)[1].add(1.0, 0.5);
        }
        assert_eq!(timeline.series(0).windows, []);
        timeline.series(1)
    }

    fn counts(rows: &[(i64, IpsSums)]) -> Vec<(i64, f64)> {
        rows.iter().map(|(start, sums)| ((start - AT_TWO_US) / MINUTE_US, sums.n_events)).collect()
    }

    #[test]
    fn windows_are_aligned_and_those_between_without_events_are_zero() {
        let series = filled(&[AT_TWO_US, AT_TWO_US + 299_999_999, AT_TWO_US + 12 * MINUTE_US]);
        assert_eq!(counts(&series.in_windows_of(FINE_US)), [(0, 2.0), (5, 0.0), (10, 1.0)]);
        assert_eq!(counts(&series.in_windows_of(60 * MINUTE_US)), [(0, 3.0)]);
        assert_eq!(counts(&series.in_windows_of(COARSE_US)), [(-120, 3.0)]);
        assert_eq!(counts(&series.in_windows_of(DAY_US)), [(-840, 3.0)]);
    }

    #[test]
    fn a_week_of_events_makes_the_windows_coarser_and_loses_none() {
        let at: Vec<i64> = (0..=14).map(|half_days| AT_TWO_US + half_days * DAY_US / 2).collect();
        let series = filled(&at);
        assert_eq!(series.width_us, COARSE_US);
        assert_eq!(series.total().n_events, 15.0);
        assert_eq!(series.in_windows_of(DAY_US).len(), 8);
        assert_eq!(filled(&at[..14]).width_us, FINE_US);
    }

    #[test]
    fn a_part_of_it_has_the_windows_that_begin_there() {
        let series = filled(&[AT_TWO_US, AT_TWO_US + DAY_US]);
        assert_eq!(series.within(AT_TWO_US, AT_TWO_US + DAY_US).total().n_events, 1.0);
    }
}
