//! The filter of events, as calls bring it.

use crate::{
    api::ApiError,
    loops::EventFilter,
    reports::{EventFilterWords, ask},
};

/// Checks the words of a filter; the refusal names the one that is wrong.
pub fn read_filter(words: &EventFilterWords) -> Result<EventFilter, ApiError> {
    ask::event_filter(words).map_err(|bad| ApiError::bad("InvalidEventFilter", bad.message).at(bad.field))
}
