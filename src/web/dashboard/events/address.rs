//! What the address of the list of events says: the filter, the page, what is pinned and what is open.

use leptos_router::params::ParamsMap;

use crate::{reports::EventFilterWords, web::dashboard::playground::escaped};

/// The list as an address names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    pub words: EventFilterWords,
    /// Only events with a smaller place in the log: an older page.
    pub before: Option<i64>,
    /// Ids of events that stay in sight.
    pub pins: Vec<String>,
    /// The id of the event in the drawer.
    pub open: Option<String>,
}

impl Look {
    /// Reads the words after the question mark.
    pub fn read(query: &ParamsMap) -> Self {
        let pairs = query.clone().into_iter().map(|(name, value)| (name.into_owned(), value));
        let pins = pairs.filter(|(name, value)| name == "pin" && !value.is_empty()).map(|(_, value)| value);
        Self {
            words: EventFilterWords::read(|name| query.get(name)),
            before: query.get("before").and_then(|seq| seq.parse().ok()),
            pins: pins.collect(),
            open: query.get("open").filter(|id| !id.is_empty()),
        }
    }

    /// The address that says this, below the list's path.
    pub fn address(&self, base: &str) -> String {
        let mut parts = self.filter_parts();
        parts.extend(self.before.map(|seq| format!("before={seq}")));
        parts.extend(self.pins.iter().map(|id| format!("pin={}", escaped(id))));
        parts.extend(self.open.iter().map(|id| format!("open={}", escaped(id))));
        if parts.is_empty() { base.to_owned() } else { format!("{base}?{}", parts.join("&")) }
    }

    /// What narrows the list down, as parts of an address.
    pub fn filter_parts(&self) -> Vec<String> {
        let given = self.words.pairs().into_iter().filter(|(_, value)| !value.trim().is_empty());
        given.map(|(name, value)| format!("{name}={}", escaped(value.trim()))).collect()
    }

    /// The same list with this event pinned, or no longer.
    pub fn with_pin_turned(mut self, id: &str) -> Self {
        if self.is_pinned(id) {
            self.pins.retain(|pinned| pinned != id);
        } else {
            self.pins.push(id.to_owned());
        }
        self
    }

    pub fn is_pinned(&self, id: &str) -> bool {
        self.pins.iter().any(|pinned| pinned == id)
    }

    /// The same list with this event in the drawer, or none.
    pub fn opening(mut self, id: Option<String>) -> Self {
        self.open = id;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_was_chosen_and_nothing_else() {
        let look = Look {
            words: EventFilterWords { feature: "a b".into(), state: "learned".into(), ..Default::default() },
            before: Some(7),
            pins: vec!["e/1".into()],
            open: None,
        };
        assert_eq!(look.address("/loops/x/events"), "/loops/x/events?feature=a%20b&state=learned&before=7&pin=e%2F1");
        assert_eq!(Look::default().address("/loops/x/events"), "/loops/x/events");
        let turned = look.clone().with_pin_turned("e/1").with_pin_turned("e2").opening(Some("e3".into()));
        assert_eq!((turned.pins.clone(), turned.open.clone()), (vec!["e2".to_owned()], Some("e3".to_owned())));
        assert!(turned.is_pinned("e2") && !turned.is_pinned("e/1"));
    }
}
