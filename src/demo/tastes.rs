//! The hidden preferences of the simulated readers, all of them, in this one file. The loop never sees it: it sees
//! contexts, and afterwards rewards.
//!
//! A reader opens the lead story with the probability in the table below (persona × section), moved a little by the
//! story's tone and length. Who opens it reads a share of it and sends `0.4 + 0.6 × share`; who does not sends 0. A few
//! readers close the window and send nothing, whatever the story was: the loop's default reward stands for them.
//!
//! What people say they like and what they open differ on purpose (Lena says business and opens sport at lunch): a loop
//! that only repeated stated interests would do worse than one that learns.

use super::{
    articles::{Article, Length, Section, Tone, articles, breaking},
    personas::Persona,
};

/// The share of readers that leave without an answer.
pub const SHARE_UNANSWERED: f64 = 0.08;

/// Which set of preferences holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Taste {
    /// An ordinary week.
    #[default]
    OrdinaryWeek,
    /// A tournament has started: most people open sport, and the others turn elsewhere too.
    TournamentWeek,
}

impl Taste {
    /// The one that a change leads to.
    pub fn other(self) -> Self {
        match self {
            Self::OrdinaryWeek => Self::TournamentWeek,
            Self::TournamentWeek => Self::OrdinaryWeek,
        }
    }

    /// For people to read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrdinaryWeek => "an ordinary week",
            Self::TournamentWeek => "a tournament has started",
        }
    }
}

/// Probability of opening a lead story, in the order of [`Section::ALL`]:
/// world, business, technology, science, culture, sport.
type SectionTable = [f64; 6];

/// persona slug, ordinary week, tournament week.
const TABLE: [(&str, SectionTable, SectionTable); 6] = [
    ("mara", [0.40, 0.72, 0.20, 0.08, 0.06, 0.10], [0.15, 0.25, 0.10, 0.06, 0.06, 0.75]),
    ("tomas", [0.10, 0.05, 0.22, 0.74, 0.36, 0.06], [0.10, 0.05, 0.20, 0.30, 0.74, 0.08]),
    ("ines", [0.12, 0.06, 0.73, 0.30, 0.38, 0.12], [0.08, 0.05, 0.30, 0.12, 0.20, 0.72]),
    ("viktor", [0.44, 0.10, 0.05, 0.16, 0.72, 0.08], [0.74, 0.10, 0.05, 0.10, 0.30, 0.12]),
    ("aiko", [0.10, 0.05, 0.18, 0.10, 0.24, 0.76], [0.08, 0.05, 0.12, 0.10, 0.24, 0.80]),
    ("lena", [0.14, 0.34, 0.24, 0.08, 0.08, 0.68], [0.14, 0.24, 0.72, 0.10, 0.08, 0.30]),
];

/// Who opens the breaking story, whatever week it is. Its section says nothing about that: the loop has to find out.
const BREAKING: [(&str, f64); 6] =
    [("mara", 0.20), ("tomas", 0.14), ("ines", 0.95), ("viktor", 0.92), ("aiko", 0.30), ("lena", 0.10)];

/// How likely a reader looks at the first, second and third of the sections below the fold.
const LOOKS: [f64; 3] = [0.9, 0.65, 0.45];

/// Who takes which newsletter, in the order of `BANNERS`.
const BANNER_TABLE: [(&str, [f64; 4]); 6] = [
    ("mara", [0.42, 0.06, 0.03, 0.05]),
    ("tomas", [0.04, 0.12, 0.45, 0.02]),
    ("ines", [0.08, 0.18, 0.26, 0.10]),
    ("viktor", [0.05, 0.48, 0.06, 0.04]),
    ("aiko", [0.06, 0.08, 0.03, 0.44]),
    ("lena", [0.16, 0.05, 0.03, 0.34]),
];

fn of_section(taste: Taste, persona: &Persona, section: Section) -> f64 {
    let row = TABLE.iter().find(|(slug, ..)| *slug == persona.slug);
    let table = row.map(|(_, ordinary, tournament)| match taste {
        Taste::OrdinaryWeek => ordinary,
        Taste::TournamentWeek => tournament,
    });
    table.map_or(0.0, |table| table[section_idx(section)])
}

