//! The demo from outside: its pictures on disk, and its readers against a server that this test plays.

mod pictures;
mod played_server;
mod readers;
mod traffic;
mod visitors;
