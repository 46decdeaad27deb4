//! What the news pages show, as plain data that travels from the server to the browser.

use serde::{Deserialize, Serialize};

/// The paper's name.
pub const PAPER: &str = "The Morning Lantern";

/// The paper's sections in the order of the masthead: in addresses, and for people.
pub const SECTIONS: [(&str, &str); 6] = [
    ("world", "World"),
    ("business", "Business"),
    ("technology", "Technology"),
    ("science", "Science"),
    ("culture", "Culture"),
    ("sport", "Sport"),
];

/// A section's name for people.
pub fn section_name(slug: &str) -> Option<&'static str> {
    SECTIONS.iter().find(|(known, _)| *known == slug).map(|(_, name)| *name)
}

/// A persona in the switcher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonaCard {
    pub slug: String,
    pub name: String,
    pub description: String,
}

/// A story as a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    pub slug: String,
    /// As in addresses.
    pub section: String,
    pub headline: String,
    pub standfirst: String,
    pub byline: String,
    pub minutes: u32,
    /// None for what an operator defined in the dashboard: there is a place for it, and no article.
    pub picture_text: Option<String>,
}

/// How the lead came to lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    NothingLearned,
    Learned,
    Explored,
}

/// One feature's share in a story's place, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonLine {
    pub words: String,
    /// Such as "+0.21".
    pub score: String,
    pub is_for: bool,
    /// Length of its bar, against the strongest reason on the page, 0 to 100.
    pub bar_percent: f64,
}

/// A story's probability of leading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoryRank {
    pub slug: String,
    pub headline: String,
    pub percent: f64,
    /// Such as "81.7 %".
    pub percent_text: String,
    pub reasons: Vec<ReasonLine>,
}

/// Why the front page is as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    pub event_id: String,
    pub chosen: String,
    pub choice: Choice,
    pub model_version: Option<i64>,
    /// In the order of the ranking.
    pub stories: Vec<StoryRank>,
    /// The event in the dashboard, for those who are signed in.
    pub event_path: Option<String>,
}

impl Why {
    /// The rank of one story.
    pub fn of(&self, slug: &str) -> Option<&StoryRank> {
        self.stories.iter().find(|rank| rank.slug == slug)
    }

    /// The story that the loop would show if it never explored.
    pub fn likeliest(&self) -> Option<&StoryRank> {
        self.stories.iter().max_by(|a, b| a.percent.total_cmp(&b.percent))
    }
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub event_id: String,
    pub headline: String,
    /// The state's word on the wire: `pending`, `rewarded`, `learned` …
    pub state: String,
    pub model_version: i64,
    /// Such as "0.82", once it is learned.
    pub reward: Option<String>,
}

/// How the simulated readers are doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReaderStatus {
    pub is_ready: bool,
    pub is_paused: bool,
    pub rate_per_second: f64,
    /// Which preferences hold, in words.
    pub taste: String,
    pub n_ranked: u64,
    pub n_rewarded: u64,
    pub n_unanswered: u64,
    pub trouble: Option<String>,
}

/// The front page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrontPageData {
    pub reader: PersonaCard,
    pub personas: Vec<PersonaCard>,
    /// The lead first, then the others by their probability, then those that do not compete for the lead.
    pub stories: Vec<Story>,
    /// None: the loop was not asked, and the order is the editors'.
    pub why: Option<Why>,
    /// What a reader should know when there is no `why`.
    pub notice: Option<String>,
    pub readers: Option<ReaderStatus>,
    /// The demo's loop in the dashboard, for those who are signed in.
    pub loop_path: Option<String>,
    /// Whether this person may steer the readers.
    pub may_steer: bool,
}

/// One section's stories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionData {
    pub section: String,
    pub stories: Vec<Story>,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleData {
    pub story: Story,
    pub paragraphs: Vec<String>,
    pub tags: Vec<String>,
    /// Further stories of the section.
    pub more: Vec<Story>,
}
