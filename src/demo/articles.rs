//! The newspaper's stories: read once from the data files beside this one, which are part of the program.

use std::sync::LazyLock;

use serde_json::{Value, json};

macro_rules! stories {
    ($($slug:literal),* $(,)?) => {
        [$(($slug, include_str!(concat!("articles/", $slug, ".md")))),*]
    };
}

/// The stories in the editors' order: what the front page shows when the loop cannot be asked.
const FILES: [(&str, &str); 24] = stories![
    "the-harbour-that-learned-to-wait",
    "a-map-of-borrowed-boats",
    "the-bakery-that-sells-yesterday",
    "small-shops-share-one-van",
    "the-repair-index",
    "a-network-that-sleeps",
    "what-the-moths-remember",
    "the-lake-that-breathes",
    "an-orchestra-for-one-street",
    "the-library-of-unfinished-books",
    "the-longest-relay",
    "a-goalkeeper-of-sixty-one",
    "the-bridge-with-two-names",
    "night-trains-return",
    "the-price-of-a-quiet-hour",
    "a-market-under-one-roof",
    "teaching-a-tractor-to-hesitate",
    "the-keyboard-for-left-thumbs",
    "listening-to-ice",
    "a-seed-bank-in-a-school",
    "the-theatre-without-a-stage",
    "painters-of-the-ring-road",
    "why-the-swimmers-count",
    "the-hill-nobody-won",
];

static ARTICLES: LazyLock<Vec<Article>> = LazyLock::new(|| {
    let read = |(slug, text): &(&str, &str)| {
        Article::read(slug, text)
            .unwrap_or_else(|what| panic!("the story `{slug}` is part of the program and lacks {what}"))
    };
    FILES.iter().map(read).collect()
});

/// Every story, in the editors' order.
pub fn articles() -> &'static [Article] {
    &ARTICLES
}

/// The story that nobody expected: it competes for the lead from the moment an editor lets it out.
pub fn breaking() -> &'static Article {
    static BREAKING: LazyLock<Article> = LazyLock::new(|| {
        let [(slug, text)] = stories!["a-whale-in-the-harbour"];
        Article::read(slug, text).unwrap_or_else(|what| panic!("the breaking story lacks {what}"))
    });
    &BREAKING
}

/// The story with this slug.
pub fn article(slug: &str) -> Option<&'static Article> {
    articles().iter().chain([breaking()]).find(|article| article.slug == slug)
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in data files, features and addresses.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// The paper's parts.
    Section {
        World = "world", Business = "business", Technology = "technology",
        Science = "science", Culture = "culture", Sport = "sport",
    }
}
words! {
    /// How a story is told.
    Tone { Serious = "serious", Warm = "warm", Curious = "curious" }
}
words! {
    /// What kind of piece it is.
    Format { Report = "report", Feature = "feature", Interview = "interview", Column = "column" }
}
words! {
    /// How long it is, by its words.
    Length { Short = "short", Medium = "medium", Long = "long" }
}

/// One story.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// In addresses, and the action's id where it competes for the lead.
    pub slug: String,
    pub section: Section,
    pub headline: String,
    pub standfirst: String,
    pub byline: String,
    pub tone: Tone,
    pub format: Format,
    /// Whether it competes for the lead.
    pub is_lead_candidate: bool,
    pub tags: Vec<String>,
    /// Which picture is drawn for it; see `pictures`.
    pub scene: String,
    /// What the picture shows.
    pub picture_text: String,
    pub paragraphs: Vec<String>,
}

impl Article {
    /// Reads `name: value` lines, a line `---`, and paragraphs. The error is the name of what is missing or wrong.
    fn read(slug: &str, text: &str) -> Result<Self, &'static str> {
        let (head, body) = text.split_once("\n---\n").ok_or("its dividing line")?;
        let field = |name: &'static str| {
            let lines = || head.lines().filter_map(|line| line.split_once(": "));
            lines().find(|(key, _)| *key == name).map(|(_, value)| value.trim()).ok_or(name)
        };
        let owned = |name| field(name).map(str::to_owned);
        Ok(Self {
            slug: slug.to_owned(),
            section: Section::parse(field("section")?).ok_or("section")?,
            headline: owned("headline")?,
            standfirst: owned("standfirst")?,
            byline: owned("byline")?,
            tone: Tone::parse(field("tone")?).ok_or("tone")?,
            format: Format::parse(field("format")?).ok_or("format")?,
            is_lead_candidate: field("lead")? == "yes",
            tags: field("tags")?.split(", ").map(str::to_owned).collect(),
            scene: owned("scene")?,
            picture_text: owned("picture")?,
            paragraphs: body.split("\n\n").map(|p| p.trim().replace('\n', " ")).filter(|p| !p.is_empty()).collect(),
        })
    }

    fn n_words(&self) -> usize {
        self.paragraphs.iter().map(|paragraph| paragraph.split_whitespace().count()).sum()
    }

    /// At 220 words a minute, as people read on screens.
    pub fn reading_minutes(&self) -> u32 {
        u32::try_from(self.n_words().div_ceil(220)).unwrap_or(u32::MAX)
    }

    /// Against the others of this paper.
    pub fn length(&self) -> Length {
        match self.n_words() {
            0..175 => Length::Short,
            175..210 => Length::Medium,
            _ => Length::Long,
        }
    }

    /// What the loop is told about the story when it is an action.
    pub fn features(&self) -> Value {
        json!([{
            "story": {
                "section": self.section.as_str(),
                "tone": self.tone.as_str(),
                "format": self.format.as_str(),
                "length": self.length().as_str(),
            },
        }])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_paper_has_24_stories_in_6_sections_and_2_of_each_compete_for_the_lead() {
        assert!(articles().len() >= 24);
        for section in Section::ALL {
            let of_section = || articles().iter().filter(|article| article.section == *section);
            assert!(of_section().count() >= 4, "{section:?} is thin");
            assert_eq!(of_section().filter(|article| article.is_lead_candidate).count(), 2, "{section:?}");
        }
    }

    #[test]
    fn every_story_is_complete_and_no_two_share_a_slug_or_headline() {
        let slugs: HashSet<_> = articles().iter().map(|article| &article.slug).collect();
        let headlines: HashSet<_> = articles().iter().map(|article| &article.headline).collect();
        assert_eq!((slugs.len(), headlines.len()), (articles().len(), articles().len()));
        for article in articles().iter().chain([breaking()]) {
            assert!((3..=5).contains(&article.paragraphs.len()), "{}", article.slug);
            assert!(article.paragraphs.iter().all(|paragraph| paragraph.len() > 60), "{}", article.slug);
            assert!(article.standfirst.ends_with('.') && article.picture_text.ends_with('.'), "{}", article.slug);
            assert!(article.headline.len() < 70 && article.byline.contains(' '), "{}", article.slug);
            assert!(article.tags.len() >= 3 && article.reading_minutes() >= 1, "{}", article.slug);
        }
    }

    #[test]
    fn a_story_that_lacks_something_is_refused_with_its_name() {
        assert_eq!(Article::read("x", "section: world"), Err("its dividing line"));
        assert_eq!(Article::read("x", "section: gossip\n---\ntext"), Err("section"));
        assert_eq!(Article::read("x", "section: world\n---\ntext"), Err("headline"));
    }
}
