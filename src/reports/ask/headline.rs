//! Does the learned policy earn more than the caller's first action? In one sentence, with its interval.
//!
//! A figure is only given when its interval is narrow beside it: "+109 % ± 93 %" says hardly more than "better". And
//! what was given a moment ago stays until it falls clearly short, because a headline that comes and goes is not
//! believed. A moment ago means: some spans earlier, so the answer is the same for everybody who asks.

use super::{
    comparison::{N_REWARDED, Z_95, difference, lift, n_missing},
    sums::{Demand, Sums},
    words,
};
use crate::{
    reports::{Headline, Interval, Share, TimeRange, Unit, Verdict},
    terms::LearningMode,
    trainer::{Bucket, ImitationNumbers},
};

/// Half an interval's width beside its value, at most, for a figure to be given, and to stay.
const NARROW: [f64; 2] = [0.5, 0.75];
/// Half an interval's width, at most, for "no difference" to be a finding: within a tenth either way.
const CLOSE: f64 = 0.1;
const TOO_EARLY: &str = "Too early";
/// How many spans back the headline looks for what it said before.
const N_LOOKS: usize = 8;

/// The headline of the overview.
pub fn headline(
    buckets: &[Bucket],
    mode: LearningMode,
    range: TimeRange,
    imitation: ImitationNumbers,
    unit: Unit,
) -> Headline {
    match mode {
        LearningMode::Online | LearningMode::Frozen => settled(buckets, range, unit),
        LearningMode::Apprentice => imitated(imitation, unit),
        LearningMode::LoggingOnly => callers_order(&Sums::of(buckets), range, unit),
    }
}

/// The comparison of now, in the light of what was said some spans ago.
fn settled(buckets: &[Bucket], range: TimeRange, unit: Unit) -> Headline {
    let first = buckets.len().saturating_sub(N_LOOKS);
    let earlier = (first..buckets.len()).filter(|n| *n > 0);
    let was_shown = earlier
        .fold(false, |was_shown, n| comparison(&Sums::of(&buckets[..n]), (range, unit), was_shown).figure.is_some());
    comparison(&Sums::of(buckets), (range, unit), was_shown)
}

/// What the learned policy is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rival {
    Baseline,
    Chance,
}

impl Rival {
    fn name(self, unit: Unit) -> &'static str {
        match self {
            Self::Baseline => unit.baseline(),
            Self::Chance => "a random choice",
        }
    }

    /// How it is known what it would have earned.
    fn known_by(self, unit: Unit) -> String {
        match self {
            Self::Baseline => format!("the {} that happened to agree with it", unit.many()),
            Self::Chance => format!("all {}", unit.many()),
        }
    }
}

/// With the caller's first action when enough decisions tell of it; before that with chance, which more of them do.
fn comparison(sums: &Sums, (range, unit): (TimeRange, Unit), was_shown: bool) -> Headline {
    if sums.n_ranked == 0 {
        let what = if unit == Unit::Slot { "Rank" } else { "decision" };
        return too_early(&format!("No {what}"), format!("in {}.", range.words()), String::new());
    }
    let demand = if was_shown { Demand::TO_STAY } else { Demand::FULL };
    let learned = sums.learned(&demand).filter(|_| sums.n_rewarded >= N_REWARDED);
    // A rival all of whose events earned the same has an unknown spread, and so has any comparison with it.
    let spread = |rival: Option<Interval>| rival.filter(|rival| rival.half_width > 0.0);
    let asked = Asked { sums, range, unit, was_shown };
    match (learned, spread(sums.baseline(&demand)), spread(sums.random(&demand))) {
        (Some(learned), Some(baseline), _) => asked.compared(learned, baseline, Rival::Baseline),
        (Some(learned), None, Some(random)) => {
            let mut headline = asked.compared(learned, random, Rival::Chance);
            let missing = words::about(n_missing(sums));
            headline.detail = format!(
                "{} The comparison with {}, shown seldom, takes about {missing} more {}.",
                headline.detail,
                unit.baseline(),
                unit.events(),
            );
            headline
        }
        _ => not_yet(sums, unit),
    }
}

/// One comparison.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    sums: &'a Sums,
    range: TimeRange,
    unit: Unit,
    /// Whether a figure was given a moment ago.
    was_shown: bool,
}

