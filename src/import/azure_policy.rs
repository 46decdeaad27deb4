//! Learning settings as the service gave them out: `{"name": …, "arguments": …}`, or the arguments alone.

use serde::Deserialize;

use crate::bandit::{LearningSettings, LearningSettingsError};

/// Why a file of learning settings is none.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum PolicyFileError {
    #[error("it is not text")]
    NotText,
    #[error("it is empty")]
    Empty,
    #[error("it is JSON without a text under \"arguments\"")]
    NoArguments,
    #[error("its arguments cannot be used")]
    Arguments(#[from] LearningSettingsError),
}

#[derive(Deserialize)]
struct Exported {
    arguments: String,
}

/// The arguments of a file of learning settings, checked.
pub fn read_policy(bytes: &[u8]) -> Result<String, PolicyFileError> {
    let text = std::str::from_utf8(bytes).map_err(|_| PolicyFileError::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let arguments = match text {
        "" => return Err(PolicyFileError::Empty),
        _ if text.starts_with('{') => {
            serde_json::from_str::<Exported>(text).map_err(|_| PolicyFileError::NoArguments)?.arguments
        }
        _ => text.to_owned(),
    };
    LearningSettings::parse(Some(&arguments))?;
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exported_json_and_the_bare_arguments_are_the_same() {
        let arguments = LearningSettings::COMPATIBLE_DEFAULT;
        let exported = format!("\u{feff}{{\"name\": \"mine\", \"arguments\": \"{arguments}\"}}\n");
        assert_eq!(read_policy(exported.as_bytes()).as_deref(), Ok(arguments));
        assert_eq!(read_policy(arguments.as_bytes()).as_deref(), Ok(arguments));
    }

    #[test]
    fn what_is_no_policy_is_refused_with_the_reason() {
        assert_eq!(read_policy(b" \n"), Err(PolicyFileError::Empty));
        assert_eq!(read_policy(b"{\"name\": \"x\"}"), Err(PolicyFileError::NoArguments));
        assert_eq!(read_policy(&[0xff, 0xfe]), Err(PolicyFileError::NotText));
        assert!(matches!(read_policy(b"--cb_explore_adf --cats 4"), Err(PolicyFileError::Arguments(_))));
    }
}
