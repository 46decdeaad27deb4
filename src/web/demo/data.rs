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

/// One line of what is likeliest to lead by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StripLine {
    pub headline: String,
    pub is_chosen: bool,
    pub percent: f64,
    /// Such as "82 %", or "under 1 %".
    pub percent_text: String,
    /// Such as "+31"; nothing when it hardly moved or there is nothing to compare with.
    pub moved: Option<String>,
    pub is_up: bool,
}

/// What is likeliest to lead, and how that moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strip {
    /// Such as "Likeliest to lead for Mara".
    pub title: String,
    pub lines: Vec<StripLine>,
    /// What stands for all the others: "8 others share 3 %".
    pub rest: Option<String>,
    /// What the moves are measured against: "against 58 seconds ago".
    pub since: Option<String>,
    /// That earlier event in the dashboard, for those who are signed in.
    pub since_path: Option<String>,
}

/// The call behind the front page, as anybody could have made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    pub curl: String,
    pub answer: String,
    /// The call that would say how it went.
    pub reward_curl: String,
}

/// Which sections stand first, and the event that said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionOrderView {
    /// As in addresses; the others follow in the usual order.
    pub first: Vec<String>,
    pub event_id: String,
    pub event_path: Option<String>,
}

/// The newsletter that is offered, and the event that said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BannerView {
    pub title: String,
    pub text: String,
    pub event_id: String,
    /// Such as "78 %".
    pub percent_text: String,
    pub event_path: Option<String>,
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
    /// "For readers like this one the story went from 8 % to 31 %.", once it is learned.
    pub moved: Option<String>,
    /// The event in the dashboard, for those who are signed in.
    pub event_path: Option<String>,
}

/// What the latest change of taste did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TasteNews {
    /// "2 minutes ago".
    pub ago: String,
    /// "The readers’ taste changed: a tournament has started."
    pub what: String,
    /// "Happy readers fell from 61 % to 38 % and were back after 40 seconds."
    pub outcome: String,
}

/// A figure with its name, and where its events are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: String,
    /// What it rests on: "of 1,080 readers", or that it is known.
    pub basis: String,
    /// The class of its series, which gives its colour: `learned`, `baseline`, `random`, `best`.
    pub series: String,
    /// Its loop's events, for those who are signed in.
    pub path: Option<String>,
}

/// What the simulated readers did of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrowdView {
    /// One sentence: the proof, as far as there is one.
    pub sentence: String,
    pub story: Option<TasteNews>,
    pub figures: Vec<Figure>,
    /// "Over the last 4 minutes the loop made 1,212 readers happy …"
    pub regret: Option<String>,
    /// Shares of happy readers over time, as SVG.
    pub curve: Option<String>,
    /// The same in words.
    pub curve_text: String,
    pub is_breaking: bool,
    /// To whom the breaking story is shown by now: name, "81 %", and the event.
    pub interest: Vec<Figure>,
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
    pub crowd: CrowdView,
}

/// A run of the old service's tutorial through this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoffeeData {
    pub is_running: bool,
    /// Whether this server can run it now.
    pub can_start: bool,
    pub sentence: String,
    pub progress_percent: u32,
    pub curve: String,
    pub curve_text: String,
    /// Events, ours, the old service's.
    pub rows: Vec<[String; 3]>,
    pub trouble: Option<String>,
    pub loop_path: Option<String>,
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
    pub strip: Option<Strip>,
    pub call: Option<CallView>,
    /// None: the sections stand in their usual order.
    pub sections: Option<SectionOrderView>,
    pub banner: Option<BannerView>,
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