impl Asked<'_> {
    fn compared(self, learned: Interval, rival: Interval, who: Rival) -> Headline {
        let (change, half_width, figure) = match lift(learned, rival) {
            Some((lift, half_width)) => (lift, half_width, percent_figure(lift, half_width)),
            None => {
                let (difference, half_width) = difference(learned, rival);
                (difference, half_width, format!("{} ± {half_width:.2}", words::signed(difference, 2)))
            }
        };
        let verdict = match () {
            () if change - half_width > 0.0 => Verdict::Better,
            () if change + half_width < 0.0 => Verdict::Worse,
            () => Verdict::Undecided,
        };
        let is_narrow = half_width <= NARROW[usize::from(self.was_shown)] * change.abs() || half_width <= CLOSE;
        Headline {
            verdict,
            figure: is_narrow.then_some(figure),
            value: is_narrow.then_some(change),
            opening: if is_narrow { String::new() } else { Self::opening(verdict).to_owned() },
            rest: self.rest(verdict, is_narrow, who),
            detail: self.detail(learned, rival, who),
        }
    }

    /// What stands in the place of a figure.
    fn opening(verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Better => "Clearly more reward",
            Verdict::Worse => "Less reward",
            _ => "No difference",
        }
    }

    fn rest(self, verdict: Verdict, is_narrow: bool, who: Rival) -> String {
        let (name, per) = (who.name(self.unit), self.unit.one());
        match (verdict, is_narrow) {
            (Verdict::Undecided, true) => {
                format!("reward per {per} vs {name}: no difference can be told yet (95 % interval)")
            }
            (_, true) => format!("reward per {per} vs {name} (95 % interval)"),
            (Verdict::Better | Verdict::Worse, false) => {
                format!("than {name}. By how much is too early to say.")
            }
            (_, false) => format!("to {name} can be told yet."),
        }
    }

    fn detail(self, learned: Interval, rival: Interval, who: Rival) -> String {
        let (name, per, sums) = (who.name(self.unit), self.unit.one(), self.sums);
        let over = match self.unit {
            Unit::Decision => format!("{} decisions", words::count(sums.n_ranked)),
            Unit::Slot => {
                format!("{} slots of {} Ranks", words::count(sums.n_judged() as u64), words::count(sums.n_ranked))
            }
        };
        format!(
            "Learned {}, {name} {} reward per {per}, over {over} of {}. The second is estimated from {}, weighted by \
             their logged probabilities, which tells as much as {} even events.",
            words::interval(learned.value, learned.half_width),
            words::interval(rival.value, rival.half_width),
            self.range.words(),
            who.known_by(self.unit),
            words::count(rival.n_effective as u64),
        )
    }
}

fn percent_figure(lift: f64, half_width: f64) -> String {
    let decimals = usize::from(half_width < 0.01);
    let width = half_width * 100.0;
    format!("{} % ± {width:.decimals$} %", words::signed(lift * 100.0, decimals))
}

fn not_yet(sums: &Sums, unit: Unit) -> Headline {
    let events = unit.events();
    let rest = if sums.n_rewarded == 0 {
        "to compare: no reward has arrived yet.".to_owned()
    } else {
        format!("to compare: about {} more {events}.", words::about(n_missing(sums)))
    };
    let detail = format!(
        "So far {} {events}, {} of them rewarded. A comparison with {} takes {N_REWARDED} rewarded ones, and as many \
         {} that happened to agree with it.",
        words::count(sums.n_ranked),
        words::count(sums.n_rewarded),
        unit.baseline(),
        unit.many(),
    );
    too_early(TOO_EARLY, rest, detail)
}

fn too_early(opening: &str, rest: String, detail: String) -> Headline {
    Headline { verdict: Verdict::TooEarly, figure: None, value: None, opening: opening.to_owned(), rest, detail }
}

