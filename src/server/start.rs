//! The server's life: listen, load, serve, stop.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context;
use axum::http::{HeaderValue, header};
use tokio::{net::TcpListener, sync::watch, task::JoinSet, time::timeout};
use tower::Layer;
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::{info, warn};

use super::{
    config::{ServeOptions, secret_from_environment},
    connections, metrics,
    readiness::Door,
    router, shutdown,
    side_door::SideDoor,
    site::{self, Site},
    telemetry,
    tls::Tls,
    welcome,
};
use crate::{
    accounts::{Accounts, HISTORY_DAYS},
    api::{
        ApiParts, Crowd, Limits, Stopping,
        bearer::{IssuerOptions, Tokens},
    },
    clock::Clock,
    demo::{Demo, DemoOptions, Traffic, TrafficOptions},
    loops::{Loops, LoopsOptions},
    store::{Held, Presence, Store, StoreError},
    trainer::Learners,
    vitals::Vitals,
    web::PublicUrl,
};

/// How often expired sessions and old lines of the audit history are removed.
const SESSIONS_SWEEP: Duration = Duration::from_secs(3_600);
/// How soon a database that cannot be reached at the start is tried again.
const DATABASE_AGAIN: Duration = Duration::from_secs(1);
/// How often weeks of the log are made and dropped.
const WEEKS_SWEEP: Duration = Duration::from_secs(600);

/// A browser that was here over TLS does not come without it for a year.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Serves until the process is asked to stop.
pub async fn serve(options: Box<ServeOptions>) -> anyhow::Result<()> {
    telemetry::start();
    let is_stopping = shutdown::listen();
    let vitals = Vitals::new();
    let metrics = metrics::start(&vitals)?;
    tokio::spawn(metrics::keep_up(metrics.clone()));
    tokio::spawn(vitals.clone().keep_up());
    let door = Door::new(metrics);
    let Entrance { addr, url, inside, serving } = Entrance::open(&options, &door, &is_stopping).await?;

    let loaded = tokio::select! {
        house = House::load(&options, &url, inside) => Some(house?),
        () = shutdown::requested(is_stopping.clone()) => None,
    };
    if let Some(house) = &loaded {
        door.open(house.router(&options, vitals, is_stopping.clone()), house.loops.clone());
        let has_token = house.has_own_token;
        print!("{}", welcome::greet(&house.accounts, &house.public_url.0, has_token, house.demo.is_some()).await?);
        info!(%addr, n_loops = house.loops.list().len(), "Ready to rank");
    }
    shutdown::requested(is_stopping).await;
    if timeout(shutdown::IN_FLIGHT, serving.join_all()).await.is_err() {
        info!("Some connections were still open and are cut");
    }
    if let Some(house) = loaded {
        house.close().await;
    }
    info!("Stopped");
    Ok(())
}

/// Where callers come in.
struct Entrance {
    addr: SocketAddr,
    /// The address as a caller on this machine writes it.
    url: String,
    /// The way in for what runs in this process, which is never TLS: the certificate is for other names than the
    /// loopback's.
    inside: Inside,
    serving: JoinSet<()>,
}

impl Entrance {
    async fn open(options: &ServeOptions, door: &Door, is_stopping: &watch::Receiver<bool>) -> anyhow::Result<Self> {
        let tls = match options.tls_files()? {
            Some(files) => Some(Tls::start(files).await.context("TLS cannot be spoken")?),
            None => None,
        };
        let (listener, addr) = bind(options.addr).await?;
        let url = format!("{}://{}", if tls.is_some() { "https" } else { "http" }, reachable(addr));
        let mut serving = JoinSet::new();
        let mut inside = Inside { base_url: url.clone(), side_door: None };
        if tls.is_some() {
            let word = make_token();
            let side_door = SideDoor::new(&word).before(door.clone());
            let (listener, addr) = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
            inside = Inside { base_url: format!("http://{addr}"), side_door: Some(word) };
            serving.spawn(connections::serve(listener, None, side_door, is_stopping.clone()));
        }
        if tls.is_some() {
            let for_tls = SetResponseHeaderLayer::overriding(header::STRICT_TRANSPORT_SECURITY, TLS_ONLY);
            serving.spawn(connections::serve(listener, tls, for_tls.layer(door.clone()), is_stopping.clone()));
        } else {
            serving.spawn(connections::serve(listener, None, door.clone(), is_stopping.clone()));
        }
        Ok(Self { addr, url, inside, serving })
    }
}

/// How what runs in this process calls it.
struct Inside {
    base_url: String,
    /// What opens the side door, when that is where it leads.
    side_door: Option<String>,
}

async fn bind(addr: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(addr).await.with_context(|| format!("cannot listen on {addr}"))?;
    let addr = listener.local_addr().context("cannot read the address listened on")?;
    Ok((listener, addr))
}

/// Everything that was loaded.
struct House {
    store: Store,
    /// Keeps imports, and on SQLite other servers, away while this serves.
    _held: Held,
    loops: Loops,
    accounts: Accounts,
    tokens: Option<Tokens>,
    clock: Clock,
    demo: Option<Demo>,
    traffic: Traffic,
    public_url: PublicUrl,
    has_own_token: bool,
}

