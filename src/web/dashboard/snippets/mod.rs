//! The first Rank and Reward of a loop, ready to paste, for several kinds of client.

mod one_slot;
mod several_slots;

use leptos::prelude::*;

pub use one_slot::curl;

use crate::web::components::CodeBlock;

/// Where a loop's calls go, and with which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTarget {
    /// With the loop's own prefix: `http://127.0.0.1:8080/loops/<id>`.
    pub endpoint: String,
    pub key: String,
    /// Whether its Ranks fill several slots.
    pub is_multi_slot: bool,
}

impl CallTarget {
    /// For pages that no longer know the key.
    pub fn without_key(endpoint: String, is_multi_slot: bool) -> Self {
        Self { endpoint, key: "YOUR_KEY".to_owned(), is_multi_slot }
    }

    fn snippets(&self) -> &'static [(&'static str, Snippet)] {
        if self.is_multi_slot { &SEVERAL_SLOTS } else { &ONE_SLOT }
    }
}

type Snippet = fn(&CallTarget) -> String;
const ONE_SLOT: [(&str, Snippet); 4] = [
    ("curl", one_slot::curl),
    ("Python", one_slot::python),
    ("JavaScript", one_slot::javascript),
    ("C#", one_slot::csharp),
];
const SEVERAL_SLOTS: [(&str, Snippet); 3] =
    [("curl", several_slots::curl), ("Python", several_slots::python), ("JavaScript", several_slots::javascript)];

/// One snippet at a time, chosen by language.
#[component]
pub fn Snippets(target: CallTarget) -> impl IntoView {
    let chosen = RwSignal::new("curl");
    let snippets = target.snippets();
    let title = if target.is_multi_slot { "First multi-slot Rank and Reward" } else { "First Rank and Reward" };
    let target = StoredValue::new(target);
    let button = move |&(name, _): &'static (&'static str, Snippet)| {
        view! {
            <button type="button" class="segmented__item" on:click=move |_| chosen.set(name)
                aria-pressed=move || (chosen.get() == name).to_string()>{name}</button>
        }
    };
    let block = move |&(name, snippet): &'static (&'static str, Snippet)| {
        let code = target.with_value(snippet);
        view! {
            <div hidden=move || chosen.get() != name>
                <CodeBlock title=format!("{title} with {name}") code=code/>
            </div>
        }
    };
    view! {
        <div class="stack stack--tight">
            <div class="row">
                <div class="segmented" role="group" aria-label="Language">{snippets.iter().map(button).collect_view()}</div>
            </div>
            {snippets.iter().map(block).collect_view()}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> [CallTarget; 2] {
        [false, true].map(|is_multi_slot| CallTarget {
            endpoint: "http://host:1/loops/abc".into(),
            key: "secret".into(),
            is_multi_slot,
        })
    }

    #[test]
    fn every_snippet_calls_this_loop_with_this_key_and_rewards_the_event() {
        for target in targets() {
            for (name, snippet) in target.snippets() {
                let code = snippet(&target);
                assert!(code.contains(&target.endpoint) && code.contains("secret"), "{name}");
                assert!(code.to_lowercase().contains("reward"), "{name}");
            }
        }
    }

    #[test]
    fn a_loop_with_several_slots_is_shown_calls_that_fill_and_reward_slots() {
        let [_, several] = targets();
        for (name, snippet) in several.snippets() {
            let code = snippet(&several);
            assert!(code.contains("baselineAction") && code.contains("slotId"), "{name}");
        }
    }

    #[test]
    fn the_bodies_of_the_curl_snippets_are_json() {
        for target in targets() {
            let code = target.snippets()[0].1(&target);
            let bodies: Vec<serde_json::Value> = code
                .split("-d '")
                .skip(1)
                .filter_map(|rest| rest.split('\'').next())
                .map(|body| serde_json::from_str(body).expect("JSON"))
                .collect();
            assert_eq!(bodies.len(), 2);
            assert!(bodies[0]["actions"].is_array() && bodies[0]["slots"].is_array() == target.is_multi_slot);
        }
    }

    #[test]
    fn only_over_plain_http_is_a_client_told_that_this_is_wanted() {
        let [_, plain] = targets();
        let safe = CallTarget { endpoint: "https://host/loops/abc".into(), ..plain.clone() };
        assert!(several_slots::javascript(&plain).contains("allowInsecureConnection"));
        assert!(!several_slots::javascript(&safe).contains("allowInsecureConnection"));
    }
}
