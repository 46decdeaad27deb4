//! Answers for the dashboard: plain data for both sides, and on the server the questions and the drawings.
//!
//! Never writes anything. A number that is estimated never goes without its interval, and one that rests on too few
//! events is not given at all.

mod action_figures;
mod chart_data;
mod consequence_part;
mod count;
mod decision_part;
mod evaluation_page;
mod event_filter_words;
mod event_page;
mod event_rows;
mod feature_page;
mod loop_row;
mod models_page;
mod moved_features;
mod onboarding;
mod overview;
mod playground_page;
mod server_page;
mod time_range;
mod unit;

/// The questions.
#[cfg(feature = "ssr")]
pub mod ask;
/// The drawings.
#[cfg(feature = "ssr")]
pub mod chart;
/// Numbers and times in words.
#[cfg(feature = "ssr")]
pub mod words;
/// The time zone of whoever looks.
#[cfg(feature = "ssr")]
pub mod zone;

pub use action_figures::{ActionFigures, ActionHint, ActionHintKind};
pub use chart_data::{
    Chart, ChartData, ChartMark, ChartSeries, ChartSpan, Interval, N_COLOURS, N_PATTERNS, SeriesSlot, Table,
};
pub use consequence_part::{ConsequencePart, ConsequenceRow};
pub use count::count;
pub use decision_part::{ActionPart, CounterfactualPart, DecisionPart, ReasonPart, WhyPart};
pub use evaluation_page::{
    EvaluationLine, EvaluationReport, FeatureLine, OverlapLine, PolicyLine, SegmentLine, SlotPolicies, VerdictTone,
};
pub use event_filter_words::EventFilterWords;
pub use event_page::{EventPageData, Instant, ProbabilityBar, RewardRow, SlotPart, TimelineStep};
pub use event_rows::{EventNewsPart, EventRow, EventRows, EventStanding, FilterProblem};
pub use feature_page::{FeaturePage, FindingGroup, FindingRow};
pub use loop_row::{Health, HealthLevel, LoopRow, Share};
pub use models_page::{KeptModel, ModelMoment, ModelPart, ModelTrust, ModelsPage};
pub use moved_features::{MovedPart, MovedRow};
pub use onboarding::{Onboarding, OnboardingStep, StepKind};
pub use overview::{ApprenticeNumbers, CounterRow, ExplorationNumbers, Headline, Overview, Verdict};
pub use playground_page::{ContextField, FieldKind, PlaygroundEvent, PlaygroundPage, PlaygroundSide};
pub use server_page::{AnswerLine, ServerFact, ServerLoop, ServerPage};
pub use time_range::{Smoothing, TimeRange};
pub use unit::Unit;
