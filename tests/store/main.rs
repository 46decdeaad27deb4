//! The store's contract, run on SQLite always and on PostgreSQL when `RANKLOOP_TEST_POSTGRES_URL` is given.

mod accounts;
mod archives;
mod commit_log;
mod database;
mod deadlines;
mod event_search;
mod failures;
mod following;
mod jobs;
mod leases;
mod log;
mod loops;
mod people;
mod preferences;
mod weeks;
