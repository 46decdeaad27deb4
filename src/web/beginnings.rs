//! Templates as pages offer them, and the simulated traffic of the loops that were made from one.

use leptos::prelude::use_context;

use super::{
    PageError, PublicUrl,
    call_sample::call_sample,
    dashboard::{
        new_loop::{LoopWishes, NewLoopView, TemplateCard},
        onboarding::{OnboardingView, TrafficView},
    },
    guard,
};
use crate::{
    accounts::{Accounts, SignedIn},
    demo::{
        LONGEST_TRAFFIC, MOST_VISITORS, RunState, Template, Traffic, TrafficError, TrafficStatus, VISITORS_PER_SECOND,
        is_desk_loop, template, template_of, templates,
    },
    loops::{ActionDraft, LiveLoop, Loops, NewLoop},
    reports::{ask, words::count},
    terms::{Configuration, Environment, IsoDuration, LearningMode, RewardWaitTime, Role},
};

/// The list of the whole installation, as a name of what can be put away.
pub const HOME: &str = "home";

/// All templates, as cards.
pub fn template_cards() -> Vec<TemplateCard> {
    let card = |template: &Template| TemplateCard {
        slug: template.slug.to_owned(),
        name: template.name.to_owned(),
        sentence: template.sentence.to_owned(),
        loop_name: template.loop_name.to_owned(),
        wait: template.wait.to_owned(),
        reward: template.reward.to_owned(),
        actions: template.actions.iter().map(|action| action.title.to_owned()).collect(),
    };
    templates().iter().map(card).collect()
}

/// The simulated traffic of this server, if it can have any.
pub fn traffic() -> Option<Traffic> {
    use_context::<Option<Traffic>>().flatten()
}

/// The template that a loop was made from, as far as its actions tell.
pub fn template_of_loop(live: &LiveLoop) -> Option<&'static Template> {
    let actions = live.actions();
    template_of(actions.iter().map(|action| action.id.as_str()))
}

/// What the visitors of its template are known by, for a loop that was never called.
pub fn usual_context(live: &LiveLoop) -> Option<Vec<serde_json::Value>> {
    template_of_loop(live)?.visitors.first().map(|visitors| visitors.context())
}

/// A context such as the loop is called with: of its newest event, for those who may look at events.
pub fn context_for(live: &LiveLoop, person: &SignedIn) -> Option<Vec<serde_json::Value>> {
    let newest = if person.role >= Role::Analyst { live.newest_context() } else { None };
    newest.or_else(|| usual_context(live))
}

/// The actions that a template begins with, in its order.
pub fn drafts(template: &Template) -> Result<Vec<ActionDraft>, PageError> {
    let draft = |(position, action): (i64, &crate::demo::TemplateAction)| {
        let features = serde_json::Value::Array(action.features());
        Ok(ActionDraft {
            id: action.id.parse().map_err(PageError::rejected)?,
            features: serde_json::from_value(features).map_err(PageError::rejected)?,
            is_active: true,
            valid_from_us: None,
            valid_to_us: None,
            notes: action.title.to_owned(),
            position: Some(position),
        })
    };
    (0..).zip(template.actions).map(draft).collect()
}

/// Makes a loop as somebody wishes it, with a template's actions if one was chosen.
pub async fn create(
    loops: &Loops,
    traffic: Option<&Traffic>,
    url: &PublicUrl,
    person: &SignedIn,
    wishes: &LoopWishes,
) -> Result<NewLoopView, PageError> {
    let chosen = Some(wishes.template.as_str()).filter(|slug| !slug.is_empty());
    let chosen = chosen.map(|slug| template(slug).ok_or_else(|| guard::not_found("template"))).transpose()?;
    let wait: IsoDuration = wishes.wait.parse().map_err(|error| guard::refused_at("wait", error))?;
    let configuration = Configuration {
        reward_wait_time: RewardWaitTime::try_from(wait).map_err(|error| guard::refused_at("wait", error))?,
        learning_mode: LearningMode::parse(&wishes.mode).map_err(|error| guard::refused_at("mode", error))?,
        is_multi_slot: wishes.slots == "several",
        ..Configuration::default()
    };
    let environment = match wishes.environment.as_str() {
        "" => Environment::default(),
        word => {
            Environment::parse(word).ok_or_else(|| guard::refused_at("environment", "There is no such environment."))?
        }
    };
    let new = NewLoop { name: wishes.name.trim().to_owned(), environment, configuration, arguments: None };
    let created = loops.create(new, &person.author()).await?;
    let live = &created.live;
    if let Some(template) = chosen {
        for draft in drafts(template)? {
            live.save_action(draft, &person.author()).await?;
        }
        if let Some(traffic) = traffic {
            traffic.remember_key(live.id(), &created.keys[0]);
        }
    }
    let usual = chosen.and_then(|template| template.visitors.first()).map(|visitors| visitors.context());
    Ok(NewLoopView {
        id: live.id().to_string(),
        name: live.name(),
        endpoint: format!("{}/loops/{}", url.0, live.id()),
        is_multi_slot: live.configuration().is_multi_slot,
        sample: call_sample(live, usual),
        is_from_template: chosen.is_some(),
        keys: created.keys.into(),
    })
}

