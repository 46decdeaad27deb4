//! The keys that an issuer publishes (a JWK Set), as far as tokens may be signed with them.

use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::TokenError;

/// More than any issuer has; a list without end must not fill the memory.
const MOST_KEYS: usize = 100;

/// The keys of one issuer.
#[derive(Debug, Clone)]
pub(super) struct KeySet(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    /// What the key may sign with: the key says so, never the token alone.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl KeySet {
    /// Leaves out what is no key for us (encryption, shared secrets, kinds yet to come); `None` when it is no JWK Set.
    pub fn parse(text: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let published: Published = serde_json::from_slice(text).ok()?;
        let readable = published.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Some(Self(readable.filter_map(|jwk| Key::of(&jwk)).take(MOST_KEYS).collect()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of the keys signed this token. A token that names no key is tried with each that could have.
    pub fn check(&self, header: &Header, token: &str) -> Result<(), TokenError> {
        let is_meant = |key: &&Key| header.kid.is_none() || key.id == header.kid;
        let named: Vec<&Key> = self.0.iter().filter(is_meant).collect();
        if named.is_empty() {
            return Err(TokenError::UnknownKey);
        }
        let is_signed = named.iter().any(|key| key.algorithms.contains(&header.alg) && key.has_signed(header, token));
        if is_signed { Ok(()) } else { Err(TokenError::Signature) }
    }
}

impl Key {
    fn of(jwk: &Jwk) -> Option<Self> {
        if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return None;
        }
        let able = algorithms_of(&jwk.algorithm);
        let allowed =
            |algorithm: &Algorithm| jwk.common.key_algorithm.is_none_or(|only| only == KeyAlgorithm::from(*algorithm));
        let algorithms: Vec<Algorithm> = able.iter().copied().filter(allowed).collect();
        let key = DecodingKey::from_jwk(jwk).ok()?;
        (!algorithms.is_empty()).then(|| Self { id: jwk.common.key_id.clone(), algorithms, key })
    }

    fn has_signed(&self, header: &Header, token: &str) -> bool {
        let mut only_signature = Validation::new(header.alg);
        // The claims are checked by `Claims`, whose clock tests can move.
        only_signature.validate_exp = false;
        only_signature.validate_aud = false;
        only_signature.required_spec_claims.clear();
        decode::<Map<String, Value>>(token, &self.key, &only_signature).is_ok()
    }
}

/// What a key of this kind can sign with; nothing for shared secrets.
fn algorithms_of(parameters: &AlgorithmParameters) -> &'static [Algorithm] {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    match parameters {
        AlgorithmParameters::RSA(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[ES256],
            EllipticCurve::P384 => &[ES384],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[EdDSA],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_encryption_keys_and_unknown_kinds_are_left_out() {
        let point = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        let set = json!({"keys": [
            {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
            {"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"},
            {"kty": "EC", "crv": "secp256k1", "x": point, "y": point},
            {"kty": "LWE", "kid": "of the future"},
            "no key at all",
            {"kty": "EC", "crv": "P-256", "x": point, "y": point, "kid": "good"},
        ]});
        let keys = KeySet::parse(set.to_string().as_bytes()).expect("a set");
        assert_eq!(keys.len(), 1);
        assert_eq!(keys.0[0].id.as_deref(), Some("good"));
        assert_eq!(keys.0[0].algorithms, [Algorithm::ES256]);
    }

    #[test]
    fn a_key_that_names_its_algorithm_is_for_that_one_only() {
        let set = json!({"keys": [{"kty": "RSA", "alg": "PS384", "n": "AQAB", "e": "AQAB"}]});
        let keys = KeySet::parse(set.to_string().as_bytes()).expect("a set");
        assert_eq!(keys.0[0].algorithms, [Algorithm::PS384]);
        assert!(KeySet::parse(b"<html>").is_none());
    }
}
