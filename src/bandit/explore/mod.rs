//! From expected costs to probabilities. Nothing here draws: a draw is [`Pmf::draw`], with a seed.

mod cap;
mod epsilon_greedy;
mod pmf;
mod softmax;
mod square_cb;

pub use pmf::Pmf;
pub(in crate::bandit) use {cap::cap, epsilon_greedy::epsilon_greedy, softmax::softmax, square_cb::square_cb};

/// The cost of the best action.
fn least(costs: &[f32]) -> f32 {
    costs.iter().copied().fold(f32::INFINITY, f32::min)
}