/// How far a loop, or without one the installation, has come.
pub async fn onboarding(
    (accounts, loops, traffic): (Accounts, Loops, Option<Traffic>),
    person: &SignedIn,
    live: Option<LiveLoop>,
    is_forced: bool,
) -> Result<OnboardingView, PageError> {
    let what = live.as_ref().map_or(HOME.to_owned(), |live| live.id().to_string());
    let is_demo = live.as_ref().is_some_and(|live| is_desk_loop(&live.name()));
    let is_away = accounts.has_put_away(person, &what).await?;
    let n_people = accounts.n_people().await?;
    let shown = match &live {
        Some(live) => Some(live.clone()),
        None => furthest(loops.list()),
    };
    let list = ask::onboarding(shown.as_ref(), n_people).await?;
    let is_left = if live.is_some() { !list.is_loop_done() } else { !list.is_done() };
    Ok(OnboardingView {
        is_shown: is_forced || (is_left && !is_away && !is_demo),
        is_away,
        loop_id: shown.as_ref().map(|live| live.id().to_string()),
        may_create: person.role >= Role::Editor,
        may_invite: person.role >= Role::Admin,
        templates: if shown.is_none() && person.role >= Role::Editor { template_cards() } else { Vec::new() },
        traffic: live
            .as_ref()
            .and_then(|live| traffic_of(live, person, traffic.as_ref()))
            // A loop that has learned is no place to try things out, unless that is asked for.
            .filter(|traffic| is_forced || !list.is_loop_done() || !traffic.words.is_empty()),
        list,
        what,
    })
}

/// Of the loops that are not the newspaper's, the one that has come furthest.
fn furthest(loops: Vec<LiveLoop>) -> Option<LiveLoop> {
    let own = loops.into_iter().filter(|live| !is_desk_loop(&live.name()));
    own.max_by_key(|live| {
        let counters = live.counters();
        (counters.learned, counters.rewarded, counters.ranked, live.created_at_us())
    })
}

fn traffic_of(live: &LiveLoop, person: &SignedIn, traffic: Option<&Traffic>) -> Option<TrafficView> {
    let (traffic, template) = (traffic?, template_of_loop(live)?);
    let status = traffic.status(live.id());
    Some(TrafficView {
        template: template.name.to_owned(),
        is_running: status.as_ref().is_some_and(|status| status.state == RunState::Running),
        words: status.map_or_else(String::new, words),
        needs_key: !traffic.has_key(live.id()),
        is_answered: live.configuration().learning_mode == LearningMode::Online,
        may_steer: person.role >= Role::Editor,
        plan: format!(
            "About {VISITORS_PER_SECOND:.0} made-up visitors a second call this loop over its own API, for at most \
             {} visitors or {} minutes. What they like is known, and they stop by themselves once the loop \
             has learned it. Its charts are marked, because its counters cannot tell them from your own.",
            count(MOST_VISITORS),
            LONGEST_TRAFFIC.as_secs() / 60
        ),
    })
}

fn words(status: TrafficStatus) -> String {
    let visitors = match status.n_visitors {
        1 => "1 made-up visitor".to_owned(),
        n => format!("{} made-up visitors", count(n)),
    };
    match status.state {
        RunState::Running => format!("{visitors} so far."),
        RunState::Stopped => format!("Stopped after {visitors}."),
        RunState::Learned => format!("Done after {visitors}: the loop has learned what they like."),
        RunState::Spent => format!("Ended after {visitors}."),
        RunState::Failed(why) => format!("Ended after {visitors}: {why}."),
    }
}

impl From<TrafficError> for PageError {
    fn from(error: TrafficError) -> Self {
        match error {
            TrafficError::NoKey => guard::refused_at("key", "Paste one of the loop’s two keys."),
            TrafficError::Client(error) => guard::failed("send simulated visitors", &error),
            error => PageError::rejected(format!("{error}.")),
        }
    }
}
