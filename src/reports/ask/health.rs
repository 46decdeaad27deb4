//! How learning goes, in sentences.

use crate::{
    reports::{Health, HealthLevel, Share, Unit, words},
    terms::LearningMode,
    trainer::{Counters, ImitationNumbers, Lag},
};

const MINUTE_US: i64 = 60_000_000;
/// A loop is not blamed for rewards that are missing after so few events: they may still be on their way.
const N_PATIENT: u64 = 20;
/// The shortest silence of rewards that is worth a sentence.
const SILENCE_US: i64 = 5 * MINUTE_US;
/// Fewer rewards than this that went astray may be somebody's first tries.
const N_ASTRAY: u64 = 5;
/// Learning that is behind by less than this is at most a hiccup.
const BEHIND_US: i64 = 2_000_000;
/// The shares of all rewards from which late, duplicate and orphan ones are trouble.
const LATE_SHARE: f64 = 0.2;
const ORPHAN_SHARE: f64 = 0.1;
const DUPLICATE_SHARE: f64 = 0.2;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    pub mode: LearningMode,
    pub unit: Unit,
    pub counters: Counters,
    pub lag: Lag,
    pub relearning: Option<f32>,
    pub imitation: ImitationNumbers,
    /// Of the events of the last day whose wait time is over, those that were rewarded.
    pub rewarded: Option<Share>,
    /// Known while no reward has ever arrived.
    pub first_rank_us: Option<i64>,
    pub wait_us: i64,
    pub now_us: i64,
}

impl Signs {
    /// The most urgent sentence first; there is always one.
    pub fn health(&self) -> Vec<Health> {
        if self.counters.ranked == 0 {
            return vec![say(HealthLevel::Waiting, "no Rank received yet")];
        }
        let found =
            [self.behind(), self.missing_rewards(), self.late(), self.orphans(), self.conflicts(), self.duplicates()];
        let mut health: Vec<Health> = found.into_iter().flatten().collect();
        health.extend(self.relearning());
        health.push(self.by_mode(health.is_empty()));
        // Stable: within one level the order above is the order of what to do first.
        health.sort_by_key(|health| std::cmp::Reverse(health.level));
        health
    }

    fn behind(&self) -> Option<Health> {
        let Lag { n_records, age_us } = self.lag;
        (age_us > BEHIND_US).then(|| {
            let (n, span) = (words::count(n_records), words::span(age_us));
            let calls = if n_records == 1 { "call waits" } else { "calls wait" };
            say(HealthLevel::Attention, &format!("learning is {span} behind: {n} {calls} to be learned from"))
        })
    }

    /// "No reward" is told by the time since the last one, or since the first Rank when there never was one.
    fn missing_rewards(&self) -> Option<Health> {
        let counters = &self.counters;
        let last_rank_us = counters.last_rank_us?;
        match counters.last_reward_us {
            None => {
                let silence_us = self.now_us - self.first_rank_us.unwrap_or(last_rank_us);
                let is_early = counters.ranked < N_PATIENT && silence_us < self.wait_us;
                // Without one reward every event teaches the default: past the patience that is learning nothing.
                let level = match () {
                    () if is_early || silence_us < MINUTE_US => HealthLevel::Waiting,
                    () if silence_us > self.wait_us => HealthLevel::Bad,
                    () => HealthLevel::Attention,
                };
                Some(say(level, &format!("no reward yet for {}", words::span(silence_us))))
            }
            Some(last_reward_us) => {
                let silence_us = self.now_us - last_reward_us;
                // Rewards cannot come where nothing is ranked.
                let is_ranking = last_rank_us - last_reward_us > SILENCE_US;
                (is_ranking && silence_us > SILENCE_US)
                    .then(|| say(HealthLevel::Attention, &format!("no reward for {}", words::span(silence_us))))
            }
        }
    }

    fn late(&self) -> Option<Health> {
        let share = self.astray(self.counters.late_rewards, LATE_SHARE)?;
        let missed = self
            .counters
            .latest_miss_us
            .map_or_else(String::new, |missed_by_us| format!(", the worst by {}", words::delay(missed_by_us)));
        let words = format!("late rewards: {} came after the wait time{missed} — lengthen it", share.percent());
        Some(say(HealthLevel::Attention, &words))
    }

