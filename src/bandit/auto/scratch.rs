//! Places to work in, kept so that an event in steady state reserves no memory.

use std::sync::{Mutex, PoisonError};

use super::{
    forest::Readings,
    learner::N_LEARNERS,
    network::Inputs,
    offered::Offered,
};

/// An event as the learners see it, and what they say of it.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub inputs: Inputs,
    /// (token, value) of the context as sent, in order of tokens.
    pub context: Vec<(u32, f32)>,
    /// The actions with their values as sent.
    pub actions: Offered,
    /// By token of contexts: its value here.
    pub values: Vec<f32>,
    /// By token of actions: which offered action has it as its id.
    pub slot_of: Vec<u16>,
    pub forest: Readings,
    pub recent: Readings,
    /// By learner and offered action, in [0, 1].
    pub said: [Vec<f32>; N_LEARNERS],
    /// By offered action: the mixture's estimate in [0, 1], and its standard error.
    pub blended: Vec<f32>,
    pub errors: Vec<f32>,
    pub p: Vec<f32>,
}

/// Scratches that nobody uses at the moment. Ranks come from many threads at once.
#[derive(Debug, Default)]
pub(super) struct Scratches(Mutex<Vec<Box<Scratch>>>);

impl Scratches {
    pub fn take(&self) -> Box<Scratch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub fn give(&self, scratch: Box<Scratch>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}

/// A copy of a mixture starts with none.
impl Clone for Scratches {
    fn clone(&self) -> Self {
        Self::default()
    }
}
