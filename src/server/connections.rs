//! Connections: taken one after the other, each served on its own, all of them let finish when the server stops.
//!
//! By hand and not with `axum::serve`, for three reasons: a TLS handshake must not keep others waiting, whoever sends
//! nothing must not stay for ever, and the last calls are to be answered before the process ends.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderName, HeaderValue},
    response::Response,
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tower::Service;
use tracing::{debug, warn};

use super::{shutdown, tls::Tls};

/// A client that has not finished its handshake by then is let go.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection may be silent before a request, or take to send its headers. Longer than clients keep idle
/// connections, so that they close first and no call runs into a door that is just closing.
const SILENCE: Duration = Duration::from_secs(120);
/// HTTP/2 connections may be silent, but somebody must be there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// Without free file descriptors, a moment later there may be some.
const PAUSE: Duration = Duration::from_secs(1);

/// What answers calls. It is always ready.
pub trait Served:
    Service<Request, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

impl<S> Served for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

/// Serves until the server is asked to stop, and returns when the last connection has ended.
pub async fn serve<S: Served>(listener: TcpListener, tls: Option<Tls>, service: S, is_stopping: watch::Receiver<bool>) {
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(shutdown::requested(is_stopping.clone()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, caller)) => {
                let (tls, service) = (tls.clone(), service.clone());
                tokio::spawn(greet(stream, caller, tls, service, open.watcher(), is_stopping.clone()));
            }
            Err(error) => endure(&error).await,
        }
    }
    drop(listener);
    open.shutdown().await;
}

/// A caller that went away is no news; what is left is about this machine.
async fn endure(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        warn!(%error, "A connection cannot be taken");
        sleep(PAUSE).await;
    }
}

async fn greet(
    stream: TcpStream,
    caller: SocketAddr,
    tls: Option<Tls>,
    service: impl Served,
    watcher: Watcher,
    is_stopping: watch::Receiver<bool>,
) {
    // Answers are written whole; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let builder = builder();
    let Some(tls) = tls else {
        return serve_one(stream, Caller { addr: caller, is_over_tls: false }, service, watcher, builder.http1_only())
            .await;
    };
    let greeted = tokio::select! {
        greeted = timeout(HANDSHAKE, tls.acceptor().accept(stream)) => greeted,
        () = shutdown::requested(is_stopping) => return,
    };
    match greeted {
        Ok(Ok(stream)) => {
            let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let builder = if is_h2 { builder.http2_only() } else { builder.http1_only() };
            serve_one(stream, Caller { addr: caller, is_over_tls: true }, service, watcher, builder).await;
        }
        Ok(Err(error)) => debug!(%caller, %error, "A TLS handshake failed"),
        Err(_) => debug!(%caller, "A TLS handshake took too long"),
    }
}

/// Who calls, and how.
#[derive(Debug, Clone, Copy)]
struct Caller {
    addr: SocketAddr,
    is_over_tls: bool,
}

impl Caller {
    fn tell(self, request: &mut Request) {
        request.extensions_mut().insert(ConnectInfo(self.addr));
        if self.is_over_tls {
            // HTTP/1.1 does not say how it came. Answers that hold addresses of ours ask for this header, which proxies
            // set too.
            const SCHEME: HeaderName = HeaderName::from_static("x-forwarded-proto");
            request.headers_mut().entry(SCHEME).or_insert(HeaderValue::from_static("https"));
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(SILENCE);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(PING_EVERY);
    builder
}

async fn serve_one(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    caller: Caller,
    service: impl Served,
    watcher: Watcher,
    builder: Builder<TokioExecutor>,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        caller.tell(&mut request);
        service.clone().call(request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        debug!(caller = %caller.addr, %error, "A connection broke");
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, sync::Arc, time::Instant};

    use axum::{Router, routing::get};
    use rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName},
    };
    use tokio::{io::AsyncReadExt, task::JoinHandle};
    use tokio_rustls::TlsConnector;

    use super::{super::tls::TlsFiles, *};

    /// A server with one page that says who calls, and one that takes its time.
    struct Serving {
        addr: SocketAddr,
        stop: watch::Sender<bool>,
        serving: JoinHandle<()>,
    }

