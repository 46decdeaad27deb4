//! What the published versions of the contract differ in (contract section 1).

/// One version.
#[derive(Debug)]
pub struct Version {
    /// What stands before the operation's path.
    pub base_path: &'static str,
    /// Whether the service configuration has a learning mode; without, one that is sent is ignored as any property
    /// that the version does not know.
    pub has_learning_mode: bool,
}

/// The versions that are served.
pub static VERSIONS: &[Version] = &[Version { base_path: "/personalizer/v1.0", has_learning_mode: false }];
