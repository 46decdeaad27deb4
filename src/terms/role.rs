//! What a person or a management token may do.

use serde::{Deserialize, Serialize};

/// What a signed-in person or a management token may do. Each role may do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Reads dashboards: what a loop earns, its settings, its actions, its reports. No single events: they hold what
    /// applications send about people.
    Viewer,
    /// Reads everything about loops, events too, downloads it, tries contexts, and runs evaluations.
    Analyst,
    /// Changes how loops decide: makes and names them, their actions, settings, notes and models.
    Editor,
    /// Manages people, keys and tokens, reads the audit history, and deletes.
    Admin,
    /// Also appoints and removes owners: the last word on who has any.
    Owner,
}

impl Role {
    /// From the one that may least to the one that may most.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Analyst, Self::Editor, Self::Admin, Self::Owner];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// What the role may do besides what the ones before it may, in a sentence.
    pub fn may(self) -> &'static str {
        match self {
            Self::Viewer => "Reads dashboards: curves, settings, actions and reports, but no single events.",
            Self::Analyst => "Also reads and downloads events, tries contexts in the playground, and runs evaluations.",
            Self::Editor => "Also makes loops and changes actions, settings, notes and models.",
            Self::Admin => "Also manages people and keys, deletes loops and logs, and reads the audit history.",
            Self::Owner => "Also appoints and removes owners.",
        }
    }

    /// Whether somebody of this role may give `other` to somebody, or take it from them.
    pub fn may_grant(self, other: Self) -> bool {
        match other {
            Self::Owner => self == Self::Owner,
            _ => self >= Self::Admin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_again_by_its_word_and_may_what_those_before_it_may() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Owner"), None);
    }

    #[test]
    fn only_an_owner_makes_owners_and_only_admins_and_owners_anybody_else() {
        let may = |role: Role| Role::ALL.map(|other| role.may_grant(other));
        assert_eq!(may(Role::Owner), [true; 5]);
        assert_eq!(may(Role::Admin), [true, true, true, true, false]);
        for role in [Role::Viewer, Role::Analyst, Role::Editor] {
            assert_eq!(may(role), [false; 5]);
        }
    }
}
