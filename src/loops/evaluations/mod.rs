//! Questions about a loop's past: what other policies would have earned, and which features mattered.
//!
//! Each is a job: stored with its contract, done by one task per server off the way of the calls, and kept with its
//! answer. A job that the process did not live to finish is done again from its start.

mod apply;
mod automatic;
mod candidates;
mod contract;
mod error;
mod jobs;
mod outcome;
mod runner;
mod sharing;
mod verdict;

pub use contract::{CustomPolicy, EvaluationToMake, ImportanceToMake};
pub use error::EvaluationError;
pub(super) use jobs::Jobs;
pub use jobs::{Evaluation, EvaluationStatus, FeatureImportance};
pub use outcome::{
    EvaluationResult, EvaluationSummary, ImportanceResult, PolicyRow, PolicySource, PolicySummary, SegmentRow,
};
pub(super) use runner::Runner;
pub use sharing::EvaluationShare;

pub use crate::trainer::Totals;

/// The names of the rows that every evaluation has.
pub const ONLINE: &str = "online";
pub const BASELINE: &str = "baseline1";
pub const RANDOM: &str = "baselineRand";
