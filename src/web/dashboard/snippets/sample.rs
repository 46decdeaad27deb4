//! What the snippets of a loop send: its own actions, and a context such as it is called with.

use serde::{Deserialize, Serialize};

/// A JSON object as it stands in code. The server writes both, so that the browser needs to know neither language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Also what JavaScript reads.
    pub json: String,
    pub python: String,
}

/// One action of the example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleAction {
    /// As it stands between quotes.
    pub id: String,
    pub features: Text,
}

/// One call's worth of features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSample {
    pub context: Text,
    /// At least one.
    pub actions: Vec<SampleAction>,
}

/// For a loop that has no actions of its own.
impl Default for CallSample {
    fn default() -> Self {
        let text = |json: &str| Text { json: json.to_owned(), python: json.to_owned() };
        let action = |(id, features): (&str, &str)| SampleAction { id: id.to_owned(), features: text(features) };
        let actions = [
            ("sports", r#"{"topic": "sports", "length": 3}"#),
            ("politics", r#"{"topic": "politics", "length": 8}"#),
            ("music", r#"{"topic": "music", "length": 4}"#),
        ];
        Self { context: text(r#"{"device": "mobile", "timeOfDay": "evening"}"#), actions: actions.map(action).to_vec() }
    }
}

impl CallSample {
    /// The actions, each on a line of its own behind `indent`, with commas between them.
    pub fn actions(&self, indent: &str, line: impl Fn(&SampleAction) -> String) -> String {
        let lines: Vec<String> = self.actions.iter().map(|action| format!("{indent}{}", line(action))).collect();
        lines.join(",\n")
    }

    /// The actions as JSON.
    pub fn json_actions(&self, indent: &str) -> String {
        self.actions(indent, |action| format!(r#"{{"id": "{}", "features": [{}]}}"#, action.id, action.features.json))
    }

    /// The ids of the first two, for slots; one action stands for both.
    pub fn two_ids(&self) -> (&str, &str) {
        let id = |at: usize| self.actions.get(at).or(self.actions.first()).map_or("", |action| action.id.as_str());
        (id(0), id(1))
    }
}

/// JSON for within single quotes of a shell.
pub fn for_shell(json: &str) -> String {
    json.replace('\'', r"'\''")
}

/// A program of Java with `calls` in its `main`, which may `post` JSON to paths below `address`.
pub fn java_program(address: &str, key: &str, calls: &str) -> String {
    format!(
        r#"// Java 17 or later: java FirstCalls.java
import java.net.URI;
import java.net.http.*;

public class FirstCalls {{
    static String post(String path, String body) throws Exception {{
        var request = HttpRequest.newBuilder(URI.create("{address}" + path))
            .header("Ocp-Apim-Subscription-Key", "{key}")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }}

    public static void main(String[] arguments) throws Exception {{
{calls}
    }}
}}"#
    )
}

/// JSON for within a text block of Java, which reads escapes by itself.
pub fn for_java(json: &str) -> String {
    json.replace('\\', r"\\")
}
