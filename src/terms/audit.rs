//! Who changes something, through which door, and what the audit history calls it.

use serde::{Deserialize, Serialize};

/// Makes an enum of words: each variant has the one that is stored and on the wire, and the one that people read.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal, $said:literal;)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$meaning])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that is stored and on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What people read.
            pub fn said(self) -> &'static str {
                match self { $(Self::$variant => $said,)* }
            }

            /// Reads the stored word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }
    };
}

words! {
    /// Through what somebody came.
    Door {
        /// A person at the dashboard.
        Page = "dashboard", "dashboard";
        /// A program with a management token.
        Api = "api", "management API";
        /// An application with a key of the loop, by the old service's own operations.
        Key = "key", "loop key";
        /// Whoever may run the program on the server's machine.
        CommandLine = "commandLine", "command line";
        /// The server by itself.
        Server = "server", "server";
    }
}

words! {
    /// What happened. The history keeps nothing that no person or program did, except what the server changes by itself.
    AuditKind {
        SignedIn = "signedIn", "Signed in";
        SignInFailed = "signInFailed", "Failed to sign in";
        SignedOut = "signedOut", "Signed out";
        PersonInvited = "personInvited", "Invited somebody";
        InvitationWithdrawn = "invitationWithdrawn", "Withdrew an invitation";
        PersonJoined = "personJoined", "Became a person here";
        RoleChanged = "roleChanged", "Changed a role";
        PersonRemoved = "personRemoved", "Removed a person";
        SessionsEnded = "sessionsEnded", "Ended sessions";
        PasswordReset = "passwordReset", "Reset a password";
        TokenMade = "tokenMade", "Made a management token";
        LoopMade = "loopMade", "Made a loop";
        LoopRenamed = "loopRenamed", "Changed a loop’s name or environment";
        LoopDeleted = "loopDeleted", "Deleted a loop";
        /// Its new value was shown to whoever did it, once. No other door shows a key.
        KeyReplaced = "keyReplaced", "Replaced a key";
        SettingsApplied = "settingsApplied", "Changed settings";
        SettingsRolledBack = "settingsRolledBack", "Rolled settings back";
        ActionSaved = "actionSaved", "Saved an action";
        ActionDeleted = "actionDeleted", "Deleted an action";
        ModelReset = "modelReset", "Reset a model";
        ModelImported = "modelImported", "Imported a model";
        ModelExported = "modelExported", "Exported a model";
        ModelKept = "modelKept", "Kept a model";
        ModelRestored = "modelRestored", "Went back to a kept model";
        ModelForgotten = "modelForgotten", "Removed a kept model";
        EvaluationStarted = "evaluationStarted", "Started an evaluation";
        EvaluationDeleted = "evaluationDeleted", "Deleted an evaluation";
        ReportShared = "reportShared", "Shared a report";
        SharingStopped = "sharingStopped", "Took back a link to a report";
        EvaluationApplied = "evaluationApplied", "Applied an evaluated policy";
        NoteAdded = "noteAdded", "Added a note";
        LogsDeleted = "logsDeleted", "Deleted a loop’s events";
        BackupMade = "backupMade", "Made a backup";
    }
}

/// Who changes something, and through which door they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Of a person, that of the person; a word for everybody else.
    pub id: String,
    /// Shown, and written into the history of changes.
    pub name: String,
    pub door: Door,
}

impl Author {
    /// Whoever may run the program on the server's machine.
    pub fn command_line() -> Self {
        Self { id: "commandLine".to_owned(), name: "operator".to_owned(), door: Door::CommandLine }
    }

    /// An application that holds a key of a loop. `name` is what the loop's own history calls it.
    pub fn key(name: &str) -> Self {
        Self { id: "key".to_owned(), name: name.to_owned(), door: Door::Key }
    }

    /// The server by itself, such as its automatic optimisation.
    pub fn server(name: &str) -> Self {
        Self { id: "server".to_owned(), name: name.to_owned(), door: Door::Server }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again_and_no_two_words_are_the_same() {
        let mut words: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        for kind in AuditKind::ALL {
            assert_eq!(AuditKind::parse(kind.as_str()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.as_str());
        }
        for door in Door::ALL {
            assert_eq!(Door::parse(door.as_str()), Some(*door));
        }
        let n_words = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), n_words);
    }
}
