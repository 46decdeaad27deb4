//! Who is asking, for server functions; and how errors of other rooms become answers for people.
//!
//! A server function is a public door: each calls [`require`] (or says why it need not) before anything else.

use axum::http::{StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_sessions::Session;

use super::{
    PageError,
    dashboard::{overview::ReadersView, settings::Proposal},
    newsroom,
};
use crate::{
    accounts::{AccountError, Accounts, PERSON_IN_SESSION, SignedIn},
    demo::{Demo, MAX_RATE},
    loops::{ActionDraft, ConfigurationChange, LiveLoop, LoopError, Loops},
    terms::{LoopId, Role},
};

/// Where to go after signing in, when nothing else was asked for.
const HOME: &str = "/loops";

/// The person behind this request, if their role is at least `least`.
pub async fn require(least: Role) -> Result<SignedIn, PageError> {
    match signed_in().await? {
        None => Err(refuse(StatusCode::UNAUTHORIZED, PageError::NotSignedIn)),
        Some(person) if person.role < least => Err(refuse(StatusCode::FORBIDDEN, PageError::NotAllowed)),
        Some(person) => Ok(person),
    }
}

/// The person behind this request, if there is one. For pages that anyone may see.
pub async fn signed_in() -> Result<Option<SignedIn>, PageError> {
    let accounts = given::<Accounts>()?;
    person_of(&session().await?, &accounts).await
}

/// The person of a session, for routes that are no server functions.
pub async fn person_of(session: &Session, accounts: &Accounts) -> Result<Option<SignedIn>, PageError> {
    let id = session.get::<String>(PERSON_IN_SESSION).await.map_err(|error| failed("read the session", &error))?;
    let Some(id) = id else { return Ok(None) };
    // Read anew each time: someone who was removed or given another role is so from the next request on.
    accounts.person(&id).await.map_err(|error| failed("read the session", &error))
}

/// What the server gives to server functions, such as `Loops`.
///
/// A page may be left while a function runs; what was given is gone from then on, also in the middle of the function.
/// The answer is then for nobody, and panicking over it would only fill the log.
pub fn given<T: Clone + Send + Sync + 'static>() -> Result<T, PageError> {
    use_context::<T>().ok_or(PageError::Unreachable)
}

/// The loop that a page is about, for someone who may see it.
pub async fn require_loop(least: Role, id: &str) -> Result<(SignedIn, LiveLoop), PageError> {
    // Taken before anything is awaited: see `given`.
    let loops = given::<Loops>()?;
    let person = require(least).await?;
    let id: LoopId = id.parse().map_err(|_| not_found("loop"))?;
    let live = loops.get(&id).ok_or_else(|| not_found("loop"))?;
    Ok((person, live))
}

/// The demo, for someone who may steer its readers, on the page of its own loop.
pub async fn require_readers(loop_id: &str) -> Result<Demo, PageError> {
    let demo = newsroom::running();
    let (_, live) = require_loop(Role::Editor, loop_id).await?;
    demo.filter(|demo| demo.loop_id().as_ref() == Some(live.id())).ok_or_else(|| not_found("demo"))
}

/// How the demo's readers are doing, when this is the loop that they read for.
pub fn readers_of(demo: Option<&Demo>, loop_id: &LoopId, may_steer: bool) -> Option<ReadersView> {
    let demo = demo.filter(|demo| demo.loop_id().as_ref() == Some(loop_id))?;
    let status = demo.status();
    Some(ReadersView {
        is_paused: status.is_paused,
        rate_per_second: status.rate_per_second,
        most_per_second: MAX_RATE,
        taste: status.taste.as_str().to_owned(),
        trouble: status.trouble,
        may_steer,
    })
}

/// An action of the loop as it is, to be saved with one thing changed.
pub fn draft_of(live: &LiveLoop, action_id: &str) -> Result<ActionDraft, PageError> {
    let actions = live.actions();
    let action = actions.iter().find(|action| action.id.as_str() == action_id).ok_or_else(|| not_found("action"))?;
    Ok(action.to_draft())
}

/// A proposal as the loop understands it.
pub async fn change_of(live: &LiveLoop, proposal: &Proposal) -> Result<ConfigurationChange, PageError> {
    match proposal {
        Proposal::Draft(draft) => Ok(ConfigurationChange {
            configuration: Some(draft.to_configuration(&live.configuration()).map_err(refused)?),
            arguments: draft.new_arguments(live.arguments().as_deref()).map_err(refused)?,
            ..ConfigurationChange::default()
        }),
        Proposal::Restore(seq) => {
            let history = live.history().await?;
            let past = history.into_iter().find(|past| past.seq == *seq).ok_or_else(|| not_found("earlier setting"))?;
            Ok(ConfigurationChange {
                configuration: Some(past.configuration),
                arguments: Some(past.arguments),
                restores_seq: Some(past.seq),
                ..ConfigurationChange::default()
            })
        }
    }
}

