//! How the server is, in words.

use serde::{Deserialize, Serialize};

use super::Health;

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerPage {
    pub health: Health,
    pub facts: Vec<ServerFact>,
    pub answers: Vec<AnswerLine>,
    /// How long back the answers were counted: "1 hour".
    pub answers_span: String,
    pub loops: Vec<ServerLoop>,
}

/// Something known of the server, with where that comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerFact {
    pub name: String,
    /// `None`: it is not known, and `source` says why.
    pub value: Option<String>,
    pub source: String,
}

/// Answers of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerLine {
    pub n: String,
    pub words: String,
    pub is_error: bool,
    pub is_none: bool,
}

/// A loop as the server sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerLoop {
    pub id: String,
    pub name: String,
    pub rate: String,
    pub behind: String,
    pub trainer: String,
    /// The token of its lease.
    pub lease: String,
}
