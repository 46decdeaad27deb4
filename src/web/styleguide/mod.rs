//! `/styleguide`: every part and token of the design on one page, made of the components that the pages use.
//!
//! It is drawn by the server alone: the browser half would be the bigger for it. So what only script does (dialogs,
//! drawers, notes) is shown as it looks when it is there; `?theme=dark` and `?theme=light` choose the colours.

mod forms;
mod parts;
mod tokens;

use leptos::prelude::*;

use crate::web::components::{MAIN_LINKS, TopBar};

/// Its id, its title, and what it shows.
type Section = (&'static str, &'static str, fn() -> AnyView);

/// The page.
pub fn styleguide() -> AnyView {
    let sections: [Section; 11] = [
        ("colours", "Colours", tokens::colours),
        ("series", "Series", tokens::series),
        ("type", "Type", tokens::type_scale),
        ("space", "Space and corners", tokens::space),
        ("buttons", "Buttons and keys", forms::buttons),
        ("fields", "Fields", forms::fields),
        ("choices", "Choices and filters", forms::choices),
        ("marks", "Chips, notices and banners", parts::marks),
        ("figures", "Figures, progress and tables", parts::figures),
        ("states", "No data", parts::states),
        ("overlays", "Over the page", parts::overlays),
    ];
    let link = |&(id, title, _): &Section| {
        view! { <li><a href=format!("#{id}")>{title}</a></li> }
    };
    let links = sections.iter().map(link).collect_view();
    let section = |(id, title, content): Section| {
        view! {
            <section class="guide__section stack" id=id aria-labelledby=format!("{id}-title")>
                <h2 id=format!("{id}-title")>{title}</h2>
                {content()}
            </section>
        }
    };
    let themes = view! {
        <nav class="segmented" aria-label="Theme">
            <a class="segmented__item" href="/styleguide?theme=light">"Light"</a>
            <a class="segmented__item" href="/styleguide?theme=dark">"Dark"</a>
        </nav>
    }
    .into_any();
    view! {
        <TopBar home=("/loops", "rankloop, all loops") links=MAIN_LINKS.to_vec() before=themes/>
        <main id="main" class="page guide">
            <header class="page-header">
                <div>
                    <h1>"Style guide"</h1>
                    <p class="page-header__sentence">"Every part once, in its states. What is not here is not part of the design."</p>
                </div>
            </header>
            <nav class="guide__contents" aria-label="Sections"><ul>{links}</ul></nav>
            {sections.map(section).into_iter().collect_view()}
        </main>
    }
    .into_any()
}
