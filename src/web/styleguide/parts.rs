//! Marks, figures, states, and what lies over the page.

use leptos::prelude::*;

use crate::{
    reports::{Health, HealthLevel},
    terms::{Environment, EventState, LearningMode},
    web::{
        PageError,
        components::{
            Banner, Checklist, Chip, CodeBlock, Column, ConfirmDialog, EmptyState, EnvironmentChip, FailedState,
            HealthText, LivePill, LiveState, Menu, ModeChip, ProgressBar, Skeleton, Stat, StateChip, Step, TableFrame,
            Term, ToastAction, ToastNote, Tone,
        },
    },
};

/// For buttons that have nothing to do here.
fn nothing() -> Callback<()> {
    Callback::new(|()| {})
}

pub fn marks() -> AnyView {
    let states = [
        EventState::Pending,
        EventState::Rewarded,
        EventState::Learned,
        EventState::Expired,
        EventState::Inactive,
        EventState::Dropped,
    ];
    let modes = [LearningMode::Online, LearningMode::Apprentice, LearningMode::LoggingOnly, LearningMode::Frozen];
    let health = |(level, words): (HealthLevel, &'static str)| {
        view! { <HealthText health=Health { level, words: words.to_owned() }/> }
    };
    let levels = [
        (HealthLevel::Good, "learning: 91 % of decisions rewarded"),
        (HealthLevel::Attention, "no reward for 2 hours"),
        (HealthLevel::Bad, "events cannot be stored"),
    ];
    view! {
        <div class="row">
            <Chip>"Neutral"</Chip><Chip tone=Tone::Accent>"Accent"</Chip><Chip tone=Tone::Good>"Good"</Chip>
            <Chip tone=Tone::Warning>"Warning"</Chip><Chip tone=Tone::Bad>"Bad"</Chip>
        </div>
        <div class="row">{states.map(|state| view! { <StateChip state=state/> }).into_iter().collect_view()}</div>
        <div class="row">{modes.map(|mode| view! { <ModeChip mode=mode/> }).into_iter().collect_view()}</div>
        <div class="row">
            {Environment::ALL.map(|environment| view! { <EnvironmentChip environment=environment/> }).into_iter().collect_view()}
        </div>
        <div class="row">
            {[LiveState::Live, LiveState::Paused, LiveState::Reconnecting]
                .map(|state| view! { <LivePill state=Signal::stored(state)/> }).into_iter().collect_view()}
            {levels.map(health).into_iter().collect_view()}
        </div>
        <p class="notice">"A notice inside a card."</p>
        <p class="notice notice--good">"Stored."</p>
        <p class="notice notice--warning">"This needs JavaScript."</p>
        <p class="notice notice--bad">"The name is taken."</p>
        <Banner title="A new model is being trained." text="The old one answers until it is ready: 62 % done."/>
        <Banner tone=Tone::Good title="The first Reward arrived 3 seconds ago."/>
        <Banner tone=Tone::Warning title="No reward came in the last two hours." text="Rankings go on; nothing new is learned.">
            <a class="button button--small" href="#marks">"See the events"</a>
        </Banner>
        <Banner tone=Tone::Bad title="Events cannot be stored." text="Ranks are answered with your own first action."/>
    }
    .into_any()
}

pub fn figures() -> AnyView {
    let steps = vec![
        Step { title: "Make a loop".into(), is_done: true, detail: None },
        Step {
            title: "Send the first Rank".into(),
            is_done: true,
            detail: Some("It arrived 3 seconds ago.".into_any()),
        },
        Step {
            title: "Send the first Reward".into(),
            is_done: false,
            detail: Some("With the event id of the Rank.".into_any()),
        },
        Step { title: "Reach 100 rewarded events".into(), is_done: false, detail: None },
    ];
    view! {
        <div class="card">
            <div class="stats">
                <Stat label="Against your default" value="+18 %" interval="± 6 %" unit="reward" tone=Tone::Good note="95 % interval, last hour"/>
                <Stat label="Ranked" value="15,718" note="since the loop was made"/>
                <Stat label="Rewarded in time" value="91 %" interval="± 1 %"/>
                <Stat label="Against chance" value="−4 %" interval="± 2 %" tone=Tone::Bad/>
            </div>
            <p>
                "The "
                <Term id="guide-term" meaning="The range that holds the true value in 95 of 100 such measurements.">"95 % interval"</Term>
                " says how sure a figure is."
            </p>
            <ProgressBar label="Until a first answer" value=62.0 words="62 of 100 rewarded events"/>
            <Checklist steps=steps/>
        </div>
        {table()}
    }
    .into_any()
}

