//! The loop's own actions: what a Rank that brings none chooses from.

mod calls;
mod editor;
mod features;
mod filter;
mod import;
mod list;
mod many;
mod schedule;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

pub use self::{
    calls::{ActionView, ActionsLook, Availability, ImportFate, ImportLine, ImportView, LastChange},
    schedule::{Calendar, CalendarDay, CalendarRow, CalendarSpan},
};
use self::{
    calls::{ActionsView, DeleteAction, MoveAction, SaveAction, SwitchAction, UndoActions, load_actions},
    editor::ActionEditor,
    import::{ImportForm, ImportPreview},
    list::ActionList,
    schedule::Schedule,
};
use super::current_loop_id;
use crate::web::components::{
    Banner, CodeBlock, EmptyState, FormError, Icon, IconName, Loaded, Menu, PageHeader, TimeText, show_toast,
    show_toast_with,
};

/// What can be done to actions, shared by the list and the editor.
#[derive(Clone, Copy)]
struct ActionCalls {
    save: ServerAction<SaveAction>,
    switch: ServerAction<SwitchAction>,
    shift: ServerAction<MoveAction>,
    delete: ServerAction<DeleteAction>,
    undo: ServerAction<UndoActions>,
}

impl ActionCalls {
    fn new() -> Self {
        Self {
            save: ServerAction::new(),
            switch: ServerAction::new(),
            shift: ServerAction::new(),
            delete: ServerAction::new(),
            undo: ServerAction::new(),
        }
    }

    /// Changes whenever something was done.
    fn n_done(self) -> usize {
        self.save.version().get()
            + self.switch.version().get()
            + self.shift.version().get()
            + self.delete.version().get()
            + self.undo.version().get()
    }

    fn tell(self, id: Memo<String>) {
        Effect::new(move |_| {
            if matches!(self.save.value().get(), Some(Ok(()))) {
                show_toast("Saved. The next Rank uses it.");
            }
        });
        Effect::new(move |_| {
            let Some(Ok(change_id)) = self.delete.value().get() else { return };
            let undo = Callback::new(move |()| {
                let change_id = change_id.clone();
                self.undo.dispatch(UndoActions { loop_id: id.get_untracked(), change_id });
            });
            show_toast_with("Deleted. Events of the past keep it.", "Undo", undo);
        });
        Effect::new(move |_| {
            if matches!(self.undo.value().get(), Some(Ok(()))) {
                show_toast("Taken back.");
            }
        });
    }

    /// What was refused last.
    fn refused(self) -> Option<String> {
        let found = [
            self.switch.value().get().and_then(Result::err),
            self.shift.value().get().and_then(Result::err),
            self.delete.value().get().and_then(Result::err),
            self.undo.value().get().and_then(Result::err),
        ];
        found.into_iter().flatten().next().map(|error| error.to_string())
    }
}

/// `/loops/:id/actions`. Everything has an address of its own: `?edit=<action id>` and `?new` the editor, `?upload` and
/// `?import=<id>` a list, `?view=calendar` the schedule.
#[component]
pub fn ActionsPage() -> impl IntoView {
    let id = current_loop_id();
    let calls = ActionCalls::new();
    calls.tell(id);
    let query = use_query_map();
    let look = Memo::new(move |_| {
        let query = query.read();
        ActionsLook {
            import: query.get("import"),
            is_calendar: query.get("view").is_some_and(|view| view == "calendar"),
            start: query.get("start"),
            span: query.get("span"),
        }
    });
    let actions = Resource::new(move || (id.get(), look.get(), calls.n_done()), |(id, look, _)| load_actions(id, look));
    view! {
        <Title text="Actions"/>
        <Loaded resource=actions view=move |view| view! { <Actions view=view id=id calls=calls/> }/>
    }
}

#[component]
fn Actions(view: ActionsView, id: Memo<String>, calls: ActionCalls) -> impl IntoView {
    let query = use_query_map();
    let base = format!("/loops/{}/actions", id.get_untracked());
    let part = Memo::new(move |_| {
        let query = query.read();
        (query.get("edit"), query.get("new").is_some(), query.get("upload").is_some())
    });
    let problem = move || query.read().get("problem");
    let stored = StoredValue::new(view);
    let body = move || {
        let (edited, is_new, is_upload) = part.get();
        let view = stored.get_value();
        let found = edited.and_then(|wanted| view.actions.iter().find(|one| one.id == wanted).cloned());
        match view {
            view if view.may_edit && (is_new || found.is_some()) => {
                view! { <ActionEditor id=id action=found zone=view.zone calls=calls/> }.into_any()
            }
            view if view.may_edit && is_upload => view! { <ImportForm base=base.clone()/> }.into_any(),
            ActionsView { import: Some(import), .. } => {
                view! { <ImportPreview import=import base=base.clone()/> }.into_any()
            }
            view => view! { <Shown view=view id=id calls=calls base=base.clone()/> }.into_any(),
        }
    };
    view! {
        <FormError message=Signal::derive(move || calls.refused().or_else(problem))/>
        {body}
    }
    .into_any()
}

