//! The filter of events, as calls bring it.

use utoipa::IntoParams;

use crate::{
    api::ApiError,
    loops::EventFilter,
    reports::{EventFilterWords, ask},
};

/// [`EventFilterWords`] as the description of the API tells them; nothing is read into it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "it describes")]
pub struct EventFilterParams {
    /// The action that was shown, in any slot
    action: Option<String>,
    /// `pending`, `inactive`, `rewarded`, `learned`, `expired` or `dropped`; several with commas between them
    state: Option<String>,
    /// Whether another action than the most probable one was drawn
    explored: Option<bool>,
    /// Only events with at least this reward
    reward_min: Option<f32>,
    /// Only events with at most this reward
    reward_max: Option<f32>,
    /// How the event's id begins
    event: Option<String>,
    /// What the Rank came with: `1` or `2` for that key of the loop, or `token`. Events from before that was noted have none
    key: Option<String>,
    /// Words that all stand in the features of the context: names, values or `name=value`
    feature: Option<String>,
    /// RFC 3339: ranked at this instant or later
    from: Option<String>,
    /// RFC 3339: ranked before this instant
    to: Option<String>,
}

/// Checks the words of a filter; the refusal names the one that is wrong.
pub fn read_filter(words: &EventFilterWords) -> Result<EventFilter, ApiError> {
    ask::event_filter(words).map_err(|bad| ApiError::bad("InvalidEventFilter", bad.message).at(bad.field))
}
