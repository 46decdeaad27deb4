//! A model with its signature: a zip of `model.vw`, `signer.der` and `sha512_signature.bin`, as the old service
//! exported it. Ours has the same shape, so that scripts which look inside find what they know.
//!
//! What comes in is not believed: sizes are bounded while unpacking, nothing may be in it but the three, and the model
//! is handed out only after its signature was verified.

use std::io::{Cursor, Read, Write};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::signing::{Signer, SigningKey, TrustedSigners};

const MODEL: &str = "model.vw";
const CERTIFICATE: &str = "signer.der";
const SIGNATURE: &str = "sha512_signature.bin";
/// The three, with the most bytes that each may unpack to. Real models have some megabytes.
const MEMBERS: [(&str, u64); 3] = [(MODEL, 256 * 1024 * 1024), (CERTIFICATE, 64 * 1024), (SIGNATURE, 4 * 1024)];

/// Why an archive gives no model.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("A model is imported as the signed zip that it was exported as; this is no zip, so nothing is signed.")]
    NoArchive,
    #[error("The archive cannot be read: {0}.")]
    Unreadable(#[from] ZipError),
    #[error("The archive holds {0:?}, which does not belong in it.")]
    Foreign(String),
    #[error("The archive holds two members of the same name, or members that share their bytes.")]
    Ambiguous,
    #[error("The member {name} is encrypted.")]
    Encrypted { name: &'static str },
    #[error("The member {name} unpacks to more than {most} bytes.")]
    TooLarge { name: &'static str, most: u64 },
    #[error("The member {name} is damaged.")]
    Damaged { name: &'static str, source: std::io::Error },
    #[error("The archive holds no {MODEL}.")]
    NoModel,
    #[error("The archive holds no {0}, so the model is not signed.")]
    NotSigned(&'static str),
    #[error("The member {CERTIFICATE} is no X.509 certificate.")]
    Certificate,
    #[error("The signature does not belong to this model and this signer.")]
    Signature,
    #[error(
        "The model was signed by somebody whom this server does not trust: the certificate with the SHA-256 \
         {fingerprint}."
    )]
    Untrusted { fingerprint: String },
}

impl ArchiveError {
    /// Whether the signature is what is wrong or missing; otherwise it is the archive.
    pub fn is_about_signature(&self) -> bool {
        matches!(
            self,
            Self::NoArchive | Self::NotSigned(_) | Self::Certificate | Self::Signature | Self::Untrusted { .. }
        )
    }
}

impl SigningKey {
    /// The signed archive of a model; the same bytes for the same model.
    pub fn pack(&self, model: &[u8]) -> Vec<u8> {
        let signature = self.sign(model);
        let contents = [model, self.certificate(), signature.as_slice()];
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        // A fixed time, which is the earliest that a zip can tell.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        for ((name, _), content) in MEMBERS.iter().zip(contents) {
            let written = archive.start_file(*name, options).map(|()| archive.write_all(content));
            written.expect("three different names fit a zip").expect("memory takes what is written to it");
        }
        archive.finish().expect("memory takes what is written to it").into_inner()
    }
}

/// The model of an archive that was signed by `own` key or by somebody trusted.
pub fn unpack(archive: &[u8], own: &SigningKey, trusted: &TrustedSigners) -> Result<Vec<u8>, ArchiveError> {
    let (model, signer) = unpack_verified(archive)?;
    let is_own = Signer::of(own.certificate()).is_ok_and(|own| own.is_same(&signer));
    if is_own || trusted.has(&signer) {
        return Ok(model);
    }
    Err(ArchiveError::Untrusted { fingerprint: signer.fingerprint() })
}

/// The model of an archive that whoever holds the certificate inside has signed, trusted or not; with the certificate's
/// SHA-256. For an operator who vouches for where the file came from: it proves only that nothing was damaged on the way.
pub fn unpack_of_any_signer(archive: &[u8]) -> Result<(Vec<u8>, String), ArchiveError> {
    let (model, signer) = unpack_verified(archive)?;
    Ok((model, signer.fingerprint()))
}

fn unpack_verified(archive: &[u8]) -> Result<(Vec<u8>, Signer), ArchiveError> {
    if !archive.starts_with(b"PK") {
        return Err(ArchiveError::NoArchive);
    }
    let mut archive = ZipArchive::new(Cursor::new(archive))?;
    check_members(&mut archive)?;
    let [model, certificate, signature] = MEMBERS.map(|(name, most)| read(&mut archive, name, most));
    let model = model?.ok_or(ArchiveError::NoModel)?;
    let certificate = certificate?.ok_or(ArchiveError::NotSigned(CERTIFICATE))?;
    let signature = signature?.ok_or(ArchiveError::NotSigned(SIGNATURE))?;
    let signer = Signer::of(&certificate).map_err(|_| ArchiveError::Certificate)?;
    if signer.has_signed(&model, &signature) { Ok((model, signer)) } else { Err(ArchiveError::Signature) }
}

fn check_members(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), ArchiveError> {
    for name in archive.file_names_raw() {
        if !MEMBERS.iter().any(|(known, _)| known.as_bytes() == name) {
            return Err(ArchiveError::Foreign(String::from_utf8_lossy(name).chars().take(100).collect()));
        }
    }
    if archive.has_duplicate_names() || archive.has_overlapping_entries()? {
        return Err(ArchiveError::Ambiguous);
    }
    Ok(())
}

/// `None` when it is not there. Stops at `most` bytes whatever the archive says of its sizes.
fn read(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &'static str,
    most: u64,
) -> Result<Option<Vec<u8>>, ArchiveError> {
    let Some(position) = archive.index_for_name(name) else { return Ok(None) };
    if archive.by_index_raw(position)?.encrypted() {
        return Err(ArchiveError::Encrypted { name });
    }
    let member = archive.by_index(position)?;
    let mut content = Vec::new();
    let read = member.take(most + 1).read_to_end(&mut content);
    read.map_err(|source| ArchiveError::Damaged { name, source })?;
    if content.len() as u64 > most { Err(ArchiveError::TooLarge { name, most }) } else { Ok(Some(content)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An RSA key (PKCS #8). It signs nothing outside tests.
    const RSA: &[u8] = include_bytes!("../../tests/keys/rsa.pkcs8.der");

    fn key() -> SigningKey {
        SigningKey::generate(1_800_000_000_000_000).expect("a key")
    }

    fn nobody() -> TrustedSigners {
        TrustedSigners::default()
    }

    fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            archive.start_file(*name, SimpleFileOptions::default()).expect("a name");
            archive.write_all(content).expect("written");
        }
        archive.finish().expect("a zip").into_inner()
    }

    /// A certificate and a signature as the old service made them.
    fn signed_with_rsa(model: &[u8]) -> (Vec<u8>, Vec<u8>) {
        use rcgen::SigningKey as _;
        let der = rustls::pki_types::PrivatePkcs8KeyDer::from(RSA);
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA512).expect("a key");
        let certificate = rcgen::CertificateParams::default().self_signed(&pair).expect("a certificate");
        (certificate.der().to_vec(), pair.sign(model).expect("signed"))
    }

    #[test]
    fn a_model_comes_back_as_it_went_and_its_archive_has_the_same_bytes_each_time() {
        let key = key();
        for model in [b"".as_slice(), b"a model", &[0; 3_000_000]] {
            let archive = key.pack(model);
            assert_eq!(unpack(&archive, &key, &nobody()).expect("ours"), model);
            assert_eq!(key.pack(model), archive);
        }
        let archive = key.pack(&[0; 3_000_000]);
        assert!(archive.len() < 10_000, "{} bytes", archive.len());
        let archive = ZipArchive::new(Cursor::new(archive.as_slice())).expect("a zip");
        assert_eq!(archive.file_names_raw().collect::<Vec<_>>(), MEMBERS.map(|(name, _)| name.as_bytes()));
    }

    #[test]
    fn an_export_of_the_old_service_is_taken_when_its_signer_is_trusted() {
        let (certificate, signature) = signed_with_rsa(b"vw");
        assert_eq!(signature.len(), 256);
        let archive = zip_of(&[(MODEL, b"vw"), (CERTIFICATE, &certificate), (SIGNATURE, &signature)]);
        let refused = unpack(&archive, &key(), &nobody()).expect_err("not trusted");
        let (model, fingerprint) = unpack_of_any_signer(&archive).expect("a sound archive");
        assert_eq!(model, b"vw");
        assert!(refused.is_about_signature() && refused.to_string().contains(&fingerprint), "{refused}");
        let mut trusted = nobody();
        trusted.trust(&certificate).expect("a certificate");
        assert_eq!(unpack(&archive, &key(), &trusted).expect("trusted"), b"vw");
    }

    #[test]
    fn a_model_of_another_server_is_refused_until_its_signer_is_trusted() {
        let (ours, theirs) = (key(), key());
        let archive = theirs.pack(b"a model");
        assert!(matches!(unpack(&archive, &ours, &nobody()), Err(ArchiveError::Untrusted { .. })));
        let mut trusted = nobody();
        trusted.trust(theirs.certificate()).expect("a certificate");
        assert_eq!(unpack(&archive, &ours, &trusted).expect("trusted"), b"a model");
    }

    #[test]
    fn another_model_under_a_good_signature_is_refused() {
        let key = key();
        let signature = key.sign(b"a model");
        let (rsa, _) = signed_with_rsa(b"a model");
        for (model, certificate, signature) in [
            (b"A model".as_slice(), key.certificate(), signature.as_slice()),
            (b"a model", rsa.as_slice(), &signature),
            (b"a model", key.certificate(), &signature[1..]),
            (b"a model", key.certificate(), b""),
        ] {
            let archive = zip_of(&[(MODEL, model), (CERTIFICATE, certificate), (SIGNATURE, signature)]);
            for refused in [unpack(&archive, &key, &nobody()).err(), unpack_of_any_signer(&archive).err()] {
                assert!(matches!(refused, Some(ArchiveError::Signature)), "{refused:?}");
            }
        }
    }

    #[test]
    fn what_is_not_signed_is_told_from_what_is_no_archive_of_ours() {
        let key = key();
        let (certificate, signature) = (key.certificate(), key.sign(b"m"));
        let about_signature =
            |archive: &[u8]| unpack(archive, &key, &nobody()).expect_err("not a signed model").is_about_signature();
        assert!(about_signature(b"\x06\0\0\08.11.0\0"));
        assert!(about_signature(b""));
        assert!(about_signature(&zip_of(&[(MODEL, b"m")])));
        assert!(about_signature(&zip_of(&[(MODEL, b"m"), (CERTIFICATE, certificate)])));
        assert!(about_signature(&zip_of(&[(MODEL, b"m"), (CERTIFICATE, b"x"), (SIGNATURE, &signature)])));
        assert!(!about_signature(b"PK\x03\x04 and then nothing of a zip"));
        assert!(!about_signature(&zip_of(&[(CERTIFICATE, certificate), (SIGNATURE, &signature)])));
        assert!(!about_signature(&zip_of(&[("../model.vw", b"m"), (CERTIFICATE, certificate)])));
        let whole = key.pack(b"m");
        assert!(!about_signature(&whole[..whole.len() - 1]));
        assert!(!about_signature(&whole[..40]));
    }

    #[test]
    fn two_members_of_one_name_are_refused() {
        let key = key();
        let (certificate, signature) = (key.certificate(), key.sign(b"m"));
        let archive = zip_of(&[(MODEL, b"m"), ("model.vx", b"n"), (CERTIFICATE, certificate), (SIGNATURE, &signature)]);
        // A writer refuses the same name twice, so one is renamed afterwards.
        let doubled = replace_all(&archive, b"model.vx", MODEL.as_bytes());
        assert!(matches!(unpack(&doubled, &key, &nobody()), Err(ArchiveError::Ambiguous)));
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit_whatever_it_says_of_its_size() {
        let key = key();
        let certificate = vec![0; 1_000_000];
        let archive = zip_of(&[(MODEL, b"m"), (CERTIFICATE, &certificate), (SIGNATURE, b"s")]);
        assert!(archive.len() < 3_000);
        assert!(matches!(unpack(&archive, &key, &nobody()), Err(ArchiveError::TooLarge { name: CERTIFICATE, .. })));
        let small = 1_u32.to_le_bytes();
        let lying = replace_all(&archive, &1_000_000_u32.to_le_bytes(), &small);
        assert!(unpack(&lying, &key, &nobody()).is_err());
    }

    fn replace_all(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut replaced = bytes.to_vec();
        for at in 0..=bytes.len() - from.len() {
            if &bytes[at..at + from.len()] == from {
                replaced[at..at + to.len()].copy_from_slice(to);
            }
        }
        replaced
    }
}
