//! What would be decided in contexts that somebody types.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::decision;
use crate::{
    bandit::JsonObject,
    loops::{ImaginedAction, LiveLoop, LoopError, Template},
    reports::{ContextField, FieldKind, PlaygroundEvent, PlaygroundPage, PlaygroundSide, WhyPart},
    terms::{ActionId, EventId},
};

/// Fields of a context; the rest is changed as JSON.
const MOST_FIELDS: usize = 40;
/// The sides: the name of the JSON, what field names start with, and the title.
const SIDES: [(&str, &str, &str); 2] = [("context", "f", "Context A"), ("other", "g", "Context B")];

/// What the address of the page says, name by name.
struct Asked<'a>(&'a [(String, String)]);

impl Asked<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Path and text of the fields of one side.
    fn fields(&self, prefix: &str) -> impl Iterator<Item = (Vec<String>, &str)> {
        let start = format!("{prefix}/");
        self.0.iter().filter_map(move |(key, value)| {
            let path = key.strip_prefix(&start)?.split('/');
            Some((path.map(|part| part.replace("~1", "/").replace("~0", "~")).collect(), value.as_str()))
        })
    }
}

/// The playground as its address asks for it. Nothing is logged. A loop without calls begins with `sample`, a context
/// such as its calls will have, and with its own actions.
pub async fn playground(
    live: &LiveLoop,
    asked: &[(String, String)],
    sample: Option<Vec<Value>>,
) -> Result<PlaygroundPage, LoopError> {
    let asked = Asked(asked);
    let named: Option<EventId> = asked.get("event").and_then(|id| id.parse().ok());
    let template = live.template(named.as_ref()).await?;
    let usual = live.usual_values().await?;
    let is_multi_slot = template.as_ref().is_some_and(Template::is_multi_slot);
    let typed_actions = asked.get("actions").filter(|_| !is_multi_slot).map(str::to_owned);
    let sample = sample.filter(|_| template.is_none()).unwrap_or_default();
    let has_sample = !sample.is_empty() && asked.get(SIDES[0].0).is_none();
    let start = template.as_ref().map_or_else(|| objects(sample), |template| template.context().to_vec());
    let first = read_context(&asked, 0, &start);
    let mut contexts = vec![first];
    if asked.get(SIDES[1].0).is_some() {
        let second = read_context(&asked, 1, contexts[0].as_ref().unwrap_or(&start));
        contexts.push(second);
    }
    let answers = answers(live, template.as_ref(), typed_actions.as_deref(), &contexts).await?;
    let sides = contexts.into_iter().zip(answers).enumerate();
    let sides: Vec<PlaygroundSide> =
        sides.map(|(at, (context, why))| side(at, context.unwrap_or_default(), why, &usual)).collect();
    let event = template.as_ref().map(|template| PlaygroundEvent {
        id: template.event_id.to_string(),
        id_in_path: utf8_percent_encode(template.event_id.as_str(), NON_ALPHANUMERIC).to_string(),
        is_newest: named.as_ref() != Some(&template.event_id),
    });
    Ok(PlaygroundPage {
        actions: (!is_multi_slot).then(|| shown_actions(live, template.as_ref(), typed_actions.as_deref())),
        other_query: other_query(event.as_ref(), &sides, typed_actions.as_deref()),
        event,
        has_sample,
        sides,
        typed_actions,
    })
}

type Usual = [(Vec<String>, Vec<Value>)];

/// The context of one side: its JSON, or what it starts from, with what was typed into its fields.
fn read_context(asked: &Asked<'_>, at: usize, start: &[JsonObject]) -> Result<Vec<JsonObject>, String> {
    let (key, prefix, _) = SIDES[at];
    let mut context = match asked.get(key) {
        Some(json) => parse_context(json)?,
        None => start.to_vec(),
    };
    for (path, text) in asked.fields(prefix) {
        if let Some(value) = find_mut(&mut context, &path) {
            *value = typed(value, text);
        }
    }
    Ok(context)
}

