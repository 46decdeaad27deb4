//! The weights of a Vowpal Wabbit model, with what it needs to learn on or without.
//!
//! ```text
//! whether it can learn on u8; if so:
//!   initial_t f32   size of examples f64   t, loss, loss since the last f64   interval f32   labels 2 × f32
//!   examples, labels, unlabelled f64   examples, features u64   importance of examples f64   examples f64   pass u64
//!   from 9.0 on: gravity and contraction f64
//! until the end, by index: index u32, then f32: w, or if it can learn on w, G, N, or by coin w, θ, A, M, V, L
//! ```

use super::header::{Header, labels};
use crate::bandit::{
    ModelFileError,
    coin::Bet,
    model_file::damaged,
    reader::Reader,
    regression::Regression,
    regressor::{Labels, Norm},
    weights::Weight,
};

/// The first version that keeps gravity and contraction beside the weights.
const WITH_REGULARISATION: (u32, u32) = (9, 0);

pub(super) fn read(
    reader: &mut Reader<'_>,
    header: &Header,
    regression: &mut Regression,
) -> Result<(), ModelFileError> {
    let can_learn_on = reader.take::<1>()? != [0];
    let mut state = State { labels: header.labels, ..State::default() };
    if can_learn_on {
        state = State::read(reader, header.version >= WITH_REGULARISATION)?;
    }
    let gravity = header.gravity.unwrap_or(state.gravity);
    let contraction = header.contraction.unwrap_or(state.contraction);
    match regression {
        Regression::Gradient(regressor) => {
            regressor.labels = state.labels;
            if !regressor.set_regularisation(gravity, contraction) {
                return Err(damaged("its l1 or l2 state cannot be"));
            }
            if can_learn_on {
                // Only the first model's is kept; the others' examples are of the same size.
                regressor.norms.fill(state.norm);
            }
            // Vowpal Wabbit puts what --initial_t says into every G. Its models do not keep that argument, so that in
            // them it is part of what was seen, unless they do.
            let initial = regressor.initial_gradient();
            each_index(reader, regressor.weights.len(), |reader, index| {
                let weight = if can_learn_on {
                    Weight::held(reader.f32()?, reader.f32()? - initial, reader.f32()?)
                } else {
                    Weight::held(reader.f32()?, 0.0, 0.0)
                };
                regressor.weights.put(index, weight).ok_or_else(|| damaged("it has a weight outside its table"))
            })
        }
        Regression::Coin(bettor) => {
            bettor.labels = state.labels;
            bettor.norm = state.norm;
            each_index(reader, bettor.bets.len(), |reader, index| {
                let numbers = if can_learn_on {
                    [reader.f32()?, reader.f32()?, reader.f32()?, reader.f32()?, reader.f32()?, reader.f32()?]
                } else {
                    [reader.f32()?, 0.0, 0.0, 0.0, 0.0, 0.0]
                };
                bettor.bets[index] = Bet::held(numbers);
                Ok(())
            })
        }
    }
}

/// Reads what follows each index until the end.
fn each_index(
    reader: &mut Reader<'_>,
    n_weights: usize,
    mut read: impl FnMut(&mut Reader<'_>, usize) -> Result<(), ModelFileError>,
) -> Result<(), ModelFileError> {
    while !reader.left.is_empty() {
        let index = reader.u32()? as usize;
        if index >= n_weights {
            return Err(damaged("it has a weight outside its table"));
        }
        read(reader, index)?;
    }
    Ok(())
}

/// What a model that can learn on says beside its weights.
#[derive(Debug)]
struct State {
    norm: Norm,
    labels: Labels,
    gravity: f64,
    contraction: f64,
}

impl Default for State {
    fn default() -> Self {
        Self { norm: Norm::default(), labels: Labels::default(), gravity: 0.0, contraction: 1.0 }
    }
}

impl State {
    fn read(reader: &mut Reader<'_>, has_regularisation: bool) -> Result<Self, ModelFileError> {
        // --initial_t.
        reader.f32()?;
        let size = reader.f64()?;
        // t, the losses and the interval of progress reports.
        reader.bytes(3 * 8 + 4)?;
        let labels = labels(reader.f32()?, reader.f32()?)?;
        // What was counted for progress reports.
        reader.bytes(3 * 8 + 2 * 8)?;
        let importance = reader.f64()?;
        reader.bytes(8 + 8)?;
        let [gravity, contraction] = if has_regularisation { [reader.f64()?, reader.f64()?] } else { [0.0, 1.0] };
        if size < 0.0 || importance < 0.0 {
            return Err(damaged("its sums cannot be"));
        }
        Ok(Self { norm: Norm { size, importance }, labels, gravity, contraction })
    }
}
