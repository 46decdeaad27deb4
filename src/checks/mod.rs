//! What is odd about the features that a loop is sent: seen, counted, said with an advice, and never changed.
//!
//! A model learns from whatever it gets. An id as a feature, a set that was printed as a text or a misspelt key are
//! learned like anything else, and nobody is told. This watches some of the events on their way through the trainer
//! and keeps, in bounded memory, what tells such features from good ones.
//!
//! Pure, like `log`: no IO, no clock, no global randomness; the same events give the same findings. Kept in memory
//! only: after a start the newest events of the log are looked at again.

mod cardinality;
mod findings;
mod key_sketch;
mod kinds;
mod look;
#[cfg(test)]
mod tests;
mod text_shape;

pub use findings::Finding;
pub use kinds::FindingKind;
pub use look::{FeatureChecks, Place};