/// The list or the calendar, with what stands above both.
#[component]
fn Shown(view: ActionsView, id: Memo<String>, calls: ActionCalls, base: String) -> impl IntoView {
    let sentence = match (view.actions.len(), view.n_active) {
        (0, _) => String::new(),
        (1, 1) => "One action, and it can be chosen now.".to_owned(),
        (n, active) if n as u64 == u64::from(active) => format!("{n} actions, all of them can be chosen now."),
        (n, active) => format!("{active} of {n} actions can be chosen now."),
    };
    let (may_edit, has_actions) = (view.may_edit, !view.actions.is_empty());
    let is_calendar = view.calendar.is_some();
    let last = view.last_change.filter(|_| may_edit).map(|last| {
        view! {
            <Banner title="Last change" text=last.words>
                <span class="muted"><TimeText moment=last.at/>" by "{last.by}</span>
                <ActionForm action=calls.undo>
                    <input type="hidden" name="loop_id" value=id.get_untracked()/>
                    <input type="hidden" name="change_id" value=last.id/>
                    <button type="submit" class="button button--small">"Undo"</button>
                </ActionForm>
            </Banner>
        }
    });
    let tab = |words: &'static str, href: String, is_current: bool| {
        view! { <a class="segmented__item" href=href aria-current=is_current.then_some("true")>{words}</a> }
    };
    let body = match (has_actions, view.calendar) {
        (false, _) => {
            view! { <NoActions endpoint=view.endpoint base=base.clone() may_edit=may_edit/> }.into_any()
        }
        (true, Some(calendar)) => view! { <Schedule calendar=calendar zone=view.zone base=base.clone()/> }.into_any(),
        (true, None) => {
            view! { <ActionList actions=view.actions id=id zone=view.zone calls=calls may_edit=may_edit base=base.clone()/> }
                .into_any()
        }
    };
    view! {
        <PageHeader title="Actions" sentence=sentence>
            {has_actions.then(|| view! {
                <nav class="segmented" aria-label="How actions are shown">
                    {tab("List", base.clone(), !is_calendar)}
                    {tab("Calendar", format!("{base}?view=calendar"), is_calendar)}
                </nav>
            })}
            <FileMenu base=base.clone() may_edit=may_edit has_actions=has_actions/>
            {may_edit.then(|| view! {
                <a class="button button--primary" href=format!("{base}?new")><Icon name=IconName::Plus/>"Add action"</a>
            })}
        </PageHeader>
        {last}
        {body}
    }
    .into_any()
}

#[component]
fn FileMenu(base: String, may_edit: bool, has_actions: bool) -> impl IntoView {
    view! {
        <Menu id="action-files" button=|| view! { "Import, export"<Icon name=IconName::Down/> }>
            {may_edit.then(|| view! { <a class="menu__item" href=format!("{base}?upload")>"Import a list"</a> })}
            {has_actions.then(|| view! {
                <a class="menu__item" rel="external" download="" href=format!("{base}/export/actions.csv")>"Export as CSV"</a>
                <a class="menu__item" rel="external" download="" href=format!("{base}/export/actions.json")>"Export as JSON"</a>
            })}
        </Menu>
    }
    .into_any()
}

#[component]
fn NoActions(endpoint: String, base: String, may_edit: bool) -> impl IntoView {
    let code = format!(
        "curl {endpoint}/personalizer/v1.0/rank \\\n  -H 'Ocp-Apim-Subscription-Key: YOUR_KEY' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"contextFeatures\": [{{\"device\": \"mobile\"}}]}}'"
    );
    view! {
        <EmptyState title="No actions of its own">
            <p class="muted">
                "Your application sends the actions with every Rank, and that is fine. "
                "Define them here instead when people who do not deploy code should decide what may be shown: "
                "a Rank without "<code>"actions"</code>" then chooses among the active ones. The first one is the baseline."
            </p>
            {may_edit.then(|| view! {
                <p class="row">
                    <a class="button button--primary" href=format!("{base}?new")>"Add the first action"</a>
                    <a class="button" href=format!("{base}?upload")>"Import a list"</a>
                </p>
            })}
            <CodeBlock title="A Rank that uses the loop's own actions" code=code/>
        </EmptyState>
    }
    .into_any()
}
