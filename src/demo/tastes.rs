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
    articles::{Article, Length, Section, Tone},
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

/// How likely `persona` opens `article` when it leads the front page.
pub fn click_probability(taste: Taste, persona: &Persona, article: &Article) -> f64 {
    let Some((_, ordinary, tournament)) = TABLE.iter().find(|(slug, ..)| *slug == persona.slug) else {
        return 0.0;
    };
    let table = match taste {
        Taste::OrdinaryWeek => ordinary,
        Taste::TournamentWeek => tournament,
    };
    let base = table[section_idx(article.section)];
    (base + tone_bonus(persona, article.tone) + length_bonus(persona, article.length())).clamp(0.02, 0.95)
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

    fn candidates() -> Vec<&'static Article> {
        articles().iter().filter(|article| article.is_lead_candidate).collect()
    }

    fn best(taste: Taste, persona: &Persona) -> &'static Article {
        let stories = candidates().into_iter();
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
            let best_fixed = candidates().into_iter().map(same_for_all).fold(0.0, f64::max);
            assert!(personalized > 1.3 * best_fixed, "{taste:?}: {personalized} against {best_fixed}");
        }
    }

    #[test]
    fn a_change_of_taste_gives_most_personas_another_best_section() {
        let changed = |p: &&Persona| best(Taste::OrdinaryWeek, p).section != best(Taste::TournamentWeek, p).section;
        assert!(personas().iter().filter(changed).count() >= 4);
    }
}
