//! Places to work in, kept so that an event in steady state reserves no memory.

use super::{
    forest::Readings,
    learner::N_LEARNERS,
    network::{Inputs, Work},
    offered::Offered,
    tree::GRAINS,
};

/// An event as the learners see it, and what they say of it.
#[derive(Debug, Default)]
pub(in crate::bandit) struct Scratch {
    pub(super) inputs: Inputs,
    /// (token, value) of the context as sent, in order of tokens.
    pub(super) context: Vec<(u32, f32)>,
    /// The actions with their values as sent.
    pub(super) actions: Offered,
    /// By token of contexts: its value here.
    pub(super) values: Vec<f32>,
    /// By token of actions: which offered action has it as its id.
    pub(super) slot_of: Vec<u16>,
    pub(super) forest: Readings<{ GRAINS.len() }>,
    pub(super) recent: Readings<1>,
    /// By learner and offered action, in [0, 1].
    pub(super) said: [Vec<f32>; N_LEARNERS],
    /// By offered action: the mixture's estimate in [0, 1], its standard error, and the error as far as it matters to the
    /// choice.
    pub(super) blended: Vec<f32>,
    pub(super) errors: Vec<f32>,
    pub(super) doubts: Vec<f32>,
    /// By offered action: the events that chose it, and zeros.
    pub(super) of_all: Vec<f32>,
    pub(super) no_spread: Vec<f32>,
    pub(super) network: Work,
    /// What the linear learner says.
    pub(super) linear: Vec<f32>,
}
