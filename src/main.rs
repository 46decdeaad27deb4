//! Parses the command line, calls the server, prints what went wrong with all its causes.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use rankloop::server;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match server::run(server::config::Config::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rankloop: {error:#}");
            ExitCode::FAILURE
        }
    }
}
