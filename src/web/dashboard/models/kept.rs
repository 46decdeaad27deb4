//! Models that were kept: keeping one, going back to one, and what takes the place of the present one.

use leptos::prelude::*;

use super::ModelCalls;
use crate::{
    reports::KeptModel,
    web::components::{
        Chip, Column, EmptyState, FormError, Icon, IconName, Menu, SubmitButton, TableFrame, TextField, TimeText, Tone,
    },
};

/// Keeps the present model with a note.
#[component]
pub fn KeepForm(id: Memo<String>, calls: ModelCalls, limits: String) -> impl IntoView {
    let keep = calls.keep;
    let error = move || keep.value().get().and_then(Result::err).map(|error| error.to_string());
    view! {
        <section class="card card--split">
            <div>
                <h2>"Keep this model"</h2>
                <p class="card__about">"To go back to it later. Models are also kept once a day, and before settings change, a reset, an import. "{limits}</p>
            </div>
            <ActionForm action=keep>
                <input type="hidden" name="id" value=move || id.get()/>
                <div class="stack">
                    <TextField name="note" label="Why" placeholder="before the sale" maxlength=280 error=Signal::derive(error)/>
                    <div><SubmitButton label="Keep it" pending=keep.pending()/></div>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// The list.
#[component]
pub fn KeptModels(
    kept: Vec<KeptModel>,
    id: Memo<String>,
    calls: ModelCalls,
    may_edit: bool,
    base: String,
) -> impl IntoView {
    if kept.is_empty() {
        return view! {
            <EmptyState title="No model kept yet">
                <p class="muted">"The first is kept a day after the loop was made, before something replaces the model, or when you keep one."</p>
            </EmptyState>
        }
        .into_any();
    }
    let row = move |(place, kept): (usize, KeptModel)| {
        let tone = if kept.is_by_hand { Tone::Accent } else { Tone::Neutral };
        let menu =
            view! { <KeptMenu kept=kept.clone() place=place id=id calls=calls may_edit=may_edit base=base.clone()/> };
        view! {
            <tr>
                <th scope="row">
                    "Version "{kept.version}
                    {kept.is_present.then(|| view! { " "<Chip tone=Tone::Good>"ranks now"</Chip> })}
                    {(!kept.note.is_empty()).then(|| view! { <span class="kept-note">{kept.note}</span> })}
                </th>
                <td data-label="Kept"><TimeText moment=kept.at/></td>
                <td data-label="Why"><Chip tone=tone>{kept.reason}</Chip></td>
                <td data-label="By">{kept.by}</td>
                <td data-label="Learned from" class="numeric">{kept.n_learned}</td>
                <td data-label="Size" class="numeric">{kept.size}</td>
                <td class="actions">{menu}</td>
            </tr>
        }
    };
    let columns = vec![
        Column::text("Model"),
        Column::text("Kept"),
        Column::text("Why"),
        Column::text("By"),
        Column::number("Learned from"),
        Column::number("Size"),
        Column::buttons("What can be done"),
    ];
    view! {
        <section class="stack stack--tight">
            <h2>"Kept models"</h2>
            <TableFrame caption="Models that were kept, newest first" columns=columns>
                {kept.into_iter().enumerate().map(row).collect_view()}
            </TableFrame>
        </section>
    }
    .into_any()
}

#[component]
fn KeptMenu(
    kept: KeptModel,
    place: usize,
    id: Memo<String>,
    calls: ModelCalls,
    may_edit: bool,
    base: String,
) -> impl IntoView {
    let hidden = || {
        view! {
            <input type="hidden" name="id" value=id.get_untracked()/>
            <input type="hidden" name="kept" value=kept.id.clone()/>
        }
        .into_any()
    };
    let of_restore = (may_edit && !kept.is_present).then(hidden);
    let of_forget = may_edit.then(hidden);
    let export = format!("{base}/kept/{}.zip", kept.id);
    view! {
        <Menu id=format!("kept-{place}") class="button button--ghost button--icon" label=format!("What to do with version {}", kept.version)
            button=|| view! { <Icon name=IconName::More/> }>
            {of_restore.map(|hidden| view! {
                <ActionForm action=calls.restore>
                    {hidden}
                    <button type="submit" class="menu__item">"Go back to this one"</button>
                </ActionForm>
            })}
            <a class="menu__item" rel="external" download="" href=export>"Export, signed"</a>
            {of_forget.map(|hidden| view! {
                <div class="menu__line"></div>
                <details class="menu__ask">
                    <summary class="menu__item menu__item--danger">"Remove …"</summary>
                    <ActionForm action=calls.forget>
                        {hidden}
                        <button type="submit" class="menu__item menu__item--danger">"Remove it for good"</button>
                    </ActionForm>
                </details>
            })}
        </Menu>
    }
    .into_any()
}

/// Importing another model, and beginning anew.
#[component]
pub fn Dangerous(id: Memo<String>, name: String, calls: ModelCalls, base: String) -> impl IntoView {
    let reset = calls.reset;
    let error = move || reset.value().get().and_then(Result::err);
    view! {
        <section class="card card--split">
            <div>
                <h2>"Import a model"</h2>
                <p class="card__about">"A file that this server has signed, or one that it trusts. It ranks from the next call on, with the learning settings that it was trained under. The present model is kept before."</p>
            </div>
            <form class="stack" method="post" enctype="multipart/form-data" action=format!("{base}/import")>
                <label class="field">
                    <span class="field__label">"Signed model"</span>
                    <input class="input" type="file" name="file" accept=".zip" required/>
                </label>
                <div><button type="submit" class="button">"Import it"</button></div>
            </form>
        </section>
        <section class="card card--danger card--split">
            <div>
                <h2>"Reset the model"</h2>
                <p class="card__about">"Ranks start from chance again, and learn anew from the events that come. Events, actions and settings stay. The present model is kept, so that you can go back to it."</p>
            </div>
            <ActionForm action=reset>
                <input type="hidden" name="id" value=move || id.get()/>
                <div class="stack">
                    <FormError message=Signal::derive(move || error().and_then(|error| error.for_form()))/>
                    <TextField name="typed" label=format!("Type “{name}” to confirm")
                        error=Signal::derive(move || error().and_then(|error| error.at_field("typed")))/>
                    <div><button type="submit" class="button button--danger">"Reset the model"</button></div>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}
