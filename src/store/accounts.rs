//! Skeleton: rows of people, tokens, links and sessions. Statements by the accounts helper.
use crate::terms::Role;

#[derive(Debug, Clone, PartialEq)]
pub struct AdminRow {
    pub id: String,
    /// What the person signs in with; unique without regard to case.
    pub name: String,
    pub password_hash: String,
    pub role: Role,
    pub created_at_us: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ManagementTokenRow {
    pub hash: [u8; 32],
    pub name: String,
    pub role: Role,
    pub created_at_us: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SignInLinkRow {
    pub hash: [u8; 32],
    pub role: Role,
    pub expires_at_us: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    pub id: String,
    pub data: Vec<u8>,
    pub expires_at_us: i64,
}
