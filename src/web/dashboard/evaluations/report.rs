//! One evaluation: the answer in a sentence, everybody who was compared, and the way to the settings.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    super::current_loop_id,
    calls::{ShareReport, StopSharing, load_report},
    coverage::{Overlap, Segments},
    sharing::Sharing,
};
use crate::{
    reports::{EvaluationReport, FeatureLine, PolicyLine, SlotPolicies, VerdictTone},
    web::components::{Card, Chip, Loaded, PageHeader, Tone},
};

/// How soon a running evaluation is looked at again.
const AGAIN: Duration = Duration::from_secs(2);

/// `/loops/:id/evaluations/:evaluation_id`
#[component]
pub fn EvaluationPage() -> impl IntoView {
    let id = current_loop_id();
    let params = use_params_map();
    let evaluation_id = Memo::new(move |_| params.read().get("evaluation_id").unwrap_or_default());
    let report = Resource::new(move || (id.get(), evaluation_id.get()), |(id, evaluation)| load_report(id, evaluation));
    Effect::new(move |_| {
        let is_running = report.get().is_some_and(|view| view.is_ok_and(|view| view.report.percent_done.is_some()));
        if is_running {
            set_timeout(move || report.refetch(), AGAIN);
        }
    });
    let (share, stop) = (ServerAction::<ShareReport>::new(), ServerAction::<StopSharing>::new());
    Effect::watch(move || (share.version().get(), stop.version().get()), move |_, _, _| report.refetch(), false);
    let ids = move || (id.get_untracked(), evaluation_id.get_untracked());
    view! {
        <Title text="Evaluation"/>
        <p class="no-print"><a href=move || format!("/loops/{}/evaluations", id.get())>"All evaluations"</a></p>
        <Loaded resource=report lines=8 view=move |view| {
            // What is still worked out has nothing to show to others.
            let sharing = (view.may_edit && view.report.percent_done.is_none()).then(|| {
                let (shares, url) = (view.shares.clone(), view.share_url.clone());
                view! { <Sharing ids=ids() shares=shares url=url share=share stop=stop/> }
            });
            let drafts = if view.may_edit { view.drafts } else { Vec::new() };
            view! { <Report report=view.report drafts=drafts/>{sharing} }
        }/>
    }
}

/// The report as everybody reads it; with `drafts` the ways from a policy to the settings.
#[component]
pub fn Report(report: EvaluationReport, drafts: Vec<(String, String)>) -> impl IntoView {
    let sentence = format!("{}, whole days in UTC.", report.span);
    let running = report.percent_done.map(|percent| {
        view! {
            <div class="evaluation-progress" role="status">
                <progress max="100" value=percent.to_string() aria-label="Done"></progress>
                <span>{percent}" % done. This page notices by itself; without script, load it again."</span>
            </div>
        }
    });
    let drafts = StoredValue::new(drafts);
    let has_policies = !report.policies.is_empty();
    let slot = move |slot: SlotPolicies| {
        let title = format!("Slot {}", slot.slot);
        view! { <Card title=title><PolicyTable policies=slot.policies drafts=StoredValue::new(Vec::new())/></Card> }
    };
    view! {
        <div class="stack evaluation-report">
            <PageHeader title=report.name sentence=sentence/>
            <p class="evaluation-report__headline">{report.headline}</p>
            {running}
            {has_policies.then(|| view! {
                <Card title="Who would have earned what">
                    <PolicyTable policies=report.policies drafts=drafts/>
                    <p class="muted">{report.basis}</p>
                </Card>
            })}
            <Segments lines=report.segments feature=report.segment_by policy=report.segment_policy/>
            {report.slots.into_iter().map(slot).collect_view()}
            <Overlap lines=report.overlap/>
            <Features features=report.features/>
        </div>
    }
    .into_any()
}

#[component]
fn PolicyTable(policies: Vec<PolicyLine>, drafts: StoredValue<Vec<(String, String)>>) -> impl IntoView {
    let row = move |policy: PolicyLine| {
        let tone = tone_of(policy.tone);
        let href = drafts
            .with_value(|drafts| drafts.iter().find(|(name, _)| *name == policy.name).map(|(_, href)| href.clone()));
        view! {
            <tr>
                <th scope="row">
                    {policy.name}
                    <span class="evaluation-what">{policy.what}</span>
                    {policy.arguments.map(|arguments| view! { <code class="evaluation-arguments">{arguments}</code> })}
                </th>
                <td data-label="Reward"><span class="evaluation-value">{policy.value}</span>{policy.scale.map(interval_bar)}</td>
                <td data-label="By propensities">{policy.ips}</td>
                <td data-label="Effective events">{policy.effective}</td>
                <td data-label="Verdict"><Chip tone=tone>{policy.verdict}</Chip></td>
                <td>{href.map(|href| view! { <a class="button button--small" href=href>"Open as draft"</a> })}</td>
            </tr>
        }
    };
    view! {
        <table class="table table--cards table--boxed evaluation-table">
            <thead><tr>
                <th scope="col">"Policy"</th><th scope="col">"Reward of a decision"</th><th scope="col">"By propensities"</th>
                <th scope="col">"Effective events"</th><th scope="col">"Verdict"</th>
                <th scope="col"><span class="visually-hidden">"Take it"</span></th>
            </tr></thead>
            <tbody>{policies.into_iter().map(row).collect_view()}</tbody>
        </table>
        <p class="muted">
            "“By propensities” weighs each decision by how much likelier the policy makes what was shown than the loop did. "
            "“Reward of a decision” adds what a model expects of the rest, which is steadier. “Effective events” says how many "
            "decisions of even weight would tell as much."
        </p>
    }
    .into_any()
}

/// The colour of a verdict.
pub fn tone_of(tone: VerdictTone) -> Tone {
    match tone {
        VerdictTone::Better => Tone::Good,
        VerdictTone::Worse => Tone::Bad,
        VerdictTone::Open | VerdictTone::Reference => Tone::Neutral,
    }
}

/// Value and interval on the scale that all rows share; the numbers beside say the same.
fn interval_bar([low, value, high]: [f32; 3]) -> impl IntoView {
    let at = |share: f32| format!("{:.1}", share * 100.0);
    view! {
        <svg class="interval-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="interval-bar__range" x=at(low) y="2" width=at((high - low).max(0.004)) height="2"></rect>
            <rect class="interval-bar__value" x=at((value - 0.006).max(0.0)) y="0" width="1.2" height="6"></rect>
        </svg>
    }
}

#[component]
fn Features(features: Vec<FeatureLine>) -> impl IntoView {
    if features.is_empty() {
        return ().into_any();
    }
    let line = |feature: FeatureLine| {
        view! {
            <li class="feature-line">
                <span>{feature.name}</span>
                <svg class="feature-line__track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=format!("{:.1}", feature.length * 100.0) height="1"></rect>
                </svg>
                <span class="feature-line__words">{format!("{:.2}", feature.length)}</span>
            </li>
        }
    };
    view! {
        <Card title="What moved the choice">
            <ul class="feature-lines">{features.into_iter().map(line).collect_view()}</ul>
            <p class="muted">"1 is the feature that pushed actions furthest apart, 0 one that moved nothing."</p>
        </Card>
    }
    .into_any()
}
