//! The server's life: listen, load, serve, stop.

use std::{future::IntoFuture, net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};
use tracing::{info, warn};

use super::{
    config::{ServeOptions, secret_from_environment},
    metrics,
    readiness::Door,
    router, shutdown,
    site::{self, Site},
    telemetry, welcome,
};
use crate::{
    accounts::Accounts,
    api::{
        ApiState, Limits,
        bearer::{IssuerOptions, Tokens},
    },
    clock::Clock,
    demo::{Demo, DemoOptions},
    loops::{Loops, LoopsOptions},
    store::Store,
    web::PublicUrl,
};

/// How often expired sessions are removed.
const SESSIONS_SWEEP: Duration = Duration::from_secs(3_600);

/// Serves until the process is asked to stop.
pub async fn serve(options: Box<ServeOptions>) -> anyhow::Result<()> {
    telemetry::start();
    let is_stopping = shutdown::listen();
    let listener = TcpListener::bind(options.addr).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", options.addr))?;
    let addr = listener.local_addr().context("cannot read the address listened on")?;
    let metrics = metrics::start()?;
    tokio::spawn(metrics::keep_up(metrics.clone()));
    let door = Door::new(metrics);
    let serving = listen(listener, door.clone(), is_stopping.clone());

    let loaded = tokio::select! {
        house = House::load(&options, addr) => Some(house?),
        () = shutdown::requested(is_stopping.clone()) => None,
    };
    if let Some(house) = &loaded {
        door.open(house.router(&options, is_stopping.clone()), house.loops.clone());
        let has_token = house.has_own_token;
        print!("{}", welcome::greet(&house.accounts, &house.public_url.0, has_token, house.demo.is_some()).await?);
        info!(%addr, n_loops = house.loops.list().len(), "Ready to rank");
    }
    shutdown::requested(is_stopping).await;
    if timeout(shutdown::IN_FLIGHT, serving).await.is_err() {
        info!("Some connections were still open and are cut");
    }
    if let Some(house) = loaded {
        house.close().await;
    }
    info!("Stopped");
    Ok(())
}

fn listen(listener: TcpListener, door: Door, is_stopping: watch::Receiver<bool>) -> JoinHandle<()> {
    let service = door.router().into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(shutdown::requested(is_stopping));
    tokio::spawn(async move {
        if let Err(error) = server.into_future().await {
            warn!(%error, "The listener failed");
        }
    })
}

/// Everything that was loaded.
struct House {
    store: Store,
    loops: Loops,
    accounts: Accounts,
    tokens: Option<Tokens>,
    clock: Clock,
    demo: Option<Demo>,
    public_url: PublicUrl,
    has_own_token: bool,
}

impl House {
    async fn load(options: &ServeOptions, addr: SocketAddr) -> anyhow::Result<Self> {
        let clock = Clock::System;
        let issuers = start_tokens(options, &clock)?;
        let store = options.data.open().await?;
        let settings = LoopsOptions {
            durability: options.durability.into(),
            n_queued: options.max_queued,
            n_actions_most: options.max_actions,
            trusted_signers: options.trusted_signers()?,
        };
        let loops = Loops::open(store.clone(), clock.clone(), settings).await.context("the loops cannot be loaded")?;
        let own_token = secret_from_environment("RANKLOOP_ADMIN_TOKEN");
        let demo_token = (!options.no_demo).then(make_token);
        let named = |name: &str, token: &Option<String>| token.clone().map(|token| (name.to_owned(), token));
        let tokens = [named("RANKLOOP_ADMIN_TOKEN", &own_token), named("demo", &demo_token)];
        let accounts = Accounts::new(store.clone(), clock.clone(), tokens.into_iter().flatten().collect());
        tokio::spawn(sweep_sessions(accounts.clone()));
        let base_url = format!("http://{}", reachable(addr));
        let demo = demo_token.map(|token| Demo::start(DemoOptions { base_url: base_url.clone(), token }));
        let public_url = options.public_url.clone().unwrap_or(base_url);
        let public_url = PublicUrl(public_url.trim_end_matches('/').to_owned());
        Ok(Self {
            store,
            loops,
            accounts,
            tokens: issuers,
            clock,
            demo,
            public_url,
            has_own_token: own_token.is_some(),
        })
    }

    fn router(&self, options: &ServeOptions, is_stopping: watch::Receiver<bool>) -> axum::Router {
        let state = ApiState {
            loops: self.loops.clone(),
            accounts: self.accounts.clone(),
            limits: Limits::new(options.max_body_bytes, options.rate()),
            tokens: self.tokens.clone(),
        };
        let site = Site {
            loops: self.loops.clone(),
            accounts: self.accounts.clone(),
            clock: self.clock.clone(),
            demo: self.demo.clone(),
            public_url: self.public_url.clone(),
            folder: site::find_folder(options.site_dir.clone()),
            is_stopping,
        };
        router::router(state, site)
    }

    /// Writes what waits. Bounded: what is not done in time is in the log and is done at the next start.
    async fn close(self) {
        let closing = async {
            if let Some(demo) = &self.demo {
                demo.shut_down().await;
            }
            self.loops.shut_down().await;
            self.store.close().await;
        };
        if timeout(shutdown::FLUSH, closing).await.is_err() {
            warn!("Not everything was closed in time; nothing that was answered is lost");
        }
    }
}

/// The issuers whose tokens are taken, with their keys on the way.
fn start_tokens(options: &ServeOptions, clock: &Clock) -> anyhow::Result<Option<Tokens>> {
    let Some(settings) = options.tokens.options()? else { return Ok(None) };
    for IssuerOptions { issuer, .. } in settings.issuers.iter().filter(|of| !of.issuer.starts_with("https://")) {
        warn!(issuer, "This issuer is not asked over https: whoever is on the way can make tokens");
    }
    let tokens = Tokens::start(settings, clock.clone());
    tokens.map(Some).context("tokens of an issuer cannot be checked")
}

async fn sweep_sessions(accounts: Accounts) {
    let sessions = accounts.sessions();
    let mut every = tokio::time::interval(SESSIONS_SWEEP);
    loop {
        every.tick().await;
        if let Err(error) = sessions.remove_expired().await {
            warn!(error = &error as &dyn std::error::Error, "Expired sessions could not be removed");
        }
    }
}

/// An address that this machine can call: what listens everywhere is called on the loopback.
fn reachable(addr: SocketAddr) -> SocketAddr {
    match addr {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v6.port())),
        addr => addr,
    }
}

#[expect(clippy::disallowed_methods, reason = "the demo's token lives in this process alone")]
fn make_token() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}
