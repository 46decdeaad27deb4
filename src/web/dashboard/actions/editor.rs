//! One action to fill in. Its features stand as a form and as JSON; what is typed in one is in the other.

use leptos::prelude::*;

use super::{
    ActionCalls, ActionView,
    features::{FeatureRow, Kind, json_of, parse_features, pretty, rows_of},
};
use crate::web::components::{FormError, Icon, IconName, SubmitButton, SwitchField, TextAreaField, TextField};

/// The editor; without `action` for a new one.
#[component]
pub fn ActionEditor(id: Memo<String>, action: Option<ActionView>, zone: String, calls: ActionCalls) -> impl IntoView {
    let save = calls.save;
    let error = move |field: &'static str| {
        Signal::derive(move || save.value().get().and_then(Result::err).and_then(|error| error.at_field(field)))
    };
    let message = move || save.value().get().and_then(Result::err).and_then(|error| error.for_form());
    let is_new = action.is_none();
    let title = action.as_ref().map_or("New action".to_owned(), |action| format!("Edit {}", action.id));
    let was = action.as_ref().map(|action| action.id.clone()).unwrap_or_default();
    let features = action.as_ref().map_or_else(String::new, |action| action.features.clone());
    let is_active = RwSignal::new(action.as_ref().is_none_or(|action| action.is_active));
    let notes = RwSignal::new(action.as_ref().map(|action| action.notes.clone()).unwrap_or_default());
    let name = action.as_ref().and_then(|action| action.title.clone()).unwrap_or_default();
    let (from, to) = action.map(|action| (action.valid_from, action.valid_to)).unwrap_or_default();
    let is_complete = RwSignal::new(true);
    view! {
        <section class="card page--narrow">
            <h2>{title}</h2>
            <ActionForm action=save>
                <div class="stack">
                    <FormError message=Signal::derive(message)/>
                    <input type="hidden" name="loop_id" value=move || id.get()/>
                    <input type="hidden" name="action[was]" value=was.clone()/>
                    <IdInput was=was error=error("id") is_new=is_new/>
                    <TextField name="action[title]" label="Title" placeholder="Summer sale" initial=name required=false maxlength=80
                        hint="What people call it, on this page and in charts."/>
                    <FeatureEditor initial=features error=error("features") is_complete=is_complete/>
                    <div class="pair">
                        <TextField name="action[valid_from]" label=format!("Valid from ({zone})") hint="Empty: at once." kind="datetime-local"
                            required=false initial=from error=error("valid_from")/>
                        <TextField name="action[valid_to]" label=format!("Valid to ({zone})") hint="Empty: without end." kind="datetime-local"
                            required=false initial=to error=error("valid_to")/>
                    </div>
                    <TextAreaField name="action[notes]" label="Notes" hint="For people; the learner does not see them." value=notes rows=2/>
                    <SwitchField name="action[is_active]" label="Can be chosen" checked=is_active/>
                    <div class="row">
                        <SubmitButton label="Save action" pending=save.pending() disabled=Signal::derive(move || !is_complete.get())/>
                        <a class="button button--ghost" href=move || format!("/loops/{}/actions", id.get())>"Cancel"</a>
                    </div>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// The id is chosen once: events of the past carry it.
#[component]
fn IdInput(was: String, error: Signal<Option<String>>, is_new: bool) -> impl IntoView {
    if is_new {
        view! {
            <TextField name="action[id]" label="Id" placeholder="summer-banner" error=error autofocus=true
                hint="What your application gets back. It cannot be changed later."/>
        }
        .into_any()
    } else {
        view! { <input type="hidden" name="action[id]" value=was/> }.into_any()
    }
}

/// JSON is what is sent; the rows are a way of writing it.
#[component]
fn FeatureEditor(
    initial: String,
    error: Signal<Option<String>>,
    /// Whether what is typed is good; there is nothing to send before.
    is_complete: RwSignal<bool>,
) -> impl IntoView {
    let parsed = parse_features(&initial).ok();
    let json = RwSignal::new(parsed.as_ref().map_or(initial, |features| pretty(features)));
    let start = parsed.map_or_else(|| Ok(vec![FeatureRow::blank()]), rows_of);
    let is_form = RwSignal::new(start.is_ok());
    let rows = RwSignal::new(start.unwrap_or_default());
    // What is wrong now; `None` before anything was typed.
    let problem = RwSignal::new(None::<String>);
    let note = RwSignal::new(None::<String>);
    let on_rows = Callback::new(move |()| {
        let written = rows.with_untracked(|rows| json_of(rows));
        is_complete.set(written.is_ok());
        match written {
            Ok(text) => {
                problem.set(None);
                json.set(text);
            }
            Err(words) => problem.set(Some(words)),
        }
    });
    let on_json = move || {
        let parsed = json.with_untracked(|text| parse_features(text));
        is_complete.set(parsed.is_ok());
        problem.set(parsed.err());
    };
    Effect::watch(
        move || json.get(),
        move |_, _, _| {
            if !is_form.get_untracked() {
                on_json()
            }
        },
        false,
    );
    let to_form = move |_| match json.with_untracked(|text| parse_features(text)).and_then(rows_of) {
        Ok(found) => {
            rows.set(found);
            note.set(None);
            is_form.set(true);
        }
        Err(words) => note.set(Some(words)),
    };
    let to_json = move |_| is_form.set(false);
    let shown_error = Signal::derive(move || problem.get().or_else(|| error.get()));
    view! {
        <fieldset class="stack stack--tight">
            <div class="row row--between">
                <legend class="field__label">"Features"</legend>
                <div class="segmented" role="group" aria-label="How to edit">
                    <button type="button" class="segmented__item" aria-pressed=move || is_form.get().to_string() on:click=to_form>"Form"</button>
                    <button type="button" class="segmented__item" aria-pressed=move || (!is_form.get()).to_string() on:click=to_json>"JSON"</button>
                </div>
            </div>
            <p class="field__hint">"What the learner knows about this action: its topic, length, price. Not its id."</p>
            <div hidden=move || !is_form.get()><FeatureRows rows=rows on_change=on_rows/></div>
            <div hidden=move || is_form.get()>
                <TextAreaField name="action[features]" label="Features as JSON" value=json rows=8 mono=true
                    placeholder="[{\"topic\": \"sports\"}]"/>
            </div>
            <p class="field__error" aria-live="polite">{move || shown_error.get()}</p>
            <p class="field__hint" aria-live="polite">{move || note.get()}</p>
        </fieldset>
    }
    .into_any()
}

#[component]
fn FeatureRows(rows: RwSignal<Vec<FeatureRow>>, on_change: Callback<()>) -> impl IntoView {
    let n_rows = Memo::new(move |_| rows.with(Vec::len));
    let add = move |_| rows.update(|rows| rows.push(FeatureRow::blank()));
    view! {
        <div class="stack stack--tight">
            {move || (0..n_rows.get()).map(|place| view! {
                <FeatureRowInputs rows=rows place=place on_change=on_change/>
            }).collect_view()}
            <div><button type="button" class="button button--small" on:click=add><Icon name=IconName::Plus/>"Add feature"</button></div>
        </div>
    }
}

#[component]
fn FeatureRowInputs(rows: RwSignal<Vec<FeatureRow>>, place: usize, on_change: Callback<()>) -> impl IntoView {
    let row = move || rows.with(|rows| rows.get(place).cloned().unwrap_or_else(FeatureRow::blank));
    let change = move |edit: &dyn Fn(&mut FeatureRow)| {
        rows.update(|rows| {
            if let Some(row) = rows.get_mut(place) {
                edit(row);
            }
        });
        on_change.run(());
    };
    let remove = move |_| {
        rows.update(|rows| {
            rows.remove(place);
        });
        on_change.run(());
    };
    let start = rows.with_untracked(|rows| rows.get(place).cloned()).unwrap_or_else(FeatureRow::blank);
    let start_text = StoredValue::new(start.text);
    let number = place + 1;
    let set_kind = move |word: String| {
        change(&|row| {
            row.kind = Kind::of_word(&word);
            if row.kind == Kind::YesNo && row.text != "true" {
                row.text = "false".to_owned();
            }
        });
    };
    let is_yes_no = Memo::new(move |_| row().kind == Kind::YesNo);
    view! {
        <div class="feature">
            <input class="input" aria-label=format!("Name of feature {number}") placeholder="topic" value=start.name
                prop:value=move || row().name on:input=move |event| change(&|row| row.name = event_target_value(&event))/>
            <select class="input select" aria-label=format!("Type of feature {number}")
                on:change=move |event| set_kind(event_target_value(&event))>
                {Kind::ALL.map(|kind| view! {
                    <option value=kind.word() selected=move || row().kind == kind>{kind.word()}</option>
                })}
            </select>
            <Show when=move || is_yes_no.get() fallback=move || view! {
                <input class="input" aria-label=format!("Value of feature {number}") placeholder="sports" value=start_text.get_value()
                    prop:value=move || row().text on:input=move |event| change(&|row| row.text = event_target_value(&event))/>
            }>
                <select class="input select" aria-label=format!("Value of feature {number}")
                    on:change=move |event| change(&|row| row.text = event_target_value(&event))>
                    <option value="false" selected=move || row().text != "true">"no"</option>
                    <option value="true" selected=move || row().text == "true">"yes"</option>
                </select>
            </Show>
            <button type="button" class="button button--ghost button--icon" aria-label=format!("Remove feature {number}") on:click=remove>
                <Icon name=IconName::Close/>
            </button>
        </div>
    }
}
