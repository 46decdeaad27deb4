//! What the server promises when its machine lets it down: the program itself, as a process of its own, with a disk that
//! fails to sync and a database that goes away.

mod backups;
mod database_away;
mod kept_models;
mod proxy;
mod server;
#[cfg(target_os = "linux")]
mod sync_failures;
