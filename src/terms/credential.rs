//! What a call of the data plane proved itself by.

use serde::{Deserialize, Serialize};

/// Which of a loop's two keys, or that it was an issuer's token. Nothing of the key or the token itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credential {
    #[serde(rename = "1")]
    FirstKey,
    #[serde(rename = "2")]
    SecondKey,
    #[serde(rename = "token")]
    Token,
}

impl Credential {
    pub const ALL: [Self; 3] = [Self::FirstKey, Self::SecondKey, Self::Token];

    /// The word in logs, in addresses and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstKey => "1",
            Self::SecondKey => "2",
            Self::Token => "token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_has_the_same_word_as_an_address() {
        for credential in Credential::ALL {
            assert_eq!(serde_json::json!(credential), credential.as_str());
        }
    }
}
