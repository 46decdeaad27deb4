//! Who may do what, as a table: for the pages People and Help. `docs/people.md` holds the same one.

use leptos::prelude::*;

use crate::terms::Role;

/// What can be done here, with the least role that it takes.
const ABILITIES: [(&str, Role); 13] = [
    ("See loops: curves, health, settings and their history, actions, features", Role::Viewer),
    ("Read finished evaluations, and where to send calls", Role::Viewer),
    ("Read and download events with their contexts, and why each was decided so", Role::Analyst),
    ("Try contexts in the playground", Role::Analyst),
    ("Start and remove evaluations", Role::Analyst),
    ("See how the server is", Role::Analyst),
    ("Make and rename loops", Role::Editor),
    ("Change settings, roll them back, pause loops, apply evaluated policies, reset models", Role::Editor),
    ("Change actions, add notes, steer the demo’s readers", Role::Editor),
    ("Replace keys", Role::Admin),
    ("Delete loops", Role::Admin),
    ("Invite, change and remove people, end their sessions, read the audit history", Role::Admin),
    ("Appoint and remove owners", Role::Owner),
];

/// The table.
pub fn role_table() -> AnyView {
    let head = |role: Role| view! { <th scope="col">{title(role)}</th> };
    let row = |(ability, least): (&'static str, Role)| {
        let cell = move |role: Role| {
            let (mark, words) = if role >= least { ("✓", "yes") } else { ("–", "no") };
            view! { <td data-label=title(role)><span aria-hidden="true">{mark}</span><span class="visually-hidden">{words}</span></td> }
        };
        view! { <tr><th scope="row">{ability}</th>{Role::ALL.map(cell).collect_view()}</tr> }
    };
    view! {
        <div class="table-frame table-frame--scrolls" tabindex="0" role="region" aria-label="What each role may do">
            <table class="table roles">
                <caption class="visually-hidden">"What each role may do"</caption>
                <thead><tr><th scope="col">"May"</th>{Role::ALL.map(head).collect_view()}</tr></thead>
                <tbody>{ABILITIES.map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The role's name where it begins something.
pub fn title(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Analyst => "Analyst",
        Role::Editor => "Editor",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_has_the_same_table() {
        let guide = include_str!("../../docs/people.md");
        for (ability, least) in ABILITIES {
            let marks = Role::ALL.map(|role| if role >= least { "✓" } else { "–" }).join(" | ");
            let line = format!("| {ability} | {marks} |");
            assert!(guide.contains(&line), "docs/people.md lacks: {line}");
        }
        let n_lines = guide.lines().filter(|line| line.contains("✓")).count();
        assert_eq!(n_lines, ABILITIES.len());
    }
}
