//! Headers, cards and chips.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Icon, IconName};
use crate::{
    reports::Health,
    terms::{Environment, EventState, LearningMode},
};

/// What a chip's colour means. The words in it say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Neutral,
    Accent,
    Good,
    Warning,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Neutral => "chip",
            Self::Accent => "chip chip--accent",
            Self::Good => "chip chip--good",
            Self::Warning => "chip chip--warning",
            Self::Bad => "chip chip--bad",
        }
    }
}

/// A word in a small box.
#[component]
pub fn Chip(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    view! { <span class=tone.class()>{children()}</span> }
}

/// Where the callers of a loop live: what is not production must not be taken for it.
#[component]
pub fn EnvironmentChip(environment: Environment) -> impl IntoView {
    let class = format!("chip environment environment--{}", environment.as_str());
    view! { <span class=class>{environment.title()}</span> }
}

/// A mode in a word, with its colour, and what it means.
fn mode_words(mode: LearningMode) -> (Tone, &'static str, &'static str) {
    match mode {
        LearningMode::Online => (Tone::Accent, "Online", "The learned policy decides and learns from rewards."),
        LearningMode::Apprentice => {
            (Tone::Warning, "Apprentice", "Your first action is answered; the model learns to imitate it.")
        }
        LearningMode::LoggingOnly => {
            (Tone::Neutral, "Logging only", "Your first action is answered and logged; nothing is learned.")
        }
        LearningMode::Frozen => (Tone::Neutral, "Frozen", "The learned policy decides, but stays as it is."),
    }
}

/// Who decides in a loop.
#[component]
pub fn ModeChip(mode: LearningMode) -> impl IntoView {
    let (tone, words, _) = mode_words(mode);
    view! { <span class=tone.class()>{words}</span> }
}

/// The same where there is one on the page: a press says what it means.
#[component]
pub fn ModeButton(mode: LearningMode) -> impl IntoView {
    let (tone, words, meaning) = mode_words(mode);
    let class = format!("{} chip--button", tone.class());
    view! {
        <button type="button" class=class popovertarget="mode-meaning">{words}</button>
        <span popover="auto" id="mode-meaning" class="tooltip" role="note">{meaning}</span>
    }
    .into_any()
}

/// Where an event stands.
#[component]
pub fn StateChip(state: EventState) -> impl IntoView {
    let tone = match state {
        EventState::Pending | EventState::Inactive => Tone::Neutral,
        EventState::Rewarded => Tone::Accent,
        EventState::Learned => Tone::Good,
        EventState::Expired => Tone::Warning,
        EventState::Dropped => Tone::Bad,
    };
    view! { <Chip tone=tone>{state.as_str()}</Chip> }
}

/// How a loop is doing, in words with a mark whose shape says the same as its colour.
#[component]
pub fn HealthText(health: Health) -> impl IntoView {
    let class = format!("health health--{}", health.level.as_str());
    view! { <span class=class>{health.words}</span> }
}

/// A surface with an optional title.
#[component]
pub fn Card(#[prop(optional, into)] title: String, children: Children) -> impl IntoView {
    let heading = (!title.is_empty()).then(|| view! { <h2 class="card__title">{title}</h2> });
    view! { <section class="card">{heading}{children()}</section> }
}

/// The question of the screen, answered: a title, a sentence, and what can be done.
#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    #[prop(optional, into)] sentence: Signal<String>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-header">
            <div>
                <h1>{title}</h1>
                <p class="page-header__sentence">{move || sentence.get()}</p>
            </div>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </header>
    }
    .into_any()
}

/// One step of the way to a page; without `href` it is the page itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Crumb {
    pub text: String,
    pub href: Option<String>,
}

/// The way to this page.
#[component]
pub fn Breadcrumb(#[prop(into)] crumbs: Vec<Crumb>) -> impl IntoView {
    let step = |crumb: Crumb| match crumb.href {
        Some(href) => view! { <li><a href=href>{crumb.text}</a></li> }.into_any(),
        None => view! { <li aria-current="page">{crumb.text}</li> }.into_any(),
    };
    view! { <nav class="breadcrumb" aria-label="You are here"><ol>{crumbs.into_iter().map(step).collect_view()}</ol></nav> }
    .into_any()
}

/// Something about the whole page, with what can be done about it.
#[component]
pub fn Banner(
    #[prop(optional)] tone: Tone,
    #[prop(into)] title: String,
    /// More words.
    #[prop(optional, into)]
    text: String,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Neutral | Tone::Accent => ("banner", IconName::Info),
        Tone::Good => ("banner banner--good", IconName::Check),
        Tone::Warning => ("banner banner--warning", IconName::Warning),
        Tone::Bad => ("banner banner--bad", IconName::Warning),
    };
    view! {
        <section class=class>
            <Icon name=icon/>
            <div class="banner__words"><strong>{title}</strong>{text}</div>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </section>
    }
    .into_any()
}

/// Begins a page at its top, with the focus on its title: for an answer that takes the place of a form at the same
/// address. In the browser only; call it from an effect.
pub fn show_page_top() {
    let title = document().query_selector("main h1").ok().flatten();
    let Some(title) = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    // A title is no stop of the Tab key, but the place to go on from.
    let _ = title.set_attribute("tabindex", "-1");
    let _ = title.focus();
    window().scroll_to_with_x_and_y(0.0, 0.0);
}