/// How likely `persona` opens `article` when it leads the front page.
pub fn click_probability(taste: Taste, persona: &Persona, article: &Article) -> f64 {
    if *article == *breaking() {
        return BREAKING.iter().find(|(slug, _)| *slug == persona.slug).map_or(0.0, |(_, probability)| *probability);
    }
    let base = of_section(taste, persona, article.section);
    if base <= 0.0 {
        return 0.0;
    }
    (base + tone_bonus(persona, article.tone) + length_bonus(persona, article.length())).clamp(0.02, 0.95)
}

/// How likely `persona` opens something of `section`, which stands at place `slot_idx` below the fold.
pub fn section_probability(taste: Taste, persona: &Persona, section: Section, slot_idx: usize) -> f64 {
    LOOKS.get(slot_idx).map_or(0.0, |looks| looks * of_section(taste, persona, section))
}

/// How likely `persona` takes the newsletter with this place in `BANNERS`.
pub fn banner_probability(persona: &Persona, banner_idx: usize) -> f64 {
    let row = BANNER_TABLE.iter().find(|(slug, _)| *slug == persona.slug);
    row.and_then(|(_, table)| table.get(banner_idx).copied()).unwrap_or(0.0)
}

/// Stories that compete for the lead: the twelve, and the breaking one while it is out.
const N_CANDIDATES: usize = 13;

/// How many happy readers other front pages would make of some readers, by the tables above.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Expectation {
    /// Any story with the same probability.
    pub random: f64,
    /// To each reader the story that they most probably open.
    pub best: f64,
    /// Each story alone, for everybody.
    fixed: [f64; N_CANDIDATES],
}

impl Expectation {
    /// Of one reader; whoever leaves without an answer is not happy.
    pub fn of(taste: Taste, persona: &Persona, is_breaking: bool) -> Self {
        let mut fixed = [0.0; N_CANDIDATES];
        let mut n = 0;
        for (of_story, article) in fixed.iter_mut().zip(candidates(is_breaking)) {
            *of_story = (1.0 - SHARE_UNANSWERED) * click_probability(taste, persona, article);
            n += 1;
        }
        let (sum, best) = (fixed.iter().sum::<f64>(), fixed.iter().copied().fold(0.0, f64::max));
        Self { random: sum / f64::from(n.max(1)), best, fixed }
    }

    /// Of some more readers.
    pub fn add(&mut self, other: &Self) {
        self.random += other.random;
        self.best += other.best;
        self.fixed.iter_mut().zip(other.fixed).for_each(|(sum, more)| *sum += more);
    }

    /// The one story that makes most readers happy, and how many.
    pub fn best_fixed(&self) -> (&'static Article, f64) {
        let stories = candidates(true).zip(self.fixed);
        stories.max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are stories that compete for the lead")
    }
}

/// The breaking story last, so that the others keep their places.
fn candidates(is_breaking: bool) -> impl Iterator<Item = &'static Article> {
    let usual = articles().iter().filter(|article| article.is_lead_candidate);
    usual.chain(is_breaking.then(breaking))
}

/// Readers on the way prefer short stories, readers on a sofa long ones.
fn length_bonus(persona: &Persona, length: Length) -> f64 {
    match (persona.device, length) {
        ("phone", Length::Short) | ("tablet", Length::Long) => 0.06,
        ("phone", Length::Long) => -0.08,
        _ => 0.0,
    }
}

/// In the morning people want facts, at night wonder.
fn tone_bonus(persona: &Persona, tone: Tone) -> f64 {
    match (persona.daypart, tone) {
        ("morning" | "midday", Tone::Serious) | ("night" | "evening", Tone::Curious) => 0.05,
        ("night" | "evening", Tone::Serious) => -0.05,
        _ => 0.0,
    }
}

/// The mean share that a reader who opened a story reads of it.
pub fn mean_share_read(persona: &Persona, article: &Article) -> f64 {
    let base: f64 = if persona.device == "phone" { 0.5 } else { 0.65 };
    match article.length() {
        Length::Short => base + 0.2,
        Length::Medium => base + 0.05,
        Length::Long => base - 0.1,
    }
}

