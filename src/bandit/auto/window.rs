//! The learned events that are kept: the network learns them again, and trees are grown over them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    offered::Offered,
    tokens::{ByHash, UNKNOWN},
};

/// One learned event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// (token, value) in order of tokens.
    pub context: Vec<(u32, f32)>,
    /// The offered actions, by number of their profile.
    pub offered: Vec<u32>,
    /// Which of them was chosen.
    pub chosen: u32,
    /// As it was paid.
    pub reward: f32,
}

impl Row {
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + 8 * self.context.len() + 4 * self.offered.len()
    }
}

/// An action as it was offered: its tokens with their values. Actions offered alike share one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Profile {
    /// The token of its id, or [`UNKNOWN`].
    pub id: u32,
    pub tokens: Vec<(u32, f32)>,
    hash: u64,
    /// Times that rows offer it; with none its place is free.
    n_used: u32,
}

impl Profile {
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + 8 * self.tokens.len()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Window {
    rows: VecDeque<Row>,
    profiles: Vec<Profile>,
    #[serde(skip)]
    by_hash: ByHash<u64>,
    free: Vec<u32>,
    most_rows: usize,
    most_bytes: usize,
    n_bytes: usize,
}

impl Window {
    pub fn new(most_rows: usize, most_bytes: usize) -> Self {
        Self {
            rows: VecDeque::new(),
            profiles: Vec::new(),
            by_hash: ByHash::default(),
            free: Vec::new(),
            most_rows,
            most_bytes,
            n_bytes: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    pub fn row(&self, at: usize) -> &Row {
        &self.rows[at]
    }

    /// The newest `n` rows, oldest first.
    pub fn newest(&self, n: usize) -> impl Iterator<Item = &Row> {
        self.rows.range(self.rows.len().saturating_sub(n)..)
    }

    pub fn profile(&self, number: u32) -> &Profile {
        &self.profiles[number as usize]
    }

    /// The token of the id of the action that a row chose.
    pub fn chosen_id(&self, row: &Row) -> u32 {
        self.profile(row.offered[row.chosen as usize]).id
    }

    /// Adds a row. The oldest make place.
    pub fn push(&mut self, context: &[(u32, f32)], actions: &Offered, chosen: usize, reward: f32) {
        let mut row = if self.rows.len() >= self.most_rows { self.take_oldest() } else { Row::default() };
        row.context.clear();
        row.context.extend_from_slice(context);
        row.offered.clear();
        for at in 0..actions.len() {
            row.offered.push(self.use_profile(actions.id(at), actions.tokens(at)));
        }
        (row.chosen, row.reward) = (chosen as u32, reward);
        self.n_bytes += row.n_bytes();
        self.rows.push_back(row);
        while self.n_bytes > self.most_bytes && self.rows.len() > 1 {
            self.take_oldest();
        }
    }

    fn take_oldest(&mut self) -> Row {
        let row = self.rows.pop_front().unwrap_or_default();
        self.n_bytes -= row.n_bytes();
        for number in &row.offered {
            let profile = &mut self.profiles[*number as usize];
            profile.n_used -= 1;
            if profile.n_used == 0 {
                self.n_bytes -= profile.n_bytes();
                self.by_hash.remove(&profile.hash);
                profile.tokens.clear();
                self.free.push(*number);
            }
        }
        row
    }

    fn use_profile(&mut self, id: u32, tokens: &[(u32, f32)]) -> u32 {
        let hash = tokens.iter().fold(u64::from(id), |hash, (token, value)| {
            crate::bandit::hash::mix(hash ^ (u64::from(*token) << 32 | u64::from(value.to_bits())))
        });
        let known = self.by_hash.get(&hash).copied();
        let number = match known {
            Some(number) if self.profile(number).id == id && self.profile(number).tokens == tokens => number,
            _ => self.place_profile(id, hash, tokens),
        };
        self.profiles[number as usize].n_used += 1;
        number
    }

    fn place_profile(&mut self, id: u32, hash: u64, tokens: &[(u32, f32)]) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.profiles.push(Profile::default());
            self.profiles.len() as u32 - 1
        });
        let profile = &mut self.profiles[number as usize];
        profile.tokens.extend_from_slice(tokens);
        (profile.id, profile.hash, profile.n_used) = (id, hash, 0);
        self.n_bytes += profile.n_bytes();
        self.by_hash.insert(hash, number);
        number
    }

