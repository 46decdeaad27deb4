//! Pages: the dashboard, the demo news site, and the document around both.
//!
//! Every server function checks who is asking. Pages place strings; arithmetic on rewards lives in `reports`.

pub mod app;
pub mod chart;
pub mod components;
pub mod dashboard;
pub mod demo;
/// Charts as files.
#[cfg(feature = "ssr")]
pub mod downloads;
mod error;
/// Who is asking, for server functions.
#[cfg(feature = "ssr")]
pub mod guard;
mod home;
/// Server-sent events for open pages.
#[cfg(feature = "ssr")]
pub mod live;
/// What the demo answers, as the newspaper's pages want it, for server functions.
#[cfg(feature = "ssr")]
mod newsroom;
/// Times in words, for server functions.
#[cfg(feature = "ssr")]
pub mod words;

pub use error::PageError;

/// Where people and clients reach this server, without a trailing slash: `http://127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(pub String);