    impl Serving {
        async fn start(tls: Option<Tls>) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let addr = listener.local_addr().expect("an address");
            let (stop, is_stopping) = watch::channel(false);
            let slow = || async {
                sleep(Duration::from_millis(300)).await;
                "done"
            };
            let who = |ConnectInfo(caller): ConnectInfo<SocketAddr>| async move { caller.ip().to_string() };
            let router = Router::new().route("/", get(who)).route("/slow", get(slow));
            let serving = tokio::spawn(serve(listener, tls, router, is_stopping));
            Self { addr, stop, serving }
        }
    }

    fn write_certificate(folder: &Path) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        fs::write(folder.join("cert.pem"), made.cert.pem()).expect("written");
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        made.cert.der().clone()
    }

    async fn tls_in(folder: &Path) -> Tls {
        let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
        Tls::start_looking(files, Duration::from_millis(50)).await.expect("TLS")
    }

    fn trusting(certificate: &CertificateDer<'static>) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("a certificate");
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
        builder.expect("versions").with_root_certificates(roots).with_no_client_auth()
    }

    async fn get_over_tls(
        served: &Serving,
        certificate: &CertificateDer<'static>,
        path: &str,
    ) -> reqwest::Result<String> {
        let client = reqwest::Client::builder().tls_backend_preconfigured(trusting(certificate));
        let client = client.resolve("localhost", served.addr).no_proxy().build().expect("a client");
        client.get(format!("https://localhost:{}{path}", served.addr.port())).send().await?.text().await
    }

    #[tokio::test]
    async fn a_client_that_trusts_the_certificate_is_served_and_known_by_its_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let certificate = write_certificate(folder.path());
        let served = Serving::start(Some(tls_in(folder.path()).await)).await;
        assert_eq!(get_over_tls(&served, &certificate, "/").await.expect("an answer"), "127.0.0.1");
        let other = tempfile::tempdir().expect("a folder");
        assert!(get_over_tls(&served, &write_certificate(other.path()), "/").await.is_err());
    }

    #[tokio::test]
    async fn http_2_is_spoken_with_those_who_ask_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let certificate = write_certificate(folder.path());
        let served = Serving::start(Some(tls_in(folder.path()).await)).await;
        let mut config = trusting(&certificate);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let stream = TcpStream::connect(served.addr).await.expect("connected");
        let name = ServerName::try_from("localhost").expect("a name");
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        // A server's first frame is SETTINGS (RFC 9113, 3.4): type 4 after three bytes of length.
        let mut frame = [0; 9];
        stream.read_exact(&mut frame).await.expect("a frame");
        assert_eq!(frame[3], 4);
    }

    #[tokio::test]
    async fn who_never_finishes_a_handshake_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().expect("a folder");
        let certificate = write_certificate(folder.path());
        let served = Serving::start(Some(tls_in(folder.path()).await)).await;
        let mut silent = Vec::new();
        for _ in 0..50 {
            silent.push(TcpStream::connect(served.addr).await.expect("connected"));
        }
        assert_eq!(get_over_tls(&served, &certificate, "/").await.expect("an answer"), "127.0.0.1");
        // Nor does it keep the server from stopping.
        served.stop.send_replace(true);
        timeout(Duration::from_secs(2), served.serving).await.expect("stopped").expect("no panic");
    }

    #[tokio::test]
    async fn a_renewed_certificate_greets_new_connections() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = write_certificate(folder.path());
        let served = Serving::start(Some(tls_in(folder.path()).await)).await;
        get_over_tls(&served, &old, "/").await.expect("the old certificate");
        let new = write_certificate(folder.path());
        let begin = Instant::now();
        while get_over_tls(&served, &new, "/").await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(30), "the new certificate was never taken");
            sleep(Duration::from_millis(20)).await;
        }
        assert!(get_over_tls(&served, &old, "/").await.is_err());
    }

    #[tokio::test]
    async fn a_call_in_flight_is_answered_before_the_server_ends() {
        let served = Serving::start(None).await;
        let client = reqwest::Client::builder().tls_backend_preconfigured(trusting(&any_certificate())).no_proxy();
        let url = format!("http://{}/slow", served.addr);
        let call = tokio::spawn(client.build().expect("a client").get(url).send());
        sleep(Duration::from_millis(100)).await;
        served.stop.send_replace(true);
        timeout(Duration::from_secs(2), served.serving).await.expect("stopped").expect("no panic");
        assert_eq!(call.await.expect("no panic").expect("an answer").text().await.expect("a text"), "done");
    }

    fn any_certificate() -> CertificateDer<'static> {
        write_certificate(tempfile::tempdir().expect("a folder").path())
    }
}
