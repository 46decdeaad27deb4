//! `/audit`: who did what. What is asked for stands in the address; a plain form changes it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::ServerHead;
use crate::{
    terms::{AuditKind, Role},
    web::{
        PageError,
        components::{Column, EmptyState, Loaded, Moment, PageHeader, TableFrame, TimeText},
    },
};

/// What an address asks for, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditWords {
    /// The id of a person.
    pub person: String,
    pub kind: String,
    /// The id of a loop.
    #[serde(rename = "loop")]
    pub loop_id: String,
    /// Days, in UTC; the last one is included.
    pub from: String,
    pub to: String,
    /// Where the page before ended.
    pub after: String,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditView {
    pub words: AuditWords,
    pub lines: Vec<AuditRow>,
    /// The address of older lines.
    pub older: Option<String>,
    /// The address of all lines that are asked for, as a file.
    pub file: String,
    /// Ids and names to choose from.
    pub people: Vec<(String, String)>,
    pub loops: Vec<(String, String)>,
    pub kept_days: u32,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    pub at: Moment,
    pub by: String,
    /// "dashboard", and the address of a sign-in.
    pub door: String,
    pub kind: AuditKind,
    pub subject: String,
    pub details: String,
    /// The id and the name of the loop, and whether it is still there.
    pub about: Option<(String, String, bool)>,
}

/// Lines of the history. For admins.
#[server]
pub async fn load_audit(words: AuditWords) -> Result<AuditView, PageError> {
    use crate::{
        accounts::{Accounts, HISTORY_DAYS, StoredLine},
        loops::Loops,
        web::{audit_file, guard, words as in_words},
    };
    /// On one page.
    const MOST: u32 = 50;
    // Taken before anything is awaited: see `guard::given`.
    let (accounts, loops) = (guard::given::<Accounts>()?, guard::given::<Loops>()?.list());
    guard::require(Role::Admin).await?;
    let query =
        audit_file::query_of(&words).ok_or_else(|| PageError::rejected("This address asks for no such lines."))?;
    let mut found = accounts.history(&query, MOST + 1).await?;
    let has_more = found.len() > MOST as usize;
    found.truncate(MOST as usize);
    let older = found.last().filter(|_| has_more).map(|last| format!("{}.{}", last.line.at_us, last.id));
    let older = older.map(|after| format!("/audit?{}", audit_file::address_of(&AuditWords { after, ..words.clone() })));
    let now_us = accounts.now_us();
    let row = |stored: StoredLine| {
        let line = stored.line;
        let door = line.by.door.said().to_owned();
        AuditRow {
            at: in_words::moment(line.at_us, now_us),
            by: line.by.name,
            door: line.address.map(|address| format!("{door}, {address}")).unwrap_or(door),
            kind: line.kind,
            subject: line.subject,
            details: line.details,
            about: line.about_loop.map(|(id, name)| {
                let is_there = loops.iter().any(|live| *live.id() == id);
                (id.to_string(), name, is_there)
            }),
        }
    };
    let people = accounts.people().await?;
    Ok(AuditView {
        lines: found.into_iter().map(row).collect(),
        older,
        file: format!("/audit.csv?{}", audit_file::address_of(&AuditWords { after: String::new(), ..words.clone() })),
        people: people.into_iter().map(|person| (person.id, person.name)).collect(),
        loops: loops.iter().map(|live| (live.id().to_string(), live.name())).collect(),
        kept_days: HISTORY_DAYS,
        words,
    })
}

/// `/audit`
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let words = Memo::new(move |_| {
        let word = |name: &str| query.read().get(name).unwrap_or_default();
        AuditWords {
            person: word("person"),
            kind: word("kind"),
            loop_id: word("loop"),
            from: word("from"),
            to: word("to"),
            after: word("after"),
        }
    });
    let audit = Resource::new(move || words.get(), load_audit);
    view! {
        <Title text="Audit history"/>
        <Loaded resource=audit title="Audit history" lines=8 view=|view| view! { <Audit view=view/> }/>
    }
}

