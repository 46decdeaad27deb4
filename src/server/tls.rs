//! TLS from a certificate and a key in files, which are read again when they change.
//!
//! Certificates are renewed by other programs, every few weeks and unattended. The files are looked at every few
//! seconds and at SIGHUP; new ones serve the connections that come after. Files that make no sense change nothing: the
//! old certificate goes on serving, and the log says once why.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{signal::unix, time};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// HTTP/2 spares browsers their limit of six connections, which open event streams would use up.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, and those between it and its authority, in PEM.
    pub certificate: PathBuf,
    /// The private key, in PEM: PKCS #8, PKCS #1 or SEC 1.
    pub key: PathBuf,
}

/// What the files hold.
#[derive(PartialEq, Eq)]
struct Pem {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl TlsFiles {
    async fn read(&self) -> anyhow::Result<Pem> {
        let read = async |file: &PathBuf| {
            tokio::fs::read(file).await.with_context(|| format!("cannot read {}", file.display()))
        };
        Ok(Pem { certificate: read(&self.certificate).await?, key: read(&self.key).await? })
    }

    fn config(&self, pem: &Pem) -> anyhow::Result<ServerConfig> {
        let chain = CertificateDer::pem_slice_iter(&pem.certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.with_context(|| format!("{} is no PEM", self.certificate.display()))?;
        ensure!(!chain.is_empty(), "{} holds no certificate in PEM", self.certificate.display());
        let Ok(key) = PrivateKeyDer::from_pem_slice(&pem.key) else {
            bail!("{} holds no private key in PEM; a key with a password cannot be read", self.key.display());
        };
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
        let builder = builder.context("TLS cannot be set up")?.with_no_client_auth();
        let config = builder.with_single_cert(chain, key);
        let mut config = config.with_context(|| {
            format!("the key in {} does not fit the certificate in {}", self.key.display(), self.certificate.display())
        })?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(config)
    }
}

/// TLS as it is at the moment. Cheap to clone; clones renew together.
#[derive(Debug, Clone)]
pub struct Tls(Arc<ArcSwap<ServerConfig>>);

impl Tls {
    /// Reads the files, and follows them from now on.
    pub async fn start(files: TlsFiles) -> anyhow::Result<Self> {
        Self::start_looking(files, LOOK_EVERY).await
    }

    /// The same with another pause between two looks.
    pub(super) async fn start_looking(files: TlsFiles, pause: Duration) -> anyhow::Result<Self> {
        let known = files.read().await?;
        let tls = Self(Arc::new(ArcSwap::from_pointee(files.config(&known)?)));
        let mut watch = Watch { tls: tls.clone(), files, known, settling: None, n_unreadable: 0 };
        tokio::spawn(async move {
            let mut hang_ups = unix::signal(unix::SignalKind::hangup()).ok();
            loop {
                let is_asked = tokio::select! {
                    () = time::sleep(pause) => false,
                    () = hung_up(&mut hang_ups) => true,
                };
                watch.look(is_asked).await;
            }
        });
        Ok(tls)
    }

    /// What greets the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.load_full())
    }
}

async fn hung_up(signals: &mut Option<unix::Signal>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}

/// What is known of the files.
struct Watch {
    tls: Tls,
    files: TlsFiles,
    /// What was tried last: it serves, or it was refused.
    known: Pem,
    /// Found at the last look, and not tried yet.
    settling: Option<Pem>,
    n_unreadable: u32,
}

impl Watch {
    /// Certificate and key are replaced one after the other, so what is new is tried when it stood still from one look
    /// to the next, or at once when somebody asks for it.
    async fn look(&mut self, is_asked: bool) {
        let found = match self.files.read().await {
            Ok(found) => found,
            Err(error) => return self.cannot_read(&error),
        };
        self.n_unreadable = 0;
        if found == self.known {
            self.settling = None;
            return;
        }
        if !is_asked && self.settling.as_ref() != Some(&found) {
            self.settling = Some(found);
            return;
        }
        let file = self.files.certificate.display();
        match self.files.config(&found) {
            Ok(config) => {
                self.tls.0.store(Arc::new(config));
                info!(%file, "The certificate was renewed");
            }
            Err(error) => {
                warn!(%file, error = format!("{error:#}"), "The new certificate is not taken; the old one serves")
            }
        }
        (self.known, self.settling) = (found, None);
    }

