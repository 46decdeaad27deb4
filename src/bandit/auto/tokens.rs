//! Names of features as small numbers, with what is known of their values.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use serde::{Deserialize, Serialize};

use crate::bandit::features::Kind;

/// The number of what is not known.
pub(super) const UNKNOWN: u32 = u32::MAX;
/// Largest standardised value: an outlier must not drown the rest.
const MAX_DEVIATION: f32 = 4.0;
/// Learned events that a token may stay away before its place can be taken. Nothing that old is in the window or in a
/// tree any more.
const PATIENCE: u64 = 20_000;
/// The same for features of contexts seen only once or twice: that an old event has another one's name then matters less
/// than that ids of visitors, which nobody should send, crowd out the rest. Actions are kept apart for as long as any
/// event with them is.
const PATIENCE_WITH_THE_RARE: u64 = 2_000;
/// Places looked at for one newcomer.
const N_LOOKS: usize = 8;

/// Keys are hashes already; one multiplication spreads them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(*byte)));
    }

    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Never iterated, so its order cannot matter.
pub(super) type ByHash<K> = HashMap<K, u32, BuildHasherDefault<Spread>>;

/// What is known of one token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Token {
    key: u32,
    is_number: bool,
    n_seen: u64,
    /// Learned events when it came first and last.
    first: u64,
    last: u64,
    /// Of its values: mean, sum of squared deviations from it (Welford, 1962), sum of squares, largest magnitude.
    mean: f64,
    spread: f64,
    squares: f64,
    largest: f32,
}

/// The tokens of contexts, or those of actions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    #[serde(skip)]
    index: ByHash<u32>,
    all: Vec<Token>,
    most: usize,
    patience_with_the_rare: u64,
    /// Where to look next for a place to take.
    hand: usize,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Known(u32),
    /// It has a place of its own now; what was there before is forgotten.
    New(u32),
    /// There is no place.
    Nowhere,
}

impl Tokens {
    pub fn of_contexts(most: usize) -> Self {
        Self::new(most, PATIENCE_WITH_THE_RARE)
    }

    pub fn of_actions(most: usize) -> Self {
        Self::new(most, PATIENCE)
    }

