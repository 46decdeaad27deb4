//! Pages: the dashboard, the demo news site, and the document around both.
//!
//! Every server function checks who is asking. Pages place strings; arithmetic on rewards lives in `reports`.

/// When actions are valid, for server functions.
#[cfg(feature = "ssr")]
mod action_calendar;
/// Lists of actions as files, for the forms of their page.
#[cfg(feature = "ssr")]
mod action_file;
/// Forms over many actions.
#[cfg(feature = "ssr")]
pub mod action_forms;
/// Actions as their page shows them, for server functions.
#[cfg(feature = "ssr")]
mod action_preview;
pub mod app;
/// The audit history as a file.
#[cfg(feature = "ssr")]
pub mod audit_file;
/// Templates, and the simulated traffic of loops made from them, for server functions.
#[cfg(feature = "ssr")]
mod beginnings;
mod browser_half;
/// What the snippets of a loop send, for server functions.
#[cfg(feature = "ssr")]
mod call_sample;
pub mod chart;
pub mod components;
pub mod dashboard;
pub mod demo;
/// Charts as files.
#[cfg(feature = "ssr")]
pub mod downloads;
mod error;
/// Who is asking, for plain forms.
#[cfg(feature = "ssr")]
mod form_doors;
/// Who is asking, for server functions.
#[cfg(feature = "ssr")]
pub mod guard;
mod home;
mod lazy_pages;
/// Server-sent events for open pages.
#[cfg(feature = "ssr")]
pub mod live;
/// Models as files, for the forms of their page.
#[cfg(feature = "ssr")]
pub mod model_forms;
/// What the demo answers, as the newspaper's pages want it, for server functions.
#[cfg(feature = "ssr")]
mod newsroom;
pub mod palette;
/// Pages without a browser half: help, and the design on one page.
#[cfg(feature = "ssr")]
pub mod plain;
/// Exploration on its way, for the settings page.
#[cfg(feature = "ssr")]
pub mod ramp_forms;
mod roles;
/// Settings as a file, for server functions.
#[cfg(feature = "ssr")]
mod settings_file;
/// Reports for those who have a link.
#[cfg(feature = "ssr")]
pub mod shared_report;
/// Every part and token on one page, for people who design and for tests.
#[cfg(feature = "ssr")]
mod styleguide;
/// Times in words, for server functions.
#[cfg(feature = "ssr")]
pub mod words;
/// The time zone of whoever looks.
#[cfg(feature = "ssr")]
pub mod zone;

pub use error::PageError;

/// Where people and clients reach this server, without a trailing slash: `http://127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(pub String);