/// How well the model imitates, as a share with the normal interval of a proportion.
fn imitated(imitation: ImitationNumbers, unit: Unit) -> Headline {
    let detail = format!(
        "While apprenticed the loop answers {} and learns to choose the same. It stays below 100 %, because a policy \
         that explores sometimes chooses otherwise.",
        unit.baseline(),
    );
    let n = imitation.n_events as f64;
    let Some(share) = Share::new(imitation.n_imitated, imitation.n_events).filter(|_| n >= N_REWARDED as f64) else {
        let missing = words::about((N_REWARDED as f64 - n).max(1.0));
        let rest = format!("to say how well it imitates: about {missing} more {}.", unit.many());
        return too_early(TOO_EARLY, rest, detail);
    };
    // Agresti and Coull's two successes and two failures keep the interval honest near 0 and 100 %.
    let centre = (share.n as f64 + 2.0) / (n + 4.0);
    let half_width = Z_95 * (centre * (1.0 - centre) / (n + 4.0)).sqrt();
    Headline {
        verdict: Verdict::NotCompared,
        figure: Some(format!("{} ± {:.0} %", share.percent(), (half_width * 100.0).max(1.0))),
        value: None,
        opening: String::new(),
        rest: format!("of the last {} {} would have been the same as yours", words::count(share.of), unit.many()),
        detail,
    }
}

fn callers_order(sums: &Sums, range: TimeRange, unit: Unit) -> Headline {
    let (is_answered, it) = match unit {
        Unit::Decision => ("Your first action is", "it"),
        Unit::Slot => ("Your baseline actions are", "them"),
    };
    let detail = format!(
        "{is_answered} answered and logged; nothing is learned, and there is nothing to compare {it} with until the \
         loop may try other actions."
    );
    match sums.answered() {
        Some(found) => Headline {
            verdict: Verdict::NotCompared,
            figure: Some(words::interval(found.value, found.half_width)),
            value: None,
            opening: String::new(),
            rest: format!("reward per {} with your own order, {} (95 % interval)", unit.one(), range.words()),
            detail,
        },
        None => too_early(TOO_EARLY, "to say what your order earns.".to_owned(), detail),
    }
}

