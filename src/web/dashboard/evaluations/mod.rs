//! What other policies would have earned: the questions so far, a new one, and the report of one.

mod calls;
mod coverage;
mod report;
mod sharing;

use leptos::prelude::*;
use leptos_meta::Title;
pub use report::{EvaluationPage, Report};

use self::calls::{EvaluationsView, StartEvaluation, load_evaluations};
use super::current_loop_id;
use crate::{
    reports::EvaluationLine,
    web::components::{Chip, EmptyState, FormError, Loaded, PageHeader, SubmitButton, TextField, Tone},
};

/// `/loops/:id/evaluations`
#[component]
pub fn EvaluationsPage() -> impl IntoView {
    let id = current_loop_id();
    let start = ServerAction::<StartEvaluation>::new();
    let page = Resource::new(move || (id.get(), start.version().get()), |(id, _)| load_evaluations(id));
    view! {
        <Title text="Evaluations"/>
        <PageHeader title="Evaluations" sentence="What other learning settings, your own order or chance would have earned, from the log. No user sees them."/>
        <Loaded resource=page lines=6 view=move |view| view! { <Body view=view id=id start=start/> }/>
    }
}

#[component]
fn Body(view: EvaluationsView, id: Memo<String>, start: ServerAction<StartEvaluation>) -> impl IntoView {
    let is_empty = view.lines.is_empty();
    let line = move |line: EvaluationLine| {
        let href = move || format!("/loops/{}/evaluations/{}", id.get(), line.id_in_path);
        view! {
            <li class="evaluation-line">
                <span class="evaluation-line__name">
                    <a href=href>{line.name}</a>
                    {line.is_running.then(|| view! { <Chip tone=Tone::Accent>"Running"</Chip> })}
                </span>
                <span class="muted">{line.span}" · "{line.asked}</span>
                <span class="evaluation-line__sentence">{line.sentence}</span>
            </li>
        }
    };
    let list = if is_empty {
        view! { <EmptyState title="Nothing was evaluated yet"><p>"Ask below. It is worked out beside the calls and changes nothing."</p></EmptyState> }
            .into_any()
    } else {
        view! { <ul class="card evaluation-lines">{view.lines.into_iter().map(line).collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="stack">
            {list}
            {view.may_edit.then(|| view! { <NewForm id=id start=start first_day=view.first_day last_day=view.last_day/> })}
        </div>
    }
    .into_any()
}

#[component]
fn NewForm(
    id: Memo<String>,
    start: ServerAction<StartEvaluation>,
    first_day: String,
    last_day: String,
) -> impl IntoView {
    let error = move || start.value().get().and_then(Result::err);
    let at = move |field: &'static str| Signal::derive(move || error().and_then(|error| error.at_field(field)));
    view! {
        <section class="card card--split">
            <div>
                <h2>"New evaluation"</h2>
                <p class="card__about">"Your loop, your first action and an even draw are always among those compared. Days are whole days in UTC."</p>
            </div>
            <ActionForm action=start>
                <input type="hidden" name="id" value=move || id.get()/>
                <div class="stack">
                    <FormError message=Signal::derive(move || error().and_then(|error| error.for_form()))/>
                    <TextField name="name" label="Name" initial="What would have been better?" error=at("name")/>
                    <div class="pair">
                        <TextField name="first_day" label="From" kind="date" initial=first_day error=at("first_day")/>
                        <TextField name="last_day" label="To" kind="date" initial=last_day error=at("last_day")/>
                    </div>
                    <TextField name="arguments" label="Learning settings to judge" required=false maxlength=2000 error=at("arguments")
                        hint="Arguments as in the settings; leave it empty for none."/>
                    <TextField name="segment_by" label="Look at parts by" required=false maxlength=200 placeholder="device"
                        hint="A feature of the context, such as device or user.device. The report then tells the values apart."/>
                    <label class="switch">
                        <input type="checkbox" role="switch" name="optimize" value="true" checked/>
                        <span class="switch__track" aria-hidden="true"></span>
                        <span>"Look for better learning settings, too"</span>
                    </label>
                    <div><SubmitButton label="Evaluate" pending=start.pending()/></div>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}
