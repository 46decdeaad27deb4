//! The letters of the moments that are marked.

use crate::reports::ChartMark;

/// As many as there are letters; of more, the newest are told.
const N_LETTERS: usize = 26;

/// Gives the newest of these moments their letters, oldest first.
pub fn letters(mut marks: Vec<ChartMark>) -> Vec<ChartMark> {
    let n_left_out = marks.len().saturating_sub(N_LETTERS);
    marks.drain(..n_left_out);
    for (mark, letter) in marks.iter_mut().zip('A'..='Z') {
        mark.letter = letter.to_string();
    }
    marks
}
