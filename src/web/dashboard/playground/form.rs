//! A context to be changed: field by field, or as JSON. Both are plain forms whose answer is another address.

use leptos::prelude::*;
use leptos_router::components::Form;

use super::Hidden;
use crate::reports::{ContextField, FieldKind, PlaygroundSide};

/// The fields of a context, and beneath its JSON.
#[component]
pub fn ContextForm(side: PlaygroundSide, other: Option<(String, String)>, hidden: Hidden) -> impl IntoView {
    let PlaygroundSide { key, prefix, title, json, indented, fields, n_arrays, .. } = side;
    let has_fields = !fields.is_empty();
    let carried = [Some((key.clone(), json)), other.clone()].into_iter().flatten().collect::<Vec<_>>();
    let besides = (n_arrays > 0).then(|| {
        let words = if n_arrays == 1 { "One list is".to_owned() } else { format!("{n_arrays} lists are") };
        view! { <p class="muted">{words}" changed in the JSON below."</p> }
    });
    let field = |field: ContextField| view! { <FieldInput field=field/> };
    let area_id = format!("{prefix}-json");
    let carrying = hidden.clone();
    view! {
        <div class="card playground__context">
            <h2 class="card__title">{title}</h2>
            {has_fields.then(|| view! {
                <Form method="GET" action="">
                    <HiddenInputs hidden=carrying contexts=carried/>
                    <div class="playground__fields">{fields.into_iter().map(field).collect_view()}</div>
                    {besides}
                    <button type="submit" class="button button--primary">"Show the decision"</button>
                </Form>
            })}
            <details class="playground__json" open=!has_fields>
                <summary>"As JSON"</summary>
                <Form method="GET" action="">
                    <HiddenInputs hidden=hidden contexts=other.into_iter().collect()/>
                    <label class="visually-hidden" for=area_id.clone()>"Context as JSON"</label>
                    <textarea class="input textarea input--mono" id=area_id name=key rows="8" spellcheck="false">{indented}</textarea>
                    <button type="submit" class="button">"Use this JSON"</button>
                </Form>
            </details>
        </div>
    }
    .into_any()
}

/// The actions to choose from, to be changed as JSON.
#[component]
pub fn ActionsForm(actions: String, contexts: Vec<(String, String)>, hidden: Hidden) -> impl IntoView {
    let hidden = Hidden { actions: None, ..hidden };
    view! {
        <details class="card playground__json">
            <summary>"Actions to choose from"</summary>
            <Form method="GET" action="">
                <HiddenInputs hidden=hidden contexts=contexts/>
                <label class="visually-hidden" for="actions-json">"Actions as JSON"</label>
                <textarea class="input textarea input--mono" id="actions-json" name="actions" rows="10" spellcheck="false">{actions}</textarea>
                <button type="submit" class="button">"Use these actions"</button>
            </Form>
        </details>
    }
    .into_any()
}

#[component]
fn HiddenInputs(hidden: Hidden, contexts: Vec<(String, String)>) -> impl IntoView {
    let named =
        [hidden.event_id.map(|id| ("event".to_owned(), id)), hidden.actions.map(|json| ("actions".to_owned(), json))];
    let input = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value/> };
    named.into_iter().flatten().chain(contexts).map(input).collect_view().into_any()
}

#[component]
fn FieldInput(field: ContextField) -> impl IntoView {
    let ContextField { name, label, kind, value, usual } = field;
    let input = match kind {
        FieldKind::Switch => {
            let option = |of: &'static str| view! { <option value=of selected={of == value}>{of}</option> };
            view! { <select class="input select" id=name.clone() name=name.clone()>{["true", "false"].map(option)}</select> }
                .into_any()
        }
        _ => {
            let list_id = (!usual.is_empty()).then(|| format!("{name}-usual"));
            let options = usual.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
            let mode = if kind == FieldKind::Number { "decimal" } else { "text" };
            view! {
                <input class="input" id=name.clone() name=name.clone() value=value list=list_id.clone() inputmode=mode autocomplete="off"/>
                {list_id.map(|id| view! { <datalist id=id>{options}</datalist> })}
            }
            .into_any()
        }
    };
    view! { <div class="field"><label class="field__label" for=name>{label}</label>{input}</div> }.into_any()
}
