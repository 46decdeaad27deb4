//! What is left to do until a loop learns, and the simulated visitors who try it out. Each step is seen by itself, and
//! the list can be put away for good.

mod traffic;

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::{use_location, use_query_map};
use serde::{Deserialize, Serialize};

use self::traffic::TrafficCard;
pub use self::traffic::TrafficView;
use super::new_loop::TemplateCard;
use crate::{
    reports::{Onboarding, OnboardingStep, StepKind},
    web::{
        PageError,
        components::{Checklist, Icon, IconName, Step},
    },
};

/// How often the list looks at what happened, while something is left to do.
const PACE: Duration = Duration::from_secs(2);

/// What the list shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnboardingView {
    /// What is put away by it: a loop's list by its id, or that of the installation.
    pub what: String,
    pub is_shown: bool,
    pub is_away: bool,
    pub list: Onboarding,
    /// The loop that the list is about.
    pub loop_id: Option<String>,
    pub may_create: bool,
    pub may_invite: bool,
    /// To begin with, while there is no loop.
    pub templates: Vec<TemplateCard>,
    /// Of a loop that was made from a template.
    pub traffic: Option<TrafficView>,
}

/// How far a loop has come; without an id, the installation. `is_asked_for` shows the list also when it was put away.
#[server]
pub async fn load_onboarding(
    id: Option<String>,
    #[server(default)] is_asked_for: bool,
) -> Result<OnboardingView, PageError> {
    use crate::{
        accounts::Accounts,
        loops::Loops,
        terms::Role,
        web::{beginnings, guard},
    };
    // Taken before anything is awaited: see `guard::given`.
    let rooms = (guard::given::<Accounts>()?, guard::given::<Loops>()?, beginnings::traffic());
    let (person, live) = match id {
        Some(id) => guard::require_loop(Role::Viewer, &id).await.map(|(person, live)| (person, Some(live)))?,
        None => (guard::require(Role::Viewer).await?, None),
    };
    beginnings::onboarding(rooms, &person, live, is_asked_for).await
}

/// Puts a list away for whoever asks, or brings it back. `what` is a loop's id, or `home`; `then` is where to go
/// afterwards, if anywhere.
#[server]
pub async fn put_onboarding_away(
    what: String,
    is_away: bool,
    #[server(default)] then: String,
) -> Result<(), PageError> {
    use crate::{
        accounts::Accounts,
        terms::Role,
        web::{beginnings, guard},
    };
    let accounts = guard::given::<Accounts>()?;
    let person = if what == beginnings::HOME {
        guard::require(Role::Viewer).await?
    } else {
        guard::require_loop(Role::Viewer, &what).await?.0
    };
    accounts.put_away(&person, &what, is_away).await?;
    if !then.is_empty() {
        leptos_axum::redirect(guard::local_path(Some(&then)));
    }
    Ok(())
}

/// The list as a page asks for it, at its beginning, so that it is not thrown away with a part of the page.
#[derive(Debug, Clone, Copy)]
pub struct FirstSteps {
    /// Of which loop; without one, of the installation.
    id: Option<Signal<String>>,
    is_asked_for: Memo<bool>,
    loaded: Resource<Result<OnboardingView, PageError>>,
}

impl FirstSteps {
    /// Asks for the list of a loop, or without an id for that of the installation.
    pub fn ask(id: Option<Signal<String>>) -> Self {
        let query = use_query_map();
        let is_asked_for = Memo::new(move |_| query.read().get("getting-started").is_some());
        let loaded = Resource::new(
            move || (id.map(|id| id.get()), is_asked_for.get()),
            |(id, is_asked_for)| load_onboarding(id, is_asked_for),
        );
        Self { id, is_asked_for, loaded }
    }
}