    fn orphans(&self) -> Option<Health> {
        let share = self.astray(self.counters.orphan_rewards, ORPHAN_SHARE)?;
        let words = format!(
            "many orphan rewards: {} name an event that was never ranked — check the event ids",
            share.percent()
        );
        Some(say(HealthLevel::Attention, &words))
    }

    fn duplicates(&self) -> Option<Health> {
        let share = self.astray(self.counters.duplicate_rewards, DUPLICATE_SHARE)?;
        let words = format!("duplicate rewards: {} came for an event that had its reward", share.percent());
        Some(say(HealthLevel::Attention, &words))
    }

    fn conflicts(&self) -> Option<Health> {
        let n = self.counters.conflicting_ranks;
        (n >= N_ASTRAY).then(|| {
            let words = format!("{} Ranks used the id of another event — make a new id for each", words::count(n));
            say(HealthLevel::Attention, &words)
        })
    }

    /// The share of all rewards, when there are enough of them and it is large enough.
    fn astray(&self, n: u64, least: f64) -> Option<Share> {
        let counters = &self.counters;
        let n_rewards =
            counters.rewarded + counters.late_rewards + counters.orphan_rewards + counters.duplicate_rewards;
        Share::new(n, n_rewards).filter(|share| n >= N_ASTRAY && share.value() >= least)
    }

    fn relearning(&self) -> Option<Health> {
        let percent = (self.relearning? * 100.0).round();
        Some(say(HealthLevel::Waiting, &format!("relearning {percent} %: the old model serves until then")))
    }

    fn by_mode(&self, is_well: bool) -> Health {
        match self.mode {
            LearningMode::Frozen => say(HealthLevel::Waiting, "frozen: serves what it learned, learns nothing new"),
            LearningMode::LoggingOnly => {
                let words = format!("logging only: {} answered, nothing is learned", self.unit.baseline_is());
                say(HealthLevel::Waiting, &words)
            }
            LearningMode::Apprentice => match Share::new(self.imitation.n_imitated, self.imitation.n_events) {
                Some(share) => say(HealthLevel::Good, &format!("apprentice: imitates {}", share.percent())),
                None => say(HealthLevel::Waiting, "apprentice: no event to imitate yet"),
            },
            LearningMode::Online => match self.rewarded {
                Some(share) if share.n > 0 => {
                    let words = format!("learning: {} of {} rewarded", share.percent(), self.unit.events());
                    say(HealthLevel::Good, &words)
                }
                // Missing rewards have their own sentence; here is only what is still open.
                _ if is_well => say(HealthLevel::Good, "learning: the first rewards are in"),
                _ => say(HealthLevel::Good, "the policy decides and explores"),
            },
        }
    }
}

