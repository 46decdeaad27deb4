//! What of `auto` can be set. Nobody has to.

use super::learner::{Learner, N_LEARNERS};

/// How `auto` learns and explores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::bandit) struct AutoSettings {
    /// Which base learners take part, in the order of [`Learner::ALL`].
    pub is_on: [bool; N_LEARNERS],
    /// Learned events that the network learns again with each new one.
    pub n_replays: u32,
    /// How many standard errors a gap must exceed before it counts.
    pub uncertainty: f64,
    /// γ = scale · √(events learned since the last alarm).
    pub gamma_scale: f64,
    /// What all learners may take, in MiB.
    pub memory_mib: u32,
}

impl AutoSettings {
    pub const DEFAULT: Self =
        Self { is_on: [true; N_LEARNERS], n_replays: 3, uncertainty: 0.6, gamma_scale: 100.0, memory_mib: 64 };

    pub fn has(&self, learner: Learner) -> bool {
        self.is_on[learner as usize]
    }

    pub fn has_network(&self) -> bool {
        self.has(Learner::Contest) || self.has(Learner::Value)
    }

    /// Whether anyone looks at past events again.
    pub fn keeps_events(&self) -> bool {
        self.has_network() || self.has(Learner::Forest) || self.has(Learner::Recent)
    }

    /// A share of the memory, in units of this many bytes.
    pub fn share_of_memory(&self, share: f64, bytes_each: usize) -> usize {
        (f64::from(self.memory_mib) * 1_048_576.0 * share) as usize / bytes_each
    }
}