/// The list, and the loop's simulated visitors. It takes no room while there is nothing to say.
#[component]
pub fn GettingStarted(steps: FirstSteps) -> impl IntoView {
    let FirstSteps { id, is_asked_for, loaded } = steps;
    let shown = move || {
        Suspend::new(async move {
            // The page around it says what is wrong.
            loaded.await.ok().map(|view| view! { <Live view=view id=id is_asked_for=is_asked_for/> })
        })
    };
    view! { <Transition fallback=|| ()>{shown}</Transition> }.into_any()
}

/// The newest answer takes the place of the one before, so that what is on screen stays.
#[component]
fn Live(view: OnboardingView, id: Option<Signal<String>>, is_asked_for: Memo<bool>) -> impl IntoView {
    let is_home = id.is_none();
    let view = RwSignal::new(view);
    let refresh = Callback::new(move |()| {
        let (id, is_asked_for) = (id.map(|id| id.get_untracked()), is_asked_for.get_untracked());
        spawn_local(async move {
            // A look that fails changes nothing.
            if let Ok(newer) = load_onboarding(id, is_asked_for).await {
                // Whoever sees the last step being done is told so, and not left with a gap.
                let was_shown = view.try_with_untracked(|view| view.is_shown && !newer.is_away).unwrap_or_default();
                view.try_set(OnboardingView { is_shown: newer.is_shown || was_shown, ..newer });
            }
        });
    });
    let look = move || {
        let has_more = view.try_with_untracked(|view| {
            let is_open = if is_home { !view.list.is_done() } else { !view.list.is_loop_done() };
            (view.is_shown && is_open) || view.traffic.as_ref().is_some_and(|traffic| traffic.is_running)
        });
        if has_more == Some(true) && !document().hidden() {
            refresh.run(());
        }
    };
    Effect::new(move |_| {
        let timer = set_interval_with_handle(look, PACE);
        on_cleanup(move || timer.into_iter().for_each(|timer| timer.clear()));
    });
    let is_shown = Memo::new(move |_| view.with(|view| view.is_shown));
    let traffic = Memo::new(move |_| view.with(|view| view.traffic.clone()));
    let has_traffic = Memo::new(move |_| traffic.with(Option::is_some));
    let loop_id = Memo::new(move |_| view.with(|view| view.loop_id.clone().unwrap_or_default()));
    view! {
        <Show when=move || is_shown.get()><List view=view is_asked_for=is_asked_for refresh=refresh/></Show>
        <Show when=move || has_traffic.get()>
            <TrafficCard traffic=traffic loop_id=loop_id refresh=refresh/>
        </Show>
    }
    .into_any()
}

#[component]
fn List(view: RwSignal<OnboardingView>, is_asked_for: Memo<bool>, refresh: Callback<()>) -> impl IntoView {
    let list = Memo::new(move |_| view.with(|view| view.list.clone()));
    let title = move || list.with(|list| if list.is_done() { "All set" } else { "Getting started" });
    let count = move || list.with(|list| format!("{} of {} done", list.n_done(), list.steps.len()));
    let templates = Memo::new(move |_| view.with(|view| view.templates.clone()));
    // A step that gets done while it is looked at keeps its room, so that nothing moves because of it.
    let was_done = view.with_untracked(|view| view.list.steps.iter().map(|step| step.is_done).collect::<Vec<_>>());
    let steps = move || {
        let view = view.get();
        let now = view.list.steps.iter().position(|step| !step.is_done);
        let step = |(at, step): (usize, &OnboardingStep)| {
            let way = way(&view, step.kind).filter(|_| !step.is_done);
            // The step to do now has the button, the others a link.
            let class = if now == Some(at) { "button button--small button--primary" } else { "" };
            let room = if was_done.get(at) == Some(&true) { "" } else { "onboarding__room" };
            Step {
                title: step.title.clone(),
                is_done: step.is_done,
                detail: Some(
                    view! {
                        <div class=room>
                            <p>{step.note.clone()}</p>
                            {way.map(|(href, words)| view! { <a class=class href=href>{words}</a> })}
                        </div>
                    }
                    .into_any(),
                ),
            }
        };
        view! { <Checklist steps=view.list.steps.iter().enumerate().map(step).collect()/> }
    };
    view! {
        <section class="card onboarding" aria-labelledby="onboarding-title">
            <header class="row row--between">
                <h2 class="card__title" id="onboarding-title">
                    {title} <span class="onboarding__count muted" role="status">{count}</span>
                </h2>
                <PutAway view=view is_asked_for=is_asked_for refresh=refresh/>
            </header>
            {steps}
            <Show when=move || templates.with(|templates| !templates.is_empty())>
                <TemplateLinks templates=templates.get_untracked()/>
            </Show>
        </section>
    }
    .into_any()
}

