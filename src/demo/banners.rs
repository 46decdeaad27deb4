//! The newsletters that the paper offers, one at a time.

/// An offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banner {
    /// The action's id.
    pub id: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

/// All of them, in the editors' order.
pub const BANNERS: [Banner; 4] = [
    Banner {
        id: "five-stops",
        title: "Five stops",
        text: "The morning in five minutes, before you get off the train. Weekdays at six.",
    },
    Banner {
        id: "the-long-table",
        title: "The long table",
        text: "One long story and a recipe to read it over. Saturdays, with the second coffee.",
    },
    Banner {
        id: "night-desk",
        title: "Night desk",
        text: "What science found out while the town slept. Three nights a week.",
    },
    Banner {
        id: "final-whistle",
        title: "Final whistle",
        text: "Results, tables and one good line about each match, as soon as it is over.",
    },
];

/// The newsletter with this id.
pub fn banner(id: &str) -> Option<&'static Banner> {
    BANNERS.iter().find(|banner| banner.id == id)
}
