//! The demo from outside: its pictures on disk, its readers against a server that this test plays, and the whole of it
//! over TLS.

mod over_tls;
mod pictures;
mod played_server;
mod readers;
mod traffic;
mod visitors;
