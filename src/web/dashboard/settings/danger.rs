//! The loop's name, and what cannot be undone.

use leptos::prelude::*;

use super::{
    SettingsCalls,
    calls::{DeleteLoop, ResetModel},
};
use crate::{
    terms::Environment,
    web::components::{ConfirmDialog, EnvironmentField, FormError, SubmitButton, TextField},
};

/// What people know the loop by; nothing else changes with it.
#[component]
pub fn NameForm(name: String, environment: Environment, id: Memo<String>, calls: SettingsCalls) -> impl IntoView {
    let environment = RwSignal::new(environment.as_str().to_owned());
    let rename = calls.rename;
    let error = move || rename.value().get().and_then(Result::err).map(|error| error.to_string());
    view! {
        <section class="card card--split">
            <div><h2>"Name and environment"</h2><p class="card__about">"For people. Keys, endpoint and events stay as they are."</p></div>
            <ActionForm action=rename>
                <input type="hidden" name="id" value=move || id.get()/>
                <div class="stack">
                    <TextField name="name" label="Name of the loop" initial=name maxlength=100 error=Signal::derive(error)/>
                    <EnvironmentField value=environment/>
                    <div><SubmitButton label="Save" pending=rename.pending()/></div>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// Resetting and deleting, each with a question first.
#[component]
pub fn DangerZone(name: String, id: Memo<String>, calls: SettingsCalls) -> impl IntoView {
    let typed = Signal::stored(name);
    let refused = move || {
        let results = [calls.reset.value().get(), calls.delete.value().get()];
        results.into_iter().flatten().find_map(|result| result.err().map(|error| error.to_string()))
    };
    let on_reset = Callback::new(move |()| {
        calls.reset.dispatch(ResetModel { id: id.get_untracked() });
    });
    let on_delete = Callback::new(move |()| {
        calls.delete.dispatch(DeleteLoop { id: id.get_untracked(), typed: typed.get_untracked() });
    });
    view! {
        <section class="card card--danger">
            <h2>"Danger zone"</h2>
            <FormError message=Signal::derive(refused)/>
            <div class="row row--between">
                <div><h3>"Reset the model"</h3><p class="muted">"Ranks start from chance again. Events, actions and settings stay."</p></div>
                <ConfirmDialog open_label="Reset model" title="Reset the model?" confirm_label="Reset it" typed=typed on_confirm=on_reset>
                    <p>"Ranks start from chance again and learn anew from the events that come. The present model is kept: the page Models can go back to it."</p>
                </ConfirmDialog>
            </div>
            <div class="row row--between">
                <div><h3>"Delete the loop"</h3><p class="muted">"With its keys, events, model and actions. Calls with its keys are refused."</p></div>
                <ConfirmDialog open_label="Delete loop" title="Delete this loop?" confirm_label="Delete it for good" typed=typed on_confirm=on_delete>
                    <p>"This cannot be undone: events, model, actions and keys are gone, and applications that call it get errors."</p>
                </ConfirmDialog>
            </div>
        </section>
    }
    .into_any()
}
