//! Charts on pages: the server's picture, and what hydration lays over it without drawing anything anew.
//!
//! Not generic, and most of its views are erased: every chart of every page is one code in the browser's bundle.

mod card;
mod changes;
mod cursor;
mod overlay;
mod png;
mod range;

pub use card::ChartCard;
pub use changes::ChangeList;
pub use cursor::{ChartCursor, provide_cursor};
pub use range::{RangeControl, SmoothingControl, range_query};
