//! How the mixture stands, for people: nobody who ranks or learns asks for it.

use super::Mixture;

impl Mixture {
    /// What of the last few hundred decisions explored, as a share.
    pub fn explored(&self) -> f64 {
        self.explored
    }

    /// Events learned since the present world began, which the last alarm said.
    pub fn n_since_alarm(&self) -> u64 {
        self.n_learned.saturating_sub(self.drift.since)
    }

    /// What an event earned on average.
    pub fn mean_reward(&self) -> f32 {
        self.range.of_unit(self.mean())
    }

    /// Where rewards lie, as far as seen.
    pub fn rewards(&self) -> [f32; 2] {
        [self.range.low, self.range.high]
    }

    /// What each part keeps, in bytes.
    pub fn memory(&self) -> [(&'static str, usize); 5] {
        let means = self.by_action.capacity() * size_of::<(f32, f32)>();
        [
            ("tokens", self.tokens.n_bytes() + self.action_tokens.n_bytes() + means),
            ("network", self.network.n_bytes()),
            ("window", self.window.n_bytes()),
            ("forest", self.forest.n_bytes()),
            ("recent", self.recent.n_bytes()),
        ]
    }

    /// The actions that were ever chosen: hash of the id, events, mean reward.
    pub fn known_actions(&self) -> impl Iterator<Item = (u32, u64, f32)> {
        let of_ids = (0..).zip(&self.by_action).filter(|(_, (n, _))| *n > 0.0);
        of_ids.filter_map(|(number, (n, sum))| {
            Some((self.action_tokens.key(number)?, *n as u64, self.range.of_unit(sum / n)))
        })
    }

    /// The features of contexts: hash, events.
    pub fn known_features(&self) -> impl Iterator<Item = (u32, u64)> {
        let numbers = 0..self.tokens.len() as u32;
        numbers.filter_map(|number| Some((self.tokens.key(number)?, self.tokens.n_seen(number))))
    }
}
