//! The drawings, as pages receive them.

mod asked;
mod charts;
mod house;
mod reasons;
mod samples;
mod several_slots;
