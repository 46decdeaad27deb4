//! Whole learners in simulated worlds: what they earn, that a changing world is followed, and what always holds.
//!
//! Every number drawn comes from a fixed seed, so a run gives the same figures everywhere. Where a test says what was
//! measured, that is the mean over three seeds, and its bound lies 0.02 to 0.03 below. The streams are as short as
//! their claims allow, for a build without optimization; the bench `learning` plays the same worlds to their ends.
//! Every test prints what it measures: `cargo test --features ssr --test learning -- --nocapture`.

mod changes;
mod compatible;
mod earnings;
mod exploration;
mod late;
mod measure;
mod offers;
mod scales;
mod streams;
mod tutorials;
#[path = "../worlds/mod.rs"]
mod worlds;
