//! The command line; every option is an environment variable too. These comments are the manual.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use anyhow::{Context, bail, ensure};
use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{OsStringValueParser, TypedValueParser},
};

use super::{model::ModelCommand, tls::TlsFiles, token_args::TokenArgs};
use crate::{
    api::RateLimit,
    loops::TrustedSigners,
    store::{Durability, Store},
    terms::Role,
};

/// The open, self-hosted successor of Azure AI Personalizer.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Config {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server: the data plane, the management API, the dashboard and the demo.
    ///
    /// RANKLOOP_ADMIN_TOKEN in the environment is a management token with the owner role, for as long as this process
    /// runs. Without it the first start makes one and prints it once. RUST_LOG chooses what is logged, such as
    /// `info,rankloop=debug`.
    Serve(Box<ServeOptions>),
    /// Bring the database's schema up to date and stop. `serve` does it by itself; this is for those who want it apart.
    Migrate(DataOptions),
    /// Manage people. Works while the server runs, and when nobody can sign in.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look at models.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Bring a past along from another service.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write everything into one file: all loops with their logs, models and keys, people and tokens.
    ///
    /// Works while servers run on the data. Everything that was acknowledged before it began is in the file. Sessions and
    /// invitations are not.
    Backup(BackupOptions),
    /// Load a backup into an empty data folder or database, of the same kind or the other.
    Restore(RestoreOptions),
}

/// What to back up, and where to.
#[derive(Debug, Args)]
pub struct BackupOptions {
    /// The file to write. It must not be there yet, and it is complete once it is.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,

    #[command(flatten)]
    pub data: DataOptions,
}

/// What to restore, and where to.
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// A file that `rankloop backup` wrote.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,

    #[command(flatten)]
    pub data: DataOptions,
}

/// Where the past comes from.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Read what Azure AI Personalizer gave out (model, learning settings, joined logs) into a loop's log.
    ///
    /// The server must not run on these data meanwhile. Started again after it was interrupted, the import goes on where
    /// it stopped; no line is imported twice.
    Azure(AzureImport),
}

/// What to import, and into what.
#[derive(Debug, Args)]
pub struct AzureImport {
    /// The loop: the id or name of one that has no events yet, or the name of a new one.
    #[arg(long = "loop", value_name = "NAME_OR_ID")]
    pub learning_loop: String,

    /// The joined logs: a folder, read at any depth (.json, .jsonl, .dsjson, .log, each also with .gz), or one file.
    #[arg(long, value_name = "DIR")]
    pub logs: PathBuf,

    /// Exported learning settings for the new loop: JSON with name and arguments, or the arguments as text. Without
    /// them the loop gets rankloop's own learner.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// An exported model. It ranks from the last imported event on; without it the loop's model is the one trained from
    /// the logs.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,

    /// What an event without a reward counts with in the new loop: the default reward of the old one.
    #[arg(long, value_name = "REWARD", allow_negative_numbers = true)]
    pub default_reward: Option<f32>,

    /// Read everything, count, and write nothing.
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub data: DataOptions,
}

/// Where the data live.
#[derive(Debug, Clone, Args)]
pub struct DataOptions {
    /// The folder that holds everything the server keeps; made when missing.
    #[arg(long, env = "RANKLOOP_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,

    /// A PostgreSQL database (postgres://user:password@host/name) to keep the data in. Without it they live in an
    /// SQLite file, rankloop.db, in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

impl DataOptions {
    /// What the store is opened with. An empty DATABASE_URL is how an unset variable often looks.
    pub fn url(&self) -> String {
        match self.database_url.as_deref() {
            Some(url) if !url.is_empty() => url.to_owned(),
            _ => format!("sqlite:{}", self.data_dir.join("rankloop.db").display()),
        }
    }

    /// The database's file, when it is one.
    pub fn file(&self) -> Option<PathBuf> {
        self.url().strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// Opens the database and brings its schema up to date.
    pub async fn open(&self) -> anyhow::Result<Store> {
        let whose = match &self.database_url {
            Some(url) if !url.is_empty() => "the database of --database-url".to_owned(),
            _ => self.data_dir.display().to_string(),
        };
        let store = Store::open(&self.url()).await;
        let store = store.with_context(|| format!("the data in {whose} cannot be opened"))?;
        store.migrate().await.with_context(|| format!("the data in {whose} cannot be brought up to date"))?;
        Ok(store)
    }
}

/// How to serve.
#[derive(Debug, Args)]
pub struct ServeOptions {
    /// The address and port to listen on.
    #[arg(long, env = "RANKLOOP_ADDR", default_value = "127.0.0.1:8080")]
    pub addr: SocketAddr,

