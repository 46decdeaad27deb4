//! Bringing a past along: joined logs, learning settings and models of the retired service into a loop's own log.
//!
//! Reading is pure (`dsjson`, `context`, `facts`, `azure_policy`): bytes in, records or a reason out, and no line of
//! any file makes it fail otherwise. `files` and `merge` give the lines of any number of files in the order of their
//! time, always the same order for the same files; `run` writes them, and because of that order a second start goes
//! on where the first one stopped. Never HTTP.

mod azure_policy;
mod checkpoint;
mod context;
mod counts;
mod dsjson;
mod exported_model;
mod facts;
mod files;
mod merge;
mod run;
mod stream;
mod target;
#[cfg(test)]
mod tests;

pub use azure_policy::{PolicyFileError, read_policy};
pub use counts::{Counts, Skipped};
pub use dsjson::{LoggedEvent, read_line};
pub use facts::{LoopFacts, Prepared, prepare};
pub use run::{DryRun, Import, ImportError, Imported, Progress};
pub use target::{Ready, Target};