fn parse_context(json: &str) -> Result<Vec<JsonObject>, String> {
    match serde_json::from_str::<Value>(json).map_err(|error| format!("The context is not JSON: {error}."))? {
        Value::Object(object) => Ok(vec![object]),
        Value::Array(items) => {
            let object = |item| match item {
                Value::Object(object) => Ok(object),
                _ => Err("The context is an object of features, or a list of such objects.".to_owned()),
            };
            items.into_iter().map(object).collect()
        }
        _ => Err("The context is an object of features, or a list of such objects.".to_owned()),
    }
}

/// The objects of a context; anything else in it has no features.
fn objects(context: Vec<Value>) -> Vec<JsonObject> {
    let object = |item| if let Value::Object(object) = item { Some(object) } else { None };
    context.into_iter().filter_map(object).collect()
}

fn find_mut<'a>(context: &'a mut [JsonObject], path: &[String]) -> Option<&'a mut Value> {
    let (first, rest) = path.split_first()?;
    let root = context.iter_mut().find_map(|object| object.get_mut(first))?;
    rest.iter().try_fold(root, |value, key| value.as_object_mut()?.get_mut(key))
}

/// What was typed, as the kind of value that stood there.
fn typed(before: &Value, text: &str) -> Value {
    match before {
        Value::Number(_) => text.trim().parse().map_or_else(|_| Value::from(text), Value::Number),
        Value::Bool(_) => Value::Bool(text == "true"),
        Value::Null if text.is_empty() => Value::Null,
        _ => Value::from(text),
    }
}

/// What would be decided in each context, or what is wrong with it.
async fn answers(
    live: &LiveLoop,
    template: Option<&Template>,
    actions: Option<&str>,
    contexts: &[Result<Vec<JsonObject>, String>],
) -> Result<Vec<Result<WhyPart, String>>, LoopError> {
    let refused = |problem: String| Ok(contexts.iter().map(|_| Err(problem.clone())).collect());
    let actions = match actions.map(parse_actions).transpose() {
        Ok(actions) => actions,
        Err(problem) => return refused(problem),
    };
    let good = contexts.iter().filter_map(|context| context.as_ref().ok().cloned()).collect();
    let mut whys = match live.imagine(template, good, actions).await {
        Ok(whys) => whys.into_iter(),
        Err(broken @ (LoopError::Store(_) | LoopError::Trainer(_) | LoopError::Damaged(_))) => return Err(broken),
        Err(problem) => return refused(problem.to_string()),
    };
    let answer = |context: &Result<Vec<JsonObject>, String>| {
        context.as_ref().map_err(String::clone)?;
        let why = whys.next().ok_or_else(|| "It was not asked about.".to_owned())?;
        why.map(|why| decision::why(&why)).map_err(|problem| problem.to_string())
    };
    Ok(contexts.iter().map(answer).collect())
}

fn side(at: usize, context: Vec<JsonObject>, why: Result<WhyPart, String>, usual: &Usual) -> PlaygroundSide {
    let (key, prefix, title) = SIDES[at];
    let (mut fields, mut n_arrays) = (Vec::new(), 0);
    let mut path = Vec::new();
    for object in &context {
        collect(object, &mut path, prefix, usual, &mut fields, &mut n_arrays);
    }
    fields.truncate(MOST_FIELDS);
    PlaygroundSide {
        key: key.to_owned(),
        prefix: prefix.to_owned(),
        title: title.to_owned(),
        json: serde_json::to_string(&context).unwrap_or_default(),
        indented: serde_json::to_string_pretty(&context).unwrap_or_default(),
        fields,
        n_arrays,
        why,
    }
}

fn collect(
    object: &Map<String, Value>,
    path: &mut Vec<String>,
    prefix: &str,
    usual: &Usual,
    fields: &mut Vec<ContextField>,
    n_arrays: &mut u32,
) {
    for (key, value) in object {
        path.push(key.clone());
        let (kind, shown) = match value {
            Value::Object(inner) => {
                collect(inner, path, prefix, usual, fields, n_arrays);
                path.pop();
                continue;
            }
            Value::Array(_) => {
                *n_arrays += 1;
                path.pop();
                continue;
            }
            Value::Number(number) => (FieldKind::Number, number.to_string()),
            Value::Bool(is) => (FieldKind::Switch, is.to_string()),
            Value::String(text) => (FieldKind::Text, text.clone()),
            Value::Null => (FieldKind::Text, String::new()),
        };
        let escaped: Vec<String> = path.iter().map(|part| part.replace('~', "~0").replace('/', "~1")).collect();
        let seen = usual.iter().find(|(other, _)| other == path).map_or(&[][..], |(_, values)| values);
        let words = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fields.push(ContextField {
            name: format!("{prefix}/{}", escaped.join("/")),
            label: path.join("."),
            kind,
            value: shown,
            usual: seen.iter().map(words).collect(),
        });
        path.pop();
    }
}

