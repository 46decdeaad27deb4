//! The base learners by name.

/// What a base learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learner {
    /// What an action earned on average, whatever the context.
    Mean,
    /// The hashed linear model over crosses of context and action.
    Linear,
    /// The network's head that says which of the offered actions pays.
    Contest,
    /// The network's head that says what an action earns.
    Value,
    /// The forest over all that is kept, down to the leaves.
    Forest,
    /// The same forest, stopped at nodes of some dozen events.
    Coarse,
    /// The same forest, stopped at nodes of some hundred events.
    Broad,
    /// The forest over what is recent.
    Recent,
}

/// How many base learners there are.
pub(super) const N_LEARNERS: usize = 8;

impl Learner {
    /// All of them, in the order in which their numbers are kept.
    pub const ALL: [Self; N_LEARNERS] =
        [Self::Mean, Self::Linear, Self::Contest, Self::Value, Self::Forest, Self::Coarse, Self::Broad, Self::Recent];

    /// Its name in texts and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Linear => "linear",
            Self::Contest => "network-contest",
            Self::Value => "network-value",
            Self::Forest => "forest",
            Self::Coarse => "forest-coarse",
            Self::Broad => "forest-broad",
            Self::Recent => "recent",
        }
    }

    /// The word of `--learners` that it goes by.
    pub(in crate::bandit) fn group(self) -> &'static str {
        match self {
            Self::Contest | Self::Value => "network",
            Self::Forest | Self::Coarse | Self::Broad => "forest",
            other => other.name(),
        }
    }
}
