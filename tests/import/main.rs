//! What an import brings into a log, on both databases.

#[path = "../store/database.rs"]
#[expect(dead_code, reason = "shared with the store's tests, which use all of it")]
mod database;
mod estimates;
mod numbers;
mod running;