    fn cannot_read(&mut self, error: &anyhow::Error) {
        self.n_unreadable += 1;
        // Gone for a moment is how some programs replace a file.
        if self.n_unreadable == 2 {
            warn!(error = format!("{error:#}"), "The certificate's files cannot be read; the old certificate serves");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    fn write(folder: &Path, name: &str) -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
        fs::write(folder.join("cert.pem"), made.cert.pem()).expect("written");
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        made.cert.der().to_vec()
    }

    async fn watch_over(folder: &Path) -> Watch {
        let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
        let known = files.read().await.expect("readable");
        let tls = Tls(Arc::new(ArcSwap::from_pointee(files.config(&known).expect("a good pair"))));
        Watch { tls, files, known, settling: None, n_unreadable: 0 }
    }

    fn is_renewed(watch: &Watch, before: &Arc<ServerConfig>) -> bool {
        !Arc::ptr_eq(&watch.tls.0.load_full(), before)
    }

    #[tokio::test]
    async fn a_new_pair_is_taken_once_it_stands_still_and_a_bad_one_never() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "a.example.com");
        let mut watch = watch_over(folder.path()).await;
        let before = watch.tls.0.load_full();
        watch.look(false).await;
        assert!(!is_renewed(&watch, &before), "nothing has changed");

        fs::write(folder.path().join("cert.pem"), "half a certificate").expect("written");
        watch.look(false).await;
        watch.look(false).await;
        watch.look(true).await;
        assert!(!is_renewed(&watch, &before));

        write(folder.path(), "b.example.com");
        watch.look(false).await;
        assert!(!is_renewed(&watch, &before), "the key may still be on its way");
        watch.look(false).await;
        assert!(is_renewed(&watch, &before));
    }

    #[tokio::test]
    async fn whoever_asks_gets_the_new_pair_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "a.example.com");
        let mut watch = watch_over(folder.path()).await;
        let before = watch.tls.0.load_full();
        write(folder.path(), "b.example.com");
        watch.look(true).await;
        assert!(is_renewed(&watch, &before));
    }

    #[tokio::test]
    async fn files_that_are_gone_change_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "a.example.com");
        let mut watch = watch_over(folder.path()).await;
        let before = watch.tls.0.load_full();
        fs::remove_file(folder.path().join("key.pem")).expect("removed");
        watch.look(false).await;
        watch.look(true).await;
        assert!(!is_renewed(&watch, &before));
    }

    #[tokio::test]
    async fn files_that_do_not_fit_are_refused_with_their_names() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "a.example.com");
        let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        let other = rcgen::KeyPair::generate().expect("a key").serialize_pem();
        for (key, expected) in [(other.as_str(), "does not fit"), ("no key", "no private key"), ("", "no private key")]
        {
            fs::write(&files.key, key).expect("written");
            let refused = Tls::start(files.clone()).await.expect_err("refused");
            assert!(format!("{refused:#}").contains(expected), "{refused:#}");
        }
        let missing = TlsFiles { certificate: folder.path().join("none.pem"), ..files };
        let refused = Tls::start(missing).await.expect_err("refused");
        assert!(format!("{refused:#}").contains("none.pem"), "{refused:#}");
    }

    #[tokio::test]
    async fn keys_in_all_three_notations_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        let pkcs8 = rustls::pki_types::PrivatePkcs8KeyDer::from(RSA);
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8, &rcgen::PKCS_RSA_SHA256).expect("a key");
        let certificate = rcgen::CertificateParams::default().self_signed(&pair).expect("a certificate");
        fs::write(&files.certificate, certificate.pem()).expect("written");
        // PKCS #8 wraps PKCS #1 behind 26 bytes that are the same for every RSA key of this size.
        for (kind, der) in [("PRIVATE KEY", RSA), ("RSA PRIVATE KEY", &RSA[26..])] {
            fs::write(&files.key, pem(kind, der)).expect("written");
            let read = files.read().await.expect("readable");
            files.config(&read).unwrap_or_else(|error| panic!("{kind}: {error:#}"));
        }
        fs::write(&files.certificate, SEC1_CERTIFICATE).expect("written");
        fs::write(&files.key, SEC1_KEY).expect("written");
        let read = files.read().await.expect("readable");
        files.config(&read).expect("SEC 1");
    }

    /// It signs nothing outside tests.
    const RSA: &[u8] = include_bytes!("../../tests/keys/rsa.pkcs8.der");
    const SEC1_KEY: &[u8] = include_bytes!("../../tests/keys/p256.sec1.pem");
    const SEC1_CERTIFICATE: &[u8] = include_bytes!("../../tests/keys/p256.cert.pem");

    fn pem(kind: &str, der: &[u8]) -> String {
        use base64::{Engine, engine::general_purpose::STANDARD};
        format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(der))
    }
}
