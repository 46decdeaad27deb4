//! What runs in the server calls it over HTTP, also where others have to come over TLS with a certificate for a name that
//! is not the loopback's.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode, header};
use serde_json::Value;

const NAME: &str = "rank.example.com";
const TOKEN: &str = "token-of-the-owner";
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that speaks TLS alone, as a process.
struct TlsServer {
    child: Child,
    client: Client,
    url: String,
    /// The path of the first person's link.
    welcome: String,
    _data: tempfile::TempDir,
}

impl TlsServer {
    fn start(options: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).expect("a certificate");
        let (certificate, key) = (data.path().join("cert.pem"), data.path().join("key.pem"));
        fs::write(&certificate, made.cert.pem()).expect("written");
        fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_rankloop"));
        command.args(["serve", "--addr", "127.0.0.1:0"]).args(options);
        let paths = [("--data-dir", data.path()), ("--tls-cert", &certificate), ("--tls-key", &key)];
        command.args(paths.iter().flat_map(|(option, path): &(&str, &Path)| [Path::new(*option), *path]));
        command.env("RANKLOOP_ADMIN_TOKEN", TOKEN).env_remove("DATABASE_URL").env("RUST_LOG", "error");
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let (port, welcome) = read_greeting(&mut child);
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        let client = client(made.cert.der().clone(), addr);
        Self { child, client, url: format!("https://{NAME}:{port}"), welcome, _data: data }
    }

    async fn manage(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}/api/v1/{path}", self.url)).bearer_auth(TOKEN);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn page(&self, path: &str, cookie: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.url)).header(header::COOKIE, cookie);
        request.send().await.expect("an answer").text().await.expect("a page")
    }

    /// Sends a form.
    async fn send(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let encoded = |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let request = self.client.post(format!("{}{path}", self.url)).header(header::COOKIE, cookie);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(fields.collect::<Vec<_>>().join("&")).send().await.expect("an answer")
    }

    /// Becomes the owner; the cookie of the session.
    async fn sign_up(&self) -> String {
        let page = self.page(&self.welcome, "").await;
        let token = self.welcome.rsplit('/').next().expect("a token");
        let fields = [("token", token), ("name", "Ada"), ("password", "a sentence is fine")];
        let answer = self.send(&form(&page, "accept_link"), "", &fields).await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("plain letters");
        cookie.split(';').next().expect("a cookie").to_owned()
    }

    async fn n_ranked(&self, loop_id: &str) -> u64 {
        self.manage(&format!("loops/{loop_id}/stats")).await["ranked"].as_u64().expect("a number")
    }

    async fn loops(&self) -> Vec<(String, String)> {
        let listed = self.manage("loops").await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let listed = listed["loops"].as_array().expect("a list").iter();
        listed.map(|one| (text(&one["name"]), text(&one["id"]))).collect()
    }

    /// Waits until a loop of this name is called.
    async fn until_called(&self, name: &str) {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let found = self.loops().await.into_iter().find(|(known, _)| known == name);
            if let Some((_, id)) = found
                && self.n_ranked(&id).await > 0
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody called {name}");
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The port, and the path of the first person's link.
fn read_greeting(child: &mut Child) -> (u16, String) {
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
    let mut after = |words: &str| {
        let line = lines.find(|line| line.contains(words)).unwrap_or_else(|| panic!("it never said {words:?}"));
        line.split_once("https://127.0.0.1:").expect("its address").1.trim().to_owned()
    };
    let port = after("ready at").parse().expect("a port");
    let welcome = after("Become the owner");
    // The pipe has to be emptied, or the server waits for its reader.
    std::thread::spawn(move || lines.for_each(drop));
    (port, welcome[welcome.find('/').expect("a path")..].to_owned())
}

fn client(certificate: rustls::pki_types::CertificateDer<'static>, addr: SocketAddr) -> Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).expect("a certificate");
    let ring = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(ring.into()).with_safe_default_protocol_versions();
    let tls = tls.expect("ring knows them").with_root_certificates(roots).with_no_client_auth();
    let client = Client::builder().no_proxy().tls_backend_preconfigured(tls).resolve(NAME, addr);
    client.redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build().expect("a client")
}

/// Where a page sends the form of a server function.
fn form(page: &str, name: &str) -> String {
    let start = page.find(&format!("/api/{name}")).unwrap_or_else(|| panic!("there is no form {name} in {page}"));
    page[start..].split('"').next().expect("it ends").to_owned()
}

#[tokio::test]
async fn the_demo_runs_on_a_server_that_speaks_tls_alone() {
    let server = TlsServer::start(&[]);
    server.until_called("Demo news: lead story").await;
}

#[tokio::test]
async fn simulated_visitors_come_to_a_server_that_speaks_tls_alone_and_runs_no_demo() {
    let server = TlsServer::start(&["--no-demo"]);
    let cookie = server.sign_up().await;
    let wishes = [
        ("name", "Banner"),
        ("environment", "production"),
        ("wait", "PT10M"),
        ("mode", "Online"),
        ("slots", "one"),
        ("template", "banner"),
    ];
    let made = server.send("/start/loop", &cookie, &wishes).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let (_, id) = server.loops().await.swap_remove(0);
    let page = server.page(&format!("/loops/{id}"), &cookie).await;
    let started = server.send(&form(&page, "start_traffic"), &cookie, &[("id", &id)]).await;
    assert_eq!(started.status(), StatusCode::OK);
    server.until_called("Banner").await;
}
