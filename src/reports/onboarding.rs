//! The way from nothing to a loop that learns, step by step, as far as it was gone.

use serde::{Deserialize, Serialize};

/// One step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// The loop is made.
    Loop,
    /// It answered its first Rank.
    Rank,
    /// A Reward was joined to its event.
    Reward,
    /// The learned policy decides, and explores.
    Online,
    /// It learned from a hundred events.
    Learned,
    /// Somebody else can sign in.
    Invite,
}

/// A step, and whether it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnboardingStep {
    pub kind: StepKind,
    pub title: String,
    pub is_done: bool,
    /// What came of it, or what is missing: "First Rank received 3 seconds ago."
    pub note: String,
}

/// All steps, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarding {
    pub steps: Vec<OnboardingStep>,
}

impl Onboarding {
    pub fn n_done(&self) -> usize {
        self.steps.iter().filter(|step| step.is_done).count()
    }

    /// Whether the loop itself has nothing left to do; inviting somebody is not its matter.
    pub fn is_loop_done(&self) -> bool {
        self.steps.iter().all(|step| step.is_done || step.kind == StepKind::Invite)
    }

    /// Whether nothing at all is left to do.
    pub fn is_done(&self) -> bool {
        self.n_done() == self.steps.len()
    }
}
