//! Folds each loop's log into a model, counters and curves: one task a loop, records strictly in order.

mod tally;

pub use tally::{ActionShare, Bucket, Counters, ImitationNumbers};
