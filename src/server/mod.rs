//! Everything wired together: settings, start, stop, telemetry.
//!
//! No decision here that a user of the API could notice; what the service promises lives in `loops` and `api`.

mod admin;
mod backup;
pub mod config;
mod connections;
mod import;
mod metrics;
mod model;
mod model_table;
mod origin;
mod overhearing;
mod readiness;
mod restore;
pub mod router;
mod shutdown;
mod side_door;
mod site;
mod start;
mod telemetry;
mod tls;
mod token_args;
mod welcome;

use anyhow::Context;

use config::{Command, Config, ImportCommand};

/// Does what the command line asks for.
pub fn run(config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("could not start the threads")?;
    let done = runtime.block_on(async {
        match config.command {
            Command::Serve(options) => start::serve(options).await,
            Command::Migrate(data) => admin::migrate(data).await,
            Command::Admin(command) => admin::run(command).await,
            Command::Model(command) => model::run(command).await,
            Command::Backup(options) => backup::run(options).await,
            Command::Restore(options) => restore::run(options).await,
            Command::Import(ImportCommand::Azure(options)) => import::run(options).await,
        }
    });
    // A blocking call that hangs on a dead disk must not keep a stopped server in the process list.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done
}
