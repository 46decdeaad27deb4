//! The playground: what would be decided in a context, and why. The context is in the address, so that it works without
//! script and can be sent to a colleague. Nothing is logged.

mod decision;
mod form;

pub use decision::Reasons;
pub(super) use decision::escaped;
use leptos::{prelude::*, server_fn::codec::Json};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::form::{ActionsForm, ContextForm};
use super::current_loop_id;
use crate::{
    reports::{PlaygroundPage as Page, PlaygroundSide, WhyPart},
    web::{
        PageError,
        components::{EmptyState, Loaded, PageHeader},
    },
};

/// The playground as the address asks for it, name by name.
///
/// As JSON: the names of fields are features of the caller, which a form's own nesting would take apart.
#[server(input = Json)]
pub async fn load_playground(id: String, asked: Vec<(String, String)>) -> Result<Page, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{beginnings, guard},
    };
    let (_, live) = guard::require_loop(Role::Analyst, &id).await?;
    Ok(ask::playground(&live, &asked, beginnings::usual_context(&live)).await?)
}

/// `/loops/:id/playground?event=…&context=…&other=…`
#[component]
pub fn PlaygroundPage() -> impl IntoView {
    let id = current_loop_id();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let pairs = query.get().into_iter().map(|(name, value)| (name.into_owned(), value));
        pairs.collect::<Vec<(String, String)>>()
    });
    let page = Resource::new(move || (id.get(), asked.get()), |(id, asked)| load_playground(id, asked));
    view! {
        <Title text="Playground"/>
        <PageHeader title="Playground" sentence="What would be shown in another context, and why."/>
        <p class="notice playground__banner" role="note">"Nothing here is logged, learned or counted. Your application sees nothing of it."</p>
        <Loaded resource=page lines=10 view=move |page| view! { <Body page=page id=id/> }/>
    }
}

#[component]
fn Body(page: Page, id: Memo<String>) -> impl IntoView {
    let base = format!("/loops/{}/playground", id.get_untracked());
    let is_empty = page.event.is_none() && page.sides.iter().all(|side| side.why.is_err() && side.json == "[]");
    let loop_path = format!("/loops/{}", id.get_untracked());
    let is_compared = page.sides.len() > 1;
    let event_id = page.event.as_ref().map(|event| event.id.clone());
    let made_up = page.has_sample.then_some("This loop has not been called yet: its actions, in a made-up context.");
    let from = page.event.map(|event| {
        let href = format!("/loops/{}/events/{}", id.get_untracked(), event.id_in_path);
        let what = if event.is_newest { "Started from the newest event, " } else { "Started from event " };
        view! { <span>{what}<a class="playground__event" href=href>{event.id}</a></span> }
    });
    let compare = if is_compared { "Show one context" } else { "Compare two contexts" };
    let hidden = Hidden { event_id, actions: page.typed_actions };
    let playground = match &hidden.event_id {
        Some(event_id) => format!("{base}?event={}", escaped(event_id)),
        None => base.clone(),
    };
    let others: Vec<(String, String)> = page.sides.iter().map(|side| (side.key.clone(), side.json.clone())).collect();
    let side = {
        let (hidden, others) = (hidden.clone(), others.clone());
        move |side: PlaygroundSide| {
            let other = others.iter().find(|(key, _)| *key != side.key).cloned();
            view! { <Side side=side other=other hidden=hidden.clone() playground=playground.clone() is_empty=is_empty/> }
        }
    };
    view! {
        <div class="stack playground">
            {is_empty.then(|| view! {
                <EmptyState title="No Rank has arrived yet">
                    <p>"There is nothing to choose from: send a Rank, or add actions to the loop and type a context below."</p>
                    <p class="row">
                        <a class="button" href=format!("{loop_path}/keys")>"Calls to copy"</a>
                        <a class="button" href=format!("{loop_path}/actions")>"Add actions"</a>
                    </p>
                </EmptyState>
            })}
            <p class="row playground__from">{from}{made_up}<a class="button button--small" href=format!("{base}?{}", page.other_query)>{compare}</a></p>
            <div class="playground__sides" class:playground__sides--two=is_compared>
                {page.sides.into_iter().map(side).collect_view()}
            </div>
            {page.actions.map(|actions| view! { <ActionsForm actions=actions contexts=others hidden=hidden/> })}
        </div>
    }
    .into_any()
}

/// What forms carry along.
#[derive(Debug, Clone)]
struct Hidden {
    event_id: Option<String>,
    actions: Option<String>,
}

#[component]
fn Side(
    side: PlaygroundSide,
    /// Name and JSON of the other context.
    other: Option<(String, String)>,
    hidden: Hidden,
    playground: String,
    /// There is nothing to choose from, and that was said.
    is_empty: bool,
) -> impl IntoView {
    let title = side.title.clone();
    let why = side.why.clone();
    view! {
        <section class="playground__side" aria-label=title>
            <ContextForm side=side other=other hidden=hidden/>
            {(!is_empty).then(|| view! { <Answer why=why playground=playground/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Answer(why: Result<WhyPart, String>, playground: String) -> impl IntoView {
    match why {
        Ok(why) => view! { <div class="card"><Reasons why=why playground=playground/></div> }.into_any(),
        Err(problem) => view! { <p class="notice notice--bad" role="alert">{problem}</p> }.into_any(),
    }
}
