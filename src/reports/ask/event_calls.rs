//! The calls of an event's page as text: the request, the answer, and the request to be sent again.

use crate::{
    loops::{EventView, SlotView},
    terms::{ActionId, EventId, SlotId},
};

/// The answer as the API wrote it.
pub fn response(view: &EventView) -> String {
    let slots: Vec<FilledSlot<'_>> = view.slots.iter().filter_map(FilledSlot::of).collect();
    let body = match slots.as_slice() {
        [] => serde_json::to_string(&plain_answer(view)),
        _ => serde_json::to_string(&FilledPage { slots, event_id: &view.event_id }),
    };
    body.map(|body| indented(&body)).unwrap_or_default()
}

/// To a plain Rank, by v1.0.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainAnswer<'a> {
    ranking: Vec<RankedAction<'a>>,
    event_id: &'a EventId,
    reward_action_id: &'a ActionId,
}

#[derive(Debug, serde::Serialize)]
struct RankedAction<'a> {
    id: &'a ActionId,
    // Written from the 32 bits that were answered; as 64 bits it would show digits that nobody was sent.
    probability: f32,
}

fn plain_answer(view: &EventView) -> PlainAnswer<'_> {
    let slot = view.first();
    let ranking = slot.ranking.iter().map(|(id, probability)| RankedAction { id, probability: *probability });
    PlainAnswer { ranking: ranking.collect(), event_id: &view.event_id, reward_action_id: &slot.reward_action_id }
}

/// To a multi-slot Rank.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct FilledPage<'a> {
    slots: Vec<FilledSlot<'a>>,
    event_id: &'a EventId,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct FilledSlot<'a> {
    id: &'a SlotId,
    reward_action_id: &'a ActionId,
}

impl<'a> FilledSlot<'a> {
    /// `None` for the one slot of a plain event.
    fn of(slot: &'a SlotView) -> Option<Self> {
        Some(Self { id: slot.slot_id.as_ref()?, reward_action_id: &slot.reward_action_id })
    }
}

/// JSON with line breaks, otherwise as it was received: its order and its way of writing numbers are the client's.
pub fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let (mut is_text, mut is_escaped) = (false, false);
    let break_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let mut is_empty = false;
    for letter in json.chars() {
        if is_text {
            out.push(letter);
            is_text = is_escaped || letter != '"';
            is_escaped = !is_escaped && letter == '\\';
            continue;
        }
        if letter.is_whitespace() {
            continue;
        }
        let closes = matches!(letter, '}' | ']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        // Between the brackets of something empty no line is broken.
        if (closes && !is_empty) || (is_empty && !closes) {
            break_line(&mut out, depth);
        }
        is_empty = matches!(letter, '{' | '[');
        match letter {
            ',' => {
                out.push(',');
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter => out.push(letter),
        }
        depth += usize::from(is_empty);
        is_text = letter == '"';
    }
    out
}

/// The body to send again. Its event id is taken out: with it the call would be a repeat, and be answered as before.
pub fn body_for_shell(request: &str) -> String {
    let mut body: serde_json::Value = serde_json::from_str(request).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("eventId");
    }
    // Within single quotes a shell takes everything as it is, except the quote itself.
    format!("{body:#}").replace('\'', r"'\''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_nothing_else_of_it_changes() {
        let received = r#"{"b":1.50,"a":[{"x":"a, {b}: \"c\\"},[]],"n":null,"e":{}}"#;
        let shown = indented(received);
        let expected = "{\n  \"b\": 1.50,\n  \"a\": [\n    {\n      \"x\": \"a, {b}: \\\"c\\\\\"\n    },\n    []\n  ],\n  \"n\": null,\n  \"e\": {}\n}";
        assert_eq!(shown, expected);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(value(&shown), value(received));
    }

    #[test]
    fn the_body_for_a_shell_makes_a_new_event_and_survives_a_quote() {
        let body = body_for_shell(r#"{"eventId":"e1","contextFeatures":[{"city":"L'Aquila"}]}"#);
        assert!(!body.contains("e1"));
        assert!(body.contains(r"L'\''Aquila"), "{body}");
    }
}
