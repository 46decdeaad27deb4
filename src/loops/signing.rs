//! Who signs a model, and whose signatures are believed.
//!
//! Our own key is Ed25519: small, made in an instant, and the same model always gets the same signature. The old service
//! signed with RSA; its signatures are verified too.

use ring::signature::Ed25519KeyPair;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use sha2::{Digest, Sha256};
use webpki::{EndEntityCert, ring as algorithms};

use super::{LiveLoop, LoopError, model_archive, registry::SharedTools};
use crate::store::SigningKeyRow;

const OWNER: &str = "rankloop model signer";

/// The key that this server signs models with, and the certificate that says so.
#[derive(Debug)]
pub struct SigningKey {
    pair: Ed25519KeyPair,
    row: SigningKeyRow,
}

impl SigningKey {
    /// Makes a key. Its certificate has no end (RFC 5280, 4.1.2.5): a model is no less ours because years have passed.
    pub fn generate(now_us: i64) -> Result<Self, LoopError> {
        let made = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(SigningKeyError::Make)?;
        let mut certificate = rcgen::CertificateParams::default();
        certificate.distinguished_name.push(rcgen::DnType::CommonName, OWNER);
        certificate.not_before = time::OffsetDateTime::from_unix_timestamp(now_us.div_euclid(1_000_000))
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        certificate.not_after = time::macros::datetime!(9999-12-31 23:59:59 UTC);
        let certificate = certificate.self_signed(&made).map_err(SigningKeyError::Make)?;
        let certificate = certificate.der().to_vec();
        Self::from_row(SigningKeyRow { private_key: made.serialize_der(), certificate, created_at_us: now_us })
    }

    /// The key as it was stored.
    pub fn from_row(row: SigningKeyRow) -> Result<Self, LoopError> {
        let pair = Ed25519KeyPair::from_pkcs8(&row.private_key).map_err(|_| SigningKeyError::Damaged)?;
        Ok(Self { pair, row })
    }

    /// What to store.
    pub fn row(&self) -> &SigningKeyRow {
        &self.row
    }

    /// X.509, DER: what whoever wants to verify our models needs.
    pub fn certificate(&self) -> &[u8] {
        &self.row.certificate
    }

    pub(super) fn sign(&self, model: &[u8]) -> Vec<u8> {
        self.pair.sign(model).as_ref().to_vec()
    }
}

impl SharedTools {
    /// The key of all processes on this database; the first that needs one makes it.
    pub(super) async fn signing_key(&self) -> Result<&SigningKey, LoopError> {
        let load = || async {
            if let Some(row) = self.store.signing_key().await? {
                return SigningKey::from_row(row);
            }
            let made = SigningKey::generate(self.clock.now_us())?;
            SigningKey::from_row(self.store.first_signing_key(made.row()).await?)
        };
        self.signing_key.get_or_try_init(load).await
    }
}

impl LiveLoop {
    /// A model as it leaves the server: signed.
    pub async fn pack_model(&self, model: &[u8]) -> Result<Vec<u8>, LoopError> {
        Ok(self.tools().signing_key().await?.pack(model))
    }

    /// The model of an archive that this server or somebody trusted has signed.
    pub async fn unpack_model(&self, archive: &[u8]) -> Result<Vec<u8>, LoopError> {
        let tools = self.tools();
        let model = model_archive::unpack(archive, tools.signing_key().await?, &tools.options.trusted_signers)?;
        Ok(model)
    }
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    #[error("a key could not be made")]
    Make(#[source] rcgen::Error),
    #[error("the stored key cannot be read")]
    Damaged,
}

/// Signers whose models are taken: this server, and whom the operator names.
#[derive(Debug, Clone, Default)]
pub struct TrustedSigners {
    /// What is trusted is the key: a renewed certificate of the same key is as good.
    keys: Vec<Vec<u8>>,
}

impl TrustedSigners {
    /// Trusts the certificates of a file, in DER or PEM (one or several).
    pub fn trust(&mut self, file: &[u8]) -> Result<(), CertificateError> {
        let is_pem = file.windows(10).any(|window| window == b"-----BEGIN");
        if !is_pem {
            return self.trust_der(file);
        }
        let mut n_found = 0;
        for certificate in CertificateDer::pem_slice_iter(file) {
            self.trust_der(&certificate.map_err(|_| CertificateError)?)?;
            n_found += 1;
        }
        if n_found == 0 { Err(CertificateError) } else { Ok(()) }
    }

