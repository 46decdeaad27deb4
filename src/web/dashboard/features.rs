//! What is odd about the features that callers send, with what to do about it. Nothing here changes anything.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::current_loop_id;
use crate::{
    reports::{FeaturePage, FindingGroup, FindingRow},
    web::{
        PageError,
        components::{EmptyState, Loaded, PageHeader},
    },
};

/// What was found in the features of recent events.
#[server]
pub async fn load_features(id: String) -> Result<FeaturePage, PageError> {
    use crate::{reports::ask, terms::Role, web::guard};
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    Ok(ask::features(&live).await?)
}

/// `/loops/:id/features`
#[component]
pub fn FeaturesPage() -> impl IntoView {
    let id = current_loop_id();
    let page = Resource::new(move || id.get(), load_features);
    view! {
        <Title text="Features"/>
        <Loaded resource=page lines=8 view=|page| view! { <Findings page=page/> }/>
    }
}

#[component]
fn Findings(page: FeaturePage) -> impl IntoView {
    let FeaturePage { sentence, basis, groups } = page;
    let has_events = basis.is_some();
    let body = if groups.is_empty() {
        Either::Left(view! { <NothingFound has_events=has_events/> })
    } else {
        Either::Right(groups.into_iter().map(|group| view! { <Group group=group/> }).collect_view())
    };
    view! {
        <PageHeader title="Features" sentence=sentence/>
        {basis.map(|basis| view! { <p class="muted">{basis}" What is sent is never changed."</p> })}
        {body}
    }
    .into_any()
}

#[component]
fn NothingFound(has_events: bool) -> impl IntoView {
    let (title, words) = if has_events {
        (
            "What would be listed here",
            "Ids and exact times as features, lists sent as text, misspelt keys, numbers sent as text and the like.",
        )
    } else {
        (
            "No events yet",
            "The features of the first thousand events are all looked at, later on those of some fifty a second at most.",
        )
    };
    view! { <EmptyState title=title><p class="muted">{words}</p></EmptyState> }.into_any()
}

#[component]
fn Group(group: FindingGroup) -> impl IntoView {
    let FindingGroup { kind, title, advice, rows } = group;
    let caption = format!("{title}: where");
    view! {
        <section class="card" data-finding=kind>
            <h2 class="card__title">{title}</h2>
            <p>{advice}</p>
            <table class="table table--cards findings">
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>
                    <th scope="col">"Feature"</th><th scope="col">"In"</th>
                    <th scope="col" class="numeric">"Seen"</th><th scope="col">"Such as"</th>
                </tr></thead>
                <tbody>{rows.into_iter().map(|row| view! { <Row row=row/> }).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(row: FindingRow) -> impl IntoView {
    let FindingRow { name, place, seen, examples, other_name } = row;
    let name = if name.is_empty() { "all of them".into_any() } else { view! { <code>{name}</code> }.into_any() };
    let examples = examples.into_iter().map(|example| view! { <code>{example}</code> }).collect_view();
    view! {
        <tr>
            <th scope="row">
                {name}
                {other_name.map(|other| view! { <span class="muted">" – elsewhere "<code>{other}</code></span> })}
            </th>
            <td data-label="In">{place}</td>
            <td data-label="Seen" class="numeric">{seen}</td>
            <td data-label="Such as"><span class="findings__examples">{examples}</span></td>
        </tr>
    }
    .into_any()
}
