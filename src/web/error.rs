//! Why a page or a form did not get what it asked for, as the browser is told.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// What every server function answers when it does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum PageError {
    #[error("You are not signed in.")]
    NotSignedIn,
    #[error("Your role does not allow this. Ask an admin or an owner of this server.")]
    NotAllowed,
    /// What there is none of, such as "loop".
    #[error("There is no such {0}.")]
    NotFound(String),
    /// What a person typed was refused; `field` is the name of the input it belongs to, if it belongs to one.
    #[error("{message}")]
    Rejected { field: Option<String>, message: String },
    /// The server could not. The cause is in its log, under this id.
    #[error("The server could not {attempt}.")]
    Failed { attempt: String, request_id: String },
    /// No answer came: the network, or a server that is restarting.
    #[error("The server did not answer.")]
    Unreachable,
}

impl PageError {
    /// A refusal that belongs to one input.
    pub fn at(field: &str, message: impl ToString) -> Self {
        Self::Rejected { field: Some(field.to_owned()), message: message.to_string() }
    }

    /// A refusal that belongs to the form as a whole.
    pub fn rejected(message: impl ToString) -> Self {
        Self::Rejected { field: None, message: message.to_string() }
    }

    /// What to say at the input `name`.
    pub fn at_field(&self, name: &str) -> Option<String> {
        match self {
            Self::Rejected { field: Some(field), message } if field == name => Some(message.clone()),
            _ => None,
        }
    }

    /// What to say above the form: everything that no input shows.
    pub fn for_form(&self) -> Option<String> {
        match self {
            Self::Rejected { field: Some(_), .. } => None,
            Self::Failed { request_id, .. } => Some(format!("{self} Request id: {request_id}")),
            other => Some(other.to_string()),
        }
    }
}

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => Self::rejected(message),
            other => Self::Failed { attempt: format!("understand the call ({other})"), request_id: String::new() },
        }
    }
}