    #[command(flatten)]
    pub data: DataOptions,

    /// Where people and clients reach this server, such as https://rank.example.com. It is written into links and
    /// snippets; https makes the session cookie Secure. Without it: http and the address listened on.
    #[arg(long, env = "RANKLOOP_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// A certificate in PEM, followed by those between it and its authority. With it the server speaks TLS (HTTP/1.1 and
    /// HTTP/2). The file is read again when it changes, and at SIGHUP.
    #[arg(long, env = "RANKLOOP_TLS_CERT", value_name = "FILE", value_parser = path_or_nothing(), requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key in PEM, without a password.
    #[arg(long, env = "RANKLOOP_TLS_KEY", value_name = "FILE", value_parser = path_or_nothing(), requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Start without the demo news site's loop and its simulated readers.
    #[arg(long, env = "RANKLOOP_NO_DEMO")]
    pub no_demo: bool,

    /// When a call is answered: after its record was synced to the disk, or before (faster; a power cut may lose the
    /// last moments).
    #[arg(long, env = "RANKLOOP_DURABILITY", value_enum, default_value_t = DurabilityOption::Commit)]
    pub durability: DurabilityOption,

    /// The largest body of a request, in bytes.
    #[arg(long, env = "RANKLOOP_MAX_BODY_BYTES", default_value_t = 1024 * 1024)]
    pub max_body_bytes: usize,

    /// The most actions that one Rank may bring. The old service allowed 50.
    #[arg(long, env = "RANKLOOP_MAX_ACTIONS", default_value_t = 50)]
    pub max_actions: usize,

    /// Calls of the data plane that are worked on at once. More wait until half of these are answered, and after a second
    /// are refused with 503. Without it: 128 for each core, and 24 more for each millisecond that commits of the log take.
    #[arg(long, env = "RANKLOOP_MAX_IN_FLIGHT", value_name = "CALLS")]
    pub max_in_flight: Option<usize>,

    /// Writes that may wait for the disk before more are refused with 503.
    #[arg(long, env = "RANKLOOP_MAX_QUEUED", default_value_t = 10_000)]
    pub max_queued: usize,

    /// Calls of the data plane that a loop may get in a second; more are refused with 429. Without it they are not
    /// counted.
    #[arg(long, env = "RANKLOOP_RATE_LIMIT", value_name = "CALLS")]
    pub rate_limit: Option<NonZeroU32>,

    /// Calls that may come at once after a quiet time, when --rate-limit is set; otherwise as many as in a second.
    #[arg(long, env = "RANKLOOP_RATE_BURST", value_name = "CALLS", requires = "rate_limit")]
    pub rate_burst: Option<NonZeroU32>,

    #[command(flatten)]
    pub tokens: TokenArgs,

    /// A certificate (DER or PEM) whose holder's signed models are taken besides those that this server signed: another
    /// server's, or `signer.der` of an export of the old service. May be given several times.
    #[arg(long, env = "RANKLOOP_TRUSTED_SIGNER", value_name = "FILE", value_parser = path_or_nothing(), value_delimiter = ',')]
    pub trusted_signer: Vec<PathBuf>,

    /// The folder of the web assets. Without it: `site` beside the program, or one folder up.
    #[arg(long, env = "LEPTOS_SITE_ROOT", value_name = "DIR")]
    pub site_dir: Option<PathBuf>,
}

impl ServeOptions {
    /// The files of TLS, when it is asked for.
    pub fn tls_files(&self) -> anyhow::Result<Option<TlsFiles>> {
        let (certificate, key) = match (said_path(self.tls_cert.as_ref()), said_path(self.tls_key.as_ref())) {
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            (None, None) => return Ok(None),
            _ => bail!("--tls-cert and --tls-key belong together"),
        };
        let is_plain = self.public_url.as_deref().is_some_and(|url| !url.starts_with("https://"));
        ensure!(!is_plain, "--public-url must begin with https:// when the server speaks TLS");
        Ok(Some(TlsFiles { certificate, key }))
    }

