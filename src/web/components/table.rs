//! A table of data in its frame.

use leptos::prelude::*;

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub words: &'static str,
    pub kind: ColumnKind,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// In line at the right, where the digits can be compared.
    Number,
    /// Buttons: the head is for those only who hear it.
    Buttons,
}

impl Column {
    pub const fn text(words: &'static str) -> Self {
        Self { words, kind: ColumnKind::Text }
    }

    pub const fn number(words: &'static str) -> Self {
        Self { words, kind: ColumnKind::Number }
    }

    pub const fn buttons(words: &'static str) -> Self {
        Self { words, kind: ColumnKind::Buttons }
    }

    fn view(self) -> AnyView {
        match self.kind {
            ColumnKind::Text => view! { <th scope="col">{self.words}</th> }.into_any(),
            ColumnKind::Number => view! { <th scope="col" class="numeric">{self.words}</th> }.into_any(),
            ColumnKind::Buttons => {
                view! { <th scope="col"><span class="visually-hidden">{self.words}</span></th> }.into_any()
            }
        }
    }
}

/// A table; on narrow screens each row is a card. The children are rows: a `<th scope="row">` that names the row, then
/// cells with the column's words in `data-label`.
#[component]
pub fn TableFrame(
    /// What the table holds, for people who hear the page.
    #[prop(into)]
    caption: String,
    columns: Vec<Column>,
    /// Its head stays in sight while the rows pass.
    #[prop(optional)]
    long: bool,
    /// A press anywhere in a row follows the row's first link.
    #[prop(optional)]
    links: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-frame" class:table-frame--long=long>
            <table class="table table--cards" class:table--links=links>
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr>{columns.into_iter().map(Column::view).collect_view()}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
