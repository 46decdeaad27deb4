//! A loop in four fields or from a template, and its keys, shown this once.

mod created;
mod form;

use leptos::{either::Either, prelude::*};
use serde::{Deserialize, Serialize};

use self::{created::Created, form::NewLoopForm};
use super::snippets::CallSample;
use crate::web::{PageError, components::Loaded};

/// What a reward means, and how long after the Rank it may still come.
pub const WAITS: [(&str, &str); 5] = [
    ("PT10M", "A click or a choice — counts within 10 minutes"),
    ("PT1H", "Reading or watching — counts within 1 hour"),
    ("P1D", "A purchase or a sign-up — counts within 1 day"),
    ("P7D", "Coming back — counts within 7 days"),
    ("P28D", "Staying a customer — counts within 28 days"),
];

/// A kind of decision to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCard {
    pub slug: String,
    pub name: String,
    pub sentence: String,
    /// What the loop is called unless its maker says otherwise.
    pub loop_name: String,
    pub wait: String,
    /// What a reward is.
    pub reward: String,
    /// Titles of its actions.
    pub actions: Vec<String>,
}

/// A loop just made, with its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLoopView {
    pub id: String,
    pub name: String,
    pub endpoint: String,
    pub keys: Vec<String>,
    pub is_multi_slot: bool,
    /// Its own actions, for calls to copy.
    pub sample: CallSample,
    /// Whether it has a template's actions.
    pub is_from_template: bool,
}

/// What somebody filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoopWishes {
    pub name: String,
    /// Empty: production.
    pub environment: String,
    pub wait: String,
    pub mode: String,
    /// `one` or `several`.
    pub slots: String,
    /// A template's slug; empty for a loop without actions.
    pub template: String,
}

/// Every template.
#[server]
pub async fn load_templates() -> Result<Vec<TemplateCard>, PageError> {
    use crate::{
        terms::Role,
        web::{beginnings, guard},
    };
    guard::require(Role::Viewer).await?;
    Ok(beginnings::template_cards())
}

/// Makes a loop.
#[server]
pub async fn create_loop(#[server(default)] wishes: LoopWishes) -> Result<NewLoopView, PageError> {
    use crate::{
        loops::Loops,
        terms::Role,
        web::{PublicUrl, beginnings, guard},
    };
    // Taken before anything is awaited: see `guard::given`.
    let (loops, url, traffic) = (guard::given::<Loops>()?, guard::given::<PublicUrl>()?, beginnings::traffic());
    let person = guard::require(Role::Editor).await?;
    beginnings::create(&loops, traffic.as_ref(), &url, &person, &wishes).await
}

/// `/loops/new`; `?template=news` fills the form in.
#[component]
pub fn NewLoopPage() -> impl IntoView {
    let create = ServerAction::<CreateLoop>::new();
    let templates = Resource::new(|| (), |()| load_templates());
    let created = Memo::new(move |_| create.value().get().and_then(Result::ok));
    // Within what waits and not around it: what stood there would hear of the answer after it is gone.
    let form_or_keys = move |templates: Vec<TemplateCard>| {
        move || match created.get() {
            Some(created) => Either::Left(view! { <Created view=created/> }),
            None => Either::Right(view! { <NewLoopForm create=create templates=templates.clone()/> }),
        }
    };
    view! { <Loaded resource=templates lines=8 title="New loop" view=form_or_keys/> }
}
