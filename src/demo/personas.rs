//! The readers that a visitor can be, and whose simulated likes read all day.
//!
//! The loop is told what a site knows without knowing who it is: device, time, stated interests. Never a name or an id.

use serde_json::{Value, json};

/// A kind of reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// In addresses, such as `/news?reader=mara`. Not a feature.
    pub slug: &'static str,
    /// For people to read. Not a feature.
    pub name: &'static str,
    /// One sentence for the switcher.
    pub description: &'static str,
    pub device: &'static str,
    pub daypart: &'static str,
    pub week: &'static str,
    /// What such a reader once ticked in the settings, which need not be what they open.
    pub interests: &'static [&'static str],
}

const PERSONAS: [Persona; 6] = [
    Persona {
        slug: "mara",
        name: "Mara, early commuter",
        description: "Phone, weekday morning, on the train. Ticked business and world.",
        device: "phone",
        daypart: "morning",
        week: "weekday",
        interests: &["business", "world"],
    },
    Persona {
        slug: "tomas",
        name: "Tomas, night nurse",
        description: "Tablet, weekday night, between two rounds. Ticked science and culture.",
        device: "tablet",
        daypart: "night",
        week: "weekday",
        interests: &["science", "culture"],
    },
    Persona {
        slug: "ines",
        name: "Ines, student",
        description: "Phone, weekday evening, on the sofa. Ticked culture and technology.",
        device: "phone",
        daypart: "evening",
        week: "weekday",
        interests: &["culture", "technology"],
    },
    Persona {
        slug: "viktor",
        name: "Viktor, retired gardener",
        description: "Tablet, weekend morning, second coffee. Ticked world and culture.",
        device: "tablet",
        daypart: "morning",
        week: "weekend",
        interests: &["world", "culture"],
    },
    Persona {
        slug: "aiko",
        name: "Aiko, club swimmer",
        description: "Computer, weekend afternoon, after training. Ticked sport.",
        device: "computer",
        daypart: "afternoon",
        week: "weekend",
        interests: &["sport"],
    },
    Persona {
        slug: "lena",
        name: "Lena, lunch-break analyst",
        description: "Computer, weekday midday, at her desk. Ticked business and technology.",
        device: "computer",
        daypart: "midday",
        week: "weekday",
        interests: &["business", "technology"],
    },
];

/// The visitor. What is known of them is the kind of their device, which their browser tells with every call.
static YOURSELF: Persona = Persona {
    slug: "you",
    name: "Yourself",
    description: "A loop of your own, which no simulated reader ever touches. What you open and how far you read is its reward.",
    device: "computer",
    daypart: "",
    week: "",
    interests: &[],
};

/// All of them, in the order of the switcher.
pub fn personas() -> &'static [Persona] {
    &PERSONAS
}

/// The persona with this slug; the first for anything else, so that every visitor is one.
pub fn persona(slug: &str) -> &'static Persona {
    PERSONAS.iter().chain([&YOURSELF]).find(|persona| persona.slug == slug).unwrap_or(&PERSONAS[0])
}

/// The visitor as themselves.
pub fn yourself() -> &'static Persona {
    &YOURSELF
}

impl Persona {
    /// Whether this is the visitor and nobody's likeness.
    pub fn is_yourself(&self) -> bool {
        self.slug == YOURSELF.slug
    }

    /// The same with another device, as the caller's browser told it.
    pub fn on(&self, device: &'static str) -> Self {
        Self { device, ..self.clone() }
    }

    /// The context of a Rank.
    pub fn context(&self) -> Vec<Value> {
        if self.is_yourself() {
            return vec![json!({ "reader": { "device": self.device } })];
        }
        let interests: serde_json::Map<String, Value> =
            self.interests.iter().map(|interest| ((*interest).to_owned(), Value::Bool(true))).collect();
        vec![
            json!({ "reader": { "device": self.device, "daypart": self.daypart, "week": self.week } }),
            json!({ "interests": interests }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn personas_differ_in_name_slug_and_context() {
        let slugs: HashSet<_> = personas().iter().map(|persona| persona.slug).collect();
        let names: HashSet<_> = personas().iter().map(|persona| persona.name).collect();
        let contexts: HashSet<_> = personas().iter().map(|p| format!("{:?}", p.context())).collect();
        assert!(slugs.len() >= 5);
        assert_eq!((slugs.len(), names.len(), contexts.len()), (personas().len(), personas().len(), personas().len()));
    }

    #[test]
    fn a_context_never_says_who_the_reader_is() {
        for persona in personas().iter().chain([yourself()]) {
            let context = serde_json::to_string(&persona.context()).expect("plain data");
            assert!(!context.contains(persona.slug) && !context.contains(persona.name), "{context}");
        }
    }

    #[test]
    fn an_unknown_slug_is_the_first_persona() {
        assert_eq!(persona("nobody").slug, personas()[0].slug);
    }
}
