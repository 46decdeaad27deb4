//! How every loop is doing: its pace, how many of its events were rewarded, and what is wrong, in words.

use super::{Health, HealthLevel, LoopRow};
use crate::{
    loops::{LiveLoop, Loops},
    terms::{Configuration, LearningMode},
    trainer::Counters,
};

const MINUTE_US: i64 = 60_000_000;
const HOUR_US: i64 = 60 * MINUTE_US;
/// Over how long the pace is measured.
const PACE_US: i64 = 5 * MINUTE_US;
/// Without a Rank for this long a loop is idle.
const IDLE_US: i64 = 10 * MINUTE_US;
/// Without a reward for this long, while it ranks, somebody should look.
const SILENT_US: i64 = 5 * MINUTE_US;

/// All loops, those that need attention first.
pub fn loop_rows(loops: &Loops) -> Vec<LoopRow> {
    let mut rows: Vec<LoopRow> = loops.list().iter().map(loop_row).collect();
    // The sort is stable: within a level the loops stay in the order of their names.
    rows.sort_by_key(|row| std::cmp::Reverse(row.health.level));
    rows
}

fn loop_row(live: &LiveLoop) -> LoopRow {
    let (now_us, counters, configuration) = (live.now_us(), live.counters(), live.configuration());
    // A loop younger than the window is judged by its own age.
    let span_us = PACE_US.min(now_us - live.created_at_us()).max(MINUTE_US);
    let n_recent: u64 = live.curve(span_us, 1).iter().map(|bucket| bucket.n_ranked).sum();
    let hour = live.curve(HOUR_US, 1);
    let (n_active, n_rewarded) =
        hour.iter().fold((0, 0), |(active, rewarded), bucket| (active + bucket.n_active, rewarded + bucket.n_rewarded));
    LoopRow {
        id: live.id().clone(),
        name: live.name(),
        mode: configuration.learning_mode,
        events_per_minute: n_recent as f64 / (span_us as f64 / MINUTE_US as f64),
        reward_rate: (n_active > 0).then(|| n_rewarded as f64 / n_active as f64),
        health: health(&counters, &configuration, live.relearning(), live.created_at_us(), now_us),
        last_event_us: counters.last_rank_us,
    }
}

/// What a person should know first.
pub fn health(
    counters: &Counters,
    configuration: &Configuration,
    relearning: Option<f32>,
    created_at_us: i64,
    now_us: i64,
) -> Health {
    let says = |level, words: String| Health { level, words };
    let Some(last_rank_us) = counters.last_rank_us else {
        return says(HealthLevel::Idle, "waiting for the first Rank".to_owned());
    };
    if let Some(share) = relearning {
        return says(HealthLevel::Good, format!("relearning from the log, {:.0} % done", share * 100.0));
    }
    if now_us - last_rank_us > IDLE_US {
        return says(HealthLevel::Idle, format!("no Rank for {}", span(now_us - last_rank_us)));
    }
    let silent_us = now_us - counters.last_reward_us.unwrap_or(created_at_us);
    if silent_us > SILENT_US {
        let wait_us = configuration.reward_wait_time.get().as_micros();
        let level = if silent_us > wait_us { HealthLevel::Bad } else { HealthLevel::Warning };
        let yet = if counters.last_reward_us.is_none() { " yet" } else { "" };
        return says(level, format!("no reward{yet} for {}", span(silent_us)));
    }
    if counters.orphan_rewards > 20 && counters.orphan_rewards * 5 > counters.rewarded {
        return says(HealthLevel::Warning, "many rewards name an event that there is not".to_owned());
    }
    match configuration.learning_mode {
        LearningMode::Online => says(HealthLevel::Good, "learning".to_owned()),
        LearningMode::Apprentice => says(HealthLevel::Good, "imitating the baseline".to_owned()),
        LearningMode::LoggingOnly => says(HealthLevel::Good, "logging, not learning".to_owned()),
        LearningMode::Frozen => says(HealthLevel::Good, "serving, not learning".to_owned()),
    }
}

/// The largest unit alone: "14 minutes".
fn span(span_us: i64) -> String {
    let minutes = span_us / MINUTE_US;
    let (n, unit) = match minutes {
        ..=1 => (1, "minute"),
        2..=119 => (minutes, "minute"),
        120..=2879 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000 * HOUR_US;

    fn after(minutes_since_rank: i64, minutes_since_reward: Option<i64>) -> Health {
        let counters = Counters {
            ranked: 10,
            last_rank_us: Some(NOW - minutes_since_rank * MINUTE_US),
            last_reward_us: minutes_since_reward.map(|minutes| NOW - minutes * MINUTE_US),
            ..Counters::default()
        };
        health(&counters, &Configuration::default(), None, NOW - 14 * MINUTE_US, NOW)
    }

    #[test]
    fn a_loop_that_ranks_without_rewards_asks_for_attention() {
        assert_eq!(after(0, None), Health { level: HealthLevel::Bad, words: "no reward yet for 14 minutes".into() });
        assert_eq!(after(0, Some(7)), Health { level: HealthLevel::Warning, words: "no reward for 7 minutes".into() });
        assert_eq!(after(0, Some(1)), Health { level: HealthLevel::Good, words: "learning".into() });
    }

    #[test]
    fn a_loop_that_nobody_calls_is_idle_and_not_ill() {
        assert_eq!(after(300, Some(300)), Health { level: HealthLevel::Idle, words: "no Rank for 5 hours".into() });
        let new = health(&Counters::default(), &Configuration::default(), None, NOW, NOW);
        assert_eq!(new.words, "waiting for the first Rank");
    }

    #[test]
    fn rewards_for_unknown_events_are_noticed() {
        let counters = Counters {
            rewarded: 100,
            orphan_rewards: 30,
            last_rank_us: Some(NOW),
            last_reward_us: Some(NOW),
            ..Counters::default()
        };
        assert_eq!(health(&counters, &Configuration::default(), None, NOW, NOW).level, HealthLevel::Warning);
    }
}
