//! A policy as bytes: what a snapshot stores. Little-endian throughout, so the same on every machine.
//!
//! ```text
//! "RKLM"  version u16  arguments (length u32 or FFFFFFFF for the own learner, text)  n_learned u64  n_actions u64
//! per regressor: sums, number of weights that are not zero u32, then index u32 and value, G, N f32 of each, in order
//! FNV-1a of all before, u64
//! ```
//!
//! The settings say how many regressors follow. Reading checks everything before it reserves memory.

use super::{
    LearningSettings, Policy, hash,
    regressor::{Regressor, Sums, Weight},
};

const MAGIC: &[u8; 4] = b"RKLM";
const VERSION: u16 = 1;
const OWN_LEARNER: u32 = u32::MAX;

/// Why bytes are no model.
#[derive(Debug, thiserror::Error)]
#[error("the model file is damaged: {0}")]
pub struct ModelFileError(pub String);

impl Policy {
    /// The policy as bytes. The same policy gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        match self.settings.arguments() {
            None => bytes.extend_from_slice(&OWN_LEARNER.to_le_bytes()),
            Some(arguments) => {
                bytes.extend_from_slice(&(arguments.len() as u32).to_le_bytes());
                bytes.extend_from_slice(arguments.as_bytes());
            }
        }
        bytes.extend_from_slice(&self.counts.n_learned.to_le_bytes());
        bytes.extend_from_slice(&self.counts.n_actions.to_le_bytes());
        write_regressor(&mut bytes, &self.costs);
        self.baseline.iter().for_each(|baseline| write_regressor(&mut bytes, baseline));
        let checksum = hash::fnv1a(&bytes, hash::FNV_BASIS);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// The policy that these bytes are.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (body, checksum) = bytes.split_last_chunk::<8>().ok_or_else(|| damaged("it is too short"))?;
        if hash::fnv1a(body, hash::FNV_BASIS) != u64::from_le_bytes(*checksum) {
            return Err(damaged("its checksum does not match"));
        }
        let mut reader = Reader { left: body };
        if reader.take::<4>()? != *MAGIC {
            return Err(damaged("it is not a model of rankloop"));
        }
        if u16::from_le_bytes(reader.take()?) != VERSION {
            return Err(damaged("it is of a version that this program does not know"));
        }
        let arguments = reader.arguments()?;
        let settings = LearningSettings::parse(arguments.as_deref())
            .map_err(|error| damaged(&format!("its learning settings are refused, {error}")))?;
        let mut policy = Self::new(settings);
        policy.counts.n_learned = u64::from_le_bytes(reader.take()?);
        policy.counts.n_actions = u64::from_le_bytes(reader.take()?);
        reader.regressor(&mut policy.costs)?;
        policy.baseline.iter_mut().try_for_each(|baseline| reader.regressor(baseline))?;
        if reader.left.is_empty() { Ok(policy) } else { Err(damaged("it goes on after its end")) }
    }
}

fn write_regressor(bytes: &mut Vec<u8>, regressor: &Regressor) {
    let Sums { size, importance, lowest, highest, gravity, contraction } = regressor.sums;
    [size, importance, gravity, contraction].iter().for_each(|sum| bytes.extend_from_slice(&sum.to_le_bytes()));
    [lowest, highest].iter().for_each(|label| bytes.extend_from_slice(&label.to_le_bytes()));
    let used = || regressor.weights.iter().enumerate().filter(|(_, weight)| **weight != Weight::default());
    bytes.extend_from_slice(&(used().count() as u32).to_le_bytes());
    for (index, weight) in used() {
        bytes.extend_from_slice(&(index as u32).to_le_bytes());
        for number in [weight.value, weight.gradient, weight.scale] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// The bytes not yet read.
struct Reader<'a> {
    left: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ModelFileError> {
        let (taken, left) = self.left.split_first_chunk::<N>().ok_or_else(|| damaged("it ends too early"))?;
        self.left = left;
        Ok(*taken)
    }

    fn arguments(&mut self) -> Result<Option<String>, ModelFileError> {
        let length = u32::from_le_bytes(self.take()?);
        if length == OWN_LEARNER {
            return Ok(None);
        }
        let (text, left) = usize::try_from(length)
            .ok()
            .and_then(|length| self.left.split_at_checked(length))
            .ok_or_else(|| damaged("it ends too early"))?;
        self.left = left;
        String::from_utf8(text.to_vec()).map(Some).map_err(|_| damaged("its arguments are no text"))
    }

    fn f32(&mut self) -> Result<f32, ModelFileError> {
        let number = f32::from_le_bytes(self.take()?);
        if number.is_finite() { Ok(number) } else { Err(damaged("it holds a number that is not finite")) }
    }

    fn f64(&mut self) -> Result<f64, ModelFileError> {
        let number = f64::from_le_bytes(self.take()?);
        if number.is_finite() { Ok(number) } else { Err(damaged("it holds a number that is not finite")) }
    }

    fn regressor(&mut self, regressor: &mut Regressor) -> Result<(), ModelFileError> {
        let [size, importance, gravity, contraction] = [self.f64()?, self.f64()?, self.f64()?, self.f64()?];
        let [lowest, highest] = [self.f32()?, self.f32()?];
        // The range is what predictions are clamped to, and clamping to a range that is none would panic.
        if lowest > highest {
            return Err(damaged("its lowest label is above its highest"));
        }
        regressor.sums = Sums { size, importance, lowest, highest, gravity, contraction };
        for _ in 0..u32::from_le_bytes(self.take()?) {
            let index = u32::from_le_bytes(self.take()?) as usize;
            let weight = Weight { value: self.f32()?, gradient: self.f32()?, scale: self.f32()? };
            let place = regressor.weights.get_mut(index).ok_or_else(|| damaged("it has a weight outside its table"))?;
            *place = weight;
        }
        Ok(())
    }
}

fn damaged(why: &str) -> ModelFileError {
    ModelFileError(why.to_owned())
}