    fn trust_der(&mut self, certificate: &[u8]) -> Result<(), CertificateError> {
        self.keys.push(Signer::of(certificate)?.key);
        Ok(())
    }

    pub(super) fn has(&self, signer: &Signer) -> bool {
        self.keys.contains(&signer.key)
    }
}

/// A file that is no X.509 certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no X.509 certificate, neither in DER nor in PEM")]
pub struct CertificateError;

/// The holder of a certificate.
#[derive(Debug)]
pub(super) struct Signer {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Signer {
    /// Reads a certificate (DER).
    pub fn of(certificate: &[u8]) -> Result<Self, CertificateError> {
        let der = CertificateDer::from(certificate);
        let readable = EndEntityCert::try_from(&der).map_err(|_| CertificateError)?;
        let key = readable.subject_public_key_info().to_vec();
        Ok(Self { certificate: certificate.to_vec(), key })
    }

    /// Whether the holder signed these bytes: with RSA (PKCS #1 v1.5, SHA-512) as the old service did, or as we do.
    pub fn has_signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let der = CertificateDer::from(self.certificate.as_slice());
        let kinds = [algorithms::RSA_PKCS1_2048_8192_SHA512, algorithms::ED25519];
        EndEntityCert::try_from(&der)
            .is_ok_and(|holder| kinds.iter().any(|kind| holder.verify_signature(*kind, bytes, signature).is_ok()))
    }

    pub fn is_same(&self, other: &Self) -> bool {
        self.key == other.key
    }

    /// What people compare: the SHA-256 of the certificate.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(&self.certificate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_key_signs_as_it_did_before() {
        let key = SigningKey::generate(1_800_000_000_000_000).expect("a key");
        let again = SigningKey::from_row(key.row().clone()).expect("the same key");
        assert_eq!(key.sign(b"model"), again.sign(b"model"));
        let signer = Signer::of(key.certificate()).expect("a certificate");
        assert!(signer.has_signed(b"model", &again.sign(b"model")));
        assert!(!signer.has_signed(b"Model", &again.sign(b"model")));
    }

    #[test]
    fn a_key_is_not_shown_where_things_are_debugged() {
        let key = SigningKey::generate(0).expect("a key");
        let private = hex::encode(&key.row().private_key[16..48]);
        let shown = format!("{key:?}");
        assert!(
            !shown.contains(&private) && !shown.contains(&format!("{:?}", &key.row().private_key[16..20])),
            "{shown}"
        );
    }

    #[test]
    fn certificates_are_trusted_from_der_and_from_pem_files_with_several() {
        let keys = [0, 1].map(|_| SigningKey::generate(0).expect("a key"));
        let pem = |key: &SigningKey| pem_of(key.certificate());
        let mut from_der = TrustedSigners::default();
        from_der.trust(keys[0].certificate()).expect("a certificate");
        let mut from_pem = TrustedSigners::default();
        from_pem.trust(format!("# ours\n{}{}", pem(&keys[0]), pem(&keys[1])).as_bytes()).expect("two certificates");
        let signers = keys.each_ref().map(|key| Signer::of(key.certificate()).expect("a certificate"));
        assert_eq!([from_der.has(&signers[0]), from_der.has(&signers[1])], [true, false]);
        assert_eq!([from_pem.has(&signers[0]), from_pem.has(&signers[1])], [true, true]);
        assert_eq!(TrustedSigners::default().trust(b"-----BEGIN NOTHING-----"), Err(CertificateError));
        assert_eq!(TrustedSigners::default().trust(b"nothing"), Err(CertificateError));
    }

    fn pem_of(der: &[u8]) -> String {
        use base64::{Engine, engine::general_purpose::STANDARD};
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
    }
}