impl House {
    async fn load(options: &ServeOptions, url: &str, inside: Inside) -> anyhow::Result<Self> {
        let clock = Clock::System;
        let issuers = start_tokens(options, &clock)?;
        let store = open_data(options).await?;
        let held = store.hold(Presence::Serving).await.context("the data cannot be held")?;
        let held = held.context("another server or an import works on these data; several servers need PostgreSQL")?;
        let settings = LoopsOptions {
            durability: options.durability.into(),
            n_queued: options.max_queued,
            n_actions_most: options.max_actions,
            trusted_signers: options.trusted_signers()?,
            learners: Learners::start().context("could not start the threads that learn")?,
        };
        let loops = Loops::open(store.clone(), clock.clone(), settings).await.context("the loops cannot be loaded")?;
        let own_token = secret_from_environment("RANKLOOP_ADMIN_TOKEN");
        let demo_token = (!options.no_demo).then(make_token);
        let traffic_token = make_token();
        let named = |name: &str, token: &Option<String>| token.clone().map(|token| (name.to_owned(), token));
        let tokens = [
            named("RANKLOOP_ADMIN_TOKEN", &own_token),
            named("demo", &demo_token),
            named("simulated traffic", &Some(traffic_token.clone())),
        ];
        let accounts = Accounts::new(store.clone(), clock.clone(), tokens.into_iter().flatten().collect());
        tokio::spawn(sweep_sessions(accounts.clone()));
        tokio::spawn(sweep_weeks(store.clone()));
        let Inside { base_url, side_door } = inside;
        let traffic = TrafficOptions { base_url: base_url.clone(), token: traffic_token, side_door: side_door.clone() };
        let traffic = Traffic::new(traffic);
        let demo = demo_token.map(|token| Demo::start(DemoOptions { base_url, token, side_door }));
        let public_url = options.public_url.as_deref().unwrap_or(url);
        let public_url = PublicUrl(public_url.trim_end_matches('/').to_owned());
        Ok(Self {
            store,
            _held: held,
            loops,
            accounts,
            tokens: issuers,
            clock,
            demo,
            traffic,
            public_url,
            has_own_token: own_token.is_some(),
        })
    }

    fn router(&self, options: &ServeOptions, vitals: Vitals, is_stopping: watch::Receiver<bool>) -> axum::Router {
        let state = ApiParts {
            loops: self.loops.clone(),
            accounts: self.accounts.clone(),
            limits: Limits::new(options.max_body_bytes, options.rate()),
            tokens: self.tokens.clone(),
            vitals: vitals.clone(),
            stopping: Some(Stopping(is_stopping.clone())),
        };
        let site = Site {
            loops: self.loops.clone(),
            accounts: self.accounts.clone(),
            clock: self.clock.clone(),
            demo: self.demo.clone(),
            traffic: Some(self.traffic.clone()),
            public_url: self.public_url.clone(),
            vitals: vitals.clone(),
            folder: site::find_folder(options.site_dir.clone()),
            is_stopping,
        };
        let crowd = options.max_in_flight.map_or_else(|| Crowd::of_this_machine(vitals.clone()), Crowd::new);
        router::router(state.into(), crowd, vitals, site)
    }

    /// Writes what waits. Bounded: what is not done in time is in the log and is done at the next start.
    async fn close(self) {
        let closing = async {
            if let Some(demo) = &self.demo {
                demo.shut_down().await;
            }
            self.traffic.shut_down().await;
            self.loops.shut_down().await;
            self.store.close().await;
        };
        if timeout(shutdown::FLUSH, closing).await.is_err() {
            warn!("Not everything was closed in time; nothing that was answered is lost");
        }
    }
}

/// Opens the data, as soon as they can be reached: a database often starts together with its servers.
async fn open_data(options: &ServeOptions) -> anyhow::Result<Store> {
    loop {
        let error = match options.data.open().await {
            Err(error) if error.downcast_ref::<StoreError>().is_some_and(StoreError::is_away) => error,
            opened => return opened,
        };
        warn!(error = format!("{error:#}"), "The database cannot be reached; trying again");
        tokio::time::sleep(DATABASE_AGAIN).await;
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
        if let Err(error) = accounts.forget_history(HISTORY_DAYS).await {
            warn!(error = &error as &dyn std::error::Error, "Old lines of the audit history could not be removed");
        }
        if let Err(error) = sessions.remove_expired().await {
            warn!(error = &error as &dyn std::error::Error, "Expired sessions could not be removed");
        }
    }
}

async fn sweep_weeks(store: Store) {
    let mut every = tokio::time::interval(WEEKS_SWEEP);
    loop {
        every.tick().await;
        let swept = async { store.make_weeks().await.and(store.drop_weeks().await) };
        if let Err(error) = swept.await {
            warn!(error = &error as &dyn std::error::Error, "The weeks of the log could not be kept up");
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
