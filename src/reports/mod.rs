//! Answers for the dashboard: plain data on both sides; the questions and the drawings on the server.
//!
//! Never writes anything.

mod loop_row;
/// How every loop is doing.
#[cfg(feature = "ssr")]
pub mod loop_rows;

pub use loop_row::{Health, HealthLevel, LoopRow};
