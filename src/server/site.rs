//! The pages and their assets.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state, map_response},
    response::Response,
};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio::sync::watch;
use tower::{ServiceExt, service_fn};
use tower_http::{compression::CompressionLayer, services::ServeDir};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{SameSite, time::Duration},
};

use super::origin;
use crate::{
    accounts::Accounts,
    clock::Clock,
    demo::{Demo, Traffic},
    loops::Loops,
    vitals::Vitals,
    web::{
        PublicUrl,
        action_forms::action_routes,
        app::{App, shell},
        audit_file::audit_routes,
        downloads::download_routes,
        live::live_routes,
        model_forms::model_routes,
        plain::{Workshop, made_loop_routes, plain_routes},
        ramp_forms::ramp_routes,
        shared_report::shared_routes,
        zone::zone_routes,
    },
};

/// A session without any change ends after this many days.
const SESSION_DAYS: i64 = 14;

/// What the pages find in their context.
#[derive(Debug, Clone)]
pub struct Site {
    pub loops: Loops,
    pub accounts: Accounts,
    pub clock: Clock,
    pub demo: Option<Demo>,
    pub traffic: Option<Traffic>,
    pub public_url: PublicUrl,
    pub vitals: Vitals,
    /// The folder of the assets.
    pub folder: PathBuf,
    /// Becomes true when the server is asked to stop; open event streams end then.
    pub is_stopping: watch::Receiver<bool>,
}

impl Site {
    fn provide(&self) {
        provide_context(self.loops.clone());
        provide_context(self.accounts.clone());
        provide_context(self.clock.clone());
        provide_context(self.demo.clone());
        provide_context(self.traffic.clone());
        provide_context(self.public_url.clone());
        provide_context(self.vitals.clone());
    }

    /// Every page, every server function, and the assets for whatever is neither.
    pub fn router(self) -> Router {
        let options = options(&self.folder);
        let in_cookie = self.public_url.0.starts_with("https://");
        let sessions = SessionManagerLayer::new(self.accounts.sessions())
            .with_name("rankloop_session")
            .with_http_only(true)
            .with_same_site(SameSite::Lax)
            .with_secure(in_cookie)
            .with_expiry(Expiry::OnInactivity(Duration::days(SESSION_DAYS)));
        let check_origin = from_fn_with_state(self.public_url.clone(), origin::check);
        let live = live_routes(self.loops.clone(), self.accounts.clone(), self.is_stopping.clone());
        let audit = audit_routes(self.accounts.clone());
        let downloads = download_routes(self.loops.clone(), self.accounts.clone());
        let forms = action_routes(self.loops.clone(), self.accounts.clone());
        let models = model_routes(self.loops.clone(), self.accounts.clone());
        let ramps = ramp_routes(self.loops.clone(), self.accounts.clone());
        let shared = self.loops.clone();
        let workshop = Workshop {
            loops: self.loops.clone(),
            accounts: self.accounts.clone(),
            traffic: self.traffic.clone(),
            url: self.public_url.clone(),
        };
        let for_pages = self.clone();
        let document = options.clone();
        let assets = self.assets(options.clone());
        Router::new()
            .leptos_routes_with_context(
                &options,
                generate_route_list(App),
                move || for_pages.provide(),
                move || shell(document.clone()),
            )
            .merge(plain_routes())
            .fallback_service(assets)
            .with_state(options)
            .merge(live)
            .merge(downloads)
            .merge(forms)
            .merge(models)
            .merge(ramps)
            .merge(zone_routes())
            .merge(shared_routes(shared))
            .merge(audit)
            .merge(made_loop_routes(workshop))
            .layer(sessions)
            .layer(check_origin)
            .layer(from_fn(choose_caching))
            .layer(map_response(add_page_headers))
            .layer(CompressionLayer::new())
    }

    /// Files of the site folder; what is no file is the "not found" page.
    fn assets(
        self,
        document: LeptosOptions,
    ) -> impl tower::Service<
        Request,
        Response = Response,
        Error = std::convert::Infallible,
        Future = impl Future<Output = Result<Response, std::convert::Infallible>> + Send,
    > + Clone
    + Send
    + Sync
    + 'static {
        let files = ServeDir::new(&self.folder).precompressed_br().precompressed_gzip();
        let page = leptos_axum::render_app_async_with_context(move || self.provide(), move || shell(document.clone()));
        let not_found = service_fn(move |request: Request| {
            let page = page.clone();
            async move {
                let mut response = page(request).await;
                if response.status() == StatusCode::OK {
                    *response.status_mut() = StatusCode::NOT_FOUND;
                }
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        let files = files.call_fallback_on_method_not_allowed(true).fallback(not_found);
        service_fn(move |request: Request| {
            let files = files.clone();
            async move { files.oneshot(request).await.map(|response| response.map(Body::new)) }
        })
    }
}

/// Built here rather than read from the environment, so that the program needs none.
fn options(folder: &Path) -> LeptosOptions {
    let folder = folder.to_string_lossy();
    LeptosOptions::builder().output_name("rankloop").site_root(&*folder).site_pkg_dir("pkg").build()
}

/// Where the assets lie: as told, beside the program (`make build`), or one folder up (a build of `cargo leptos`).
pub fn find_folder(told: Option<PathBuf>) -> PathBuf {
    let program = std::env::current_exe().ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let candidates = [program.join("site"), program.join("../site")];
    let found = candidates.iter().find(|folder| folder.join("pkg").is_dir());
    let folder = told.filter(|folder| folder.is_dir()).or_else(|| found.cloned());
    folder.unwrap_or_else(|| {
        tracing::warn!(folder = %candidates[0].display(), "There are no web assets; pages will have no style");
        candidates[0].clone()
    })
}

/// Assets are asked for again, cheaply, at every load: their names stay when a new version is installed. Pages are for
/// one person.
async fn choose_caching(request: Request, next: axum::middleware::Next) -> Response {
    let is_asset = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let value = match () {
        () if kind.starts_with("text/html") || kind.starts_with("application/json") => "private, no-cache",
        () if is_asset => "public, no-cache",
        () if response.status().is_success() && response.headers().contains_key(header::LAST_MODIFIED) => {
            "public, max-age=3600"
        }
        () => return response,
    };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(value));
    response
}

async fn add_page_headers(mut response: Response) -> Response {
    const ADDED: [(HeaderName, &str); 2] = [
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'; base-uri 'self'; object-src 'none'"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in ADDED {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
