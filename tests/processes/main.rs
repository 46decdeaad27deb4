//! Several servers on one database, as real processes: one service, one model, whatever becomes of any of them.
//!
//! Those on PostgreSQL run when `RANKLOOP_TEST_POSTGRES_URL` is given (tests/with_postgres.sh gives one). Each test has a
//! database of its own.

mod cut_off;
#[path = "../store/database.rs"]
#[expect(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "made for the store's own contract, which needs more of it"
)]
mod database;
mod faults;
mod followers;
mod load;
mod process;
mod together;
