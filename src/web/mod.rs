//! Pages. Skeleton.
pub mod app;
