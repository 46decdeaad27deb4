//! Tokens of OpenID Connect issuers (Entra ID, Keycloak, …) as a way into the data plane.
//!
//! A token is good when one of the issuers that the operator named signed it, for one of our audiences, and for now.
//! Nothing in a token is believed before its signature was checked, but what is wrong with it on its face is found
//! first: so only tokens that could be good make us ask the issuer for its keys.

mod claims;
mod fetch;
mod issuer;
mod keys;
mod signature;

use std::{sync::Arc, time::Duration};

use jsonwebtoken::{Header, dangerous, decode_header};

use super::ApiError;
use crate::clock::Clock;

pub use claims::{Claims, Requirement, RequirementError};
pub use fetch::FetchError;
use issuer::Issuer;

/// Tokens of Entra ID with many groups have some kilobytes.
const MOST_BYTES: usize = 16 * 1024;

/// Whose tokens open the data plane, and which of them.
#[derive(Debug, Clone)]
pub struct TokenOptions {
    pub issuers: Vec<IssuerOptions>,
    /// A token must be made for one of these.
    pub audiences: Vec<String>,
    /// The claim that names the loops which a token may use. Without it, a good token may use all.
    pub loop_claim: Option<String>,
    /// What a token's claims must say besides; all of it.
    pub requirements: Vec<Requirement>,
    /// How far the clocks of issuer and server may differ.
    pub clock_skew: Duration,
    /// The keys of an issuer are asked for again, because of a key that we do not know, at most once in this time.
    pub least_between_fetches: Duration,
    /// A certificate in PEM that issuers' own certificates may stand on, besides those that the system trusts.
    pub extra_ca: Option<Vec<u8>>,
}

/// Somebody who makes tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerOptions {
    /// What its tokens say in `iss`, to the letter.
    pub issuer: String,
    /// Where its keys are; found with `/.well-known/openid-configuration` when not given.
    pub jwks_url: Option<String>,
}

/// Checks tokens. Cheap to clone; clones share the issuers' keys.
#[derive(Debug, Clone)]
pub struct Tokens(Arc<TokensInner>);

#[derive(Debug)]
struct TokensInner {
    options: TokenOptions,
    issuers: Vec<Arc<Issuer>>,
    clock: Clock,
}

impl Tokens {
    /// Starts to fetch the issuers' keys, and keeps them fresh for as long as this lives. An issuer that is out of reach
    /// is tried again; until then its tokens are answered with 503.
    pub fn start(options: TokenOptions, clock: Clock) -> Result<Self, FetchError> {
        signature::use_ring();
        let client = fetch::client(options.extra_ca.as_deref())?;
        let start = |of: &IssuerOptions| Issuer::start(of.clone(), client.clone(), options.least_between_fetches);
        let issuers = options.issuers.iter().map(start).collect();
        Ok(Self(Arc::new(TokensInner { options, issuers, clock })))
    }

    /// What a good token says.
    pub async fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let TokensInner { options, issuers, clock } = &*self.0;
        if token.len() > MOST_BYTES {
            return Err(TokenError::Malformed);
        }
        let header = readable_header(token)?;
        let claims = dangerous::insecure_decode_claims(token).map(Claims::new).map_err(|_| TokenError::Malformed)?;
        let issuer = issuers.iter().find(|issuer| claims.is_from(issuer.name())).ok_or(TokenError::Issuer)?;
        claims.check_audience(&options.audiences)?;
        claims.check_times(clock.now_us(), options.clock_skew)?;
        issuer.check_signature(&header, token).await?;
        claims.check_requirements(&options.requirements)?;
        Ok(claims)
    }

    /// The claim that names the loops which a token may use.
    pub fn loop_claim(&self) -> Option<&str> {
        self.0.options.loop_claim.as_deref()
    }

    /// The refusal in the words of the old service's gateway; what exactly is wrong stands in `WWW-Authenticate`.
    pub fn refusal(&self, error: &TokenError) -> ApiError {
        match error {
            TokenError::KeysUnavailable => ApiError::issuer_unavailable(),
            TokenError::Requirement(_) | TokenError::Loop => ApiError::permission_denied(&error.to_string()),
            _ => {
                let audiences = self.0.options.audiences.join(", ");
                let message = format!(
                    "Unauthorized. Access token is missing, invalid, audience is incorrect ({audiences}), or have \
                     expired."
                );
                ApiError::invalid_token(message, &error.to_string())
            }
        }
    }
}

fn readable_header(token: &str) -> Result<Header, TokenError> {
    // Also where `none` ends: the library has no such algorithm.
    let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
    // RFC 7515, 4.1.11: who does not understand a critical extension must refuse it, and we understand none.
    if header.crit.is_some() { Err(TokenError::Malformed) } else { Ok(header) }
}

/// Why a token does not open the data plane. Texts go into a header: plain ASCII without quotes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("The token cannot be read, or its algorithm is not accepted.")]
    Malformed,
    #[error("The token is from another issuer.")]
    Issuer,
    #[error("The token is for another audience.")]
    Audience,
    #[error("The token has expired.")]
    Expired,
    #[error("The token is not valid yet.")]
    NotYet,
    #[error("The issuer does not know the key that signed the token.")]
    UnknownKey,
    #[error("The token's signature is wrong.")]
    Signature,
    #[error("The issuer's keys cannot be fetched.")]
    KeysUnavailable,
    #[error("The token lacks what this server asks for in the claim {0}.")]
    Requirement(String),
    #[error("The token is not for this loop.")]
    Loop,
}
