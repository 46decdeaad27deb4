//! The demo news site: pages that anyone may see, and the panel from which signed-in people steer its readers.
//!
//! Its server functions are doors for visitors who are not signed in: they take slugs and event ids, check both, and
//! answer an event only for whoever was given it, once.

mod article_page;
mod behind;
mod coffee_page;
mod data;
mod doors;
mod drawer;
mod frame;
mod front_page;
mod how_it_works;
mod section_page;
mod story;
mod why;

pub use article_page::ArticlePage;
pub use coffee_page::CoffeePage;
pub use data::{
    ArticleData, BannerView, CallView, Choice, CoffeeData, CrowdView, Figure, FrontPageData, PersonaCard, Progress,
    ReaderStatus, ReasonLine, SectionData, SectionOrderView, Story, StoryRank, Strip, StripLine, TasteNews, Why,
};
pub use front_page::FrontPage;
pub use section_page::SectionPage;