    fn new(most: usize, patience_with_the_rare: u64) -> Self {
        Self { index: ByHash::default(), all: Vec::new(), most: most.max(1), patience_with_the_rare, hand: 0 }
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The number of a key, or [`UNKNOWN`].
    pub fn find(&self, key: u32) -> u32 {
        self.index.get(&key).copied().unwrap_or(UNKNOWN)
    }

    /// The hash that a number stands for.
    pub fn key(&self, number: u32) -> Option<u32> {
        self.all.get(number as usize).map(|token| token.key)
    }

    /// How often a number was met.
    pub fn n_seen(&self, number: u32) -> u64 {
        self.all.get(number as usize).map_or(0, |token| token.n_seen)
    }

    /// What is kept of tokens, in bytes: an entry of the index is a key, a number and a mark.
    pub fn n_bytes(&self) -> usize {
        self.all.capacity() * size_of::<Token>() + self.index.capacity() * (2 * size_of::<u32>() + 1)
    }

    /// Meets a key in the event before which `now` were learned, and takes in its value.
    pub fn meet(&mut self, key: u32, kind: Kind, value: f32, now: u64) -> Met {
        let known = self.find(key);
        let met = if known == UNKNOWN { self.place(key, kind, now) } else { Met::Known(known) };
        if let Met::Known(number) | Met::New(number) = met {
            let token = &mut self.all[number as usize];
            // Nothing keeps a caller from sending `true` at first and a number later.
            token.is_number |= kind != Kind::Word;
            token.note(value, now);
        }
        met
    }

    fn place(&mut self, key: u32, kind: Kind, now: u64) -> Met {
        let token = Token {
            key,
            is_number: kind != Kind::Word,
            n_seen: 0,
            first: now,
            last: now,
            mean: 0.0,
            spread: 0.0,
            squares: 0.0,
            largest: 0.0,
        };
        let number = if self.all.len() < self.most {
            self.all.push(token);
            self.all.len() - 1
        } else {
            let Some(number) = self.stale(now) else { return Met::Nowhere };
            self.index.remove(&self.all[number].key);
            self.all[number] = token;
            number
        };
        self.index.insert(key, number as u32);
        Met::New(number as u32)
    }

    /// The number of a token that has not come for long.
    fn stale(&mut self, now: u64) -> Option<usize> {
        for _ in 0..N_LOOKS {
            self.hand = (self.hand + 1) % self.all.len();
            let token = &self.all[self.hand];
            let patience = if token.n_seen > 2 { PATIENCE } else { self.patience_with_the_rare };
            if token.last.saturating_add(patience) < now {
                return Some(self.hand);
            }
        }
        None
    }

    /// The value of a context's token as the network takes it. Words are as they are. A number that most events have
    /// is standardised; one that most events lack, as counts of words are, is measured by its usual size, so that to
    /// be there says something.
    pub fn standardised(&self, number: u32, value: f32, now: u64) -> f32 {
        let Some(token) = self.all.get(number as usize) else { return 0.0 };
        if !token.is_number {
            return value.clamp(-1.0, 1.0);
        }
        let n = token.n_seen.max(1) as f64;
        let is_usual = token.n_seen.saturating_mul(2) > now.saturating_sub(token.first);
        let (middle, square) = if is_usual { (token.mean, token.spread / n) } else { (0.0, token.squares / n) };
        // Rounding leaves a constant with a spread that is nearly nothing.
        if square <= 1e-12 * token.mean * token.mean || square <= 0.0 {
            return 0.0;
        }
        let deviation = (f64::from(value) - middle) / square.sqrt();
        (deviation as f32).clamp(-MAX_DEVIATION, MAX_DEVIATION)
    }

    /// The value of an action's token, at most 1 in size.
    pub fn scaled(&self, number: u32, value: f32) -> f32 {
        match self.all.get(number as usize) {
            Some(token) if token.is_number && token.largest > 0.0 => (value / token.largest).clamp(-1.0, 1.0),
            Some(_) => value.clamp(-1.0, 1.0),
            None => 0.0,
        }
    }

    /// To be called when read from bytes.
    pub fn restore(&mut self) {
        let keys = self.all.iter().map(|token| token.key);
        self.index = keys.zip(0..).collect();
    }

    pub fn is_sound(&self) -> bool {
        let is_finite = |token: &Token| {
            [token.mean, token.spread, token.squares].iter().all(|number| number.is_finite())
                && token.largest.is_finite()
        };
        self.all.len() <= self.most && self.hand <= self.most && self.all.iter().all(is_finite)
    }
}

impl Token {
    fn note(&mut self, value: f32, now: u64) {
        self.n_seen = self.n_seen.saturating_add(1);
        self.last = now;
        self.largest = self.largest.max(value.abs());
        let value = f64::from(value);
        let deviation = value - self.mean;
        self.mean += deviation / self.n_seen as f64;
        self.spread += deviation * (value - self.mean);
        self.squares += value * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_numbers_are_standardised_and_words_stay_what_they_are() {
        let mut tokens = Tokens::of_contexts(10);
        for (now, value) in (0..).zip([1.0, 3.0, 1.0, 3.0]) {
            tokens.meet(7, Kind::Number, value, now);
            tokens.meet(8, Kind::Word, 1.0, now);
        }
        assert!((tokens.standardised(tokens.find(7), 3.0, 4) - 1.0).abs() < 1e-6);
        assert_eq!(tokens.standardised(tokens.find(7), 1e9, 4), MAX_DEVIATION);
        assert_eq!(tokens.standardised(tokens.find(8), 1.0, 4), 1.0);
        assert_eq!(tokens.find(9), UNKNOWN);
    }

    #[test]
    fn a_number_that_is_seldom_there_says_something_by_being_there() {
        let mut tokens = Tokens::of_contexts(10);
        tokens.meet(7, Kind::Number, 1.0, 0);
        tokens.meet(7, Kind::Number, 1.0, 50);
        assert!((tokens.standardised(tokens.find(7), 1.0, 100) - 1.0).abs() < 1e-6);
        // Always there and always the same, it says nothing.
        assert_eq!(tokens.standardised(tokens.find(7), 1.0, 2), 0.0);
    }

    #[test]
    fn only_what_stayed_away_for_long_gives_up_its_place() {
        let mut tokens = Tokens::of_contexts(2);
        (0..3).for_each(|now| assert_ne!(tokens.meet(1, Kind::Word, 1.0, now), Met::Nowhere));
        (0..3).for_each(|now| assert_ne!(tokens.meet(2, Kind::Word, 1.0, now), Met::Nowhere));
        assert_eq!(tokens.meet(3, Kind::Word, 1.0, 10_000), Met::Nowhere);
        tokens.meet(2, Kind::Word, 1.0, 19_000);
        assert_eq!(tokens.meet(3, Kind::Word, 1.0, 21_000), Met::New(0));
        assert_eq!((tokens.find(1), tokens.find(3)), (UNKNOWN, 0));
    }

    #[test]
    fn a_rare_word_gives_way_sooner_than_an_action_whose_events_are_still_kept() {
        for (mut tokens, met) in [(Tokens::of_contexts(1), Met::New(0)), (Tokens::of_actions(1), Met::Nowhere)] {
            tokens.meet(1, Kind::Word, 1.0, 0);
            assert_eq!(tokens.meet(2, Kind::Word, 1.0, 3_000), met);
        }
    }
}
