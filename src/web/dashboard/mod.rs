//! The dashboard: one file per screen with its data, its server functions and its component.

pub mod actions;
pub mod administration;
mod api_versions;
pub mod evaluations;
pub mod event;
pub mod events;
pub mod experiments;
pub mod features;
mod frame;
pub mod keys;
mod leave_guard;
mod live_updates;
pub mod loop_frame;
pub mod loops;
pub mod models;
pub mod new_loop;
pub mod onboarding;
pub mod overview;
mod pausing;
pub mod playground;
pub mod settings;
pub mod sign_in;
pub mod snippets;
pub mod welcome;

pub use frame::{DashboardFrame, Person};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
pub use loop_frame::LoopHeader;

/// The id of the loop that the path names; empty outside of loop pages.
pub fn current_loop_id() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("id").unwrap_or_default())
}
