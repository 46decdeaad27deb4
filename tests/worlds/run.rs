//! What came of a game, and the figures that are read off it.

use std::{ops::Range, time::Duration};

use rankloop::bandit::Policy;

use super::play::micros_each;

/// How many events a recovery is judged by.
const JUDGED: usize = 100;

/// What the actions of one event earn on average, by all that its context says; sums over its slots.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OnAverage {
    pub chosen: f64,
    /// The most probable action.
    pub greedy: f64,
    /// An even choice.
    pub even: f64,
    pub best: f64,
}

/// What was earned, event by event; where an event has several slots, their sum.
#[derive(Debug, Clone, Default)]
pub struct Run {
    pub earned: Vec<f64>,
    pub on_average: Vec<OnAverage>,
    /// The probability that went to other than the most probable action; the mean over an event's slots.
    pub explored: Vec<f64>,
    pub rank_time: Duration,
    pub learn_time: Duration,
    pub knows_best: bool,
    /// The events at which the world changed.
    pub changes: Vec<usize>,
    /// The learner at the end.
    pub policy: Option<Policy>,
}

/// How a change of the world was followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recovery {
    /// The event of the change.
    pub change: usize,
    /// How many events later 90 % of the score before was reached again; `None`: never.
    pub n_events: Option<usize>,
}

impl Run {
    pub fn n_events(&self) -> usize {
        self.earned.len()
    }

    /// The mean reward of an event.
    pub fn mean(&self) -> f64 {
        mean(&self.earned)
    }

    /// The mean over a part of the run.
    pub fn mean_of(&self, range: Range<usize>) -> f64 {
        mean(&self.earned[range])
    }

    /// 0 is an even choice, 1 the best possible. Choices are judged by what they earn on average, so luck scores nothing.
    pub fn score(&self) -> f64 {
        self.score_of(0..self.n_events())
    }

    /// The score of a part of the run.
    pub fn score_of(&self, range: Range<usize>) -> f64 {
        let over = |figure: fn(&OnAverage) -> f64| self.on_average[range.clone()].iter().map(figure).sum::<f64>();
        let even = over(|it| it.even);
        (over(|it| it.chosen) - even) / (over(|it| it.best) - even)
    }

    /// The mean over all events of a figure.
    pub fn mean_on_average(&self, figure: fn(&OnAverage) -> f64) -> f64 {
        self.on_average.iter().map(figure).sum::<f64>() / self.n_events().max(1) as f64
    }

    /// The last quarter's events.
    pub fn last_quarter(&self) -> Range<usize> {
        self.n_events() - self.n_events().div_ceil(4)..self.n_events()
    }

    /// The mean share of exploration.
    pub fn explored(&self) -> f64 {
        mean(&self.explored)
    }

    /// How each change was followed: how many events later began the first 100 whose score is 90 % of that of the 500
    /// before the change.
    pub fn recoveries(&self) -> Vec<Recovery> {
        let ends = self.changes.iter().skip(1).copied().chain([self.n_events()]);
        let recovery = |(change, end): (usize, usize)| {
            let before = self.score_of(change.saturating_sub(500)..change);
            let mut starts = change..(end + 1).saturating_sub(JUDGED);
            let first = starts.find(|start| self.score_of(*start..start + JUDGED) >= 0.9 * before);
            Recovery { change, n_events: first.map(|start| start - change) }
        };
        self.changes.iter().copied().zip(ends).map(recovery).collect()
    }

    /// Microseconds to featurize and rank one event.
    pub fn rank_micros(&self) -> f64 {
        micros_each(self.rank_time, self.n_events())
    }

    /// Microseconds to learn one event.
    pub fn learn_micros(&self) -> f64 {
        micros_each(self.learn_time, self.n_events())
    }

    /// How large the learner is as a file.
    pub fn model_bytes(&self) -> usize {
        self.policy.as_ref().map_or(0, |policy| policy.to_bytes().len())
    }
}

/// The mean of these.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
