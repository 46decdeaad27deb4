//! Skeleton.
/// A distribution over the actions of one request, in request order. Sums to one; excluded actions are exactly 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Pmf(Vec<f32>);

impl Pmf {
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }
    pub fn into_vec(self) -> Vec<f32> {
        self.0
    }
    /// Draws one action.
    pub fn draw(&self, _seed: u64) -> usize {
        todo!("bandit")
    }
}