    /// Whose models are taken besides our own.
    pub fn trusted_signers(&self) -> anyhow::Result<TrustedSigners> {
        let mut trusted = TrustedSigners::default();
        for file in self.trusted_signer.iter().filter_map(|file| said_path(Some(file))) {
            let content = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            trusted.trust(&content).with_context(|| format!("cannot trust {}", file.display()))?;
        }
        Ok(trusted)
    }

    /// The limit on calls, if there is one.
    pub fn rate(&self) -> Option<RateLimit> {
        let per_second = self.rate_limit?;
        Some(RateLimit { per_second, burst: self.rate_burst.unwrap_or(per_second) })
    }
}

pub(super) fn said<'a>(values: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    values.into_iter().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
}

/// clap refuses an empty path, which is how an unset variable often looks.
pub(super) fn path_or_nothing() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

pub(super) fn said_path(path: Option<&PathBuf>) -> Option<&PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty())
}

/// When a call is answered.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DurabilityOption {
    /// After its record was synced to the disk.
    Commit,
    /// Before the sync.
    Relaxed,
}

impl From<DurabilityOption> for Durability {
    fn from(option: DurabilityOption) -> Self {
        match option {
            DurabilityOption::Commit => Self::Commit,
            DurabilityOption::Relaxed => Self::Relaxed,
        }
    }
}

/// Managing people.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make a person who can sign in. The password comes from RANKLOOP_PASSWORD, or is asked for; never an argument,
    /// which others could see.
    CreateUser {
        /// What the person signs in with.
        name: String,
        /// What the person may do.
        #[arg(long, value_enum, default_value_t = RoleOption::Owner)]
        role: RoleOption,
        #[command(flatten)]
        data: DataOptions,
    },
    /// Give a person a new password, and end their sessions. The password comes as with create-user.
    ResetPassword {
        /// What the person signs in with.
        name: String,
        #[command(flatten)]
        data: DataOptions,
    },
}

/// What a person may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleOption {
    /// Read dashboards, but no single events.
    Viewer,
    /// Also read and download events, and run evaluations.
    Analyst,
    /// Also change loops, actions and settings.
    Editor,
    /// Also manage people and keys, and delete.
    Admin,
    /// Also appoint owners.
    Owner,
}

impl From<RoleOption> for Role {
    fn from(option: RoleOption) -> Self {
        match option {
            RoleOption::Viewer => Self::Viewer,
            RoleOption::Analyst => Self::Analyst,
            RoleOption::Admin => Self::Admin,
            RoleOption::Editor => Self::Editor,
            RoleOption::Owner => Self::Owner,
        }
    }
}

/// A value that is only ever read from the environment.
#[expect(clippy::disallowed_methods, reason = "settings come from here; these two must not be arguments")]
pub fn secret_from_environment(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Config::command().debug_assert();
    }

    #[test]
    fn without_a_database_url_the_data_live_in_the_data_folder() {
        let mut data = DataOptions { data_dir: "/var/lib/rankloop".into(), database_url: Some(String::new()) };
        assert_eq!(data.url(), "sqlite:/var/lib/rankloop/rankloop.db");
        data.database_url = Some("postgres://localhost/rank".to_owned());
        assert_eq!(data.url(), "postgres://localhost/rank");
    }

    #[test]
    fn tls_needs_both_files_and_a_public_address_that_says_so() {
        let serve = |arguments: &[&str]| {
            let config = Config::try_parse_from(["rankloop", "serve"].iter().chain(arguments)).ok()?;
            match config.command {
                Command::Serve(options) => Some(options.tls_files()),
                _ => None,
            }
        };
        assert!(serve(&["--tls-cert", "a"]).is_none());
        assert!(serve(&["--tls-cert", "a", "--tls-key", ""]).expect("parsed").is_err());
        assert!(serve(&["--tls-cert", "", "--tls-key", ""]).expect("parsed").expect("sound").is_none());
        assert!(serve(&["--tls-cert", "a", "--tls-key", "b"]).expect("parsed").expect("sound").is_some());
        let plain = serve(&["--tls-cert", "a", "--tls-key", "b", "--public-url", "http://x"]);
        assert!(plain.expect("parsed").is_err());
        assert!(serve(&["--public-url", "http://x"]).expect("parsed").expect("sound").is_none());
    }
}
