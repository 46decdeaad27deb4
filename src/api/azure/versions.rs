//! What the published versions of the contract differ in (contract sections 1 and 3).

use std::fmt;

/// One version.
#[derive(Debug)]
pub struct Version {
    /// Its name in addresses.
    pub name: &'static str,
    /// What stands before the operation's path.
    pub base_path: &'static str,
    /// Whether the version stands in the query, where every call must name it.
    pub is_in_query: bool,
    /// What the service configuration tells. What a version does not know is ignored when it is sent.
    pub configuration: ConfigurationFields,
    pub operations: Operations,
    pub evaluations: EvaluationDialect,
}

/// Which properties the service configuration has (contract section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigurationFields {
    Stable,
    /// With the learning mode and automatic optimisation.
    Preview,
    /// With `modelRetrainDays` and explanations too.
    Newest,
}

/// Which operations there are beside Rank, Reward and Activate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operations {
    /// Configuration, policy, evaluations, logs and model.
    pub has_management: bool,
    pub has_multi_slot: bool,
    pub has_apply_from_evaluation: bool,
    pub has_binary_logs: bool,
    /// `GET /model?signed=true` and `PUT /model`.
    pub has_signed_models: bool,
    pub has_feature_importances: bool,
}

/// How evaluations are made and told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationDialect {
    /// v1.0
    Stable,
    /// v1.1-preview.*
    Preview,
    /// 2022-09-01-preview
    Newest,
}

const FIRST: Operations = Operations {
    has_management: false,
    has_multi_slot: false,
    has_apply_from_evaluation: false,
    has_binary_logs: false,
    has_signed_models: false,
    has_feature_importances: false,
};
const STABLE: Operations = Operations { has_management: true, ..FIRST };
const PREVIEW_1: Operations = Operations { has_multi_slot: true, has_apply_from_evaluation: true, ..STABLE };
const PREVIEW_2: Operations = Operations { has_binary_logs: true, ..PREVIEW_1 };
const PREVIEW_3: Operations = Operations { has_signed_models: true, ..PREVIEW_2 };
const NEWEST: Operations = Operations { has_feature_importances: true, ..PREVIEW_3 };

const fn in_path(name: &'static str, base_path: &'static str, operations: Operations) -> Version {
    let is_preview = operations.has_multi_slot;
    Version {
        name,
        base_path,
        is_in_query: false,
        configuration: if is_preview { ConfigurationFields::Preview } else { ConfigurationFields::Stable },
        operations,
        evaluations: if is_preview { EvaluationDialect::Preview } else { EvaluationDialect::Stable },
    }
}

/// The versions that are served.
pub static VERSIONS: [Version; 6] = [
    in_path("v1.0-preview", "/personalizer/v1.0-preview", FIRST),
    in_path("v1.0", "/personalizer/v1.0", STABLE),
    in_path("v1.1-preview.1", "/personalizer/v1.1-preview.1", PREVIEW_1),
    in_path("v1.1-preview.2", "/personalizer/v1.1-preview.2", PREVIEW_2),
    in_path("v1.1-preview.3", "/personalizer/v1.1-preview.3", PREVIEW_3),
    Version {
        name: "2022-09-01-preview",
        base_path: "/personalizer",
        is_in_query: true,
        configuration: ConfigurationFields::Newest,
        operations: NEWEST,
        evaluations: EvaluationDialect::Newest,
    },
];

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of operations per version in the contract, section 1.
    #[test]
    fn every_version_has_as_many_operations_as_were_published() {
        let count = |operations: &Operations| {
            let part = |has: bool, n: usize| if has { n } else { 0 };
            3 + part(operations.has_management, 14)
                + part(operations.has_multi_slot, 3)
                + part(operations.has_apply_from_evaluation, 1)
                + part(operations.has_binary_logs, 2)
                + part(operations.has_signed_models, 1)
                + part(operations.has_feature_importances, 4)
        };
        let counts: Vec<usize> = VERSIONS.iter().map(|version| count(&version.operations)).collect();
        assert_eq!(counts, [3, 17, 21, 23, 24, 28]);
    }
}
