//! A loop's own actions in figures: how often each is shown now, what that earns, and what is odd about it.

use super::words;
use crate::{
    loops::LiveLoop,
    reports::{ActionFigures, ActionHint, ActionHintKind},
    trainer::ActionSum,
};

/// Decisions that it takes before a mean is told.
const N_LEAST: f64 = 30.0;
/// Decisions that it takes before it is odd that an action was never chosen, or always was.
const N_ODD: u64 = 200;
/// Chosen in more than this share of decisions, an action always wins.
const ALWAYS: f64 = 0.98;

/// All of the loop's own actions, in their order.
pub fn action_figures(live: &LiveLoop) -> Vec<ActionFigures> {
    let [(_, recent), (_, long)] = live.action_sums();
    let of = |sums: &[(crate::terms::ActionId, ActionSum)], id: &str| {
        sums.iter().find(|(known, _)| known.as_str() == id).map(|(_, sum)| *sum).unwrap_or_default()
    };
    let actions = live.actions();
    // With nothing beside it an action wins by default, which is nothing odd.
    let has_rivals = actions.iter().filter(|action| action.is_offered(live.now_us())).count() > 1;
    let figures = |id: &str| figures(id, &of(&recent, id), &of(&long, id), has_rivals);
    actions.iter().map(|action| figures(action.id.as_str())).collect()
}

fn figures(id: &str, recent: &ActionSum, long: &ActionSum, has_rivals: bool) -> ActionFigures {
    let share = (recent.n_offered > 0).then(|| recent.n_chosen as f64 / recent.n_offered as f64);
    let estimate = long.rewards.estimate().filter(|estimate| estimate.n_effective >= N_LEAST);
    let n_counted = long.rewards.total_weight().round() as u64;
    ActionFigures {
        id: id.to_owned(),
        share,
        share_words: share.map_or_else(|| "–".to_owned(), words::percent),
        share_basis: match recent.n_offered {
            0 => "Not offered in the last hours by a Rank without actions of its own.".to_owned(),
            n => format!(
                "Chosen in {} of {} decisions of the last hours.",
                words::count(recent.n_chosen),
                words::count(n)
            ),
        },
        reward: estimate.map(|estimate| estimate.value),
        reward_words: match (estimate, n_counted) {
            (Some(estimate), _) => words::interval(estimate.value, estimate.half_width),
            (None, 0) => "not shown yet".to_owned(),
            (None, n) => format!("too early: shown {} of {N_LEAST} times", words::count(n)),
        },
        hint: hint(long, has_rivals),
    }
}

fn hint(long: &ActionSum, has_rivals: bool) -> Option<ActionHint> {
    if long.n_offered < N_ODD || !has_rivals {
        return None;
    }
    let (n_chosen, n_offered) = (words::count(long.n_chosen), words::count(long.n_offered));
    if long.n_chosen == 0 {
        let words = format!("Never shown in {n_offered} decisions");
        return Some(ActionHint { kind: ActionHintKind::NeverShown, words });
    }
    let is_always = long.n_chosen as f64 >= ALWAYS * long.n_offered as f64;
    is_always.then(|| ActionHint {
        kind: ActionHintKind::AlwaysWins,
        words: format!("Always wins: shown in {n_chosen} of {n_offered} decisions"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(n_offered: u64, n_chosen: u64, reward: f64) -> ActionSum {
        let mut sum = ActionSum { n_offered, n_chosen, ..ActionSum::default() };
        for n in 0..n_chosen {
            sum.rewards.add(1.0, reward + if n % 2 == 0 { 0.1 } else { -0.1 });
        }
        sum
    }

    #[test]
    fn a_mean_waits_for_enough_decisions_and_has_its_interval() {
        let told = |n| figures("a", &sum(400, 100, 0.5), &sum(400, n, 0.5), true);
        assert_eq!(told(0).reward_words, "not shown yet");
        assert_eq!(told(12).reward_words, "too early: shown 12 of 30 times");
        assert!(told(200).reward_words.starts_with("0.50 ± 0.01"), "{}", told(200).reward_words);
        assert_eq!((told(200).share_words.as_str(), told(12).reward), ("25 %", None));
    }

    #[test]
    fn what_never_or_always_wins_is_named_with_the_number_behind_it() {
        let hint =
            |n_offered, n_chosen, has_rivals| hint(&sum(n_offered, n_chosen, 0.5), has_rivals).map(|hint| hint.words);
        assert_eq!(hint(1_204, 0, true).as_deref(), Some("Never shown in 1,204 decisions"));
        assert_eq!(hint(1_000, 990, true).as_deref(), Some("Always wins: shown in 990 of 1,000 decisions"));
        assert_eq!(hint(199, 0, true), None, "too few to be odd");
        assert_eq!(hint(1_000, 500, true), None);
        assert_eq!(hint(1_000, 1_000, false), None, "there was nothing else to choose");
    }
}
