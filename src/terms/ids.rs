//! Names of loops, events, actions and slots. A value of these types has been checked once, when it was made.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize, Serializer};

/// The longest id that the contract allows, in characters (contract section 2).
pub const MAX_ID_CHARS: usize = 256;

/// Why a text cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("an id must not be empty")]
    Empty,
    #[error("an id must not be longer than {MAX_ID_CHARS} characters")]
    TooLong,
    #[error("an id must not contain control characters")]
    Control,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    // Counting characters walks the text; the byte length settles nearly every case before that.
    if text.len() > MAX_ID_CHARS && text.chars().count() > MAX_ID_CHARS {
        return Err(IdError::TooLong);
    }
    // PostgreSQL cannot store U+0000 in a text, and no client has a use for the others.
    if text.chars().any(char::is_control) {
        return Err(IdError::Control);
    }
    Ok(())
}

/// Whether two names are the same. For where one is compared with many: names of one kind are mostly of one length and
/// begin alike, and most are told apart by how they end.
#[inline]
pub fn is_same_text(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.as_bytes().last() == other.as_bytes().last() && one == other
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        // Shared: an id goes from the request into the answer, the log, the model and the counters.
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text).map(|()| Self(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Which loop. Made by the server: 16 lower-case letters and digits.
    LoopId
}
id! {
    /// Which event: one Rank and all that later joins it. Chosen by the caller or made by the server.
    EventId
}
id! {
    /// Which action, within a loop; chosen by the caller.
    ActionId
}
id! {
    /// Which place of a multi-slot Rank; chosen by the caller.
    SlotId
}
id! {
    /// Which evaluation or feature importance, within a loop; chosen by the caller or made by the server.
    JobId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_1_to_256_characters_whatever_their_bytes() {
        assert_eq!("".parse::<EventId>(), Err(IdError::Empty));
        assert!("é".repeat(256).parse::<EventId>().is_ok());
        assert_eq!("é".repeat(257).parse::<EventId>(), Err(IdError::TooLong));
        assert_eq!("a\0b".parse::<ActionId>(), Err(IdError::Control));
    }

    #[test]
    fn an_id_is_a_plain_text_on_the_wire_and_is_checked_there() {
        let id: EventId = serde_json::from_str("\"e 1/2?é\"").expect("a good id");
        assert_eq!(serde_json::to_string(&id).expect("a text"), "\"e 1/2?é\"");
        assert!(serde_json::from_str::<EventId>("\"\"").is_err());
    }
}
