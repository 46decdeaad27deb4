//! The loop's own actions: what a Rank that brings none chooses from.

mod calls;
mod editor;
mod features;
mod list;

use leptos::{either::EitherOf3, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::{
    calls::{ActionView, ActionsView, DeleteAction, MoveAction, SaveAction, SwitchAction, load_actions},
    editor::ActionEditor,
    list::ActionList,
};
use super::current_loop_id;
use crate::web::components::{CodeBlock, EmptyState, Icon, IconName, Loaded, PageHeader, show_toast};

/// What can be done to actions, shared by the list and the editor.
#[derive(Clone, Copy)]
struct ActionCalls {
    save: ServerAction<SaveAction>,
    switch: ServerAction<SwitchAction>,
    shift: ServerAction<MoveAction>,
    delete: ServerAction<DeleteAction>,
}

/// `/loops/:id/actions`; `?edit=<action id>` and `?new` open the editor, so that it has an address of its own.
#[component]
pub fn ActionsPage() -> impl IntoView {
    let id = current_loop_id();
    let calls = ActionCalls {
        save: ServerAction::new(),
        switch: ServerAction::new(),
        shift: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let n_done = move || {
        (
            calls.save.version().get(),
            calls.switch.version().get(),
            calls.shift.version().get(),
            calls.delete.version().get(),
        )
    };
    let actions = Resource::new(move || (id.get(), n_done()), |(id, _)| load_actions(id));
    Effect::new(move |_| {
        if matches!(calls.save.value().get(), Some(Ok(()))) {
            show_toast("Saved. The next Rank uses it.");
        }
    });
    Effect::new(move |_| {
        if matches!(calls.delete.value().get(), Some(Ok(()))) {
            show_toast("Deleted. Events of the past keep it.");
        }
    });
    view! {
        <Title text="Actions"/>
        <Loaded resource=actions view=move |view| view! { <Actions view=view id=id calls=calls/> }/>
    }
}

#[component]
fn Actions(view: ActionsView, id: Memo<String>, calls: ActionCalls) -> impl IntoView {
    let query = use_query_map();
    let edited = Memo::new(move |_| query.read().get("edit"));
    let is_new = Memo::new(move |_| query.read().get("new").is_some());
    let ActionsView { actions, n_active, may_edit, endpoint } = view;
    let sentence = match (actions.len(), n_active) {
        (0, _) => String::new(),
        (1, 1) => "One action, and it can be chosen now.".to_owned(),
        (n, active) if n as u64 == u64::from(active) => format!("{n} actions, all of them can be chosen now."),
        (n, active) => format!("{active} of {n} actions can be chosen now."),
    };
    let here = Memo::new(move |_| format!("/loops/{}/actions", id.get()));
    let stored = StoredValue::new(actions);
    let body = move || {
        let found =
            edited.get().and_then(|wanted| stored.with_value(|all| all.iter().find(|one| one.id == wanted).cloned()));
        if may_edit && (is_new.get() || found.is_some()) {
            EitherOf3::A(view! { <ActionEditor id=id action=found calls=calls/> })
        } else if stored.with_value(Vec::is_empty) {
            EitherOf3::B(view! { <NoActions endpoint=endpoint.clone() here=here may_edit=may_edit/> })
        } else {
            EitherOf3::C(view! { <ActionList actions=stored.get_value() id=id calls=calls may_edit=may_edit/> })
        }
    };
    view! {
        <PageHeader title="Actions" sentence=sentence>
            <Show when=move || may_edit && !is_new.get() && edited.get().is_none()>
                <a class="button button--primary" href=move || format!("{}?new", here.get())>
                    <Icon name=IconName::Plus/>"Add action"
                </a>
            </Show>
        </PageHeader>
        {body}
    }
}

#[component]
fn NoActions(endpoint: String, here: Memo<String>, may_edit: bool) -> impl IntoView {
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
            <Show when=move || may_edit>
                <a class="button button--primary" href=move || format!("{}?new", here.get())>"Add the first action"</a>
            </Show>
            <CodeBlock title="A Rank that uses the loop's own actions" code=code/>
        </EmptyState>
    }
}
