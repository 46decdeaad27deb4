//! Where the callers of a loop live.

use serde::{Deserialize, Serialize};

/// Where the callers of a loop live. It changes nothing of how the loop decides; it says to people what they look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Environment {
    /// People who are meant to meet it do.
    #[default]
    Production,
    /// The last look before they do.
    Staging,
    /// Whatever is tried out.
    Development,
}

impl Environment {
    /// The one that is meant when nothing is said comes first.
    pub const ALL: [Self; 3] = [Self::Production, Self::Staging, Self::Development];

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }

    /// The word that is shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Production => "Production",
            Self::Staging => "Staging",
            Self::Development => "Development",
        }
    }

    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_environment_is_found_again_by_its_word() {
        for environment in Environment::ALL {
            assert_eq!(Environment::parse(environment.as_str()), Some(environment));
            let sent = serde_json::to_string(&environment).expect("a word");
            assert_eq!(sent, format!("\"{}\"", environment.as_str()));
        }
        assert_eq!(Environment::parse("Production"), None);
    }
}