/// Of a loop that nobody has called yet, whatever its mode.
pub fn uncalled() -> Headline {
    let detail = "Once enough decisions are rewarded, this says what they earn beside what they would have earned \
                  without the learner.";
    too_early("No Rank", "received yet. This page notices the first one by itself.".to_owned(), detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{
        super::test_buckets::{bucket, with_baseline},
        *,
    };

    /// `n` decisions of which each second earned 1, and a baseline of which each fourth did.
    fn better_by_half(n: usize) -> Bucket {
        let rewards: Vec<f32> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { 0.0 }).collect();
        let n_agreed = n as u64 / 4;
        let bucket = with_baseline(bucket(0, &rewards), n_agreed / 4, 4.0, 1.0);
        with_baseline(bucket, n_agreed - n_agreed / 4, 4.0, 0.0)
    }

    fn online(buckets: &[Bucket]) -> Headline {
        headline(buckets, LearningMode::Online, TimeRange::Hour, ImitationNumbers::default(), Unit::Decision)
    }

    #[test]
    fn a_clear_lift_is_told_with_its_interval() {
        let headline = online(&[better_by_half(8_000)]);
        assert_eq!(headline.verdict, Verdict::Better);
        assert_eq!(headline.figure.as_deref(), Some("+100 % ± 16 %"));
    }

    #[test]
    fn an_interval_that_holds_zero_decides_nothing() {
        let rewards: Vec<f32> = (0..400).map(|i| if i % 2 == 0 { 1.0 } else { 0.0 }).collect();
        let even = with_baseline(with_baseline(bucket(0, &rewards), 50, 4.0, 1.0), 50, 4.0, 0.0);
        let headline = online(&[even]);
        assert_eq!(headline.verdict, Verdict::Undecided);
        assert_eq!(headline.figure, None);
        assert!(headline.sentence().starts_with("No difference to your first action"), "{}", headline.sentence());
    }

    #[test]
    fn a_wide_interval_is_told_in_words_and_not_as_a_figure() {
        // The baseline is known from forty heavy events: surely worse, but by how much nobody knows.
        let headline = online(&[better_by_half(160)]);
        assert_eq!((headline.verdict, &headline.figure), (Verdict::Better, &None));
        assert_eq!(headline.large(), "Clearly more reward");
        assert!(headline.rest.starts_with("than your first action."), "{}", headline.rest);
    }

    #[test]
    fn a_figure_that_was_given_stays_until_it_falls_clearly_short() {
        let at = |half_width| Interval { value: 0.5, half_width, n_effective: 1_000.0 };
        let sums = Sums::of(&[better_by_half(400)]);
        let asked = |was_shown| Asked { sums: &sums, range: TimeRange::Hour, unit: Unit::Decision, was_shown };
        let learned = Interval { value: 0.75, half_width: 0.02, n_effective: 1_000.0 };
        let has_figure =
            |half_width, was_shown| asked(was_shown).compared(learned, at(half_width), Rival::Chance).figure.is_some();
        assert!(has_figure(0.05, false), "narrow enough");
        assert!(!has_figure(0.10, false) && has_figure(0.10, true), "at the edge it depends on what was said");
        assert!(!has_figure(0.20, true), "clearly short");
    }

    #[test]
    fn too_few_events_give_no_figure_but_how_many_are_missing() {
        let headline = online(&[better_by_half(40)]);
        assert_eq!((headline.verdict, &headline.figure), (Verdict::TooEarly, &None));
        // Ten of forty decisions agreed with the baseline; thirty are needed.
        assert_eq!(headline.sentence(), "Too early to compare: about 80 more decisions.");
    }

    #[test]
    fn until_enough_decisions_agree_with_the_first_action_chance_is_the_rival() {
        let rewards: Vec<f32> = (0..400).map(|i| if i % 2 == 0 { 1.0 } else { 0.0 }).collect();
        let mut bucket = with_baseline(bucket(0, &rewards), 4, 100.0, 1.0);
        (0..400).for_each(|i| bucket.random.add(1.0, if i % 4 == 0 { 1.0 } else { 0.0 }));
        let headline = online(&[bucket]);
        assert_eq!(headline.verdict, Verdict::Better);
        assert!(headline.sentence().contains("vs a random choice"), "{}", headline.sentence());
        assert!(headline.detail.contains("about 2,600 more decisions"), "{}", headline.detail);
    }

    #[test]
    fn without_a_reward_nothing_is_promised() {
        let headline = online(&[with_baseline(bucket(0, &[0.0; 500]), 100, 2.0, 0.0)]);
        assert_eq!(headline.sentence(), "Too early to compare: no reward has arrived yet.");
        assert_eq!(online(&[]).sentence(), "No decision in the last hour.");
    }

    #[test]
    fn of_several_slots_rewards_are_told_per_slot_and_what_is_missing_in_ranks() {
        let of_slots = |bucket: Bucket| {
            let imitation = ImitationNumbers::default();
            headline(&[bucket], LearningMode::Online, TimeRange::Hour, imitation, Unit::Slot)
        };
        let better = of_slots(Bucket { n_ranked: 4_000, ..better_by_half(8_000) });
        assert_eq!(better.sentence(), "reward per slot vs your baseline actions (95 % interval)");
        assert!(better.detail.contains("over 8,000 slots of 4,000 Ranks"), "{}", better.detail);
        assert!(of_slots(better_by_half(40)).sentence().ends_with("more Ranks."));
    }

    #[test]
    fn whatever_is_said_begins_in_large_type() {
        let rewards: Vec<f32> = (0..400).map(|i| if i % 2 == 0 { 1.0 } else { 0.0 }).collect();
        let even = with_baseline(with_baseline(bucket(0, &rewards), 50, 4.0, 1.0), 50, 4.0, 0.0);
        let worse = with_baseline(with_baseline(bucket(0, &rewards), 50, 4.0, 1.0), 1, 4.0, 0.0);
        let in_mode = |mode| headline(&[], mode, TimeRange::Hour, ImitationNumbers::default(), Unit::Decision);
        let all = [
            online(&[]),
            online(&[better_by_half(40)]),
            online(&[better_by_half(160)]),
            online(&[better_by_half(8_000)]),
            online(&[even]),
            online(&[worse]),
            headline(&[], LearningMode::Online, TimeRange::Hour, ImitationNumbers::default(), Unit::Slot),
            in_mode(LearningMode::Apprentice),
            in_mode(LearningMode::LoggingOnly),
            uncalled(),
        ];
        for headline in all {
            assert!(!headline.large().is_empty() && !headline.rest.is_empty(), "{headline:?}");
        }
        assert_eq!(uncalled().large(), "No Rank");
    }

    #[test]
    fn an_apprentice_is_told_by_its_imitation() {
        let imitation = ImitationNumbers { n_events: 1_000, n_imitated: 810, ..ImitationNumbers::default() };
        let headline = headline(&[], LearningMode::Apprentice, TimeRange::Hour, imitation, Unit::Decision);
        assert_eq!(headline.figure.as_deref(), Some("81 % ± 2 %"));
    }
}
