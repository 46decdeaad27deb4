//! What became of a loop's own actions.

use serde::{Deserialize, Serialize};

/// One action in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionFigures {
    pub id: String,
    /// Of recent decisions in which it could be chosen, the share that it was; `None` without any.
    pub share: Option<f64>,
    /// "34 %", and what that is of.
    pub share_words: String,
    pub share_basis: String,
    /// What decisions earned on average that were answered with it; `None` of too few.
    pub reward: Option<f64>,
    /// "0.31 ± 0.02", or why there is none.
    pub reward_words: String,
    /// Something to look at.
    pub hint: Option<ActionHint>,
}

/// Something odd about how often an action is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionHint {
    pub kind: ActionHintKind,
    /// "Never shown in 1,204 decisions"
    pub words: String,
}

/// What is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionHintKind {
    NeverShown,
    AlwaysWins,
}
