//! What the simulated readers did of late, second by second, for the two orders that they are shown: the loop's and the
//! editor's. Happy is a reader who opened the story that led.
//!
//! What another front page would have earned can be said exactly here, and only here: the readers are made up, and
//! `tastes` knows how likely each of them opens each story. Those figures are always called known, never measured.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::tastes::Expectation;

/// How much of the past is kept.
const N_SECONDS: u64 = 600;
/// The half width of a 95 % normal interval in standard errors.
const Z_95: f64 = 1.96;
/// Below so many readers, or so many of either mood, a share's normal interval cannot be trusted.
const N_LEAST: u64 = 30;
const N_LEAST_OF_A_MOOD: u64 = 5;

/// Which front page a reader was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    Learned,
    Editor,
}

/// Readers, and how many of them were happy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moods {
    pub n: u64,
    pub n_happy: u64,
}

impl Moods {
    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.n_happy += other.n_happy;
    }

    /// The share of happy readers; `None` without any.
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.n_happy as f64 / self.n as f64)
    }

    fn is_enough(self) -> bool {
        let n_other = self.n.saturating_sub(self.n_happy);
        self.n >= N_LEAST && self.n_happy >= N_LEAST_OF_A_MOOD && n_other >= N_LEAST_OF_A_MOOD
    }

    /// Half the width of the share's 95 % interval.
    pub fn half_width(self) -> Option<f64> {
        let share = self.share().filter(|_| self.is_enough())?;
        Some(Z_95 * (share * (1.0 - share) / self.n as f64).sqrt())
    }
}

/// The difference of two shares with half its 95 % interval; `None` while either rests on too few readers.
pub fn difference(learned: Moods, editor: Moods) -> Option<(f64, f64)> {
    let (l, e) = (learned.half_width()?, editor.half_width()?);
    Some((learned.share()? - editor.share()?, l.hypot(e)))
}

/// One second of readers.
#[derive(Debug, Clone, Default)]
struct Second {
    at: u64,
    learned: Moods,
    editor: Moods,
    /// How many happy readers other front pages would have made, of those shown the learned one.
    known: Expectation,
}

/// A stretch of time, added up.
#[derive(Debug, Clone, Default)]
pub struct Stretch {
    pub seconds: u64,
    pub learned: Moods,
    pub editor: Moods,
    pub known: Expectation,
}

/// The seconds that are remembered.
#[derive(Debug)]
pub struct Crowd {
    start: Instant,
    seconds: VecDeque<Second>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { start: Instant::now(), seconds: VecDeque::new() }
    }
}

impl Crowd {
    /// Whole seconds since the beginning.
    pub fn second_of(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.start).as_secs()
    }

    /// A reader has closed the page.
    pub fn note(&mut self, at: Instant, arm: Arm, is_happy: bool, known: &Expectation) {
        let at = self.second_of(at);
        if self.seconds.back().is_none_or(|newest| newest.at < at) {
            self.seconds.push_back(Second { at, ..Second::default() });
        }
        while self.seconds.front().is_some_and(|oldest| oldest.at + N_SECONDS <= at) {
            self.seconds.pop_front();
        }
        let Some(newest) = self.seconds.back_mut() else { return };
        let one = Moods { n: 1, n_happy: u64::from(is_happy) };
        match arm {
            Arm::Learned => {
                newest.learned.add(one);
                newest.known.add(known);
            }
            Arm::Editor => newest.editor.add(one),
        }
    }

    /// All readers from second `from` to before second `to`.
    pub fn stretch(&self, from: u64, to: u64) -> Stretch {
        let mut sum = Stretch::default();
        let within = self.seconds.iter().filter(|second| (from..to).contains(&second.at));
        let first = within.clone().next().map_or(to, |second| second.at.max(from));
        within.for_each(|second| {
            sum.learned.add(second.learned);
            sum.editor.add(second.editor);
            sum.known.add(&second.known);
        });
        Stretch { seconds: to.saturating_sub(first), ..sum }
    }

    /// The last `length` before `now`, whose own second is not over and is left out.
    pub fn last(&self, now: Instant, length: Duration) -> Stretch {
        let to = self.second_of(now);
        self.stretch(to.saturating_sub(length.as_secs()), to)
    }

    /// The remembered time in spans of `length` up to `now`, oldest first, each with its first second.
    pub fn spans(&self, now: Instant, length: Duration) -> Vec<(u64, Stretch)> {
        let (to, length) = (self.second_of(now), length.as_secs().max(1));
        let Some(oldest) = self.seconds.front().map(|second| second.at) else { return Vec::new() };
        // Spans keep their borders from one look to the next, or every look would redraw another curve.
        let first = oldest.div_ceil(length);
        (first..to / length).map(|idx| (idx * length, self.stretch(idx * length, (idx + 1) * length))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd_of(moods: &[(u64, Arm, bool)]) -> (Crowd, Instant) {
        let mut crowd = Crowd::default();
        let start = crowd.start;
        for (second, arm, is_happy) in moods {
            crowd.note(start + Duration::from_secs(*second), *arm, *is_happy, &Expectation::default());
        }
        (crowd, start)
    }

    #[test]
    fn the_present_second_is_left_out_and_old_ones_are_forgotten() {
        let (crowd, start) =
            crowd_of(&[(0, Arm::Learned, true), (650, Arm::Learned, false), (660, Arm::Learned, true)]);
        let last = crowd.last(start + Duration::from_secs(660), Duration::from_secs(600));
        assert_eq!((last.learned, last.seconds), (Moods { n: 1, n_happy: 0 }, 10));
    }

    #[test]
    fn the_two_orders_are_counted_apart() {
        let (crowd, start) = crowd_of(&[(1, Arm::Learned, true), (1, Arm::Editor, false), (2, Arm::Learned, false)]);
        let last = crowd.last(start + Duration::from_secs(9), Duration::from_secs(60));
        assert_eq!((last.learned, last.editor), (Moods { n: 2, n_happy: 1 }, Moods { n: 1, n_happy: 0 }));
    }

    #[test]
    fn a_difference_needs_enough_readers_on_both_sides() {
        let learned = Moods { n: 900, n_happy: 540 };
        assert_eq!(difference(learned, Moods { n: 29, n_happy: 9 }), None);
        assert_eq!(difference(learned, Moods { n: 100, n_happy: 2 }), None);
        let (by, half_width) = difference(learned, Moods { n: 100, n_happy: 30 }).expect("enough of both");
        assert!((by - 0.3).abs() < 1e-12);
        // √(0.6·0.4/900 + 0.3·0.7/100) · 1.96
        assert!((half_width - 0.0953).abs() < 1e-3, "{half_width}");
    }

    #[test]
    fn spans_keep_their_borders() {
        let (crowd, start) = crowd_of(&[(3, Arm::Learned, true), (12, Arm::Learned, true), (27, Arm::Learned, false)]);
        let starts = |now: u64| -> Vec<u64> {
            let spans = crowd.spans(start + Duration::from_secs(now), Duration::from_secs(10));
            spans.into_iter().map(|(start, _)| start).collect()
        };
        assert_eq!(starts(29), [10]);
        assert_eq!(starts(30), [10, 20]);
    }
}
