//! How far the log can tell of each policy, and what it says of parts of the traffic.

use leptos::prelude::*;

use super::report::tone_of;
use crate::{
    reports::{OverlapLine, SegmentLine},
    web::components::{Card, Chip},
};

/// How well the log covers each policy.
#[component]
pub fn Overlap(lines: Vec<OverlapLine>) -> impl IntoView {
    if lines.is_empty() {
        return ().into_any();
    }
    let row = |line: OverlapLine| {
        view! {
            <tr>
                <th scope="row">{line.policy}</th>
                <td data-label="Tell of it">{line.effective}</td>
                <td data-label="Largest weight">{line.largest_weight}</td>
                <td data-label="Never its choice">{line.impossible}</td>
                <td data-label="Verdict"><Chip tone=tone_of(line.tone)>{line.verdict}</Chip></td>
            </tr>
        }
    };
    view! {
        <Card title="How far the log can tell">
            <table class="table table--cards table--boxed evaluation-table">
                <thead><tr>
                    <th scope="col">"Policy"</th><th scope="col">"Decisions that tell of it"</th><th scope="col">"Largest weight"</th>
                    <th scope="col">"Shown, but never its choice"</th><th scope="col">"Verdict"</th>
                </tr></thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
            <p class="muted">
                "A decision counts for a policy by how much likelier the policy makes what was shown than the loop did. "
                "The first column says how many decisions of even weight would tell as much; the largest weight is what the one that "
                "counts most counts for."
            </p>
        </Card>
    }
    .into_any()
}

/// Parts of the traffic, by the values of a feature.
#[component]
pub fn Segments(lines: Vec<SegmentLine>, feature: String, policy: String) -> impl IntoView {
    if lines.is_empty() {
        return ().into_any();
    }
    let would = format!("{policy} would have");
    let label = would.clone();
    let row = move |line: SegmentLine| {
        view! {
            <tr>
                <th scope="row">{line.value}</th>
                <td data-label="Decisions">{line.n_events}</td>
                <td data-label="The loop earned">{line.earned}</td>
                <td data-label=label.clone()>{line.would_earn}</td>
                <td data-label="Verdict"><Chip tone=tone_of(line.tone)>{line.verdict}</Chip></td>
            </tr>
        }
    };
    view! {
        <Card title=format!("By {feature}")>
            <table class="table table--cards table--boxed evaluation-table">
                <thead><tr>
                    <th scope="col">{feature}</th><th scope="col">"Decisions"</th><th scope="col">"The loop earned"</th>
                    <th scope="col">{would}</th><th scope="col">"Verdict"</th>
                </tr></thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
            <p class="muted">"Reward of a decision with its 95 % interval. Of many parts one may look better by chance alone."</p>
        </Card>
    }
    .into_any()
}
