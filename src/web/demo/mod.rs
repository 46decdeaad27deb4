//! The demo news site: pages that anyone may see, and the panel from which signed-in people steer its readers.
//!
//! Its server functions are doors for visitors who are not signed in: they take slugs and event ids, check both, and
//! answer an event only for whoever was given it, once.

mod article_page;
mod data;
mod doors;
mod drawer;
mod frame;
mod front_page;
mod reader_controls;
mod section_page;
mod story;
mod why;

pub use article_page::ArticlePage;
pub use data::{
    ArticleData, Choice, FrontPageData, PersonaCard, Progress, ReaderStatus, ReasonLine, SectionData, Story, StoryRank,
    Why,
};
pub use front_page::FrontPage;
pub use reader_controls::ReaderControls;
pub use section_page::SectionPage;
