//! The drawings, as pages receive them.

mod asked;
mod charts;
mod samples;
