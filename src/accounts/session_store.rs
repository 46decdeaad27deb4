//! Skeleton.
/// Sessions in our own database.
#[derive(Debug, Clone)]
pub struct Sessions;
