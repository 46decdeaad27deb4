//! The actions of one event as tokens.

/// Actions one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Offered {
    /// The token of each action's id, or `UNKNOWN`.
    ids: Vec<u32>,
    /// (token, value) of what is known of each, its id among them.
    tokens: Vec<(u32, f32)>,
    /// Where each ends in `tokens`.
    ends: Vec<u32>,
}

impl Offered {
    pub fn clear(&mut self) {
        self.ids.clear();
        self.tokens.clear();
        self.ends.clear();
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Adds a token to the action that is not ended yet.
    pub fn push_token(&mut self, token: (u32, f32)) {
        self.tokens.push(token);
    }

    /// Ends an action.
    pub fn end(&mut self, id: u32) {
        self.ids.push(id);
        self.ends.push(self.tokens.len() as u32);
    }

    pub fn id(&self, at: usize) -> u32 {
        self.ids[at]
    }

    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Those of all actions.
    pub fn all_tokens(&self) -> &[(u32, f32)] {
        &self.tokens
    }

    #[inline]
    pub fn tokens(&self, at: usize) -> &[(u32, f32)] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.tokens[start..self.ends[at] as usize]
    }
}