fn parse_actions(json: &str) -> Result<Vec<ImaginedAction>, String> {
    #[derive(serde::Deserialize)]
    struct Action {
        id: ActionId,
        #[serde(default)]
        features: Vec<JsonObject>,
    }
    let actions: Vec<Action> =
        serde_json::from_str(json).map_err(|error| format!("The actions are not a list of actions: {error}."))?;
    Ok(actions.into_iter().map(|action| (action.id, action.features)).collect())
}

fn shown_actions(live: &LiveLoop, template: Option<&Template>, typed: Option<&str>) -> String {
    if let Some(typed) = typed {
        return typed.to_owned();
    }
    let action = |id: &ActionId, features: &[JsonObject]| serde_json::json!({"id": id, "features": features});
    let actions: Vec<Value> = match template {
        Some(template) => template.actions().iter().map(|(id, features)| action(id, features)).collect(),
        None => live.actions().iter().map(|own| action(&own.id, &own.features)).collect(),
    };
    // One action a line, or they fill three pages.
    let lines: Vec<String> = actions.iter().map(|action| format!("  {action}")).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

/// The address with a second context where there is one, and without it where there are two.
fn other_query(event: Option<&PlaygroundEvent>, sides: &[PlaygroundSide], actions: Option<&str>) -> String {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    pairs.extend(event.map(|event| ("event", event.id.as_str())));
    pairs.extend(sides.first().map(|side| ("context", side.json.as_str())));
    if let [only] = sides {
        pairs.push(("other", only.json.as_str()));
    }
    pairs.extend(actions.map(|actions| ("actions", actions)));
    let pair = |(name, value): (&str, &str)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    pairs.into_iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn read(asked: &[(&str, &str)], start: &Value) -> Result<Value, String> {
        let start = vec![start.as_object().expect("an object").clone()];
        read_context(&Asked(&pairs(asked)), 0, &start).map(Value::from_iter)
    }

    #[test]
    fn what_is_typed_into_a_field_keeps_the_kind_of_what_stood_there() {
        let start = json!({"user": {"age": 30, "is_new": true, "a/b": "x"}, "day": "mon", "none": null});
        let asked =
            [("f/user/age", "31"), ("f/user/is_new", "false"), ("f/user/a~1b", "y"), ("f/day", "7"), ("f/none", "")];
        let expected = json!([{"user": {"age": 31, "is_new": false, "a/b": "y"}, "day": "7", "none": null}]);
        assert_eq!(read(&asked, &start), Ok(expected));
        assert_eq!(
            read(&[("f/user/age", "old")], &json!({"user": {"age": 30}})),
            Ok(json!([{"user": {"age": "old"}}]))
        );
        assert_eq!(read(&[("f/unknown", "1"), ("g/day", "tue")], &json!({"day": "mon"})), Ok(json!([{"day": "mon"}])));
    }

    #[test]
    fn json_in_the_address_comes_first_and_what_is_no_context_is_refused_in_words() {
        let start = json!({"day": "mon"});
        assert_eq!(read(&[("context", r#"{"day": "tue"}"#)], &start), Ok(json!([{"day": "tue"}])));
        assert_eq!(read(&[("context", r#"[{"day": "tue"}]"#), ("f/day", "wed")], &start), Ok(json!([{"day": "wed"}])));
        for wrong in ["7", "[7]", "{"] {
            assert!(
                read(&[("context", wrong)], &start).is_err_and(|problem| problem.starts_with("The context")),
                "{wrong}"
            );
        }
    }
}
