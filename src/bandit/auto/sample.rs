//! Learned events side by side, as a tree is grown over them.

/// So many tokens are laid out in columns; more are looked up row by row.
const MOST_COLUMNS: usize = 160;

/// Rows of tokens, chosen actions and rewards.
#[derive(Debug, Default)]
pub(super) struct Sample {
    ends: Vec<u32>,
    /// Of each row, in order of their numbers.
    tokens: Vec<(u32, f32)>,
    /// The action, numbered anew from 0, and its reward.
    outcomes: Vec<(u32, f32)>,
    actions: Vec<u16>,
}

impl Sample {
    /// With place for so many rows and tokens.
    pub fn with_capacity(n_rows: usize, n_tokens: usize) -> Self {
        Self {
            ends: Vec::with_capacity(n_rows),
            tokens: Vec::with_capacity(n_tokens),
            outcomes: Vec::with_capacity(n_rows),
            actions: Vec::new(),
        }
    }

    /// Adds a row. `local_of` says how actions are numbered so far; [`u32::MAX`] where one is not yet.
    pub fn push(&mut self, tokens: &[(u32, f32)], action: u16, reward: f32, local_of: &mut Vec<u32>) {
        if local_of.len() <= usize::from(action) {
            local_of.resize(usize::from(action) + 1, u32::MAX);
        }
        let local = &mut local_of[usize::from(action)];
        if *local == u32::MAX {
            *local = self.actions.len() as u32;
            self.actions.push(action);
        }
        self.tokens.extend_from_slice(tokens);
        self.ends.push(self.tokens.len() as u32);
        self.outcomes.push((*local, reward));
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The actions in the order of their local numbers.
    pub fn actions(&self) -> &[u16] {
        &self.actions
    }

    #[inline]
    pub fn outcome(&self, row: u32) -> (u32, f32) {
        self.outcomes[row as usize]
    }

    #[inline]
    pub fn tokens(&self, row: u32) -> &[(u32, f32)] {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.tokens[start..self.ends[row] as usize]
    }
}

/// The values of a sample, quick to look up.
#[derive(Debug)]
pub(super) struct Values<'a> {
    sample: &'a Sample,
    /// Column after column, empty where there are too many.
    columns: Vec<f32>,
}

impl<'a> Values<'a> {
    pub fn new(sample: &'a Sample) -> Self {
        let n_tokens = sample.tokens.iter().map(|(token, _)| *token as usize + 1).max().unwrap_or(0);
        let n = sample.len();
        if n_tokens > MOST_COLUMNS {
            return Self { sample, columns: Vec::new() };
        }
        let mut columns = vec![0.0; n_tokens * n];
        for row in 0..n {
            for (token, value) in sample.tokens(row as u32) {
                columns[*token as usize * n + row] = *value;
            }
        }
        Self { sample, columns }
    }

    /// The value of a token in a row, 0 where it has none.
    #[inline]
    pub fn of(&self, row: u32, token: u32) -> f32 {
        if !self.columns.is_empty() {
            return self.columns[token as usize * self.sample.len() + row as usize];
        }
        let tokens = self.sample.tokens(row);
        tokens.binary_search_by_key(&token, |(number, _)| *number).map_or(0.0, |at| tokens[at].1)
    }
}
