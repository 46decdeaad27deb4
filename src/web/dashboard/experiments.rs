//! The place of experiments with a holdout: what they will be, and what the log allows already. Nothing here is made up.

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::current_loop_id;
use crate::web::{
    PageError,
    components::{Card, Loaded, PageHeader},
};

/// What can be said today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentsView {
    /// How many decisions the log has, and since when.
    pub basis: String,
    /// The headline of the overview: the learned policy against the first action.
    pub headline: String,
}

/// What the log allows already.
#[server]
pub async fn load_experiments(id: String) -> Result<ExperimentsView, PageError> {
    use crate::{
        reports::{TimeRange, ask, words},
        terms::Role,
        web::{guard, zone::zone},
    };
    let zone = zone();
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    let look = ask::Look { range: Some(TimeRange::Week), zone, ..ask::Look::default() };
    let overview = ask::overview(&live, look).await?;
    let counters = live.counters();
    let age = words::span(live.now_us() - live.created_at_us());
    Ok(ExperimentsView {
        basis: match counters.ranked {
            0 => "This loop has no decisions yet.".to_owned(),
            n => format!("This loop has made {} decisions in {age}.", words::count(n)),
        },
        headline: format!("{} {}", overview.headline.large(), overview.headline.rest),
    })
}

/// `/loops/:id/experiments`
#[component]
pub fn ExperimentsPage() -> impl IntoView {
    let id = current_loop_id();
    let page = Resource::new(move || id.get(), load_experiments);
    view! {
        <Title text="Experiments"/>
        <Loaded resource=page view=move |view| view! { <Experiments view=view id=id/> }/>
    }
}

#[component]
fn Experiments(view: ExperimentsView, id: Memo<String>) -> impl IntoView {
    let link = move |below: &'static str| move || format!("/loops/{}/{below}", id.get());
    view! {
        <PageHeader title="Experiments"
            sentence="No experiment runs, and none can be started yet: holdout groups are not part of this version."/>
        <div class="stack">
            <Card title="What the log says without one">
                <p>{view.headline}</p>
                <p class="muted">{view.basis}" Every decision is logged with its probability, so what another policy would have earned can be estimated from it."</p>
                <p class="row">
                    <a class="button" href=move || format!("/loops/{}", id.get())>"The curve on the overview"</a>
                    <a class="button" href=link("evaluations")>"Evaluate other policies"</a>
                </p>
            </Card>
            <Card title="What an experiment adds">
                <ul class="plain-list">
                    <li>"A share of your visitors, the holdout, goes on getting your first action. The same visitor stays on the same side."</li>
                    <li>"Whether the shares came out as they were meant to: a split that is off spoils every comparison."</li>
                    <li>"The lift over the holdout, with an interval that stays true however often you look."</li>
                    <li>"Rules for stopping, written down before it starts."</li>
                </ul>
                <p class="muted">"An estimate from the log needs no holdout, but leans on logged probabilities. A holdout leans on nothing else, and costs the reward that it forgoes."</p>
            </Card>
        </div>
    }
    .into_any()
}
