//! What the snippets of a loop send, written from the loop's own actions and from a context that it was called with.

use serde_json::Value;

use super::dashboard::snippets::{CallSample, SampleAction, Text};
use crate::loops::LiveLoop;

/// Actions of an example; a longer call would not be read.
const N_ACTIONS: usize = 5;

/// With the loop's own active actions, as far as it has any, in this context, or a made-up one.
pub fn call_sample(live: &LiveLoop, context: Option<Vec<Value>>) -> CallSample {
    let actions = live.actions();
    let own = actions.iter().filter(|action| action.is_active).take(N_ACTIONS).map(|action| SampleAction {
        id: quoted(action.id.as_str()),
        features: objects(action.features.iter().cloned().map(Value::Object)),
    });
    let usual = CallSample::default();
    let own: Vec<SampleAction> = own.collect();
    CallSample {
        context: context.map_or(usual.context, |context| objects(context.into_iter())),
        actions: if own.is_empty() { usual.actions } else { own },
    }
}

/// Objects with commas between them, as they stand between the brackets of a list.
fn objects(objects: impl Iterator<Item = Value> + Clone) -> Text {
    let all = |style: Style| objects.clone().map(|object| style.write(&object)).collect::<Vec<_>>().join(", ");
    Text { json: all(JSON), python: all(PYTHON) }
}

/// Between the quotes of a text.
fn quoted(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// How a language writes what differs between them: true, false, nothing.
#[derive(Clone, Copy)]
struct Style([&'static str; 3]);
const JSON: Style = Style(["true", "false", "null"]);
const PYTHON: Style = Style(["True", "False", "None"]);

impl Style {
    /// On one line, with room between names and values.
    fn write(self, value: &Value) -> String {
        let Self([yes, no, nothing]) = self;
        match value {
            Value::Null => nothing.to_owned(),
            Value::Bool(is) => if *is { yes } else { no }.to_owned(),
            Value::Array(items) => {
                format!("[{}]", items.iter().map(|item| self.write(item)).collect::<Vec<_>>().join(", "))
            }
            Value::Object(entries) => {
                let entry =
                    |(name, value): (&String, &Value)| format!("{}: {}", Value::from(name.as_str()), self.write(value));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            value => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_written_as_each_language_reads_it() {
        let text = objects([json!({"a": [1, true, null], "b \"c\"": {"d": false}}), json!({"e": "é"})].into_iter());
        assert_eq!(text.json, r#"{"a": [1, true, null], "b \"c\"": {"d": false}}, {"e": "é"}"#);
        assert_eq!(text.python, r#"{"a": [1, True, None], "b \"c\"": {"d": False}}, {"e": "é"}"#);
        assert_eq!(quoted(r#"it's "new""#), r#"it's \"new\""#);
    }
}
