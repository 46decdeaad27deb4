//! What a change of settings would have meant, in words.

use super::words;
use crate::{
    bandit::evaluation::{ExpectedRewards, Figure, TooEarly},
    loops::{ConfigurationChange, ConsequenceReport, Exploring, LiveLoop, LoopError},
    reports::{ConsequencePart, ConsequenceRow},
};

/// Shares that differ by less than this look the same.
const SAME_SHARE: f64 = 0.001;
/// A difference below this part of a reward is none in practice, however sure it is.
const SMALL: f64 = 0.005;

/// What a change would have meant for the last seven days. Nothing is changed.
pub async fn consequence(live: &LiveLoop, change: &ConfigurationChange) -> Result<ConsequencePart, LoopError> {
    Ok(part(&live.consequence(change).await?))
}

fn part(report: &ConsequenceReport) -> ConsequencePart {
    let rows = [rewards_row(report), Some(exploring_row(&report.exploring)), notice_row(report), waiting_row(report)];
    ConsequencePart {
        headline: headline(report),
        is_too_early: report.rewards.is_err(),
        rows: rows.into_iter().flatten().collect(),
        notes: notes(report),
        basis: basis(report),
    }
}

fn half_width(figure: &Figure) -> f64 {
    (figure.interval.high - figure.interval.low) / 2.0
}

fn headline(report: &ConsequenceReport) -> String {
    let rewards = match &report.rewards {
        Ok(rewards) => rewards,
        Err(TooEarly::More(_)) if report.n_events == 0 => {
            return "Too early to say what it would earn: the reward wait time of none of its decisions is over yet."
                .to_owned();
        }
        Err(TooEarly::More(n)) => {
            return format!("Too early to say what it would earn: about {} more decisions.", words::about(*n as f64));
        }
        Err(TooEarly::NothingDrawn) => {
            return "The policy decided none of these events, so the log cannot say what its choices would earn."
                .to_owned();
        }
        Err(TooEarly::NothingExplored) => {
            return "Nothing was explored in this time, so the log cannot say what exploring would earn.".to_owned();
        }
    };
    let difference = &rewards.difference;
    let (low, high) = (difference.interval.low, difference.interval.high);
    let amount =
        format!("{} ± {:.4}", words::signed(difference.value.abs(), 4).trim_start_matches('+'), half_width(difference));
    let is_small = low.abs().max(high.abs()) < SMALL * rewards.now.value.abs();
    match () {
        () if is_small && low != high => {
            "It would have earned practically the same: the difference is below 0.5 % of a reward.".to_owned()
        }
        () if low == 0.0 && high == 0.0 => "What a decision earns would have stayed the same.".to_owned(),
        () if report.is_recounted => {
            let word = if difference.value < 0.0 { "less" } else { "more" };
            format!("The same events would count {amount} {word} each, because rewards are counted otherwise.")
        }
        () if low > 0.0 => format!("It would have earned {amount} more per decision{}.", relative(rewards)),
        () if high < 0.0 => format!("It would have earned {amount} less per decision{}.", relative(rewards)),
        () => format!(
            "No difference that these decisions can tell: between {} and {} per decision.",
            words::signed(low, 4),
            words::signed(high, 4)
        ),
    }
}

fn relative(rewards: &ExpectedRewards) -> String {
    let share = rewards.difference.value / rewards.now.value.abs();
    if share.is_finite() && share.abs() >= 0.001 {
        format!(", {} %", words::signed(share * 100.0, 1))
    } else {
        String::new()
    }
}

fn rewards_row(report: &ConsequenceReport) -> Option<ConsequenceRow> {
    let rewards = report.rewards.as_ref().ok()?;
    let figure = |figure: &Figure| words::interval(figure.value, half_width(figure));
    let difference = &rewards.difference;
    // Four digits tell no less than this, and a half width of 0.0000 would claim to know everything.
    let is_nothing = difference.value.abs() + half_width(difference) < 0.0005;
    Some(ConsequenceRow {
        label: "Reward of a decision".to_owned(),
        now: figure(&rewards.now),
        then: figure(&rewards.then),
        difference: if is_nothing {
            "within ± 0.0005".to_owned()
        } else {
            format!("{} ± {:.4}", words::signed(difference.value, 4), half_width(difference))
        },
    })
}

fn exploring_row(exploring: &Exploring) -> ConsequenceRow {
    let side = |which: usize| {
        let share = words::setting(f64::from(exploring.share[which].get()));
        match (exploring.really, exploring.is_most) {
            (None, true) => format!("at most {share}"),
            (None, false) => share,
            (Some(really), true) => format!("{} of at most {share}", words::percent(really[which])),
            (Some(really), false) => format!("{} at a share of {share}", words::percent(really[which])),
        }
    };
    ConsequenceRow { label: "Traffic that explores".to_owned(), now: side(0), then: side(1), difference: String::new() }
}

fn notice_row(report: &ConsequenceReport) -> Option<ConsequenceRow> {
    let span = |seconds: Option<f64>| match seconds {
        Some(seconds) => words::span((seconds.min(1e12) * 1e6) as i64),
        None => "never".to_owned(),
    };
    report.notice_seconds.iter().any(Option::is_some).then(|| ConsequenceRow {
        label: "A 10 % change is noticed after".to_owned(),
        now: span(report.notice_seconds[0]),
        then: span(report.notice_seconds[1]),
        difference: String::new(),
    })
}

