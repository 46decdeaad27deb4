//! What is typed into the form, field by field.

use leptos::prelude::*;

use super::draft::SettingsDraft;

/// A signal for each input.
#[derive(Debug, Clone, Copy)]
pub struct Typed {
    pub exploration: RwSignal<String>,
    pub wait: RwSignal<String>,
    pub wait_unit: RwSignal<String>,
    pub default_reward: RwSignal<String>,
    pub aggregation: RwSignal<String>,
    pub mode: RwSignal<String>,
    pub slots: RwSignal<String>,
    pub explain: RwSignal<String>,
    pub retention: RwSignal<String>,
    pub learner: RwSignal<String>,
    pub arguments: RwSignal<String>,
    pub optimization: RwSignal<String>,
    pub optimization_days: RwSignal<String>,
}

impl Typed {
    /// As the form starts.
    pub fn new(start: SettingsDraft) -> Self {
        Self {
            exploration: RwSignal::new(start.exploration),
            wait: RwSignal::new(start.wait),
            wait_unit: RwSignal::new(start.wait_unit),
            default_reward: RwSignal::new(start.default_reward),
            aggregation: RwSignal::new(start.aggregation),
            mode: RwSignal::new(start.mode),
            slots: RwSignal::new(start.slots),
            explain: RwSignal::new(start.explain),
            retention: RwSignal::new(start.retention),
            learner: RwSignal::new(start.learner),
            arguments: RwSignal::new(start.arguments),
            optimization: RwSignal::new(start.optimization),
            optimization_days: RwSignal::new(start.optimization_days),
        }
    }

    /// As it stands now.
    pub fn draft(self) -> SettingsDraft {
        SettingsDraft {
            exploration: self.exploration.get(),
            wait: self.wait.get(),
            wait_unit: self.wait_unit.get(),
            default_reward: self.default_reward.get(),
            aggregation: self.aggregation.get(),
            mode: self.mode.get(),
            slots: self.slots.get(),
            explain: self.explain.get(),
            retention: self.retention.get(),
            learner: self.learner.get(),
            arguments: self.arguments.get(),
            optimization: self.optimization.get(),
            optimization_days: self.optimization_days.get(),
        }
    }

    /// Puts other values in.
    pub fn set(self, draft: SettingsDraft) {
        self.exploration.set(draft.exploration);
        self.wait.set(draft.wait);
        self.wait_unit.set(draft.wait_unit);
        self.default_reward.set(draft.default_reward);
        self.aggregation.set(draft.aggregation);
        self.mode.set(draft.mode);
        self.slots.set(draft.slots);
        self.explain.set(draft.explain);
        self.retention.set(draft.retention);
        self.learner.set(draft.learner);
        self.arguments.set(draft.arguments);
        self.optimization.set(draft.optimization);
        self.optimization_days.set(draft.optimization_days);
    }
}