fn say(level: HealthLevel, words: &str) -> Health {
    Health { level, words: words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000_000;

    fn learning() -> Signs {
        let counters = Counters {
            ranked: 1_000,
            rewarded: 960,
            last_rank_us: Some(NOW),
            last_reward_us: Some(NOW),
            ..Counters::default()
        };
        Signs {
            mode: LearningMode::Online,
            unit: Unit::Decision,
            counters,
            lag: Lag::default(),
            relearning: None,
            imitation: ImitationNumbers::default(),
            rewarded: Share::new(960, 1_000),
            first_rank_us: None,
            wait_us: 10 * MINUTE_US,
            now_us: NOW,
        }
    }

    fn first(signs: &Signs) -> (HealthLevel, String) {
        let health = signs.health().swap_remove(0);
        (health.level, health.words)
    }

    fn with(change: impl FnOnce(&mut Signs)) -> (HealthLevel, String) {
        let mut signs = learning();
        change(&mut signs);
        first(&signs)
    }

    #[test]
    fn a_loop_that_learns_says_how_much_of_it_is_rewarded() {
        assert_eq!(first(&learning()), (HealthLevel::Good, "learning: 96 % of decisions rewarded".to_owned()));
    }

    #[test]
    fn of_a_loop_with_several_slots_it_is_the_ranks_that_are_rewarded() {
        let (_, words) = with(|signs| signs.unit = Unit::Slot);
        assert_eq!(words, "learning: 96 % of Ranks rewarded");
    }

    #[test]
    fn a_new_loop_waits_for_its_first_rank() {
        let found = with(|signs| signs.counters = Counters::default());
        assert_eq!(found, (HealthLevel::Waiting, "no Rank received yet".to_owned()));
    }

    #[test]
    fn rewards_that_never_came_are_told_by_the_time_since_the_first_rank() {
        let silent = |minutes: i64| {
            with(|signs| {
                signs.counters = Counters { ranked: 500, last_rank_us: Some(NOW), ..Counters::default() };
                signs.rewarded = Share::new(0, 500);
                signs.first_rank_us = Some(NOW - minutes * MINUTE_US);
            })
        };
        assert_eq!(silent(14), (HealthLevel::Bad, "no reward yet for 14 minutes".to_owned()));
        assert_eq!(silent(5), (HealthLevel::Attention, "no reward yet for 5 minutes".to_owned()));
        assert_eq!(silent(0).0, HealthLevel::Waiting);
    }

    #[test]
    fn rewards_that_stopped_are_missed_only_while_there_are_ranks() {
        let found = with(|signs| signs.counters.last_reward_us = Some(NOW - 14 * MINUTE_US));
        assert_eq!(found, (HealthLevel::Attention, "no reward for 14 minutes".to_owned()));
        let at_night = with(|signs| {
            signs.counters.last_reward_us = Some(NOW - 60 * MINUTE_US);
            signs.counters.last_rank_us = Some(NOW - 60 * MINUTE_US);
        });
        assert_eq!(at_night.0, HealthLevel::Good);
    }

    #[test]
    fn late_rewards_say_what_would_help() {
        let found = with(|signs| {
            signs.counters.late_rewards = 640;
            signs.counters.latest_miss_us = Some(3 * MINUTE_US);
        });
        let words = "late rewards: 40 % came after the wait time, the worst by 3 minutes — lengthen it";
        assert_eq!(found, (HealthLevel::Attention, words.to_owned()));
    }

    #[test]
    fn a_few_stray_rewards_among_many_are_no_trouble() {
        assert_eq!(with(|signs| signs.counters.orphan_rewards = 4).0, HealthLevel::Good);
        assert_eq!(with(|signs| signs.counters.orphan_rewards = 50).0, HealthLevel::Good);
        let (level, words) = with(|signs| signs.counters.orphan_rewards = 500);
        assert_eq!(level, HealthLevel::Attention);
        assert!(words.starts_with("many orphan rewards: 34 %"), "{words}");
    }

    #[test]
    fn modes_that_do_not_learn_from_rewards_say_so() {
        assert_eq!(with(|signs| signs.mode = LearningMode::Frozen).0, HealthLevel::Waiting);
        let imitating = with(|signs| {
            signs.mode = LearningMode::Apprentice;
            signs.imitation = ImitationNumbers { n_events: 100, n_imitated: 81, ..ImitationNumbers::default() };
        });
        assert_eq!(imitating, (HealthLevel::Good, "apprentice: imitates 81 %".to_owned()));
    }

    #[test]
    fn learning_that_cannot_keep_up_says_by_how_much() {
        let behind = |age_us| with(|signs| signs.lag = Lag { n_records: 12_345, age_us });
        assert_eq!(behind(2_000_000).0, HealthLevel::Good);
        let words = "learning is 5 seconds behind: 12,345 calls wait to be learned from";
        assert_eq!(behind(5_000_000), (HealthLevel::Attention, words.to_owned()));
    }

    #[test]
    fn relearning_comes_before_what_is_well() {
        let found = with(|signs| signs.relearning = Some(0.4));
        assert!(found.1.starts_with("relearning 40 %"), "{}", found.1);
    }
}