#[component]
fn Audit(view: AuditView) -> impl IntoView {
    let AuditView { words, lines, older, file, people, loops, kept_days } = view;
    let is_later_page = !words.after.is_empty();
    let newest = AuditWords { after: String::new(), ..words.clone() };
    let is_narrowed = newest != AuditWords::default();
    let sentence = format!(
        "Who did what, when and from where. Lines are kept for {kept_days} days; nobody can change or remove one before."
    );
    let table = if lines.is_empty() {
        let words = if is_narrowed { "Nothing like that was done" } else { "Nothing was done yet" };
        view! { <EmptyState title=words><p>"Sign-ins, people, keys, loops, settings, models and deletions leave a line here."</p></EmptyState> }
            .into_any()
    } else {
        audit_table(lines)
    };
    view! {
        <ServerHead role=Role::Admin/>
        <PageHeader title="Audit history" sentence=sentence>
            <a class="button" href=file rel="external" download="">"Download as CSV"</a>
        </PageHeader>
        {filter_form(&words, people, loops)}
        {table}
        <p class="row">
            {is_later_page.then(|| view! { <a class="button" href="/audit">"Newest lines"</a> })}
            {older.map(|older| view! { <a class="button" href=older>"Older lines"</a> })}
        </p>
    }
    .into_any()
}

fn audit_table(lines: Vec<AuditRow>) -> AnyView {
    let columns =
        vec![Column::text("When"), Column::text("Who"), Column::text("What"), Column::text("On"), Column::text("Loop")];
    let row = |line: AuditRow| {
        let about = line.about.map(|(id, name, is_there)| {
            if is_there {
                view! { <a href=format!("/loops/{id}")>{name}</a> }.into_any()
            } else {
                view! { <span>{name}<span class="muted">" (deleted)"</span></span> }.into_any()
            }
        });
        let details = (!line.details.is_empty()).then(|| view! { <span class="audit__details">{line.details}</span> });
        let on =
            (!line.subject.is_empty() || details.is_some()).then(|| view! { <span>{line.subject}{details}</span> });
        let at = line.at.local.clone();
        view! {
            <tr>
                <td data-label="When" class="audit__when"><span><TimeText moment=line.at/><span class="audit__at">{at}</span></span></td>
                <th scope="row"><span>{line.by}</span><span class="audit__door">{line.door}</span></th>
                <td data-label="What">{line.kind.said()}</td>
                <td data-label="On" class="audit__on">{on}</td>
                <td data-label="Loop">{about}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <TableFrame caption="Lines of the audit history, the newest first" columns=columns>
            {lines.into_iter().map(row).collect_view()}
        </TableFrame>
    }
    .into_any()
}

/// The address is the whole state, and the browser's own form needs no script.
fn filter_form(words: &AuditWords, people: Vec<(String, String)>, loops: Vec<(String, String)>) -> AnyView {
    let kinds = AuditKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.said().to_owned())).collect();
    view! {
        <form class="audit__filter" method="get" action="/audit">
            {select("person", "Person", "Everybody", &words.person, people)}
            {select("kind", "What", "Everything", &words.kind, kinds)}
            {select("loop", "Loop", "All loops", &words.loop_id, loops)}
            {day("from", "From (UTC)", &words.from)}
            {day("to", "To (UTC)", &words.to)}
            <button type="submit" class="button">"Show"</button>
            <a class="button button--ghost" href="/audit">"Clear"</a>
        </form>
    }
    .into_any()
}

/// What is chosen stays in the list, also when it is not among the choices any more: somebody who was removed.
fn select(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    chosen: &str,
    mut choices: Vec<(String, String)>,
) -> AnyView {
    if !chosen.is_empty() && !choices.iter().any(|(value, _)| value == chosen) {
        choices.push((chosen.to_owned(), chosen.to_owned()));
    }
    let chosen = chosen.to_owned();
    let option = move |(value, words): (String, String)| {
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{words}</option> }
    };
    view! {
        <label class="audit__field">{label}
            <select class="input select" name=name>
                <option value="">{all}</option>
                {choices.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn day(name: &'static str, label: &'static str, chosen: &str) -> AnyView {
    view! {
        <label class="audit__field">{label}<input class="input" type="date" name=name value=chosen.to_owned()/></label>
    }
    .into_any()
}
