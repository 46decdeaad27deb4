//! What stands below the charts: the way of events, health, exploration, what is odd about the features, and which moved.

use leptos::prelude::*;

use super::{super::live_updates::LiveUpdates, OverviewView};
use crate::{
    reports::{CounterRow, MovedRow},
    web::components::{Card, HealthText, LiveState},
};

/// From the Rank to what was learned, as one row; what went wrong below it, if anything did.
#[component]
pub fn FunnelCard(shown: RwSignal<OverviewView>) -> impl IntoView {
    let funnel = move || shown.with(|view| view.overview.funnel.clone()).into_iter().map(station).collect_view();
    let troubles = Memo::new(move |_| shown.with(|view| view.overview.troubles.clone()));
    view! {
        <Card title="Events since the loop was made">
            <dl class="funnel">{funnel}</dl>
            <Show when=move || troubles.with(|troubles| !troubles.is_empty())>
                <dl class="funnel funnel--troubles">{move || troubles.get().into_iter().map(station).collect_view()}</dl>
            </Show>
        </Card>
    }
    .into_any()
}

fn station(row: CounterRow) -> AnyView {
    let share = (!row.share.is_empty()).then(|| view! { <span class="funnel__share">{row.share}</span> });
    view! {
        <div class="funnel__station" data-counter=row.key>
            <dt>{row.label}</dt>
            <dd class="funnel__n">{row.words}{share}</dd>
            <dd class="funnel__meaning">{row.meaning}</dd>
        </div>
    }
    .into_any()
}

#[component]
pub fn HealthCard(shown: RwSignal<OverviewView>, updates: LiveUpdates) -> impl IntoView {
    let health = Memo::new(move |_| shown.with(|view| view.overview.health.clone()));
    let apprentice = Memo::new(move |_| shown.with(|view| view.overview.apprentice.clone()));
    // While the first connection is being made, none is lost.
    let was_live =
        Memo::new(move |before: Option<&bool>| before == Some(&true) || updates.truth() == Some(LiveState::Live));
    let is_lost = move || was_live.get() && updates.truth() == Some(LiveState::Reconnecting);
    view! {
        <Card title="Learning health">
            <ul class="health-list">
                {move || health.get().into_iter().map(|health| view! { <li><HealthText health=health/></li> }).collect_view()}
            </ul>
            {move || apprentice.get().map(|numbers| view! { <p class="muted">{numbers.sentence}</p> })}
            <Show when=is_lost>
                <p class="muted">"The connection to the server is lost; these numbers are from before."</p>
            </Show>
        </Card>
    }
    .into_any()
}

/// What was really explored beside what may be: the two are not the same.
#[component]
pub fn ExplorationCard(shown: RwSignal<OverviewView>, id: Memo<String>) -> impl IntoView {
    let numbers = Memo::new(move |_| shown.with(|view| view.overview.exploration.clone()));
    view! {
        <Card title="Exploration">
            <p class="stat">
                {move || numbers.with(|numbers| numbers.explored.clone().map(|explored| view! {
                    <span class="stat__figure">{explored}</span>" explored, "
                }))}
                {move || numbers.with(|numbers| numbers.setting.clone())}" set"
            </p>
            <p class="muted">{move || numbers.with(|numbers| numbers.sentence.clone())}</p>
            <p><a href=move || format!("/loops/{}/settings", id.get())>"Change it in Settings"</a></p>
        </Card>
    }
    .into_any()
}

#[component]
pub fn QualityCard(shown: RwSignal<OverviewView>, id: Memo<String>) -> impl IntoView {
    let warnings = Memo::new(move |_| shown.with(|view| view.overview.warnings.clone()));
    let one = |words: String| view! { <li class="health health--attention">{words}</li> };
    view! {
        <Card title="Data quality">
            {move || if warnings.with(Vec::is_empty) {
                view! { <p class="health health--good">"nothing odd in the features"</p> }.into_any()
            } else {
                view! { <ul class="health-list">{warnings.get().into_iter().map(one).collect_view()}</ul> }.into_any()
            }}
            <p><a href=move || format!("/loops/{}/features", id.get())>"All features"</a></p>
        </Card>
    }
    .into_any()
}

/// Which features came to weigh more or less in what is chosen.
#[component]
pub fn MovedCard(shown: RwSignal<OverviewView>) -> impl IntoView {
    let moved = Memo::new(move |_| shown.with(|view| view.overview.moved.clone()));
    let row = |row: MovedRow| {
        view! {
            <tr>
                <th scope="row"><code>{row.name}</code></th>
                <td data-label="Then" class="numeric">{row.before}</td>
                <td data-label="Now" class="numeric">{row.now}</td>
                <td data-label="Change" class="numeric">{row.change}</td>
            </tr>
        }
    };
    let table = move || {
        let rows = moved.with(|moved| moved.rows.clone());
        (!rows.is_empty()).then(|| {
            view! {
                <table class="table table--cards">
                    <caption class="visually-hidden">"Features by how far they tell actions apart, then and now"</caption>
                    <thead><tr>
                        <th scope="col">"Feature"</th><th scope="col" class="numeric">"Then"</th>
                        <th scope="col" class="numeric">"Now"</th><th scope="col" class="numeric">"Change, 95 % interval"</th>
                    </tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            }
        })
    };
    view! {
        <section class="card" id="moved">
            <h2 class="card__title">{move || moved.with(|moved| moved.title.clone())}</h2>
            <p class="muted">{move || moved.with(|moved| moved.sentence.clone())}</p>
            {table}
        </section>
    }
    .into_any()
}