    /// To be called when read from bytes.
    pub fn restore(&mut self) {
        let used = self.profiles.iter().zip(0..).filter(|(profile, _)| profile.n_used > 0);
        self.by_hash = used.map(|(profile, number)| (profile.hash, number)).collect();
    }

    /// Whether everything in it points to something: so many tokens of contexts and of actions there are.
    pub fn is_sound(&self, n_tokens: usize, n_action_tokens: usize) -> bool {
        let mut n_used = vec![0u32; self.profiles.len()];
        for row in &self.rows {
            if row.offered.len() <= row.chosen as usize || !row.reward.is_finite() {
                return false;
            }
            if !row.context.iter().all(|(token, value)| (*token as usize) < n_tokens && value.is_finite()) {
                return false;
            }
            for number in &row.offered {
                let Some(n_used) = n_used.get_mut(*number as usize) else { return false };
                *n_used += 1;
            }
        }
        let is_known = |token: u32| (token as usize) < n_action_tokens;
        let is_token = |(token, value): &(u32, f32)| is_known(*token) && value.is_finite();
        let is_sound = |(profile, n_used): (&Profile, &u32)| {
            profile.n_used == *n_used
                && (profile.id == UNKNOWN || is_known(profile.id) || *n_used == 0)
                && profile.tokens.iter().all(is_token)
        };
        let free = self.free.iter().map(|number| self.profiles.get(*number as usize));
        let bytes: usize = self.rows.iter().map(Row::n_bytes).sum::<usize>()
            + self.profiles.iter().filter(|profile| profile.n_used > 0).map(Profile::n_bytes).sum::<usize>();
        self.profiles.iter().zip(&n_used).all(is_sound)
            && free.into_iter().all(|profile| profile.is_some_and(|profile| profile.n_used == 0))
            && self.n_bytes == bytes
            && self.most_rows > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(window: &mut Window, action: u32, reward: f32) {
        let mut offered = Offered::default();
        for (id, tokens) in [(action, &[action, 7][..]), (9, &[9])] {
            tokens.iter().for_each(|token| offered.push_token((*token, 1.0)));
            offered.end(id);
        }
        window.push(&[(0, 1.0)], &offered, 1, reward);
    }

    #[test]
    fn rows_and_bytes_are_bounded_and_unused_profiles_give_up_their_place() {
        let mut window = Window::new(3, usize::MAX);
        (0..10).for_each(|n| push(&mut window, n, n as f32));
        assert_eq!((window.len(), window.profiles.len()), (3, 4));
        assert_eq!(window.newest(2).map(|row| row.reward).collect::<Vec<_>>(), [8.0, 9.0]);
        assert_eq!(window.chosen_id(window.row(0)), 9);
        assert!(window.is_sound(1, 10) && !window.is_sound(0, 10) && !window.is_sound(1, 9));
        let mut small = Window::new(1_000, 1_000);
        (0..50).for_each(|n| push(&mut small, n, 0.0));
        assert!(small.n_bytes() <= 1_000 && small.len() > 2 && small.is_sound(1, 60));
    }

    #[test]
    fn a_window_comes_back_from_bytes_and_goes_on() {
        let mut window = Window::new(4, usize::MAX);
        (0..6).for_each(|n| push(&mut window, n % 2, 0.0));
        let bytes = postcard::to_stdvec(&window).expect("plain numbers");
        let mut back: Window = postcard::from_bytes(&bytes).expect("what was written");
        back.restore();
        push(&mut window, 1, 1.0);
        push(&mut back, 1, 1.0);
        assert_eq!((&window.rows, &window.profiles), (&back.rows, &back.profiles));
    }
}
