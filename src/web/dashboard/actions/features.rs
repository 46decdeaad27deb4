//! Features of an action as JSON and as the rows of a form; both say the same.

use serde_json::{Map, Value};

/// What the learner reads: a list of objects, as `actions[].features` of a Rank.
pub type Features = Vec<Map<String, Value>>;

/// Reads what was typed. One object alone counts as a list of it.
pub fn parse_features(text: &str) -> Result<Features, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| match error.line() {
        0 => "Features need at least one name with a value.".to_owned(),
        line => format!("Not JSON at line {line}, column {}: {}", error.column(), reason(&error.to_string())),
    })?;
    let list = match value {
        Value::Array(list) => list,
        object @ Value::Object(_) => vec![object],
        _ => return Err("Features are an object such as {\"topic\": \"sports\"}, or a list of objects.".to_owned()),
    };
    let features: Features = list
        .into_iter()
        .map(|item| match item {
            Value::Object(object) => Ok(object),
            _ => Err("Every item of the list must be an object such as {\"topic\": \"sports\"}.".to_owned()),
        })
        .collect::<Result<_, _>>()?;
    if features.iter().all(|object| object.values().all(Value::is_null)) {
        return Err("Features need at least one name with a value.".to_owned());
    }
    Ok(features)
}

/// The parser's sentence without the place, which is said before it.
fn reason(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

/// What a row's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    YesNo,
    /// A list of numbers, or an object: a namespace of its own.
    Json,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::YesNo, Self::Json];

    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::YesNo => "yes or no",
            Self::Json => "JSON",
        }
    }

    pub fn of_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.word() == word).unwrap_or(Self::Text)
    }
}

/// One feature in the form.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureRow {
    pub name: String,
    pub kind: Kind,
    pub text: String,
}

impl FeatureRow {
    /// An empty row to type into.
    pub fn blank() -> Self {
        Self { name: String::new(), kind: Kind::Text, text: String::new() }
    }

    /// The value that the row stands for, or what is wrong with it.
    pub fn value(&self) -> Result<Value, String> {
        let text = self.text.trim();
        match self.kind {
            Kind::Text => Ok(Value::from(self.text.clone())),
            Kind::YesNo => Ok(Value::from(text == "true")),
            Kind::Number => text
                .parse::<f64>()
                .ok()
                .and_then(|number| {
                    serde_json::from_str(text).ok().or_else(|| serde_json::Number::from_f64(number).map(Value::from))
                })
                .ok_or_else(|| format!("{}: {text:?} is not a number.", self.label())),
            Kind::Json => {
                serde_json::from_str(text).map_err(|error| format!("{}: {}", self.label(), reason(&error.to_string())))
            }
        }
    }

    fn label(&self) -> &str {
        if self.name.is_empty() { "A feature without a name" } else { &self.name }
    }

    fn of(name: String, value: Value) -> Self {
        let (kind, text) = match value {
            Value::String(text) => (Kind::Text, text),
            Value::Number(number) => (Kind::Number, number.to_string()),
            Value::Bool(is_so) => (Kind::YesNo, is_so.to_string()),
            other => (Kind::Json, other.to_string()),
        };
        Self { name, kind, text }
    }
}

/// The rows of features, or why they can only be shown as JSON.
pub fn rows_of(features: Features) -> Result<Vec<FeatureRow>, String> {
    let mut rows: Vec<FeatureRow> = Vec::new();
    for (name, value) in features.into_iter().flatten() {
        if rows.iter().any(|row| row.name == name) {
            return Err(format!("{name} stands in several objects; that can only be edited as JSON."));
        }
        rows.push(FeatureRow::of(name, value));
    }
    Ok(rows)
}

/// The JSON of rows. Rows in which nothing was typed do not count.
pub fn json_of(rows: &[FeatureRow]) -> Result<String, String> {
    let mut object = Map::new();
    for row in rows.iter().filter(|row| !row.name.trim().is_empty() || !row.text.trim().is_empty()) {
        let name = row.name.trim();
        if name.is_empty() {
            return Err("Every feature needs a name.".to_owned());
        }
        if object.insert(name.to_owned(), row.value()?).is_some() {
            return Err(format!("{name} stands twice."));
        }
    }
    if object.is_empty() {
        return Err("Features need at least one name with a value.".to_owned());
    }
    Ok(pretty(&[object]))
}

/// JSON for people.
pub fn pretty(features: &[Map<String, Value>]) -> String {
    serde_json::to_string_pretty(features).expect("JSON objects always become text")
}

/// Names and values, one by one: `topic` and `sports`. Nested objects are told by their path.
pub fn chips(features: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in parse_features(features).unwrap_or_default().into_iter().flatten() {
        add_chips(&mut found, name, value);
    }
    found
}

fn add_chips(found: &mut Vec<(String, String)>, name: String, value: Value) {
    match value {
        Value::Object(inner) => {
            inner.into_iter().for_each(|(below, value)| add_chips(found, format!("{name}.{below}"), value));
        }
        Value::String(text) => found.push((name, text)),
        Value::Array(list) if list.len() > 3 => found.push((name, format!("{} values", list.len()))),
        other => found.push((name, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_and_json_say_the_same() {
        let text = r#"[{"topic":"sports","length":3,"isNew":true,"vector":[1,2.5]}]"#;
        let rows = rows_of(parse_features(text).expect("good")).expect("rows");
        let kinds: Vec<Kind> = rows.iter().map(|row| row.kind).collect();
        assert!([Kind::Text, Kind::Number, Kind::YesNo, Kind::Json].iter().all(|kind| kinds.contains(kind)));
        let back = parse_features(&json_of(&rows).expect("json")).expect("good");
        assert_eq!(back, parse_features(text).expect("good"));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert!(parse_features("{\n \"a\": }").expect_err("not JSON").starts_with("Not JSON at line 2"));
        assert!(parse_features("3").is_err());
        assert!(parse_features("[1]").is_err());
        assert!(parse_features("[{}]").is_err());
        assert!(parse_features("").is_err());
        let row = FeatureRow { name: "length".into(), kind: Kind::Number, text: "three".into() };
        assert_eq!(json_of(&[row]).expect_err("no number"), "length: \"three\" is not a number.");
    }

    #[test]
    fn the_same_name_in_two_objects_is_left_to_json() {
        let twice = parse_features(r#"[{"a":1},{"a":2}]"#).expect("good");
        assert!(rows_of(twice).is_err());
        let row = FeatureRow { name: "a".into(), kind: Kind::Text, text: "x".into() };
        assert!(json_of(&[row.clone(), row]).is_err());
        assert!(json_of(&[FeatureRow::blank()]).is_err());
    }

    #[test]
    fn chips_tell_names_and_values_whatever_their_depth() {
        let told: Vec<String> = chips(r#"[{"topic":"sports","at":{"home":true}},{"v":[1,2,3,4]}]"#)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(told, ["topic=sports", "at.home=true", "v=4 values"]);
    }

    #[test]
    fn a_whole_number_stays_whole() {
        let row = FeatureRow { name: "n".into(), kind: Kind::Number, text: "3".into() };
        assert_eq!(row.value(), Ok(Value::from(3)));
        let row = FeatureRow { name: "n".into(), kind: Kind::Number, text: ".5".into() };
        assert_eq!(row.value(), Ok(Value::from(0.5)));
    }
}
