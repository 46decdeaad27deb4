//! The policy `auto`: base learners of different kinds, blended by how well each predicts, and explored by inverse-gap
//! weighting in which a gap counts only beyond the uncertainty.
//!
//! | learner | what it is good at |
//! | --- | --- |
//! | mean | nearly no data, nearly no signal |
//! | linear | words, very many features, actions never seen before that share features with others |
//! | network, two heads | smooth functions of many numbers; carries action features |
//! | forest, at three grains | thresholds and conditions; also says how much is known where |
//! | recent forest | a world that has changed |
//!
//! What happens to one event is in [`Mixture`]; the rest are its parts. `docs/learning.md` explains all of it.

mod blend;
mod counts;
mod draws;
mod drift;
mod forest;
mod growing;
mod learner;
mod mixture;
mod network;
mod noise;
mod offered;
mod pace;
mod range;
mod rms_prop;
mod sample;
mod scratch;
mod settings;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;
mod window;

pub use forest::Rebuild;
pub use learner::Learner;
pub use pace::Shed;
pub(super) use {
    mixture::{Ask, Earned, Estimates, Mixture},
    scratch::Scratch,
    settings::AutoSettings,
};
