//! What travels with a record inside this process.

use std::{any::Any, fmt, sync::Arc};

/// What whoever appends a record already knows of it, for the follower of the log, which then need not read the bytes.
///
/// It says nothing that the body does not say, so it is lost without harm: records from another process or from before a
/// start come without it. The store never looks into it.
#[derive(Clone, Default)]
pub struct Carried(Option<Arc<dyn Any + Send + Sync>>);

impl Carried {
    /// Something to carry.
    pub fn new<T: Any + Send + Sync>(known: T) -> Self {
        Self(Some(Arc::new(known)))
    }

    /// What is carried, if it is a `T`.
    pub fn get<T: Any + Send + Sync>(self) -> Option<Arc<T>> {
        self.0?.downcast().ok()
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Carried" } else { "Carried(nothing)" })
    }
}

/// Records are the same when the log has the same of them.
impl PartialEq for Carried {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
