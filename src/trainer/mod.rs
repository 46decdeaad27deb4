//! Folds each loop's log into a model, counters and curves: one task a loop, records strictly in order.
//!
//! Never HTTP. Writes a policy nowhere but into its loop's own cell.

mod action_sums;
mod adopting;
mod cell;
mod checkpoints;
mod decision;
mod event_key;
mod event_table;
mod feed;
mod fold;
mod growers;
mod join;
mod known_actions;
mod learners;
mod leases;
mod lesson;
mod log_reading;
mod marks;
mod open_events;
mod progress;
mod recall;
mod relearn;
mod replay;
mod retention;
mod rings;
mod saving;
mod shared;
mod snapshot;
mod stored_events;
mod tally;
mod task;
#[cfg(test)]
mod tests;
mod trial;
mod weights;

pub use action_sums::ActionSum;
pub use cell::{InForce, Lag, LoopCell, RulesHistory, lesson_rules, rules_of};
pub use checkpoints::N_KEPT_BY_ITSELF;
pub use decision::KnownFact;
pub use feed::{Feed, FeedEntry};
pub use fold::{Fold, FoldError};
pub use known_actions::KnownAction;
pub use learners::Learners;
pub use leases::{Leases, Standing};
pub use lesson::Lesson;
pub use marks::{Mark, Marked};
pub use progress::Progress;
pub use replay::{in_the_background, replay};
pub use snapshot::SnapshotError;
pub use tally::{ActionShare, Bucket, Counters, ImitationNumbers};
pub use task::{Tools, Trainer, TrainerError};
pub use trial::{Contestant, Totals, Trial, TrialError, TrialResult, Trying, Verdicts, run_trial};
