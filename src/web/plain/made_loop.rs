//! A loop that was made without script: the form's answer, with the keys that are shown this once.

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::post,
};
use leptos::prelude::*;
use tower_sessions::Session;

use super::document;
use crate::{
    accounts::Accounts,
    demo::Traffic,
    loops::Loops,
    terms::Role,
    web::{
        PageError, PublicUrl, beginnings,
        components::Logo,
        dashboard::{
            new_loop::{LoopWishes, NewLoopView},
            snippets::CallTarget,
        },
        guard,
    },
};

/// What a loop is made with.
#[derive(Debug, Clone)]
pub struct Workshop {
    pub loops: Loops,
    pub accounts: Accounts,
    pub traffic: Option<Traffic>,
    pub url: PublicUrl,
}

/// `POST /start/loop`, for signed-in people who may make loops. It goes inside the session layer.
pub fn made_loop_routes(workshop: Workshop) -> Router {
    Router::new().route("/start/loop", post(make_loop)).with_state(workshop)
}

async fn make_loop(State(workshop): State<Workshop>, session: Session, Form(wishes): Form<LoopWishes>) -> Response {
    let person = match guard::person_of(&session, &workshop.accounts).await {
        Ok(Some(person)) if person.role >= Role::Editor => person,
        Ok(Some(_)) => return refused(StatusCode::FORBIDDEN, &PageError::NotAllowed),
        Ok(None) => return Redirect::to("/sign-in?next=/loops/new").into_response(),
        Err(error) => return refused(StatusCode::INTERNAL_SERVER_ERROR, &error),
    };
    match beginnings::create(&workshop.loops, workshop.traffic.as_ref(), &workshop.url, &person, &wishes).await {
        Ok(made) => (StatusCode::CREATED, Html(document("New loop", None, move || made_page(made)))).into_response(),
        Err(error) => refused(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}

fn refused(status: StatusCode, error: &PageError) -> Response {
    let message = error.to_string();
    let body = move || {
        frame(
            view! { <h1>"The loop was not made"</h1> }.into_any(),
            view! {
                <p class="notice notice--warning" role="alert">{message}</p>
                <p><a class="button" href="/loops/new">"Back to the form"</a></p>
            }
            .into_any(),
        )
    };
    (status, Html(document("New loop", None, body))).into_response()
}

fn made_page(made: NewLoopView) -> AnyView {
    let NewLoopView { id, name, endpoint, keys, is_multi_slot, sample, .. } = made;
    let target =
        CallTarget { endpoint: endpoint.clone(), key: keys.first().cloned().unwrap_or_default(), is_multi_slot };
    let key = |(number, key): (usize, String)| {
        view! { <dt>{format!("Key {}", number + 1)}</dt><dd><code class="secret__value">{key}</code></dd> }
    };
    let call = |(at, (language, code)): (usize, (&'static str, String))| {
        view! {
            <details class="more" open=at == 0>
                <summary>{language}</summary>
                <figure class="code"><pre tabindex="0" aria-label=language><code>{code}</code></pre></figure>
            </details>
        }
    };
    let head = view! {
        <h1>{format!("{name} is ready")}</h1>
        <p class="page-header__sentence">"It can be called right now. Store the keys first: they are shown this once."</p>
        <p><a class="button button--primary" href=format!("/loops/{id}")>"Open the loop"</a></p>
    };
    let body = view! {
        <section class="card">
            <h2>"Keys"</h2>
            <dl class="made-loop__keys">
                {keys.into_iter().enumerate().map(key).collect_view()}
                <dt>"Endpoint"</dt><dd><code class="secret__value">{endpoint}</code></dd>
            </dl>
            <p class="muted">"Use either key. The second is there so that you can replace one without a pause."</p>
        </section>
        <section class="card">
            <h2>"Send the first Rank and Reward"</h2>
            {target.texts(&sample).into_iter().enumerate().map(call).collect_view()}
        </section>
    };
    frame(head.into_any(), body.into_any())
}

fn frame(head: AnyView, body: AnyView) -> AnyView {
    view! {
        <header class="topbar"><a href="/loops" class="topbar__home" aria-label="rankloop, all loops"><Logo/></a></header>
        <main id="main" class="page page--narrow">
            <header class="stack stack--tight">{head}</header>
            {body}
        </main>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::dashboard::snippets::CallSample;

    #[test]
    fn the_page_shows_both_keys_and_calls_with_the_first() {
        let made = NewLoopView {
            id: "abc".into(),
            name: "Ban<ner".into(),
            endpoint: "http://host/loops/abc".into(),
            keys: vec!["first-key".into(), "second-key".into()],
            is_multi_slot: false,
            sample: CallSample::default(),
            is_from_template: false,
        };
        let html = document("New loop", None, move || made_page(made));
        assert!(html.contains("Ban&lt;ner is ready") && html.contains("second-key"), "{html}");
        assert!(html.matches("first-key").count() > 4, "in the list and in each language");
        assert!(!html.contains(".wasm") && html.contains("/loops/abc"));
    }
}
