//! Which features weigh more or less than about a week ago.

use super::{DAY_US, evaluations::feature_name, words};
use crate::{
    bandit::evaluation::FeatureMove,
    loops::{LiveLoop, MovedFeatures, MovesAtHand, OlderModel},
    reports::{MovedPart, MovedRow},
};

/// Features that are named.
const N_ROWS: usize = 5;
/// Below it an interval's normal shape is not to be trusted.
const N_LEAST: u32 = 20;
/// Less is shown as nothing.
const LEAST_CHANGE: f64 = 0.0005;
/// What is called a week.
const WEEK_DAYS: [i64; 2] = [6, 8];

/// What is known by now; nothing is waited for.
pub async fn part(live: &LiveLoop) -> MovedPart {
    if live.counters().ranked == 0 {
        // Nobody looks: the page says what to do first.
        return told("Nothing was ranked yet.", false);
    }
    match live.moved_features_at_hand().await {
        MovesAtHand::Found(found) => of(&found, live.now_us()),
        MovesAtHand::Looking => told("It is being worked out, which takes some seconds.", true),
        MovesAtHand::Failed => {
            told("It could not be worked out; the server’s log says why. It tries again in some minutes.", false)
        }
    }
}

fn told(sentence: impl Into<String>, is_pending: bool) -> MovedPart {
    let title = "Features that moved".to_owned();
    MovedPart { title, sentence: sentence.into(), rows: Vec::new(), is_pending }
}

fn of(found: &MovedFeatures, now_us: i64) -> MovedPart {
    let Some(OlderModel { version, kept_at_us }) = found.since else {
        return told(
            "Too early: no older model was kept yet. The server keeps one of each day that the loop learned.",
            false,
        );
    };
    let age_us = (now_us - kept_at_us).max(0);
    let (ago, span) = (words::ago(kept_at_us, now_us), words::span(age_us));
    if version == found.version {
        return told(format!("The model has learned nothing in {span}, so no feature moved."), false);
    }
    if found.n_decisions < N_LEAST {
        let missing = words::counted(i64::from(N_LEAST - found.n_decisions), "more decision");
        return told(format!("Too early to compare with the model of {ago}: {missing} between actions."), false);
    }
    let is_week = (WEEK_DAYS[0] * DAY_US..=WEEK_DAYS[1] * DAY_US).contains(&age_us);
    let title =
        if is_week { "Features that moved this week".to_owned() } else { format!("Features that moved in {span}") };
    let rows: Vec<MovedRow> = found.moves.iter().filter(|of| is_told(of)).take(N_ROWS).map(row).collect();
    let version = words::count(version.max(0).cast_unsigned());
    let basis = format!(
        "the model of {ago} (version {version}) and the present one were asked about the same {} newest decisions",
        found.n_decisions
    );
    let sentence = match rows.len() {
        0 => format!("No feature weighs surely more or less: {basis}."),
        _ => format!("How far each tells the actions of a decision apart, in reward: {basis}."),
    };
    MovedPart { title, sentence, rows, is_pending: false }
}

fn is_told(of: &FeatureMove) -> bool {
    of.is_sure() && of.change().abs() >= LEAST_CHANGE
}

fn row(of: &FeatureMove) -> MovedRow {
    MovedRow {
        name: feature_name(&of.namespace, &of.feature),
        before: format!("{:.3}", of.before),
        now: format!("{:.3}", of.now),
        change: format!("{} ± {:.3}", words::signed(of.change(), 3), of.half_width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(feature: &str, before: f64, now: f64) -> FeatureMove {
        FeatureMove { namespace: "FromUrl".into(), feature: feature.into(), before, now, half_width: 0.01 }
    }

    fn found(days: i64) -> MovedFeatures {
        let since = Some(OlderModel { version: 4_211, kept_at_us: -days * DAY_US });
        let moves = (0..7).map(|n| moved(&format!("f{n}"), 0.2, 0.3 - 0.01 * f64::from(n))).collect();
        MovedFeatures { as_of_us: 0, version: 5_000, since, n_decisions: 100, moves }
    }

    #[test]
    fn the_five_that_moved_most_are_told_with_what_that_rests_on() {
        let part = of(&found(7), 0);
        assert_eq!(part.title, "Features that moved this week");
        assert!(
            part.sentence.contains("of 7 days ago (version 4,211)") && part.sentence.contains("100 newest decisions")
        );
        assert_eq!(part.rows.len(), N_ROWS);
        let first = MovedRow {
            name: "f0".into(),
            before: "0.200".into(),
            now: "0.300".into(),
            change: "+0.100 ± 0.010".into(),
        };
        assert_eq!(part.rows[0], first);
        assert_eq!(of(&found(2), 0).title, "Features that moved in 2 days");
    }

    #[test]
    fn what_is_not_sure_or_too_early_is_not_told() {
        let unsure = MovedFeatures { moves: vec![moved("f", 0.2, 0.205), moved("g", 0.1, 0.1)], ..found(7) };
        assert!(of(&unsure, 0).rows.is_empty() && of(&unsure, 0).sentence.starts_with("No feature weighs surely"));
        let few = of(&MovedFeatures { n_decisions: 19, ..found(7) }, 0);
        assert!(few.rows.is_empty() && few.sentence.contains("1 more decision between"), "{few:?}");
        let none = of(&MovedFeatures { since: None, ..found(7) }, 0);
        assert!(none.rows.is_empty() && none.sentence.starts_with("Too early"), "{none:?}");
        let same = of(&MovedFeatures { version: 4_211, ..found(7) }, 0);
        assert!(same.rows.is_empty() && same.sentence.contains("learned nothing in 7 days"), "{same:?}");
    }
}
