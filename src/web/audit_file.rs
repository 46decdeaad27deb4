//! The audit history as a file for a spreadsheet, and what an address asks of it.

use std::io;

use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_sessions::Session;

use super::{dashboard::administration::AuditWords, guard, words};
use crate::{
    accounts::{AccountError, Accounts, AuditQuery, StoredLine},
    terms::{AuditKind, Role},
};

const DAY_US: i64 = 86_400_000_000;
/// Lines that are read at once.
const N_AT_ONCE: u32 = 1_000;
const HEAD: &str = "at,who,who_id,door,address,what,on,details,loop_id,loop\r\n";

/// `GET /audit.csv` for admins. It goes inside the session layer.
pub fn audit_routes(accounts: Accounts) -> Router {
    Router::new().route("/audit.csv", get(download)).with_state(accounts)
}

/// What an address asks for; `None` when it asks for nothing that there could be.
pub fn query_of(asked: &AuditWords) -> Option<AuditQuery> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let day = |text: &str| match given(text) {
        None => Some(None),
        Some(day) => words::instant_of_input(&format!("{day}T00:00")).ok(),
    };
    let kind = match given(&asked.kind) {
        Some(kind) => Some(AuditKind::parse(&kind)?),
        None => None,
    };
    let after = match given(&asked.after) {
        Some(place) => {
            let (at_us, id) = place.split_once('.')?;
            Some((at_us.parse().ok()?, id.to_owned()))
        }
        None => None,
    };
    Some(AuditQuery {
        person_id: given(&asked.person),
        kind,
        loop_id: given(&asked.loop_id),
        from_us: day(&asked.from)?,
        to_us: day(&asked.to)?.map(|at_us| at_us + DAY_US),
        after,
    })
}

/// The same as the query of an address, without what is empty.
pub fn address_of(asked: &AuditWords) -> String {
    let parts = [
        ("person", &asked.person),
        ("kind", &asked.kind),
        ("loop", &asked.loop_id),
        ("from", &asked.from),
        ("to", &asked.to),
        ("after", &asked.after),
    ];
    let given = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let part = |(name, value): (&str, &String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    given.map(part).collect::<Vec<_>>().join("&")
}

async fn download(
    State(accounts): State<Accounts>,
    session: Session,
    Query(asked): Query<AuditWords>,
) -> Result<Response, StatusCode> {
    let person = guard::person_of(&session, &accounts).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let person = person.ok_or(StatusCode::UNAUTHORIZED)?;
    if person.role < Role::Admin {
        return Err(StatusCode::FORBIDDEN);
    }
    let query = query_of(&asked).ok_or(StatusCode::BAD_REQUEST)?;
    let file = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((file, Body::from_stream(pages(accounts, query))).into_response())
}

/// The file page by page: a long history is never whole in memory. What cannot be read breaks the answer off, so that half
/// a file is not taken for the whole.
fn pages(accounts: Accounts, query: AuditQuery) -> impl futures::Stream<Item = io::Result<String>> {
    stream::try_unfold(Some((query, true)), move |place| {
        let accounts = accounts.clone();
        async move {
            let Some((query, is_first)) = place else { return Ok(None) };
            let lines = accounts.history(&query, N_AT_ONCE).await.map_err(unreadable)?;
            let mut text = if is_first { HEAD.to_owned() } else { String::new() };
            text.extend(lines.iter().map(row));
            let is_whole = lines.len() == N_AT_ONCE as usize;
            let last = lines.last().filter(|_| is_whole).map(|last| (last.line.at_us, last.id.clone()));
            let next = last.map(|last| (AuditQuery { after: Some(last), ..query }, false));
            Ok(Some((text, next)))
        }
    })
}

fn unreadable(error: AccountError) -> io::Error {
    tracing::error!(error = &error as &dyn std::error::Error, "The audit history could not be read to its end");
    io::Error::other("the audit history could not be read to its end")
}

fn row(stored: &StoredLine) -> String {
    let line = &stored.line;
    let (loop_id, loop_name) = line.about_loop.as_ref().map_or(("", ""), |(id, name)| (id.as_str(), name.as_str()));
    let at = words::moment(line.at_us, line.at_us).iso;
    let fields = [
        at.as_str(),
        &line.by.name,
        &line.by.id,
        line.by.door.as_str(),
        line.address.as_deref().unwrap_or_default(),
        line.kind.as_str(),
        &line.subject,
        &line.details,
        loop_id,
        loop_name,
    ];
    let fields: Vec<String> = fields.into_iter().map(field).collect();
    format!("{}\r\n", fields.join(","))
}

/// A value in quotes. What a spreadsheet would take for a formula gets an apostrophe: names are what people chose.
fn field(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guarded}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::AuditLine,
        terms::{Author, Door},
    };

    #[test]
    fn an_address_says_what_is_asked_for_and_nothing_else() {
        let asked = AuditWords { person: "a b".into(), to: "2026-11-22".into(), ..AuditWords::default() };
        assert_eq!(address_of(&asked), "person=a%20b&to=2026%2D11%2D22");
        let query = query_of(&asked).expect("a good question");
        let next_day = words::instant_of_input("2026-11-23T00:00").expect("a day");
        assert_eq!((query.person_id.as_deref(), query.to_us, query.kind), (Some("a b"), next_day, None));
        assert_eq!(query_of(&AuditWords::default()), Some(AuditQuery::default()));
        for bad in [
            AuditWords { kind: "danced".into(), ..AuditWords::default() },
            AuditWords { from: "yesterday".into(), ..AuditWords::default() },
            AuditWords { after: "x".into(), ..AuditWords::default() },
        ] {
            assert_eq!(query_of(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_row_is_what_a_spreadsheet_reads_and_never_a_formula() {
        let by = Author { id: "p1".into(), name: "=cmd()".into(), door: Door::Page };
        let line = AuditLine::new(0, AuditKind::PersonRemoved, &by).on("say \"hi\", Bob");
        let told = row(&StoredLine { id: "1".into(), line });
        let expected = "\"1970-01-01T00:00:00Z\",\"'=cmd()\",\"p1\",\"dashboard\",\"\",\"personRemoved\",\"say \"\"hi\"\", Bob\",\"\",\"\",\"\"\r\n";
        assert_eq!(told, expected);
        assert_eq!(HEAD.split(',').count(), told.matches("\",\"").count() + 1);
    }
}
