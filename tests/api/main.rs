//! The HTTP side, through the router and without a socket.

mod actions;
mod annotations;
mod app;
mod bad_input;
mod consequence;
mod evaluations;
mod events;
mod explain;
mod features;
mod learning;
mod manage;
mod models;
mod openapi;
mod pause;
mod people;
mod played_issuer;
mod ramp;
mod shared_reports;
mod tokens;
