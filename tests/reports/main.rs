//! The drawings, as pages receive them.

mod charts;
mod samples;
