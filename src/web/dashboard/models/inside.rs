//! What a model is made of, and what happened to it.

use leptos::prelude::*;

use crate::{
    reports::{ModelMoment, ModelPart, ModelTrust},
    web::components::{Card, CodeBlock, Column, TableFrame, TimeText},
};

/// Whom it trusts, and what its parts keep.
#[component]
pub fn Inside(trust: Vec<ModelTrust>, parts: Vec<ModelPart>, arguments: String) -> impl IntoView {
    let learner = |one: ModelTrust| {
        view! {
            <li class="trust-line">
                <span>{one.name}</span>
                <svg class="trust-line__track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=format!("{:.1}", one.share * 100.0) height="1"></rect>
                </svg>
                <span class="trust-line__words">{one.words}</span>
            </li>
        }
    };
    let has_trust = !trust.is_empty();
    let part = |part: ModelPart| view! { <div><dt>{part.name}</dt><dd>{part.size}</dd></div> };
    view! {
        <div class="model-inside">
            {has_trust.then(|| view! {
                <Card title="Which learners it trusts">
                    <ul class="trust-lines">{trust.into_iter().map(learner).collect_view()}</ul>
                    <p class="muted">"Several learners predict each reward, and count by how well they have done so lately."</p>
                </Card>
            })}
            <Card title="What it keeps in memory">
                <dl class="model-parts">{parts.into_iter().map(part).collect_view()}</dl>
            </Card>
        </div>
        <details class="more">
            <summary>"Its learning settings"</summary>
            <CodeBlock title="Arguments" code=arguments/>
        </details>
    }
    .into_any()
}

/// What happened to the model.
#[component]
pub fn Moments(moments: Vec<ModelMoment>) -> impl IntoView {
    if moments.is_empty() {
        return ().into_any();
    }
    let row = |moment: ModelMoment| {
        view! {
            <tr>
                <th scope="row">{moment.words}</th>
                <td data-label="When"><TimeText moment=moment.at/></td>
                <td data-label="By">{moment.by.unwrap_or_else(|| "rankloop".to_owned())}</td>
            </tr>
        }
    };
    view! {
        <section class="stack stack--tight">
            <h2>"What happened to it"</h2>
            <TableFrame caption="What happened to the model, newest first"
                columns=vec![Column::text("What"), Column::text("When"), Column::text("By")]>
                {moments.into_iter().map(row).collect_view()}
            </TableFrame>
        </section>
    }
    .into_any()
}