fn waiting_row(report: &ConsequenceReport) -> Option<ConsequenceRow> {
    // Of no event there is no share, not one of 0 %.
    let waiting = report.waiting.filter(|waiting| waiting.n_rewarded > 0)?;
    let late = |which: usize| {
        let n_late = waiting.n_late[which];
        let share = n_late as f64 / waiting.n_rewarded.max(1) as f64;
        format!("{} of {}, {}", words::count(n_late), words::count(waiting.n_rewarded), words::percent(share))
    };
    Some(ConsequenceRow {
        label: "Rewarded events whose reward comes too late".to_owned(),
        now: late(0),
        then: late(1),
        difference: String::new(),
    })
}

fn notes(report: &ConsequenceReport) -> Vec<String> {
    let mut notes = Vec::new();
    let exploring = &report.exploring;
    if let (true, Some([now, then])) = (exploring.is_most, exploring.really) {
        let is_free = |really: f64, which: usize| really + SAME_SHARE < f64::from(exploring.share[which].get());
        if is_free(now, 0) && is_free(then, 1) && exploring.share[0] != exploring.share[1] {
            notes.push(format!(
                "Exploration is a limit here. rankloop's own learner explores {} by its own doubt, which neither of the \
                 two holds back.",
                words::percent(then)
            ));
        } else {
            notes.push("Exploration is a limit here: rankloop's own learner uses what its doubt asks for.".to_owned());
        }
    }
    if report.is_recounted && report.rewards.is_ok() {
        notes.push("A higher figure is no better loop here: what counts as a reward changes.".to_owned());
    }
    if report.has_other_learner {
        notes.push("What other learning settings would earn, only an evaluation can tell.".to_owned());
    }
    notes
}

fn basis(report: &ConsequenceReport) -> String {
    if report.n_events == 0 {
        return "No event of the last 7 days is over yet.".to_owned();
    }
    let span = report.span_us.map_or_else(String::new, |(from_us, to_us)| {
        format!(" over {}", words::span((to_us - from_us).max(1_000_000)))
    });
    let sampled = if report.is_sampled { ", drawn evenly from more" } else { "" };
    let events = words::count(report.n_events);
    let decisions = words::count(report.n_decisions);
    format!("From {events} events{span}{sampled}; {decisions} decisions of the policy among them. Intervals are 95 %.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bandit::evaluation::Interval, loops::Waiting, terms::ExplorationShare};

    fn figure(value: f64, half_width: f64) -> Figure {
        Figure { value, interval: Interval::around(value, half_width) }
    }

    fn report(difference: Figure) -> ConsequenceReport {
        let share = |share: f32| ExplorationShare::try_from(share).expect("a share");
        ConsequenceReport {
            span_us: Some((0, 3 * 86_400_000_000)),
            n_events: 12_400,
            is_sampled: false,
            n_decisions: 12_000,
            rewards: Ok(ExpectedRewards { now: figure(0.4, 0.01), then: figure(0.41, 0.01), difference }),
            is_recounted: false,
            exploring: Exploring { share: [share(0.2), share(0.1)], really: Some([0.021, 0.02]), is_most: true },
            notice_seconds: [Some(7_200.0), None],
            waiting: Some(Waiting { n_rewarded: 1_000, n_late: [0, 120] }),
            has_other_learner: false,
        }
    }

    #[test]
    fn a_difference_is_told_only_where_its_interval_leaves_zero_out() {
        let told = |difference| part(&report(difference)).headline;
        assert_eq!(told(figure(0.01, 0.004)), "It would have earned 0.0100 ± 0.0040 more per decision, +2.5 %.");
        assert!(told(figure(-0.01, 0.004)).contains("less per decision"));
        assert!(told(figure(0.01, 0.02)).starts_with("No difference that these decisions can tell: between −0.0100"));
        assert!(told(figure(0.0001, 0.0001)).starts_with("It would have earned practically the same"));
        assert_eq!(told(figure(0.0, 0.0)), "What a decision earns would have stayed the same.");
        let recounted = ConsequenceReport { is_recounted: true, ..report(figure(0.01, 0.004)) };
        assert!(part(&recounted).headline.contains("because rewards are counted otherwise"));
    }

    #[test]
    fn a_most_that_holds_nothing_back_is_said_to_do_so() {
        let part = part(&report(figure(0.0, 0.001)));
        assert!(part.notes[0].contains("which neither of the two holds back"), "{:?}", part.notes);
        let row = |label: &str| part.rows.iter().find(|row| row.label.starts_with(label)).expect("a row").clone();
        assert_eq!(row("Traffic").now, "2.1 % of at most 20 %");
        assert_eq!((row("A 10 %").now, row("A 10 %").then), ("2 hours".to_owned(), "never".to_owned()));
        assert_eq!(row("Rewarded").then, "120 of 1,000, 12 %");
    }

    #[test]
    fn too_early_says_how_much_more() {
        let early = ConsequenceReport { rewards: Err(TooEarly::More(1_900)), ..report(figure(0.0, 0.0)) };
        let part = part(&early);
        assert_eq!(part.headline, "Too early to say what it would earn: about 1,900 more decisions.");
        assert!(part.is_too_early && part.rows.iter().all(|row| row.label != "Reward of a decision"));
    }
}