/// Where a step is taken, in so far as it is taken in the dashboard.
fn way(view: &OnboardingView, kind: StepKind) -> Option<(String, &'static str)> {
    // Who may not make loops can do nothing about the steps of one.
    let base = view.loop_id.as_ref().filter(|_| view.may_create).map(|id| format!("/loops/{id}"));
    match kind {
        StepKind::Loop => view.may_create.then(|| ("/loops/new".to_owned(), "New loop")),
        StepKind::Rank | StepKind::Reward => base.map(|base| {
            // A loop that was just made has its calls below, with its key in them: the page Keys knows the key no more.
            let is_new = use_location().pathname.get_untracked() == "/loops/new";
            (if is_new { "#first-calls".to_owned() } else { format!("{base}/keys") }, "Calls to copy")
        }),
        StepKind::Online => base.map(|base| (format!("{base}/settings"), "Settings")),
        StepKind::Learned => base.map(|base| (format!("{base}/events"), "Watch its events")),
        StepKind::Invite => view.may_invite.then(|| ("/people".to_owned(), "People")),
    }
}

/// A form, so that it works without script.
#[component]
fn PutAway(view: RwSignal<OnboardingView>, is_asked_for: Memo<bool>, refresh: Callback<()>) -> impl IntoView {
    let away = ServerAction::<PutOnboardingAway>::new();
    Effect::new(move |first: Option<()>| {
        away.version().track();
        // The first run is the list's own beginning; nothing has been done yet.
        if first.is_some() {
            let is_away = away.value().with_untracked(|value| matches!(value, Some(Ok(()))));
            view.update(|view| view.is_shown &= !is_away || view.is_away);
            refresh.run(());
        }
    });
    let is_away = Memo::new(move |_| view.with(|view| view.is_away));
    let words = move || if is_away.get() { "Keep it here" } else { "Put away" };
    view! {
        <ActionForm action=away>
            <input type="hidden" name="what" value=move || view.with(|view| view.what.clone())/>
            // What was asked for by the address would be shown again.
            <input type="hidden" name="then" value=move || if is_asked_for.get() { "/loops" } else { "" }/>
            <input type="hidden" name="is_away" value=move || (!is_away.get()).to_string()/>
            <button type="submit" class="button button--ghost button--small" title="It comes back from Help">
                {words}<span class="visually-hidden">" the list of first steps"</span>
            </button>
        </ActionForm>
    }
    .into_any()
}

/// Templates as links to a form that is filled in.
#[component]
fn TemplateLinks(templates: Vec<TemplateCard>) -> impl IntoView {
    let link = |card: TemplateCard| {
        view! {
            <li><a class="template" href=format!("/loops/new?template={}", card.slug)>
                <strong>{card.name}</strong>
                <span class="muted">{card.sentence}</span>
                <Icon name=IconName::ArrowRight/>
            </a></li>
        }
    };
    view! {
        <p class="muted">"Or begin with a template: it comes with actions, settings and made-up visitors to try it with."</p>
        <ul class="templates">{templates.into_iter().map(link).collect_view()}</ul>
    }
    .into_any()
}
