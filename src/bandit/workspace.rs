//! What ranking and learning work in, kept from event to event so that no event allocates once the first have.
//!
//! One per thread and not one per policy: many threads rank by the same policy at once, under a lock for reading. It is
//! thread-local rather than an argument because nothing in it is meant for anybody: every use begins by overwriting what
//! the last one left, so what a thread did before never shows in a result.

use std::cell::Cell;

use super::{
    auto::Scratch,
    crosses::{Columns, Gathered},
    weights::LANES,
};

/// Buffers.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub desk: Desk,
    /// Places of the eligible actions in the example.
    pub actions: Vec<usize>,
    /// Sums or costs of those actions, model after model.
    pub costs: Vec<f32>,
    /// Labels of those actions.
    pub labels: Vec<f32>,
    /// What is estimated of them beside.
    pub estimated: Vec<f32>,
    /// Their probabilities.
    pub pmf: Vec<f64>,
    /// What an exploration sorts.
    pub sorted: Vec<f64>,
    /// What a mixture works in.
    pub scratch: Scratch,
}

/// Where terms are made.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub gathered: Gathered,
    /// The terms of as many actions as are summed side by side.
    pub lanes: [Columns; LANES],
}

/// What a thread keeps at most; an event that needed more gives it back. Ten thousand terms are 80 KB a lane.
const MAX_KEPT_BYTES: usize = 4 << 20;

thread_local! {
    static KEPT: Cell<Option<Box<Workspace>>> = const { Cell::new(None) };
}

impl Workspace {
    /// Does something in this thread's workspace. Within itself it would be given a new one.
    pub fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        let mut workspace = KEPT.take().unwrap_or_default();
        let result = work(&mut workspace);
        if workspace.desk.n_bytes() <= MAX_KEPT_BYTES {
            KEPT.set(Some(workspace));
        }
        result
    }

    /// Notes which actions take part.
    pub fn take_eligible(&mut self, is_eligible: &[bool]) {
        self.actions.clear();
        self.actions.extend(is_eligible.iter().enumerate().filter(|(_, eligible)| **eligible).map(|(at, _)| at));
    }
}

impl Desk {
    fn n_bytes(&self) -> usize {
        self.gathered.n_bytes() + self.lanes.iter().map(Columns::n_bytes).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_goes_on_in_the_workspace_it_had_but_gives_back_a_huge_one() {
        Workspace::with(|workspace| workspace.costs.reserve(64));
        assert!(Workspace::with(|workspace| workspace.costs.capacity()) >= 64);
        Workspace::with(|workspace| workspace.desk.lanes[0].hashes.reserve(MAX_KEPT_BYTES));
        assert_eq!(Workspace::with(|workspace| workspace.costs.capacity()), 0);
    }

    #[test]
    fn within_itself_another_is_given() {
        Workspace::with(|outer| {
            outer.costs.push(1.0);
            assert!(Workspace::with(|inner| inner.costs.is_empty()));
        });
    }
}
