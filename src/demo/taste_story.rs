//! What a change of taste did to the readers, told from what the crowd remembers: how happy they were, how far that
//! fell, and how soon it was back.

use std::time::Instant;

use super::{crowd::Crowd, tastes::Taste};

/// Readers that each figure should rest on.
const N_READERS: f64 = 150.0;
/// The shortest and the longest time in which they are gathered, in seconds.
const WINDOW_S: std::ops::RangeInclusive<f64> = 10.0..=60.0;
/// What counts as back: this much of the share before, for twice that time. Less than all of it, because each figure
/// carries some chance; and for longer, because the first of many figures to reach a mark does so by chance.
const BACK: f64 = 0.92;

/// A change of taste and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TasteStory {
    pub taste: Taste,
    /// How long ago it was, in seconds.
    pub seconds_ago: u64,
    pub outcome: Outcome,
}

/// How the readers took it. Shares of happy readers, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Too few readers before or since to say anything.
    TooEarly,
    /// It has not been back yet.
    Fell { before: f64, lowest: f64, now: f64 },
    /// It was back from so many seconds on.
    Back { before: f64, lowest: f64, now: f64, after_s: u64 },
    /// It never fell.
    Unmoved { before: f64, now: f64 },
}

/// Tells the story of the change at `changed`; `None` once the crowd has forgotten it.
pub fn tell(crowd: &Crowd, taste: Taste, changed: Instant, now: Instant) -> Option<TasteStory> {
    let (from, to) = (crowd.second_of(changed), crowd.second_of(now));
    let before = crowd.stretch(from.saturating_sub(60), from);
    if before.learned.n == 0 && to > from + 60 {
        return None;
    }
    let story = |outcome| Some(TasteStory { taste, seconds_ago: to.saturating_sub(from), outcome });
    let rate = before.learned.n as f64 / before.seconds.max(1) as f64;
    let window = (N_READERS / rate.max(0.1)).clamp(*WINDOW_S.start(), *WINDOW_S.end()).round() as u64;
    let Some(was) = before.learned.share().filter(|_| before.learned.n >= 30) else { return story(Outcome::TooEarly) };
    // The second of the change itself is half of each.
    let starts = from + 1..(to + 1).saturating_sub(window);
    let share = |start: u64| crowd.stretch(start, start + window).learned.share().map(|share| (start, share));
    let shares: Vec<(u64, f64)> = starts.filter_map(share).collect();
    let lowest = shares.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((lowest_at, lowest)), Some((_, newest))) = (lowest, shares.last().copied()) else {
        return story(Outcome::TooEarly);
    };
    let stays_back = |start: &u64| {
        let share = crowd.stretch(*start, start + 2 * window).learned.share();
        share.is_some_and(|share| share >= was * BACK)
    };
    let back = (lowest_at..(to + 1).saturating_sub(2 * window)).find(stays_back);
    match back {
        _ if lowest >= was * BACK => story(Outcome::Unmoved { before: was, now: newest }),
        Some(at) => story(Outcome::Back { before: was, lowest, now: newest, after_s: at - from }),
        None => story(Outcome::Fell { before: was, lowest, now: newest }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::demo::{crowd::Arm, tastes::Expectation};

    const CHANGED_S: u64 = 100;

    /// Twenty readers a second, `n_happy(second)` of them happy.
    fn crowd_until(end_s: u64, n_happy: impl Fn(u64) -> u64) -> (Crowd, Instant) {
        let mut crowd = Crowd::default();
        let start = Instant::now();
        for second in 0..end_s {
            for reader in 0..20 {
                let at = start + Duration::from_secs(second) + Duration::from_millis(500);
                crowd.note(at, Arm::Learned, reader < n_happy(second), &Expectation::default());
            }
        }
        (crowd, start)
    }

    fn told(end_s: u64, n_happy: impl Fn(u64) -> u64) -> Option<Outcome> {
        let (crowd, start) = crowd_until(end_s, n_happy);
        let at = |second: u64| start + Duration::from_secs(second) + Duration::from_millis(500);
        tell(&crowd, Taste::TournamentWeek, at(CHANGED_S), at(end_s)).map(|story| story.outcome)
    }

    #[test]
    fn a_fall_is_told_with_its_lowest_point_and_when_it_was_back() {
        let moods = |second: u64| match second {
            0..=100 => 12,
            101..=130 => 6,
            _ => 12,
        };
        let Some(Outcome::Fell { before, lowest, .. }) = told(125, moods) else { panic!("not back yet") };
        assert!((before - 0.6).abs() < 1e-9 && (lowest - 0.3).abs() < 1e-9);
        let Some(Outcome::Back { lowest, now, after_s, .. }) = told(200, moods) else { panic!("back by now") };
        assert!((lowest - 0.3).abs() < 1e-9 && (now - 0.6).abs() < 1e-9);
        assert!((27..=31).contains(&after_s), "{after_s}");
    }

    #[test]
    fn nothing_is_told_from_too_few_readers_and_nothing_of_what_is_forgotten() {
        assert_eq!(told(CHANGED_S + 3, |_| 12), Some(Outcome::TooEarly));
        assert_eq!(told(CHANGED_S + 700, |_| 12), None);
    }

    #[test]
    fn readers_who_stay_happy_are_told_as_unmoved() {
        assert!(matches!(told(160, |_| 12), Some(Outcome::Unmoved { .. })));
    }
}
