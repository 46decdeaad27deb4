//! What a page shows when there are no data: not yet, none at all, or none to be had. A timeout never looks like zero.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::{Icon, IconName};
use crate::web::PageError;

/// Grey bars where text will be; CSS shows them only when loading takes longer than 150 ms.
#[component]
pub fn Skeleton(#[prop(default = 4)] lines: u8) -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">"Loading"</span>
            {(0..lines).map(|_| view! { <span class="skeleton__line" aria-hidden="true"></span> }).collect_view()}
        </div>
    }
}

/// Nothing here yet, and what to do about it.
#[component]
pub fn EmptyState(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <section class="empty">
            <h2 class="empty__title">{title}</h2>
            {children()}
        </section>
    }
}

/// What failed, under which request id, and a way on.
#[component]
pub fn FailedState(
    error: PageError,
    /// Tries again; without it there is no such button.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let sign_in = matches!(error, PageError::NotSignedIn)
        .then(|| view! { <a class="button button--primary" href="/sign-in" rel="external">"Sign in"</a> });
    let request_id = match &error {
        PageError::Failed { request_id, .. } if !request_id.is_empty() => Some(request_id.clone()),
        _ => None,
    };
    let can_retry = matches!(error, PageError::Failed { .. } | PageError::Unreachable);
    let retry = on_retry.filter(|_| can_retry).map(|retry| view! { <RetryButton retry=retry/> });
    let back = match &error {
        // Relative to the event's own address, which knows the loop.
        PageError::NotFound(what) if what == "event" => {
            Some(view! { <a class="button" href="../events">"All events"</a> })
        }
        PageError::NotFound(_) => Some(view! { <a class="button" href="/loops">"All loops"</a> }),
        _ => None,
    };
    view! {
        <section class="failed" role="alert">
            <p class="failed__title"><Icon name=IconName::Warning/>{error.to_string()}</p>
            {request_id.map(|id| view! {
                <p class="muted">"The cause is in the server's log under request id "<code>{id}</code>"."</p>
            })}
            <p class="row">{sign_in}{retry}{back}</p>
        </section>
    }
    .into_any()
}

/// Says that it is trying; when that is over, what it stands in is drawn anew.
#[component]
fn RetryButton(retry: Callback<()>) -> impl IntoView {
    let is_trying = RwSignal::new(false);
    let again = move |_| {
        is_trying.set(true);
        retry.run(());
    };
    view! {
        <button type="button" class="button" class:button--busy=is_trying disabled=is_trying on:click=again>
            {move || if is_trying.get() { "Trying again" } else { "Try again" }}
        </button>
    }
    .into_any()
}

/// A resource on screen: bars while it loads, the failure when it failed, `view` with the data when they are there.
/// What is shown stays in place while newer data load.
#[component]
pub fn Loaded<T, V, F>(
    resource: Resource<Result<T, PageError>>,
    #[prop(default = 4)] lines: u8,
    /// The page's title, for pages that have it in their data: without them it is still a page about something.
    #[prop(optional)]
    title: &'static str,
    /// Makes the view of the data.
    view: F,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
{
    let retry = Callback::new(move |()| resource.refetch());
    let shown = move || {
        let view = view.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(data) => leptos::either::Either::Left(view(data)),
                Err(error) => leptos::either::Either::Right(view! {
                    {(!title.is_empty()).then(|| view! { <h1>{title}</h1> })}
                    <FailedState error=error on_retry=retry/>
                }),
            }
        })
    };
    view! { <Transition fallback=move || view! { <Skeleton lines=lines/> }>{shown}</Transition> }.into_any()
}