/// The reward of a reader who opened the story and read this share of it: opening counts 0.4, reading the rest.
pub fn reward_for(share_read: f64) -> f64 {
    0.4 + 0.6 * share_read.clamp(0.0, 1.0)
}

fn section_idx(section: Section) -> usize {
    Section::ALL.iter().position(|other| *other == section).expect("ALL holds every section")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{articles, personas};

    /// Expected reward of a lead story for a persona.
    fn value(taste: Taste, persona: &Persona, article: &Article) -> f64 {
        click_probability(taste, persona, article) * reward_for(mean_share_read(persona, article))
    }

    fn best(taste: Taste, persona: &Persona) -> &'static Article {
        let stories = candidates(false);
        stories.max_by(|a, b| value(taste, persona, a).total_cmp(&value(taste, persona, b))).expect("stories")
    }

    #[test]
    fn every_persona_has_a_row_for_each_taste() {
        assert_eq!(TABLE.len(), personas().len());
        for persona in personas() {
            assert!(TABLE.iter().any(|(slug, ..)| *slug == persona.slug), "{} has no tastes", persona.slug);
        }
    }

    #[test]
    fn probabilities_and_rewards_stay_between_0_and_1() {
        for taste in [Taste::OrdinaryWeek, Taste::TournamentWeek] {
            for (persona, article) in personas().iter().flat_map(|p| articles().iter().map(move |a| (p, a))) {
                assert!((0.0..=1.0).contains(&click_probability(taste, persona, article)));
                assert!((0.0..=1.0).contains(&mean_share_read(persona, article)));
            }
        }
        assert_eq!((reward_for(-1.0), reward_for(2.0)), (0.4, 1.0));
    }

    #[test]
    fn no_single_front_page_pleases_everybody() {
        for taste in [Taste::OrdinaryWeek, Taste::TournamentWeek] {
            let n = personas().len() as f64;
            let personalized: f64 = personas().iter().map(|p| value(taste, p, best(taste, p))).sum::<f64>() / n;
            let same_for_all = |article: &Article| personas().iter().map(|p| value(taste, p, article)).sum::<f64>() / n;
            let best_fixed = candidates(false).map(same_for_all).fold(0.0, f64::max);
            assert!(personalized > 1.3 * best_fixed, "{taste:?}: {personalized} against {best_fixed}");
        }
    }

    #[test]
    fn what_is_known_of_one_reader_lies_between_chance_and_the_best() {
        for persona in personas() {
            let known = Expectation::of(Taste::OrdinaryWeek, persona, false);
            let (story, fixed) = known.best_fixed();
            assert!(known.random < fixed && (fixed - known.best).abs() < 1e-12, "{}", persona.slug);
            assert!(story.is_lead_candidate);
        }
        let mut all = Expectation::default();
        personas().iter().for_each(|persona| all.add(&Expectation::of(Taste::OrdinaryWeek, persona, false)));
        assert!(all.random < all.best_fixed().1 && all.best_fixed().1 < all.best);
    }

    #[test]
    fn the_breaking_story_is_the_best_for_some_and_not_for_all() {
        let is_best = |persona: &&Persona| {
            let with = Expectation::of(Taste::OrdinaryWeek, persona, true).best;
            with > Expectation::of(Taste::OrdinaryWeek, persona, false).best
        };
        assert_eq!(personas().iter().filter(is_best).count(), 2);
    }

    #[test]
    fn every_persona_prefers_a_newsletter_and_not_all_the_same() {
        let best = |persona: &Persona| {
            let by_place =
                |a: &usize, b: &usize| banner_probability(persona, *a).total_cmp(&banner_probability(persona, *b));
            (0..4).max_by(by_place)
        };
        let all: std::collections::HashSet<_> = personas().iter().map(best).collect();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn a_change_of_taste_gives_most_personas_another_best_section() {
        let changed = |p: &&Persona| best(Taste::OrdinaryWeek, p).section != best(Taste::TournamentWeek, p).section;
        assert!(personas().iter().filter(changed).count() >= 4);
    }
}
