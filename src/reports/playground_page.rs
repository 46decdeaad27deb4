//! The playground: contexts that somebody imagines, with what would be decided in them.

use serde::{Deserialize, Serialize};

use super::WhyPart;

/// One context, or two side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaygroundPage {
    /// The event that it started from; `None` for a loop without one.
    pub event: Option<PlaygroundEvent>,
    /// Whether the context is a made-up one, because the loop has not been called yet.
    pub has_sample: bool,
    pub sides: Vec<PlaygroundSide>,
    /// The actions as JSON, to be changed; `None` where they belong to slots.
    pub actions: Option<String>,
    /// What was typed for them, to be sent along.
    pub typed_actions: Option<String>,
    /// The query of this page with a second context, or without.
    pub other_query: String,
}

/// The event that the playground started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaygroundEvent {
    pub id: String,
    pub id_in_path: String,
    /// Whether nobody named it: it is the newest.
    pub is_newest: bool,
}

/// One context with its decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaygroundSide {
    /// The name of its JSON in the query, and what the names of its fields start with.
    pub key: String,
    pub prefix: String,
    /// "Context A"
    pub title: String,
    /// In one line, for the query; and indented, to be read.
    pub json: String,
    pub indented: String,
    pub fields: Vec<ContextField>,
    /// How many arrays it has: these are changed as JSON only.
    pub n_arrays: u32,
    /// What would be decided and why, or why that cannot be said.
    pub why: Result<WhyPart, String>,
}

/// One feature of a context, to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextField {
    /// Its name in the query.
    pub name: String,
    /// "user.device"
    pub label: String,
    pub kind: FieldKind,
    pub value: String,
    /// What recent contexts have there.
    pub usual: Vec<String>,
}

/// How a feature is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    Text,
    Number,
    Switch,
}
