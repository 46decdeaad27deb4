//! A reader-writer lock that finds a thread which waits for itself.

use std::{
    ops::Deref,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError},
};

/// What the trainer writes and everyone else reads. What a panic left behind is used as it is: it is folded anew from
/// the log at the next start.
///
/// A thread that reads must not ask for the same lock again before it lets go: when the trainer waits between the two,
/// each waits for the other for ever, and that happens once in thousands of times. In a debug build the second asking
/// panics always.
#[derive(Debug, Default)]
pub struct Shared<T>(RwLock<T>);

/// Somebody reads, for as long as this lives.
#[derive(Debug)]
pub struct Reading<'a, T> {
    guard: RwLockReadGuard<'a, T>,
    #[cfg(debug_assertions)]
    _held: held::Held,
}

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    pub fn read(&self) -> Reading<'_, T> {
        #[cfg(debug_assertions)]
        held::refuse(self.address());
        Reading {
            guard: self.0.read().unwrap_or_else(PoisonError::into_inner),
            #[cfg(debug_assertions)]
            _held: held::Held::new(self.address()),
        }
    }

    /// Whether somebody who reads now would have to wait: the trainer writes, or is about to.
    pub fn is_busy(&self) -> bool {
        matches!(self.0.try_read(), Err(TryLockError::WouldBlock))
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        #[cfg(debug_assertions)]
        held::refuse(self.address());
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(debug_assertions)]
    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<T> Deref for Reading<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

#[cfg(debug_assertions)]
mod held {
    use std::{cell::RefCell, marker::PhantomData};

    thread_local! {
        /// The locks that this thread reads under, by address.
        static HELD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    /// One entry of `HELD`; it stays in its thread, as the guard beside it does.
    #[derive(Debug)]
    pub(super) struct Held(usize, PhantomData<*const ()>);

    impl Held {
        pub(super) fn new(address: usize) -> Self {
            HELD.with_borrow_mut(|held| held.push(address));
            Self(address, PhantomData)
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            HELD.with_borrow_mut(|held| held.retain(|address| *address != self.0));
        }
    }

    pub(super) fn refuse(address: usize) {
        let is_held = HELD.with_borrow(|held| held.contains(&address));
        assert!(!is_held, "this thread reads under the lock that it asks for: it would wait for itself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_reads_under_several_locks_and_under_one_again_after_it_let_go() {
        let (one, other) = (Shared::new(1), Shared::new(2));
        assert_eq!(*one.read() + *other.read(), 3);
        *one.write() += 1;
        assert_eq!(*one.read(), 2);
        assert_eq!(one.into_inner(), 2);
    }

    #[test]
    fn only_a_writer_makes_readers_wait() {
        let shared = Shared::new(1);
        let reading = shared.read();
        assert!(!shared.is_busy());
        drop(reading);
        let writing = shared.write();
        assert!(shared.is_busy());
        drop(writing);
        assert!(!shared.is_busy());
    }

    #[test]
    fn two_threads_read_at_the_same_time() {
        let shared = Shared::new(1);
        let first = shared.read();
        let second = std::thread::scope(|scope| scope.spawn(|| *shared.read()).join());
        assert_eq!(second.expect("it reads"), *first);
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "it would wait for itself")]
    fn a_thread_that_reads_twice_at_once_is_found() {
        let shared = Shared::new(1);
        let _sum = *shared.read() + *shared.read();
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "it would wait for itself")]
    fn a_thread_that_writes_what_it_reads_is_found() {
        let shared = Shared::new(1);
        let read = shared.read();
        *shared.write() += *read;
    }
}
