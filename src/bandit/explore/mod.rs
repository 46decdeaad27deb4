//! From expected costs to probabilities. Nothing here draws an action: a draw is [`Pmf::draw`], with a seed.

mod bag;
mod beyond_error;
mod cover;
mod epsilon_greedy;
mod first;
mod floor;
mod pmf;
mod reg_cb;
mod softmax;
mod square_cb;
mod votes;

pub use pmf::Pmf;
pub(in crate::bandit) use {
    bag::{bag, n_times},
    beyond_error::{Caution, EVEN_PART, beyond_error},
    cover::{Cover, Covering},
    epsilon_greedy::epsilon_greedy,
    first::first,
    floor::floor,
    reg_cb::{RegCb, reg_cb},
    softmax::softmax,
    square_cb::square_cb,
    votes::vote,
};

/// The cost of the best action.
fn least(costs: &[f32]) -> f32 {
    costs.iter().copied().fold(f32::INFINITY, f32::min)
}
