//! Models that Vowpal Wabbit wrote, among them the old service's exports: versions 8.11 to 9.
//!
//! A file is a header, what the explorations and reductions keep, and the weights, in the order in which the pieces
//! stand on each other:
//!
//! ```text
//! header                                            see `header.rs`
//! --ccb_explore_adf: whether several slots were seen u8
//! --first: events left, --squarecb, --regcb, --cover: events learned u64
//! events and actions summed u64
//! --marginal: number of means u64, then of each its place u64, numerator and denominator f64
//! weights                                           see `weights.rs`
//! ```
//!
//! Numbers are little-endian. What a file does not say stays as in a new policy; learning goes on from there.

mod header;
mod weights;

use header::Header;

use super::{
    LearningSettings, ModelFileError, Policy,
    learning_settings::Exploration,
    model_file::damaged,
    policy::{Counts, Updates},
    reader::Reader,
};

impl Policy {
    /// The policy that a model file of Vowpal Wabbit holds. Its settings are the arguments that the model was made with;
    /// those that this learner does not have are refused by name.
    pub fn from_vowpal_wabbit(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let mut reader = Reader { left: bytes };
        let header = Header::read(&mut reader)?;
        let mut policy = Self::new(LearningSettings::read(Some(&header.arguments))?);
        if policy.settings.is_multi_slot() {
            reader.take::<1>()?;
        }
        let count = has_count(policy.settings.exploration).then(|| reader.u64()).transpose()?;
        let sums = Updates { n_events: reader.u64()?, n_actions: reader.u64()? };
        policy.updates.fill(sums);
        let n_learned = match (policy.settings.exploration, count) {
            (Exploration::First { n_even }, Some(left)) if left > 0 => n_even.saturating_sub(left),
            (Exploration::First { n_even }, _) => n_even.max(sums.n_events),
            (_, count) => count.unwrap_or(sums.n_events),
        };
        policy.counts = Counts { n_learned, chance: header.random_state };
        if let Some(marginals) = &mut policy.marginals {
            for _ in 0..reader.u64()? {
                let key = u32::try_from(reader.u64()?).map_err(|_| damaged("it has a mean outside its table"))?;
                marginals.means.insert(key, (reader.f64()?, reader.f64()?));
            }
        }
        weights::read(&mut reader, &header, &mut policy.regression)?;
        Ok(policy)
    }
}

/// Explorations that keep a count of their own.
fn has_count(exploration: Exploration) -> bool {
    match exploration {
        Exploration::First { .. }
        | Exploration::SquareCb { .. }
        | Exploration::RegCb { .. }
        | Exploration::Cover { .. } => true,
        Exploration::Auto(_)
        | Exploration::EpsilonGreedy { .. }
        | Exploration::Softmax { .. }
        | Exploration::Bag { .. } => false,
    }
}
