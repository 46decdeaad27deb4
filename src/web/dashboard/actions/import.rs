//! An uploaded list before it is applied: what becomes of each line. Both steps are plain forms.

use leptos::prelude::*;

use super::calls::{ImportFate, ImportLine, ImportView};
use crate::web::components::{Banner, Chip, Column, PageHeader, TableFrame, Tone};

/// Where a list is chosen or pasted.
#[component]
pub fn ImportForm(base: String) -> impl IntoView {
    let upload = format!("{base}/import");
    view! {
        <PageHeader title="Import actions"
            sentence="A list as this page exports it, as CSV or JSON. You see what it would change before anything does."/>
        <form class="card stack page--narrow" method="post" enctype="multipart/form-data" action=upload>
            <label class="field">
                <span class="field__label">"A file"</span>
                <input class="input" type="file" name="file" accept=".csv,.json,text/csv,application/json"/>
            </label>
            <label class="field">
                <span class="field__label">"Or its text"</span>
                <textarea class="input textarea input--mono" name="text" rows="8" spellcheck="false"
                    placeholder="id,notes,feature:topic\nsummer,Summer sale,fashion"></textarea>
                <span class="field__hint">
                    "One line for each action. Features have columns such as feature:topic, or stand as JSON in a column features. Times without a zone are UTC."
                </span>
            </label>
            <label class="choice"><input type="checkbox" name="removes_others" value="true"/>
                <span>"Remove actions that the list does not name"</span></label>
            <div class="row">
                <button type="submit" class="button button--primary">"Show what would change"</button>
                <a class="button button--ghost" href=base>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

/// What a list would do.
#[component]
pub fn ImportPreview(import: ImportView, base: String) -> impl IntoView {
    let ImportView { id, words, problem, lines, removed, n_refused, n_changing } = import;
    let can_apply = problem.is_none() && n_refused == 0 && n_changing > 0;
    let sentence = match (&problem, n_refused, n_changing) {
        (Some(problem), _, _) => problem.clone(),
        (None, 0, 0) => "Everything is as the list says already.".to_owned(),
        (None, 0, _) => format!("This would be one change: {words}."),
        (None, 1, _) => "One line cannot be taken. Nothing is changed until all of them can.".to_owned(),
        (None, n, _) => format!("{n} lines cannot be taken. Nothing is changed until all of them can."),
    };
    let row = |line: ImportLine| {
        let (tone, word, detail) = match line.fate {
            ImportFate::Added => (Tone::Good, "new", String::new()),
            ImportFate::Changed(what) => (Tone::Accent, "changed", what),
            ImportFate::Same => (Tone::Neutral, "as it is", String::new()),
            ImportFate::Refused(problem) => (Tone::Bad, "refused", problem),
        };
        view! {
            <tr>
                <th scope="row"><code>{line.id}</code></th>
                <td data-label="Line" class="numeric">{line.number}</td>
                <td data-label="What happens"><Chip tone=tone>{word}</Chip></td>
                <td data-label="Detail">{detail}</td>
            </tr>
        }
    };
    let gone = (!removed.is_empty()).then(|| {
        let text = removed.join(", ");
        view! { <Banner tone=Tone::Warning title=format!("{} would be removed: ", removed.len()) text=text/> }
    });
    let columns =
        vec![Column::text("Action"), Column::number("Line"), Column::text("What happens"), Column::text("Detail")];
    view! {
        <PageHeader title="Import actions" sentence=sentence>
            {can_apply.then(|| view! {
                <form method="post" action=format!("{base}/apply")>
                    <input type="hidden" name="import" value=id/>
                    <button type="submit" class="button button--primary">"Apply all of it"</button>
                </form>
            })}
            <a class="button" href=format!("{base}?upload")>"Another list"</a>
            <a class="button button--ghost" href=base>"Cancel"</a>
        </PageHeader>
        {gone}
        {(!lines.is_empty()).then(|| view! {
            <TableFrame caption="What becomes of each line" columns=columns>
                {lines.into_iter().map(row).collect_view()}
            </TableFrame>
        })}
    }
    .into_any()
}