/// From now on this browser is `person`. The session gets a new id, so that one planted before is worth nothing.
pub async fn start_session(person: &SignedIn) -> Result<(), PageError> {
    let session = session().await?;
    session.cycle_id().await.map_err(|error| failed("start a session", &error))?;
    session.insert(PERSON_IN_SESSION, &person.id).await.map_err(|error| failed("start a session", &error))
}

/// This browser is nobody again, and its session is gone from the server too.
pub async fn end_session() -> Result<(), PageError> {
    session().await?.flush().await.map_err(|error| failed("end the session", &error))
}

/// Keeps something for the page that follows, when a form was sent without script: there is no other way to show it.
pub async fn note_for_plain_form(name: &str, text: &str) -> Result<(), PageError> {
    if !is_plain_form() {
        return Ok(());
    }
    session().await?.insert(name, text).await.map_err(|error| failed("keep something for the next page", &error))
}

/// What was kept, once.
pub async fn take_note(name: &str) -> Result<Option<String>, PageError> {
    session().await?.remove(name).await.map_err(|error| failed("read the session", &error))
}

/// Only a path of this server: a link to our sign-in page must not lead people elsewhere afterwards.
pub fn local_path(next: Option<&str>) -> &str {
    let is_plain = |path: &str| path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    next.filter(|path| path.starts_with('/') && !path.starts_with("//") && is_plain(path)).unwrap_or(HOME)
}

/// The address that sign-in attempts are counted by.
pub fn caller_address() -> String {
    use axum::extract::ConnectInfo;
    use_context::<Parts>()
        .and_then(|parts| {
            parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip().to_string())
        })
        .unwrap_or_else(|| "unknown".to_owned())
}

/// "There is no such `what`", with the status that says so.
pub fn not_found(what: &str) -> PageError {
    refuse(StatusCode::NOT_FOUND, PageError::NotFound(what.to_owned()))
}

/// Something broke on our side: logged here, once, with the request id that the person is shown.
pub fn failed(attempt: &str, error: &dyn std::error::Error) -> PageError {
    let request_id = request_id();
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    tracing::error!(request.id = %request_id, error = %causes, "Could not {attempt} for a page");
    refuse(StatusCode::INTERNAL_SERVER_ERROR, PageError::Failed { attempt: attempt.to_owned(), request_id })
}

fn request_id() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.headers.get("x-request-id")?.to_str().ok().map(str::to_owned))
        .unwrap_or_default()
}

async fn session() -> Result<Session, PageError> {
    leptos_axum::extract::<Session>().await.map_err(|error| failed("read the session", &error))
}

/// Gives the answer its status, except when a form was sent without script, or the frame leads to the sign-in page already:
/// those are answered by a redirect, whichever of a page's parts is done first.
fn refuse(status: StatusCode, error: PageError) -> PageError {
    if let (false, Some(response)) = (is_plain_form(), use_context::<ResponseOptions>()) {
        let leads_elsewhere = response.0.read().is_ok_and(|parts| parts.headers.contains_key(header::LOCATION));
        if !leads_elsewhere {
            response.set_status(status);
        }
    }
    error
}

/// Whether the browser itself sent a form, without script.
fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        parts.method != axum::http::Method::GET && accepts.contains("text/html")
    })
}

impl From<LoopError> for PageError {
    fn from(error: LoopError) -> Self {
        match error {
            LoopError::NotFound(what) => not_found(what),
            LoopError::Store(_) | LoopError::Damaged(_) => failed("read or write the loop", &error),
            LoopError::Name => refused(Self::at("name", error)),
            LoopError::ActionDates => refused(Self::at("valid_to", error)),
            LoopError::ActionWithoutFeatures | LoopError::Features(_) => refused(Self::at("features", error)),
            LoopError::LearningSettings(_) => refused(Self::at("arguments", error)),
            other => refused(Self::rejected(other)),
        }
    }
}

impl From<AccountError> for PageError {
    fn from(error: AccountError) -> Self {
        let sentence = as_sentence(&error);
        match error {
            AccountError::Hash | AccountError::Store(_) => failed("read or store accounts", &error),
            AccountError::PasswordTooShort => refused(Self::at("password", sentence)),
            AccountError::NameInvalid | AccountError::NameTaken => refused(Self::at("name", sentence)),
            AccountError::UnknownPerson => not_found("person"),
            AccountError::UnknownInvitation => not_found("invitation"),
            AccountError::NotYours { .. } => refuse(StatusCode::FORBIDDEN, Self::rejected(sentence)),
            _ => refused(Self::rejected(sentence)),
        }
    }
}

/// What a person typed was refused, at the input where they typed it.
pub fn refused_at(field: &str, message: impl ToString) -> PageError {
    refused(PageError::at(field, message))
}

fn refused(error: PageError) -> PageError {
    refuse(StatusCode::UNPROCESSABLE_ENTITY, error)
}

/// "the name is wrong" as a person would write it.
fn as_sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "", "loops", "/a\r\nb"] {
            assert_eq!(local_path(Some(elsewhere)), HOME, "{elsewhere}");
        }
        assert_eq!(local_path(Some("/loops/abc/settings?draft=1")), "/loops/abc/settings?draft=1");
        assert_eq!(local_path(None), HOME);
    }
}
