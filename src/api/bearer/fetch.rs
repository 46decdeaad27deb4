//! Asking an issuer for its keys.

use std::time::Duration;

use reqwest::{Client, Url, header, redirect::Policy};
use serde::Deserialize;

use super::{IssuerOptions, keys::KeySet};

const CONNECT: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(10);
/// Published keys have some kilobytes.
const MOST_BYTES: usize = 1024 * 1024;
/// How long keys are fresh when the issuer does not say, and the bounds of what it may say: never asked for all the
/// time, and a withdrawn key is not believed for days.
const USUALLY_FRESH: Duration = Duration::from_secs(3_600);
const LEAST_FRESH: Duration = Duration::from_secs(300);
const MOST_FRESH: Duration = Duration::from_secs(24 * 3_600);

/// What an issuer answered.
#[derive(Debug)]
pub(super) struct Fetched {
    pub keys: KeySet,
    pub fresh_for: Duration,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("HTTPS cannot be set up; is there a list of trusted certificates on this system?")]
    Client(#[source] reqwest::Error),
    #[error("the certificate for issuers is no PEM")]
    ExtraCa(#[source] reqwest::Error),
    #[error("{url} cannot be asked")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("{url} answers {status}")]
    Refused { url: String, status: u16 },
    #[error("{url} answers with more than a list of keys should need")]
    TooLong { url: String },
    #[error("{url} does not answer with {what}")]
    Misunderstood { url: String, what: &'static str },
    #[error("{url} says that it is of another issuer, {found}")]
    OtherIssuer { url: String, found: String },
}

/// The client that all issuers are asked with.
pub(super) fn client(extra_ca: Option<&[u8]>) -> Result<Client, FetchError> {
    // Refused when there is a provider already, and then that is the one to use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let extra = extra_ca.map(reqwest::Certificate::from_pem_bundle).transpose().map_err(FetchError::ExtraCa)?;
    let to_secure_only = Policy::custom(|attempt| {
        let was_secure = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
        let is_worse = was_secure && attempt.url().scheme() != "https";
        if is_worse || attempt.previous().len() > 3 { attempt.stop() } else { attempt.follow() }
    });
    let builder = Client::builder().connect_timeout(CONNECT).timeout(DEADLINE).redirect(to_secure_only);
    builder.tls_certs_merge(extra.into_iter().flatten()).build().map_err(FetchError::Client)
}

/// The issuer's keys as they are now.
pub(super) async fn keys(client: &Client, of: &IssuerOptions) -> Result<Fetched, FetchError> {
    let url = match &of.jwks_url {
        Some(url) => url.clone(),
        None => discover(client, &of.issuer).await?,
    };
    let (text, fresh_for) = get(client, &url).await?;
    let keys = KeySet::parse(&text).filter(|keys| keys.len() > 0);
    let keys = keys.ok_or(FetchError::Misunderstood { url, what: "a list of keys (JWK Set)" })?;
    Ok(Fetched { keys, fresh_for })
}

/// Where the issuer says that its keys are (OpenID Connect Discovery 1.0, section 4).
async fn discover(client: &Client, issuer: &str) -> Result<String, FetchError> {
    #[derive(Deserialize)]
    struct Document {
        issuer: String,
        jwks_uri: String,
    }
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let (text, _) = get(client, &url).await?;
    let Ok(document) = serde_json::from_slice::<Document>(&text) else {
        return Err(FetchError::Misunderstood { url, what: "an OpenID configuration" });
    };
    if document.issuer != issuer {
        return Err(FetchError::OtherIssuer { url, found: document.issuer });
    }
    let is_secure = |url: &str| Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    if is_secure(&url) && !is_secure(&document.jwks_uri) {
        return Err(FetchError::Misunderstood { url, what: "a secure address of its keys" });
    }
    Ok(document.jwks_uri)
}

async fn get(client: &Client, url: &str) -> Result<(Vec<u8>, Duration), FetchError> {
    let unreachable =
        |source: reqwest::Error| FetchError::Unreachable { url: url.to_owned(), source: source.without_url() };
    let mut response = client.get(url).send().await.map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(FetchError::Refused { url: url.to_owned(), status: response.status().as_u16() });
    }
    let said = response.headers().get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    let fresh_for = fresh_for(said);
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        text.extend_from_slice(&chunk);
        if text.len() > MOST_BYTES {
            return Err(FetchError::TooLong { url: url.to_owned() });
        }
    }
    Ok((text, fresh_for))
}

/// How long an answer with this `Cache-Control` is fresh.
fn fresh_for(said: Option<&str>) -> Duration {
    let directives = said.unwrap_or_default().split(',').map(str::trim);
    let mut usual = USUALLY_FRESH;
    for directive in directives {
        match directive.split_once('=') {
            Some((name, seconds)) if name.eq_ignore_ascii_case("max-age") => {
                usual = seconds.trim_matches('"').parse().map_or(usual, Duration::from_secs);
            }
            None if directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache") => {
                return LEAST_FRESH;
            }
            _ => {}
        }
    }
    usual.clamp(LEAST_FRESH, MOST_FRESH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_says_how_long_its_keys_are_fresh_within_bounds() {
        assert_eq!(fresh_for(None), USUALLY_FRESH);
        assert_eq!(fresh_for(Some("public, max-age=7200")), Duration::from_secs(7_200));
        assert_eq!(fresh_for(Some("Max-Age=1")), LEAST_FRESH);
        assert_eq!(fresh_for(Some("max-age=99999999")), MOST_FRESH);
        assert_eq!(fresh_for(Some("no-store, max-age=7200")), LEAST_FRESH);
        assert_eq!(fresh_for(Some("max-age=soon")), USUALLY_FRESH);
    }
}
