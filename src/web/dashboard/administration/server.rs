//! `/server`: how the server is. Every number says where it comes from; what is not known is not shown as zero.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::ServerHead;
use crate::{
    reports::{AnswerLine, ServerFact, ServerLoop, ServerPage},
    terms::Role,
    web::{
        PageError,
        components::{Column, HealthText, LivePill, LiveState, Loaded, PageHeader, TableFrame},
    },
};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(3);

/// What the page shows, and to whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerView {
    pub page: ServerPage,
    pub role: Role,
}

/// How the server is. For analysts: they read everything but people.
#[server]
pub async fn load_server() -> Result<ServerView, PageError> {
    use crate::{
        accounts::Accounts,
        loops::Loops,
        reports::ask::{self, AccountNumbers},
        terms::AuditKind,
        vitals::Vitals,
        web::guard,
    };
    // Taken before anything is awaited: see `guard::given`.
    let (accounts, loops) = (guard::given::<Accounts>()?, guard::given::<Loops>()?);
    let vitals = guard::given::<Vitals>()?;
    let person = guard::require(Role::Analyst).await?;
    let numbers = AccountNumbers {
        n_sessions: accounts.n_open_sessions().await.ok(),
        last_backup_us: accounts.last_done_us(AuditKind::BackupMade).await.ok().flatten(),
        now_us: accounts.now_us(),
    };
    let page = ask::server_page(&ask::server_reading(&vitals, &loops, numbers).await);
    Ok(ServerView { page, role: person.role })
}

/// `/server`
#[component]
pub fn HealthPage() -> impl IntoView {
    let server = Resource::new(|| (), |()| load_server());
    view! {
        <Title text="Server"/>
        <Loaded resource=server title="Server" lines=8 view=|view| view! { <Server view=view/> }/>
    }
}

/// Looks again and again while the page is seen. A look that fails is told by the pill; the numbers stay as they were.
fn keep_up(page: RwSignal<ServerPage>, state: RwSignal<Option<LiveState>>) {
    let look = move || {
        if document().hidden() {
            return;
        }
        leptos::task::spawn_local(async move {
            let found = load_server().await;
            // The page may be gone by now.
            state.try_set(Some(if found.is_ok() { LiveState::Live } else { LiveState::Reconnecting }));
            if let Ok(found) = found {
                page.try_set(found.page);
            }
        });
    };
    Effect::new(move |_| {
        state.set(Some(LiveState::Live));
        let timer = set_interval_with_handle(look, EVERY);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}

#[component]
fn Server(view: ServerView) -> impl IntoView {
    let ServerView { page, role } = view;
    let page = RwSignal::new(page);
    let state = RwSignal::new(None::<LiveState>);
    keep_up(page, state);
    let pill = move || {
        let shown = state.get().map(|_| Signal::derive(move || state.get().unwrap_or(LiveState::Paused)));
        shown.map(|shown| view! { <LivePill state=shown/> })
    };
    let health = Memo::new(move |_| page.with(|page| page.health.clone()));
    view! {
        <ServerHead role=role/>
        <PageHeader title="Server" sentence="How the process that answers this page, its database and its loops are.">
            {pill}
        </PageHeader>
        <p class="server__health">{move || view! { <HealthText health=health.get()/> }}</p>
        <section class="stack stack--tight">
            <h2>"Loops"</h2>
            {move || page.with(|page| loop_table(page.loops.clone()))}
        </section>
        <div class="server__pair">
            <section class="stack stack--tight">
                <h2>"The process and its database"</h2>
                {move || page.with(|page| fact_list(page.facts.clone()))}
            </section>
            <section class="stack stack--tight">
                <h2>{move || page.with(|page| format!("Answers in the last {}", page.answers_span.trim_start_matches("1 ")))}</h2>
                {move || page.with(|page| answer_list(page.answers.clone()))}
                <p class="muted">"Counted by this process, pages included. Prometheus reads the same at "<code>"/metrics"</code>", by route."</p>
            </section>
        </div>
    }
    .into_any()
}

fn loop_table(loops: Vec<ServerLoop>) -> AnyView {
    let columns = vec![
        Column::text("Loop"),
        Column::number("Ranks, last minute"),
        Column::text("Learning"),
        Column::text("Trained by"),
        Column::number("Lease token"),
    ];
    let row = |of: ServerLoop| {
        view! {
            <tr>
                <th scope="row"><a href=format!("/loops/{}", of.id)>{of.name}</a></th>
                <td data-label="Ranks, last minute" class="numeric">{of.rate}</td>
                <td data-label="Learning">{of.behind}</td>
                <td data-label="Trained by">{of.trainer}</td>
                <td data-label="Lease token" class="numeric">{of.lease}</td>
            </tr>
        }
    };
    if loops.is_empty() {
        return view! { <p class="muted">"There are no loops."</p> }.into_any();
    }
    view! {
        <TableFrame caption="Loops as the server sees them" columns=columns>
            {loops.into_iter().map(row).collect_view()}
        </TableFrame>
        <p class="muted">"The lease token grows by one whenever another process takes the training of a loop over; what an earlier one still sends is refused by it."</p>
    }
    .into_any()
}

fn fact_list(facts: Vec<ServerFact>) -> AnyView {
    let row = |fact: ServerFact| {
        let value = match fact.value {
            Some(value) => view! { <strong>{value}</strong> }.into_any(),
            None => view! { <span class="muted">"not known"</span> }.into_any(),
        };
        view! {
            <div class="server__fact">
                <dt>{fact.name}</dt>
                <dd>{value}<span class="server__source">{fact.source}</span></dd>
            </div>
        }
    };
    view! { <dl class="card server__facts">{facts.into_iter().map(row).collect_view()}</dl> }.into_any()
}

fn answer_list(answers: Vec<AnswerLine>) -> AnyView {
    let row = |line: AnswerLine| {
        let class = match (line.is_none, line.is_error) {
            (true, _) => "server__answer muted",
            (false, true) => "server__answer server__answer--error",
            (false, false) => "server__answer",
        };
        view! { <li class=class><span class="server__n">{line.n}</span><span>{line.words}</span></li> }
    };
    view! { <ul class="card server__answers">{answers.into_iter().map(row).collect_view()}</ul> }.into_any()
}
