//! Learned events side by side, as a tree is grown over them.

/// So many tokens are laid out in columns; more are looked up row by row.
const MOST_COLUMNS: usize = 160;
/// Beyond so many holders of a token for each row that is asked about, the rows are looked through instead.
const N_HOLDERS_PER_ROW: usize = 3;

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
    /// Where there are: token after token, the rows that have it, with their values; and where each token's begin.
    holders: Vec<(u32, f32)>,
    begins: Vec<u32>,
}

impl<'a> Values<'a> {
    pub fn new(sample: &'a Sample) -> Self {
        let n_tokens = sample.tokens.iter().map(|(token, _)| *token as usize + 1).max().unwrap_or(0);
        let mut values = Self { sample, columns: Vec::new(), holders: Vec::new(), begins: Vec::new() };
        if n_tokens > MOST_COLUMNS {
            values.list_holders(n_tokens);
        } else {
            let n = sample.len();
            values.columns.resize(n_tokens * n, 0.0);
            for row in 0..n {
                for (token, value) in sample.tokens(row as u32) {
                    values.columns[*token as usize * n + row] = *value;
                }
            }
        }
        values
    }

    fn list_holders(&mut self, n_tokens: usize) {
        let Self { sample, holders, begins, .. } = self;
        begins.resize(n_tokens + 1, 0);
        sample.tokens.iter().for_each(|(token, _)| begins[*token as usize + 1] += 1);
        (0..n_tokens).for_each(|token| begins[token + 1] += begins[token]);
        holders.resize(sample.tokens.len(), (0, 0.0));
        let mut next = begins.clone();
        for row in 0..sample.len() as u32 {
            for (token, value) in sample.tokens(row) {
                let next = &mut next[*token as usize];
                holders[*next as usize] = (row, *value);
                *next += 1;
            }
        }
    }

    /// The value of a token in a row, 0 where it has none. Some row has it.
    #[inline]
    pub fn of(&self, row: u32, token: u32) -> f32 {
        if !self.columns.is_empty() {
            return self.columns[token as usize * self.sample.len() + row as usize];
        }
        let tokens = self.sample.tokens(row);
        tokens.binary_search_by_key(&token, |(number, _)| *number).map_or(0.0, |at| tokens[at].1)
    }

    /// The values of a token in some rows, one after the other. `place_of` says of each row of the sample which of these it
    /// is, `u32::MAX` of none.
    pub fn column(&self, rows: &[u32], token: u32, place_of: &[u32], column: &mut Vec<f32>) {
        column.clear();
        let bounds = self.begins.get(token as usize..token as usize + 2);
        match bounds.map(|bounds| &self.holders[bounds[0] as usize..bounds[1] as usize]) {
            Some(all) if all.len() == self.sample.len() => {
                column.extend(rows.iter().map(|row| all[*row as usize].1));
            }
            Some(few) if few.len() <= N_HOLDERS_PER_ROW * rows.len() => {
                column.resize(rows.len(), 0.0);
                for (row, value) in few {
                    if let Some(value_here) = column.get_mut(place_of[*row as usize] as usize) {
                        *value_here = *value;
                    }
                }
            }
            _ => column.extend(rows.iter().map(|row| self.of(*row, token))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_column_is_the_same_however_it_is_found(
            events in prop::collection::vec(prop::collection::btree_map(0_u32..300, -1.0_f32..1.0, 0..20), 1..80),
            chosen in prop::collection::btree_set(0_usize..80, 1..80), any_token: prop::sample::Index, is_wide: bool,
        ) {
            let (mut sample, mut local_of) = (Sample::default(), Vec::new());
            for event in &events {
                // One token that all rows have; few tokens in all, or many.
                let others = event.iter().filter(|(token, _)| is_wide || **token < 100);
                let tokens: Vec<_> = [(0, 2.5)].into_iter().chain(others.map(|(token, value)| (token + 1, *value))).collect();
                sample.push(&tokens, 0, 0.0, &mut local_of);
            }
            let values = Values::new(&sample);
            let rows: Vec<u32> = (0..events.len()).filter(|row| chosen.contains(row)).map(|row| row as u32).rev().collect();
            let mut place_of = vec![u32::MAX; events.len()];
            (0..).zip(&rows).for_each(|(at, row)| place_of[*row as usize] = at);
            let (mut column, any_token) = (Vec::new(), sample.tokens[any_token.index(sample.tokens.len())].0);
            for token in [0, any_token] {
                values.column(&rows, token, &place_of, &mut column);
                let plainly: Vec<f32> = rows.iter().map(|row| {
                    sample.tokens(*row).iter().find(|(own, _)| *own == token).map_or(0.0, |(_, value)| *value)
                }).collect();
                prop_assert_eq!(&column, &plainly);
            }
        }
    }
}