fn table() -> AnyView {
    let columns = vec![
        Column::text("Loop"),
        Column::text("State"),
        Column::number("Calls a minute"),
        Column::number("Rewarded"),
        Column::buttons("More"),
    ];
    let rows = [
        ("Front page lead", LearningMode::Online, "1,164", "91.2 %"),
        ("Banner", LearningMode::Apprentice, "87", "4.0 %"),
    ];
    let row = |(n, (name, mode, rate, share)): (usize, (&'static str, LearningMode, &'static str, &'static str))| {
        view! {
            <tr>
                <th scope="row"><a class="loop-link" href="#figures">{name}</a></th>
                <td data-label="State"><ModeChip mode=mode/></td>
                <td class="numeric" data-label="Calls a minute">{rate}</td>
                <td class="numeric" data-label="Rewarded">{share}</td>
                <td class="actions">
                    <Menu id=format!("guide-row-{n}") class="button button--ghost button--small" button=|| "More".into_any()>
                        <a class="menu__item" href="#figures">"Open"</a>
                        <a class="menu__item" href="#figures">"Settings"</a>
                        <div class="menu__line"></div>
                        <button type="button" class="menu__item menu__item--danger">"Delete"</button>
                    </Menu>
                </td>
            </tr>
        }
    };
    view! {
        <TableFrame caption="Loops" columns=columns links=true>{rows.into_iter().enumerate().map(row).collect_view()}</TableFrame>
    }
    .into_any()
}

pub fn states() -> AnyView {
    let failed = PageError::Failed { attempt: "read the events".into(), request_id: "01JD2Q6X".into() };
    view! {
        <div class="pair">
            <EmptyState title="No event yet">
                <p class="muted">"The first Rank appears here by itself."</p>
                <CodeBlock title="First Rank" code=Signal::stored("curl -X POST http://127.0.0.1:8080/…".to_owned())/>
            </EmptyState>
            <FailedState error=failed on_retry=nothing()/>
            <div class="card"><Skeleton lines=4/></div>
        </div>
    }
    .into_any()
}

pub fn overlays() -> AnyView {
    let undo = ToastAction { words: "Undo".into(), run: nothing() };
    view! {
        <div class="pair">
            <div class="stack">
                <ToastNote text="Saved. The next Rank uses it.".into() on_dismiss=nothing()/>
                <ToastNote text="3 actions deleted.".into() action=Some(undo) on_dismiss=nothing()/>
                <ToastNote text="Could not save: the server did not answer.".into() is_error=true on_dismiss=nothing()/>
                <div class="row">
                    <Menu id="guide-menu" at_start=true button=|| "Menu".into_any()>
                        <a class="menu__item" href="#overlays">"Open"</a>
                        <a class="menu__item" href="#overlays" aria-current="page">"This one"</a>
                    </Menu>
                    <ConfirmDialog open_label="Delete loop" title="Delete this loop?" confirm_label="Delete it" on_confirm=nothing()>
                        <p>"With its keys, events, model and actions."</p>
                    </ConfirmDialog>
                </div>
            </div>
            <div class="guide__still">{still_dialog()}</div>
            <div class="guide__still">{still_palette()}</div>
            <div class="guide__still">{still_drawer()}</div>
        </div>
    }
    .into_any()
}

fn still_dialog() -> AnyView {
    view! {
        <div class="dialog">
            <div class="stack">
                <h3 class="dialog__title">"Delete this loop?"</h3>
                <div class="dialog__text"><p>"With its keys, events, model and actions."</p></div>
                <div class="dialog__actions">
                    <button type="button" class="button">"Cancel"</button>
                    <button type="button" class="button button--danger-solid">"Delete it"</button>
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn still_palette() -> AnyView {
    let option = |(n, words, kind): (usize, &'static str, &'static str)| {
        let mark = if n == 0 { "palette__option palette__option--marked" } else { "palette__option" };
        view! { <li class=mark><span class="palette__words">{words}</span><span class="palette__kind">{kind}</span></li> }
    };
    let options = [(0, "Overview", "Page"), (1, "Demo news: lead story", "Loop"), (2, "Dark theme", "Look")];
    view! {
        <div class="palette">
            <input class="palette__field" aria-label="Example of the command palette" placeholder="A page, a loop, an event’s id, an action …"/>
            <ul class="palette__list">{options.map(option).into_iter().collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn still_drawer() -> AnyView {
    view! {
        <div class="drawer">
            <div class="drawer__head"><h3>"Event 3f2a9c1e"</h3><StateChip state=EventState::Learned/></div>
            <div class="drawer__body"><p class="muted">"More about one thing, beside the list that it stands in."</p></div>
            <div class="drawer__foot"><button type="button" class="button">"Open its page"</button></div>
        </div>
    }
    .into_any()
}
