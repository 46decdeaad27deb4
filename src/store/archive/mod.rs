//! Everything that a database holds as one file, for keeping and for moving, also from one kind of database to the other.
//!
//! An archive is what one read transaction saw: all of what was acknowledged before it began, and nothing by halves. It is
//! gzip around lines of JSON: a header; for each table a line with its columns, and a line for each row; and a last line
//! with the SHA-256 of all lines before it. Tables and columns are those that the database has, so what a later migration
//! adds is in it without a word here. A later program reads it by bringing an empty database to the archive's schema first,
//! and then up to date.
//!
//! Left out is what says only who is at work just now, and who is signed in; and of snapshots all but each loop's newest.

mod dump;
mod file;
mod load;
mod tables;

pub use dump::Archived;
pub use file::{ArchiveError, ArchiveHeader, check_archive};
