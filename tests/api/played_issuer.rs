//! An issuer of tokens on loopback, which the tests play: it can roll its keys over, count its callers and fall silent.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use serde_json::{Value, json};

/// An RSA key, because ring makes none. It signs nothing outside these tests.
const RSA: &[u8] = include_bytes!("../keys/rsa.pkcs8.der");

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key that signs tokens.
pub struct Signer {
    pub id: &'static str,
    pub algorithm: &'static str,
    key: Private,
}

enum Private {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
}

impl Signer {
    pub fn rs256(id: &'static str) -> Self {
        Self::rsa(id, "RS256", &RSA_PKCS1_SHA256)
    }

    pub fn ps512(id: &'static str) -> Self {
        Self::rsa(id, "PS512", &RSA_PSS_SHA512)
    }

    fn rsa(id: &'static str, algorithm: &'static str, encoding: &'static dyn RsaEncoding) -> Self {
        let key = RsaKeyPair::from_pkcs8(RSA).expect("a key");
        Self { id, algorithm, key: Private::Rsa(key, encoding) }
    }

    pub fn es256(id: &'static str) -> Self {
        Self::ec(id, "ES256", "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    pub fn es384(id: &'static str) -> Self {
        Self::ec(id, "ES384", "P-384", &ECDSA_P384_SHA384_FIXED_SIGNING)
    }

    fn ec(
        id: &'static str,
        algorithm: &'static str,
        curve: &'static str,
        kind: &'static EcdsaSigningAlgorithm,
    ) -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).expect("a key");
        Self { id, algorithm, key: Private::Ec(key, curve) }
    }

    pub fn eddsa(id: &'static str) -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let key = Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("a key");
        Self { id, algorithm: "EdDSA", key: Private::Ed(key) }
    }

    /// The public half as issuers publish it.
    pub fn published(&self) -> Value {
        match &self.key {
            Private::Rsa(key, _) => {
                let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "use": "sig", "kid": self.id, "n": base64(public.n), "e": base64(public.e)})
            }
            Private::Ec(key, curve) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve, "kid": self.id, "x": base64(x), "y": base64(y)})
            }
            Private::Ed(key) => json!({"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": base64(key.public_key())}),
        }
    }

    pub fn token(&self, claims: &Value) -> String {
        self.token_with_header(&json!({"alg": self.algorithm, "kid": self.id, "typ": "JWT"}), claims)
    }

    pub fn token_with_header(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
        let signature = self.sign(message.as_bytes());
        format!("{message}.{}", base64(signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Private::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(*encoding, &random, message, &mut signature).expect("signed");
                signature
            }
            Private::Ec(key, _) => key.sign(&random, message).expect("signed").as_ref().to_vec(),
            Private::Ed(key) => key.sign(message).as_ref().to_vec(),
        }
    }
}

#[derive(Debug, Default)]
struct Played {
    keys: Vec<Value>,
    is_down: bool,
    n_asked: usize,
}

/// The issuer. Its server ends with the test's runtime.
pub struct PlayedIssuer {
    pub url: String,
    played: Arc<Mutex<Played>>,
}

impl PlayedIssuer {
    pub async fn start(keys: &[&Signer]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/tenant", listener.local_addr().expect("an address"));
        let played = Arc::new(Mutex::new(Played::default()));
        let document = json!({"issuer": url, "jwks_uri": format!("{url}/keys")});
        let router = Router::new()
            .route("/tenant/.well-known/openid-configuration", get(|| async move { Json(document) }))
            .route("/tenant/keys", get(keys_now))
            .with_state(Arc::clone(&played));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issuer = Self { url, played };
        issuer.publish(keys);
        issuer
    }

    /// From now on these are the keys.
    pub fn publish(&self, keys: &[&Signer]) {
        self.played.lock().expect("no test panics while it plays").keys =
            keys.iter().map(|key| key.published()).collect();
    }

    pub fn fall_silent(&self, is_down: bool) {
        self.played.lock().expect("no test panics while it plays").is_down = is_down;
    }

    /// How often its keys were asked for.
    pub fn n_asked(&self) -> usize {
        self.played.lock().expect("no test panics while it plays").n_asked
    }
}

async fn keys_now(State(played): State<Arc<Mutex<Played>>>) -> axum::response::Response {
    let mut played = played.lock().expect("no test panics while it plays");
    played.n_asked += 1;
    if played.is_down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    Json(json!({"keys": played.keys})).into_response()
}
