//! rankloop: the open, self-hosted successor of Azure AI Personalizer.
//!
//! `ARCHITECTURE.md` is the map; this file is its shortest form. A room may use what stands above it here, with the
//! exceptions that `tests/architecture.rs` lists.

// A page is one deeply nested type, and so is the future that renders it.
#![recursion_limit = "256"]

/// Ids, modes, states and settings as checked values. Both sides.
pub mod terms;

/// People, passwords, tokens and sessions.
#[cfg(feature = "ssr")]
pub mod accounts;
/// HTTP in and out: the Azure contract and our management API.
#[cfg(feature = "ssr")]
pub mod api;
/// The mathematics of learning to choose. Pure.
#[cfg(feature = "ssr")]
pub mod bandit;
/// What is odd about the features that a loop is sent. Pure.
#[cfg(feature = "ssr")]
pub mod checks;
/// The clock as an argument.
#[cfg(feature = "ssr")]
pub mod clock;
/// The news site's newsroom and its simulated readers: a customer of the public API.
#[cfg(feature = "ssr")]
pub mod demo;
/// The past of the retired service, read into a loop's own log.
#[cfg(feature = "ssr")]
pub mod import;
/// The facts of a loop as records, and the life of one event. Pure.
#[cfg(feature = "ssr")]
pub mod log;
/// What rank, reward, activate and configure mean.
#[cfg(feature = "ssr")]
pub mod loops;
/// Answers for the dashboard; the data on both sides, the questions and drawings on the server.
pub mod reports;
/// Start, stop, settings, telemetry: everything wired together.
#[cfg(feature = "ssr")]
pub mod server;
/// All SQL, for SQLite and PostgreSQL alike.
#[cfg(feature = "ssr")]
pub mod store;
/// Folds each loop's log into a model, counters and curves.
#[cfg(feature = "ssr")]
pub mod trainer;
/// What this process knows of itself.
#[cfg(feature = "ssr")]
pub mod vitals;
/// Pages. Both sides.
pub mod web;

/// Where the browser takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        // The page's own part is downloaded first.
        let app = leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), web::app::App).await;
        app.forget();
        // What needs the browser half (a style, a test) can tell from here on that it is there.
        if let Some(root) = leptos::prelude::document().document_element() {
            let _ = root.set_attribute("data-awake", "");
        }
    });
}
