//! All loops, those that need attention first.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::{
    live_updates::LiveUpdates,
    onboarding::{FirstSteps, GettingStarted},
    pausing::{PauseLoops, PauseOrders, tell_of},
    snippets::{CallSample, CallTarget, curl},
};
use crate::{
    reports::{HealthLevel, LoopRow, Share, Verdict, count},
    web::{
        PageError,
        components::{
            CodeBlock, EmptyState, EnvironmentChip, HealthText, Icon, IconName, LivePill, LiveState, Loaded, ModeChip,
            PageHeader,
        },
    },
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopsView {
    pub rows: Vec<LoopRow>,
    pub base_url: String,
    /// Whether this person may make loops and pause them.
    pub may_change: bool,
}

/// Every loop of this server and how it is doing.
#[server]
pub async fn load_loops() -> Result<LoopsView, PageError> {
    use crate::{
        loops::Loops,
        reports::ask::loop_rows,
        terms::Role,
        web::{PublicUrl, guard},
    };
    let person = guard::require(Role::Viewer).await?;
    let mut rows = loop_rows(&guard::given::<Loops>()?);
    // The sort is stable: within a level the loops stay in the order of their names.
    rows.sort_by_key(|row| std::cmp::Reverse(row.health.level));
    Ok(LoopsView { rows, base_url: guard::given::<PublicUrl>()?.0, may_change: person.role >= Role::Editor })
}

/// `/loops`
#[component]
pub fn LoopsPage() -> impl IntoView {
    let loops = Resource::new(|| (), |()| load_loops());
    let steps = FirstSteps::ask(None);
    view! {
        <Title text="Loops"/>
        <Loaded resource=loops view=move |view| view! { <LoopList view=view steps=steps/> }/>
    }
}

fn look_anew(rows: RwSignal<Vec<LoopRow>>, updates: LiveUpdates) {
    leptos::task::spawn_local(async move {
        // A look that fails changes nothing; the pill tells that the list is old.
        if let (Some(view), Some(mut shown)) = (updates.looked(load_loops().await), rows.try_write()) {
            *shown = view.rows;
        }
    });
}

/// Rates move slowly; a look every few seconds keeps the list true without a connection per loop.
fn refresh_now_and_then(rows: RwSignal<Vec<LoopRow>>, updates: LiveUpdates) {
    const EVERY: std::time::Duration = std::time::Duration::from_secs(5);
    let load = move || {
        if !document().hidden() {
            look_anew(rows, updates);
        }
    };
    Effect::new(move |_| {
        updates.state.set(Some(LiveState::Live));
        let timer = set_interval_with_handle(load, EVERY);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}

/// Without a button: what is paused on this page are loops.
#[component]
fn UpdatesPill(updates: LiveUpdates) -> impl IntoView {
    let shown = Signal::derive(move || updates.truth().unwrap_or(LiveState::Paused));
    view! {
        <span class="row live-room live-room--pill">
            <Show when=move || updates.truth().is_some()><LivePill state=shown/></Show>
        </span>
    }
    .into_any()
}

/// How the list may be ordered; the first is the usual.
const ORDERS: [(&str, &str); 5] = [
    ("attention", "Needs attention"),
    ("lift", "Lift"),
    ("rate", "Decisions per minute"),
    ("rewarded", "Share rewarded"),
    ("name", "Name"),
];

#[component]
fn LoopList(view: LoopsView, steps: FirstSteps) -> impl IntoView {
    let LoopsView { rows, base_url, may_change } = view;
    let has_rows = !rows.is_empty();
    let rows = RwSignal::new(rows);
    let updates = LiveUpdates::unconnected();
    refresh_now_and_then(rows, updates);
    view! {
        <PageHeader title="Loops" sentence=Signal::derive(move || rows.with(|rows| sentence(rows)))>
            {has_rows.then(|| view! { <UpdatesPill updates=updates/> })}
            {(may_change && has_rows).then(|| view! {
                <a class="button button--primary" href="/loops/new"><Icon name=IconName::Plus/>"New loop"</a>
            })}
        </PageHeader>
        <GettingStarted steps=steps/>
        {if has_rows {
            Either::Left(view! { <FilteredLoops rows=rows updates=updates may_change=may_change/> })
        } else {
            Either::Right(view! { <NoLoops base_url=base_url may_create=may_change/> })
        }}
    }
}

fn sentence(rows: &[LoopRow]) -> String {
    let n_wanting = rows.iter().filter(|row| row.health.level >= HealthLevel::Attention).count();
    let n_waiting = rows.iter().filter(|row| row.n_ranked == 0).count();
    let waiting = match n_waiting {
        0 => String::new(),
        1 => " One loop waits for its first call.".to_owned(),
        n => format!(" {n} loops wait for their first call."),
    };
    match (rows.len(), n_wanting) {
        (0, _) => String::new(),
        (_, 0) => format!("Nothing needs your attention.{waiting}"),
        (_, 1) => format!("One loop needs your attention.{waiting}"),
        (_, n) => format!("{n} loops need your attention.{waiting}"),
    }
}

/// What of the loops is shown, and in which order. Both stand in the address: without script the form asks the server,
/// with it the list follows what is typed.
#[component]
fn FilteredLoops(rows: RwSignal<Vec<LoopRow>>, updates: LiveUpdates, may_change: bool) -> impl IntoView {
    let query = use_query_map();
    let word = move |name: &'static str| query.with_untracked(|query| query.get(name).unwrap_or_default());
    let (wanted, order) = (RwSignal::new(word("q")), RwSignal::new(word("sort")));
    let shown = Memo::new(move |_| {
        let mut shown = rows.with(|rows| filtered(rows, &wanted.read()));
        sort(&mut shown, &order.read());
        shown
    });
    let option = move |(value, label): (&'static str, &'static str)| {
        let is_chosen = order.with_untracked(|order| order == value);
        view! { <option value=value selected=is_chosen>{label}</option> }
    };
    view! {
        <form class="loops-bar" method="get" role="search" action="/loops">
            <label>"Filter by name, environment, mode or health"
                <input class="input" type="search" name="q" value=wanted.get_untracked()
                    on:input=move |event| wanted.set(event_target_value(&event))/>
            </label>
            <label>"Sort by"
                <select class="input select" name="sort" on:change=move |event| order.set(event_target_value(&event))>
                    {ORDERS.map(option)}
                </select>
            </label>
            <noscript><button type="submit" class="button">"Show"</button></noscript>
            <p class="loops-bar__totals">{move || rows.with(|rows| totals(rows))}</p>
        </form>
        <Show when=move || shown.with(|shown| !shown.is_empty())
            fallback=move || view! { <p class="chart-empty">"No loop matches this filter."</p> }>
            {if may_change {
                view! { <PausableLoops rows=shown changed=Callback::new(move |()| look_anew(rows, updates))/> }.into_any()
            } else {
                view! { <LoopTable rows=shown may_choose=false/> }.into_any()
            }}
        </Show>
    }
    .into_any()
}

fn filtered(rows: &[LoopRow], wanted: &str) -> Vec<LoopRow> {
    let wanted = wanted.trim().to_lowercase();
    let holds = |text: &str| text.to_lowercase().contains(&wanted);
    let matches = |row: &&LoopRow| {
        let words = [&row.name[..], row.environment.as_str(), row.mode.as_str(), &row.health.words];
        words.into_iter().any(holds)
    };
    rows.iter().filter(matches).cloned().collect()
}

/// Sorts are stable, so within one value the loops stay in the order in which they came: by attention, then by name.
fn sort(rows: &mut [LoopRow], order: &str) {
    let down = |a: f64, b: f64| b.total_cmp(&a);
    let rewarded = |row: &LoopRow| row.reward_rate.map_or(-1.0, Share::value);
    match order {
        "name" => rows.sort_by_key(|row| row.name.to_lowercase()),
        "rate" => rows.sort_by(|a, b| down(a.events_per_minute, b.events_per_minute)),
        "rewarded" => rows.sort_by(|a, b| down(rewarded(a), rewarded(b))),
        "lift" => rows.sort_by(|a, b| down(a.lift_value, b.lift_value)),
        _ => {}
    }
}

fn totals(rows: &[LoopRow]) -> String {
    let per_minute: f64 = rows.iter().map(|row| row.events_per_minute).sum();
    let loops = if rows.len() == 1 { "1 loop".to_owned() } else { format!("{} loops", rows.len()) };
    format!("{loops}, {} decisions a minute", count(per_minute.round() as u64))
}

/// The list with a box for each loop, and what can be done with those that are chosen.
#[component]
fn PausableLoops(rows: Memo<Vec<LoopRow>>, changed: Callback<()>) -> impl IntoView {
    let pause = ServerAction::<PauseLoops>::new();
    tell_of(pause, changed);
    view! {
        <ActionForm action=pause attr:class="choosable">
            <PauseOrders/>
            <LoopTable rows=rows may_choose=true/>
        </ActionForm>
    }
    .into_any()
}

/// Rows are told apart by loop: newer numbers change the text of a cell, not the link that somebody has under the
/// finger or the focus.
#[component]
fn LoopTable(rows: Memo<Vec<LoopRow>>, may_choose: bool) -> impl IntoView {
    let cells = move |first: LoopRow| {
        let id = first.id.clone();
        let row = Memo::new(move |_| {
            rows.with(|rows| rows.iter().find(|row| row.id == id).cloned()).unwrap_or_else(|| first.clone())
        });
        view! { <LoopCells row=row may_choose=may_choose/> }
    };
    view! {
        <section class="card card--flush">
            <table class="table table--cards">
                <caption class="visually-hidden">"Loops"</caption>
                <thead><tr>
                    {may_choose.then(|| view! { <th scope="col"><span class="visually-hidden">"Choose"</span></th> })}
                    <th scope="col">"Loop"</th><th scope="col">"Mode"</th><th scope="col">"Health"</th>
                    <th scope="col">"Lift, last day"</th>
                    <th scope="col">"Lift, last 7 days"</th>
                    <th scope="col" class="numeric">"Per minute"</th>
                    <th scope="col" class="numeric">"Rewarded"</th>
                    <th scope="col">"Last event"</th>
                </tr></thead>
                <tbody><For each=move || rows.get() key=|row| row.id.clone() children=cells/></tbody>
            </table>
        </section>
        <p class="muted loops__note">"Per minute: decisions over the last five minutes. Rewarded: of the last day’s decisions whose wait time is over."</p>
    }
    .into_any()
}

#[component]
fn LoopCells(row: Memo<LoopRow>, may_choose: bool) -> impl IntoView {
    let rate = move || row.get().reward_rate.map_or("–".to_owned(), Share::percent);
    let choice = move || {
        let LoopRow { id, name, .. } = row.get_untracked();
        view! {
            <td class="loops__choose">
                <label>
                    <input type="checkbox" name="ids[]" value=id.to_string()/>
                    <span class="visually-hidden">"Choose "{name}</span>
                </label>
            </td>
        }
    };
    view! {
        <tr>
            {may_choose.then(choice)}
            <th scope="row">
                <a class="loop-link" href=format!("/loops/{}", row.get_untracked().id)>{move || row.get().name}</a>
                {move || view! { <EnvironmentChip environment=row.get().environment/> }}
                <span class="lift__words">{move || row.get().last_change}</span>
            </th>
            <td data-label="Mode">{move || view! { <ModeChip mode=row.get().mode/> }}</td>
            <td data-label="Health">{move || view! { <HealthText health=row.get().health/> }}</td>
            <td data-label="Lift, last day">{move || lift(row.get())}</td>
            <td data-label="Lift, last 7 days">
                <span class="sparkline" inner_html=move || row.get().sparkline.unwrap_or_default()></span>
            </td>
            <td data-label="Per minute" class="numeric">{move || row.get().events_per_minute_words}</td>
            <td data-label="Rewarded" class="numeric">{rate}</td>
            <td data-label="Last event" class="muted">{move || row.get().last_event}</td>
        </tr>
    }
    .into_any()
}

/// The figure, or in its place the sentence that says why there is none.
fn lift(row: LoopRow) -> AnyView {
    let class = match row.verdict {
        Verdict::Better => "lift lift--better",
        Verdict::Worse => "lift lift--worse",
        _ => "lift",
    };
    let figure = row.lift.map(|figure| view! { <span class=class>{figure}</span> });
    view! { <div>{figure}<span class="lift__words">{row.lift_words}</span></div> }.into_any()
}

#[component]
fn NoLoops(base_url: String, may_create: bool) -> impl IntoView {
    let target = CallTarget::without_key(format!("{base_url}/loops/YOUR_LOOP"), false);
    view! {
        <EmptyState title="Your first loop takes a minute">
            <p class="muted">
                "A loop learns one decision: which story leads, which banner shows, which offer comes first. "
                "Make one, and it answers calls like these at once."
            </p>
            {may_create.then(|| view! {
                <a class="button" href="/loops/new"><Icon name=IconName::Plus/>"New loop"</a>
            })}
            <CodeBlock title="A Rank and its Reward" code=curl(&target, &CallSample::default())/>
        </EmptyState>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        reports::Health,
        terms::{Environment, LearningMode},
    };

    fn row(name: &str, per_minute: f64, n_ranked: u64) -> LoopRow {
        LoopRow {
            id: name.to_lowercase().parse().expect("an id"),
            name: name.to_owned(),
            environment: Environment::Production,
            mode: LearningMode::Online,
            events_per_minute: per_minute,
            events_per_minute_words: String::new(),
            n_ranked,
            reward_rate: None,
            health: Health { level: HealthLevel::Good, words: "learning".to_owned() },
            verdict: Verdict::TooEarly,
            lift: None,
            lift_value: f64::MIN,
            lift_words: String::new(),
            last_change: None,
            last_event: String::new(),
            sparkline: None,
        }
    }

    #[test]
    fn a_filter_finds_names_environments_modes_and_health() {
        let staging = LoopRow { environment: Environment::Staging, ..row("Banner", 1.0, 1) };
        let rows = [staging, row("Lead", 1.0, 1)];
        let found = |wanted: &str| filtered(&rows, wanted).into_iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(found("stag"), ["Banner"]);
        assert_eq!(found(" LEAD"), ["Lead"]);
        assert_eq!(found("LEARNING"), ["Banner", "Lead"]);
        assert_eq!(found("online"), ["Banner", "Lead"]);
        assert!(found("development").is_empty() && found("apprentice").is_empty());
    }

    #[test]
    fn loops_are_sorted_by_what_was_asked_for() {
        let mut rows = [row("b", 1.0, 1), row("a", 2.0, 1)];
        sort(&mut rows, "anything");
        assert_eq!(rows[0].name, "b", "as they came");
        sort(&mut rows, "rate");
        assert_eq!(rows[0].name, "a");
        sort(&mut rows, "name");
        assert_eq!(rows[0].name, "a");
    }

    #[test]
    fn a_loop_that_was_never_called_is_told_of() {
        assert_eq!(sentence(&[row("a", 0.0, 0)]), "Nothing needs your attention. One loop waits for its first call.");
    }
}
