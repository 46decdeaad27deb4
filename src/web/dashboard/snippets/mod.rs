//! The first Rank and Reward of a loop, ready to paste, for several kinds of client, with the loop's own actions.

mod one_slot;
mod sample;
mod several_slots;

use leptos::prelude::*;

pub use one_slot::curl;
pub use sample::{CallSample, SampleAction, Text};

use crate::web::components::{CodeBlock, View, Views};

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

    /// Every language with its calls.
    pub fn texts(&self, sample: &CallSample) -> Vec<(&'static str, String)> {
        // Two slots need two actions.
        let sample = if self.is_multi_slot && sample.actions.len() < 2 { &CallSample::default() } else { sample };
        self.snippets().iter().map(|(name, snippet)| (*name, snippet(self, sample))).collect()
    }
}

type Snippet = fn(&CallTarget, &CallSample) -> String;
const ONE_SLOT: [(&str, Snippet); 5] = [
    ("curl", one_slot::curl),
    ("Python", one_slot::python),
    ("JavaScript", one_slot::javascript),
    ("C#", one_slot::csharp),
    ("Java", one_slot::java),
];
const SEVERAL_SLOTS: [(&str, Snippet); 4] = [
    ("curl", several_slots::curl),
    ("Python", several_slots::python),
    ("JavaScript", several_slots::javascript),
    ("Java", several_slots::java),
];

/// One snippet at a time, chosen by language.
#[component]
pub fn Snippets(
    target: CallTarget,
    /// The loop's own context and actions; made-up ones without it.
    #[prop(optional)]
    sample: CallSample,
) -> impl IntoView {
    let title = if target.is_multi_slot { "First multi-slot Rank and Reward" } else { "First Rank and Reward" };
    let view = |(name, code): (&'static str, String)| {
        let block = view! { <CodeBlock title=format!("{title} with {name}") code=code/> };
        View::new(name, block.into_any())
    };
    let views = target.texts(&sample).into_iter().map(view).collect();
    view! { <Views label="Language" name="snippet-language" views=views/> }.into_any()
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

    /// With everything in it that a language could stumble over.
    fn own() -> CallSample {
        let text = |json: &str, python: &str| Text { json: json.into(), python: python.into() };
        let features = text(r#"{"kind": "it's \"new\"", "isNew": true}"#, r#"{"kind": "it's \"new\"", "isNew": True}"#);
        let action = |id: &str| SampleAction { id: id.into(), features: features.clone() };
        CallSample {
            context: text(r#"{"customer": "member"}"#, r#"{"customer": "member"}"#),
            actions: ["free-shipping", "loyalty"].map(action).to_vec(),
        }
    }

    #[test]
    fn every_snippet_calls_this_loop_with_this_key_and_rewards_the_event() {
        for target in targets() {
            for (name, code) in target.texts(&CallSample::default()) {
                assert!(code.contains(&target.endpoint) && code.contains("secret"), "{name}");
                assert!(code.to_lowercase().contains("reward") && code.contains("politics"), "{name}");
            }
        }
    }

    #[test]
    fn every_snippet_offers_the_loops_own_actions() {
        for target in targets() {
            for (name, code) in target.texts(&own()) {
                for own in ["customer", "member", "free-shipping", "loyalty"] {
                    assert!(code.contains(own), "{name}: {own}");
                }
                assert!(!code.contains("politics") && !code.contains("evening"), "{name}");
            }
        }
    }

    #[test]
    fn one_action_fills_no_two_slots_so_others_are_shown() {
        let [_, several] = targets();
        let one = CallSample { actions: own().actions[..1].to_vec(), ..own() };
        assert!(several.texts(&one).iter().all(|(_, code)| code.contains("politics")));
    }

    #[test]
    fn a_loop_with_several_slots_is_shown_calls_that_fill_and_reward_slots() {
        let [_, several] = targets();
        for (name, code) in several.texts(&CallSample::default()) {
            assert!(code.contains("baselineAction") && code.contains("slotId"), "{name}");
        }
    }

    #[test]
    fn the_bodies_of_the_curl_snippets_are_json_also_with_a_quote_in_a_feature() {
        for (target, sample) in targets().into_iter().flat_map(|t| [(t.clone(), CallSample::default()), (t, own())]) {
            let code = target.texts(&sample).swap_remove(0).1;
            // What a shell makes of a quote within single quotes.
            let code = code.replace(r"'\''", "\u{1}");
            let bodies: Vec<serde_json::Value> = code
                .split("-d '")
                .skip(1)
                .filter_map(|rest| rest.split('\'').next())
                .map(|body| serde_json::from_str(&body.replace('\u{1}', "'")).expect("JSON"))
                .collect();
            assert_eq!(bodies.len(), 2);
            assert!(bodies[0]["actions"].is_array() && bodies[0]["slots"].is_array() == target.is_multi_slot);
        }
    }

    #[test]
    fn only_over_plain_http_is_a_client_told_that_this_is_wanted() {
        let [_, plain] = targets();
        let safe = CallTarget { endpoint: "https://host/loops/abc".into(), ..plain.clone() };
        let javascript = |target: &CallTarget| several_slots::javascript(target, &CallSample::default());
        assert!(javascript(&plain).contains("allowInsecureConnection"));
        assert!(!javascript(&safe).contains("allowInsecureConnection"));
    }
}
