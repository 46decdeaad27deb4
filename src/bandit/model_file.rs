//! A policy as bytes: what a snapshot stores. Little-endian throughout, so the same on every machine.
//!
//! ```text
//! "RKLM"  version u16  arguments (length u32 or FFFFFFFF for the own learner, text)
//! events learned u64, chance u64; per model events u64 and actions u64
//! lowest and highest label f32
//! by gradient: gravity and contraction f64, per model size and importance f64, then the weights that are not zero: their
//!              number u32, then of each in order its index u32 and value, G, N f32
//! by coin:     size and importance f64, then the bets that are not zero likewise: w, θ, A, M, V, L f32
//! with marginals: their number u32, then of each in order its key u32 and numerator and denominator f64
//! of auto:     the length of what the other learners know u32, then that, as postcard writes it
//! FNV-1a of all before, u64
//! ```
//!
//! The settings say which of these follow. Reading checks everything before it reserves memory.

use super::{
    LearningSettings, LearningSettingsError, Policy,
    auto::{AutoSettings, Mixture},
    coin::{Bet, CoinBettor},
    hash,
    marginals::Marginals,
    policy::{Counts, Updates},
    reader::Reader,
    regression::Regression,
    regressor::{Labels, Norm, Regressor},
    weights::Weight,
};

const MAGIC: &[u8; 4] = b"RKLM";
const VERSION: u16 = 7;
const OWN_LEARNER: u32 = u32::MAX;

/// Why bytes are no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// What should be a model is none.
    #[error("the model file is damaged: {0}")]
    Damaged(String),
    /// A model perhaps, but of no kind or version that is known.
    #[error("the model file cannot be read: {0}")]
    Unknown(String),
    /// A model of a learner that is not here.
    #[error(transparent)]
    Settings(#[from] LearningSettingsError),
}

impl Policy {
    /// The policy as bytes. The same policy gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(MAGIC.to_vec());
        writer.put(VERSION.to_le_bytes());
        match self.settings.arguments() {
            None => writer.u32(OWN_LEARNER),
            Some(arguments) => {
                writer.u32(arguments.len() as u32);
                writer.0.extend_from_slice(arguments.as_bytes());
            }
        }
        let Counts { n_learned, chance } = self.counts;
        writer.u64s([n_learned, chance]);
        self.updates.iter().for_each(|updates| writer.u64s([updates.n_events, updates.n_actions]));
        match &self.regression {
            Regression::Gradient(regressor) => writer.regressor(regressor),
            Regression::Coin(bettor) => writer.bettor(bettor),
        }
        self.marginals.iter().for_each(|marginals| writer.marginals(marginals));
        self.mixture.iter().for_each(|mixture| writer.mixture(mixture));
        let checksum = hash::fnv1a(&writer.0, hash::FNV_BASIS);
        writer.put(checksum.to_le_bytes());
        writer.0
    }

    /// The policy that these bytes are.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (body, checksum) = bytes.split_last_chunk::<8>().ok_or_else(|| damaged("it is too short"))?;
        if hash::fnv1a(body, hash::FNV_BASIS) != u64::from_le_bytes(*checksum) {
            return Err(damaged("its checksum does not match"));
        }
        let mut reader = Reader { left: body };
        if reader.take::<4>()? != *MAGIC {
            return Err(ModelFileError::Unknown("it is not rankloop's".to_owned()));
        }
        if u16::from_le_bytes(reader.take()?) != VERSION {
            return Err(ModelFileError::Unknown("it is of another version of rankloop".to_owned()));
        }
        let arguments = reader.arguments()?;
        let mut policy = Self::new(LearningSettings::read(arguments.as_deref())?);
        policy.counts = Counts { n_learned: reader.u64()?, chance: reader.u64()? };
        for updates in &mut policy.updates {
            *updates = Updates { n_events: reader.u64()?, n_actions: reader.u64()? };
        }
        match &mut policy.regression {
            Regression::Gradient(regressor) => reader.regressor(regressor)?,
            Regression::Coin(bettor) => reader.bettor(bettor)?,
        }
        policy.marginals.iter_mut().try_for_each(|marginals| reader.marginals(marginals))?;
        if let Some(auto) = policy.settings.auto() {
            policy.mixture = Some(Box::new(reader.mixture(&auto)?));
        }
        if reader.left.is_empty() { Ok(policy) } else { Err(damaged("it goes on after its end")) }
    }

    /// The policy that these bytes are, whether rankloop wrote them or Vowpal Wabbit did.
    pub fn from_any_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        if bytes.starts_with(MAGIC) { Self::from_bytes(bytes) } else { Self::from_vowpal_wabbit(bytes) }
    }
}

/// The bytes so far.
struct Writer(Vec<u8>);

