//! The header of a Vowpal Wabbit model, and what its arguments mean to us.
//!
//! ```text
//! version: length u32, text and a zero byte      id: likewise, not used here
//! 'm'   lowest and highest label f32   bits u32   lda u32   numbers of n-grams and of skips u32, all 0 here
//! arguments: length u32, text and a zero byte      4 u32, checksum u32
//! ```
//!
//! The checksum is MurmurHash3 over each piece from the id on, seeded with that of the piece before.

use crate::bandit::{
    ModelFileError, hash, learning_settings::of_model, model_file::damaged, reader::Reader, regressor::Labels,
};

/// No version or id is longer.
const MAX_SHORT: u32 = 512;
/// No arguments are: Vowpal Wabbit adds some to those that were sent.
const MAX_ARGUMENTS: u32 = 65_536;
/// Versions whose layout is this one.
const KNOWN: std::ops::Range<(u32, u32)> = (8, 11)..(10, 0);

/// What a header says that is used.
#[derive(Debug)]
pub(super) struct Header {
    /// Major and minor.
    pub version: (u32, u32),
    pub labels: Labels,
    /// As they would have been sent: without what others imply and what is state.
    pub arguments: String,
    /// The state of the generator of chance.
    pub random_state: u64,
    /// What l1 and l2 had put off, in versions that wrote it here.
    pub gravity: Option<f64>,
    pub contraction: Option<f64>,
}

impl Header {
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, ModelFileError> {
        let version = version(reader)?;
        let mut checksum = 0;
        let mut piece = |reader: &mut Reader<'_>, n| -> Result<Vec<u8>, ModelFileError> {
            let bytes = reader.bytes(n)?;
            if !bytes.is_empty() {
                checksum = hash::murmur3(bytes, checksum);
            }
            Ok(bytes.to_vec())
        };
        let number = |bytes: &[u8]| bytes.try_into().map_or(0, u32::from_le_bytes);
        let short = number(&piece(reader, 4)?).min(MAX_SHORT);
        piece(reader, short as usize)?;
        if piece(reader, 1)? != b"m" {
            return Err(damaged("it is not a model file of Vowpal Wabbit"));
        }
        let label = |bytes: &[u8]| f32::from_bits(number(bytes));
        let (lowest, highest) = (label(&piece(reader, 4)?), label(&piece(reader, 4)?));
        let bits = number(&piece(reader, 4)?);
        for what in ["--lda", "--ngram", "--skips"] {
            if number(&piece(reader, 4)?) != 0 {
                return Err(crate::bandit::LearningSettingsError::Unsupported(what.to_owned()).into());
            }
        }
        let length = number(&piece(reader, 4)?).min(MAX_ARGUMENTS);
        let arguments = piece(reader, length as usize)?;
        let computed = checksum;
        if reader.u32()? != 4 || reader.u32()? != computed {
            return Err(damaged("its checksum does not match"));
        }
        let arguments = arguments.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = std::str::from_utf8(arguments).map_err(|_| damaged("its arguments are no text"))?;
        let of_model = of_model(text, bits);
        Ok(Self {
            version,
            labels: labels(lowest, highest)?,
            arguments: of_model.arguments,
            random_state: of_model.random_state,
            gravity: of_model.gravity,
            contraction: of_model.contraction,
        })
    }
}

/// The range of labels, if it is one. 0 is always in it.
pub(super) fn labels(lowest: f32, highest: f32) -> Result<Labels, ModelFileError> {
    if lowest.is_finite() && highest.is_finite() && lowest <= highest {
        Ok(Labels { lowest, highest })
    } else {
        Err(damaged("its lowest label is above its highest"))
    }
}

fn version(reader: &mut Reader<'_>) -> Result<(u32, u32), ModelFileError> {
    let not_ours = || ModelFileError::Unknown("it is neither rankloop's nor Vowpal Wabbit's".to_owned());
    let length = reader.u32().ok().filter(|length| *length <= MAX_SHORT).ok_or_else(not_ours)?;
    let bytes = reader.bytes(length as usize).map_err(|_| not_ours())?;
    let text = bytes.split_last().and_then(|(_, text)| std::str::from_utf8(text).ok()).ok_or_else(not_ours)?;
    let mut parts = text.split('.').map(|part| part.parse().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(major), Some(minor)) if KNOWN.contains(&(major, minor)) => Ok((major, minor)),
        (Some(_), Some(_)) => Err(ModelFileError::Unknown(format!(
            "it is of Vowpal Wabbit {text}, and only those of 8.11 to 9 can be read"
        ))),
        _ => Err(not_ours()),
    }
}
