//! Which actions are shown, and in which order. Both stand in the address.

use super::{ActionView, Availability};
use crate::reports::ActionHintKind;

/// How the list may be ordered, by the word in the address; the first is the loop's own order.
pub const ORDERS: [(&str, &str); 5] = [
    ("", "Their order"),
    ("title", "Name"),
    ("share", "Share now"),
    ("reward", "Mean reward"),
    ("changed", "Last changed"),
];

/// What the list may be narrowed down to.
pub const STATES: [(&str, &str); 7] = [
    ("", "All"),
    ("active", "Can be chosen now"),
    ("off", "Off"),
    ("later", "Start later"),
    ("ended", "Ended"),
    ("never", "Never shown"),
    ("always", "Always win"),
];

/// What of the list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub text: String,
    pub state: String,
    pub order: String,
}

impl Wanted {
    /// As the address says it: "?q=sale&sort=share".
    pub fn query(&self) -> String {
        let pairs = [("q", &self.text), ("state", &self.state), ("sort", &self.order)];
        let parts: Vec<String> = pairs
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", escape(value.trim())))
            .collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The places of the actions that are wanted, in the order in which they are.
    pub fn places(&self, actions: &[ActionView]) -> Vec<usize> {
        let text = self.text.trim().to_lowercase();
        let holds = |part: &str| part.to_lowercase().contains(&text);
        let matches = |action: &ActionView| {
            self.has_state(action)
                && (holds(&action.id)
                    || holds(&action.features)
                    || holds(&action.notes)
                    || action.title.as_deref().is_some_and(holds))
        };
        let mut places: Vec<usize> = (0..actions.len()).filter(|place| matches(&actions[*place])).collect();
        let down = |a: Option<f64>, b: Option<f64>| b.unwrap_or(f64::MIN).total_cmp(&a.unwrap_or(f64::MIN));
        let name = |place: &usize| actions[*place].title.as_ref().unwrap_or(&actions[*place].id).to_lowercase();
        match self.order.as_str() {
            "title" => places.sort_by_key(name),
            "share" => places.sort_by(|a, b| down(actions[*a].figures.share, actions[*b].figures.share)),
            "reward" => places.sort_by(|a, b| down(actions[*a].figures.reward, actions[*b].figures.reward)),
            "changed" => places.sort_by_key(|place| std::cmp::Reverse(actions[*place].updated.at_us)),
            _ => {}
        }
        places
    }

    fn has_state(&self, action: &ActionView) -> bool {
        let hint = action.figures.hint.as_ref().map(|hint| hint.kind);
        match self.state.as_str() {
            "active" => action.availability == Availability::Active,
            "off" => action.availability == Availability::Off,
            "later" => matches!(action.availability, Availability::Starts(_)),
            "ended" => matches!(action.availability, Availability::Ended(_)),
            "never" => hint == Some(ActionHintKind::NeverShown),
            "always" => hint == Some(ActionHintKind::AlwaysWins),
            _ => true,
        }
    }
}

/// A word within a query: everything but plain letters and digits as percent codes.
pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reports::ActionFigures, web::components::Moment};

    fn action(id: &str, title: Option<&str>, share: Option<f64>, availability: Availability) -> ActionView {
        let at = Moment {
            at_us: 0,
            iso: String::new(),
            local: String::new(),
            exact: String::new(),
            relative: String::new(),
        };
        ActionView {
            id: id.to_owned(),
            title: title.map(str::to_owned),
            features: r#"[{"topic":"fashion"}]"#.to_owned(),
            is_active: true,
            availability,
            valid_from: String::new(),
            valid_to: String::new(),
            from_us: None,
            to_us: None,
            notes: String::new(),
            updated: at,
            updated_by: String::new(),
            figures: ActionFigures { share, ..ActionFigures::default() },
        }
    }

    #[test]
    fn a_list_is_narrowed_down_and_ordered_by_what_the_address_says() {
        let actions = [
            action("b", Some("Summer"), Some(0.2), Availability::Active),
            action("a", None, None, Availability::Off),
            action("c", Some("apples"), Some(0.7), Availability::Active),
        ];
        let places = |text: &str, state: &str, order: &str| {
            Wanted { text: text.into(), state: state.into(), order: order.into() }.places(&actions)
        };
        assert_eq!(places("", "", ""), [0, 1, 2]);
        assert_eq!(places("SUMMER", "", ""), [0]);
        assert_eq!(places("fashion", "active", "share"), [2, 0]);
        assert_eq!(places("", "off", ""), [1]);
        assert_eq!(places("", "", "title"), [1, 2, 0]);
        assert_eq!(places("nothing", "", ""), [0; 0]);
        let wanted = Wanted { text: "a b&".into(), state: "off".into(), order: String::new() };
        assert_eq!(wanted.query(), "?q=a%20b%26&state=off");
        assert_eq!(Wanted::default().query(), "");
    }
}