impl Writer {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.extend_from_slice(&bytes);
    }

    fn u32(&mut self, number: u32) {
        self.put(number.to_le_bytes());
    }

    fn u64s<const N: usize>(&mut self, numbers: [u64; N]) {
        numbers.iter().for_each(|number| self.put(number.to_le_bytes()));
    }

    fn f32s<const N: usize>(&mut self, numbers: [f32; N]) {
        numbers.iter().for_each(|number| self.put(number.to_le_bytes()));
    }

    fn f64s<const N: usize>(&mut self, numbers: [f64; N]) {
        numbers.iter().for_each(|number| self.put(number.to_le_bytes()));
    }

    fn regressor(&mut self, regressor: &Regressor) {
        self.f32s([regressor.labels.lowest, regressor.labels.highest]);
        self.f64s([regressor.gravity, regressor.contraction]);
        regressor.norms.iter().for_each(|norm| self.f64s([norm.size, norm.importance]));
        self.u32(regressor.weights.used().count() as u32);
        for (index, weight) in regressor.weights.used() {
            self.u32(index as u32);
            self.f32s([weight.value, weight.gradient, weight.scale]);
        }
    }

    fn bettor(&mut self, bettor: &CoinBettor) {
        self.f32s([bettor.labels.lowest, bettor.labels.highest]);
        self.f64s([bettor.norm.size, bettor.norm.importance]);
        let used = || bettor.bets.iter().enumerate().filter(|(_, bet)| **bet != Bet::default());
        self.u32(used().count() as u32);
        for (index, bet) in used() {
            self.u32(index as u32);
            self.f32s([bet.value, bet.direction, bet.gradients, bet.scale, bet.wealth, bet.steepest]);
        }
    }

    fn mixture(&mut self, mixture: &Mixture) {
        let bytes = postcard::to_stdvec(mixture).expect("plain data of known length always fits a vector");
        self.u32(bytes.len() as u32);
        self.0.extend_from_slice(&bytes);
    }

    fn marginals(&mut self, marginals: &Marginals) {
        self.u32(marginals.means.len() as u32);
        for (key, (numerator, denominator)) in &marginals.means {
            self.u32(*key);
            self.f64s([*numerator, *denominator]);
        }
    }
}

impl Reader<'_> {
    fn arguments(&mut self) -> Result<Option<String>, ModelFileError> {
        let length = self.u32()?;
        if length == OWN_LEARNER {
            return Ok(None);
        }
        let length = usize::try_from(length).map_err(|_| damaged("it ends too early"))?;
        let text = self.bytes(length)?;
        String::from_utf8(text.to_vec()).map(Some).map_err(|_| damaged("its arguments are no text"))
    }

    fn labels(&mut self) -> Result<Labels, ModelFileError> {
        let [lowest, highest] = [self.f32()?, self.f32()?];
        // The range is what predictions are clamped to, and clamping to a range that is none would panic.
        if lowest <= highest {
            Ok(Labels { lowest, highest })
        } else {
            Err(damaged("its lowest label is above its highest"))
        }
    }

    fn norm(&mut self) -> Result<Norm, ModelFileError> {
        Ok(Norm { size: self.f64()?, importance: self.f64()? })
    }

    fn regressor(&mut self, regressor: &mut Regressor) -> Result<(), ModelFileError> {
        regressor.labels = self.labels()?;
        let (gravity, contraction) = (self.f64()?, self.f64()?);
        if !regressor.set_regularisation(gravity, contraction) {
            return Err(damaged("its l1 or l2 state cannot be"));
        }
        for norm in &mut regressor.norms {
            *norm = self.norm()?;
        }
        for _ in 0..self.u32()? {
            let index = self.u32()? as usize;
            let weight = Weight::held(self.f32()?, self.f32()?, self.f32()?);
            regressor.weights.put(index, weight).ok_or_else(|| damaged("it has a weight outside its table"))?;
        }
        Ok(())
    }

    fn bettor(&mut self, bettor: &mut CoinBettor) -> Result<(), ModelFileError> {
        bettor.labels = self.labels()?;
        bettor.norm = self.norm()?;
        for _ in 0..self.u32()? {
            let index = self.u32()? as usize;
            let numbers = [self.f32()?, self.f32()?, self.f32()?, self.f32()?, self.f32()?, self.f32()?];
            let place = bettor.bets.get_mut(index).ok_or_else(|| damaged("it has a weight outside its table"))?;
            *place = Bet::held(numbers);
        }
        Ok(())
    }

    fn mixture(&mut self, auto: &AutoSettings) -> Result<Mixture, ModelFileError> {
        let length = usize::try_from(self.u32()?).map_err(|_| damaged("it ends too early"))?;
        let mut mixture: Mixture =
            postcard::from_bytes(self.bytes(length)?).map_err(|_| damaged("its mixture cannot be read"))?;
        mixture.restore(auto).map_err(|part| damaged(&format!("the {part} of its mixture cannot be")))?;
        Ok(mixture)
    }

    fn marginals(&mut self, marginals: &mut Marginals) -> Result<(), ModelFileError> {
        for _ in 0..self.u32()? {
            let key = self.u32()?;
            marginals.means.insert(key, (self.f64()?, self.f64()?));
        }
        Ok(())
    }
}

pub(super) fn damaged(why: &str) -> ModelFileError {
    ModelFileError::Damaged(why.to_owned())
}
