//! A loop's own actions as a file: JSON as the management API takes it, or CSV for a spreadsheet. Both say the same, and what
//! was written is read back as it was.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    loops::{ActionDraft, LoopAction},
    terms::ActionId,
};

/// Before the name of a feature that has a column of its own.
const FEATURE: &str = "feature:";
/// Columns of features; what is beyond stands in the column `features` as JSON.
const N_COLUMNS: usize = 40;
/// Lines that are read.
const N_LINES: usize = 5_000;

/// One line of a file.
#[derive(Debug)]
pub struct Line {
    /// As an editor counts them: in CSV the head is line 1. Of JSON the place in the list.
    pub number: u64,
    /// As it was written, for the message.
    pub id: String,
    pub draft: Result<ActionDraft, String>,
}

/// An action as the file has it; the same as in the management API.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileAction {
    id: String,
    features: Vec<Map<String, Value>>,
    #[serde(default = "yes")]
    is_active: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FileOfActions {
    actions: Vec<Value>,
}

fn yes() -> bool {
    true
}

/// Reads either form, by how it begins. An error is about the file as a whole.
pub fn read(text: &str) -> Result<Vec<Line>, String> {
    // Forms and some spreadsheets end lines by two characters, after which the lines would be counted wrongly.
    let text = &text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines = match text.trim_start().chars().next() {
        None => return Err("The file is empty.".to_owned()),
        Some('{' | '[') => read_json(text)?,
        Some(_) => read_csv(text)?,
    };
    if lines.is_empty() {
        return Err("There is no action in it.".to_owned());
    }
    Ok(lines)
}

fn read_json(text: &str) -> Result<Vec<Line>, String> {
    let is_list = text.trim_start().starts_with('[');
    let wrong = |error: serde_json::Error| format!("It is not the JSON of a list of actions: {error}.");
    let actions = if is_list {
        serde_json::from_str::<Vec<Value>>(text).map_err(wrong)?
    } else {
        serde_json::from_str::<FileOfActions>(text).map_err(wrong)?.actions
    };
    let line = |(number, value): (u64, Value)| {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let read = serde_json::from_value::<FileAction>(value).map_err(|error| format!("{error}."));
        Line { number, id, draft: read.and_then(FileAction::into_draft) }
    };
    Ok((1..).zip(actions).take(N_LINES).map(line).collect())
}

fn read_csv(text: &str) -> Result<Vec<Line>, String> {
    let first = text.lines().next().unwrap_or_default();
    // Spreadsheets of some countries part cells by semicolons.
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| format!("Its head cannot be read: {error}."))?.clone();
    if !head.iter().any(|name| name.trim() == "id") {
        return Err("Its first line must name the columns, and one of them must be id.".to_owned());
    }
    if let Some(unknown) = head.iter().map(str::trim).find(|name| !is_known_column(name)) {
        return Err(format!("There is no column {unknown:?}. Features have columns such as {FEATURE}topic."));
    }
    let line = |record: Result<csv::StringRecord, csv::Error>| match record {
        Err(error) => {
            let number = error.position().map_or(0, csv::Position::line);
            Line { number, id: String::new(), draft: Err(format!("{error}.")) }
        }
        Ok(record) => {
            let cells: Vec<(&str, &str)> = head.iter().map(str::trim).zip(record.iter()).collect();
            let id = cell(&cells, "id").trim().to_owned();
            let number = record.position().map_or(0, csv::Position::line);
            Line { number, draft: from_cells(&id, &cells).and_then(FileAction::into_draft), id }
        }
    };
    Ok(reader.records().take(N_LINES).map(line).collect())
}

fn is_known_column(name: &str) -> bool {
    const KNOWN: [&str; 7] = ["id", "features", "isActive", "validFrom", "validTo", "notes", "position"];
    name.is_empty() || KNOWN.contains(&name) || name.strip_prefix(FEATURE).is_some_and(|name| !name.is_empty())
}

fn cell<'a>(cells: &[(&str, &'a str)], name: &str) -> &'a str {
    cells.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

fn from_cells(id: &str, cells: &[(&str, &str)]) -> Result<FileAction, String> {
    let some = |name: &str| Some(cell(cells, name).trim().to_owned()).filter(|text| !text.is_empty());
    let mut features: Vec<Map<String, Value>> = match cell(cells, "features").trim() {
        "" => Vec::new(),
        json => serde_json::from_str(json).map_err(|error| format!("features: {error}."))?,
    };
    for (name, value) in cells {
        let (Some(name), false) = (name.strip_prefix(FEATURE), value.is_empty()) else { continue };
        if features.is_empty() {
            features.push(Map::new());
        }
        features[0].insert(name.to_owned(), value_of(value));
    }
    let is_active = match some("isActive").map(|word| word.to_lowercase()).as_deref() {
        None | Some("true" | "yes" | "1") => true,
        Some("false" | "no" | "0") => false,
        Some(word) => return Err(format!("isActive: {word:?} is neither true nor false.")),
    };
    let position = some("position").map(|text| text.parse().map_err(|_| format!("position: {text:?} is no number.")));
    Ok(FileAction {
        id: id.to_owned(),
        features,
        is_active,
        valid_from: some("validFrom"),
        valid_to: some("validTo"),
        notes: cell(cells, "notes").to_owned(),
        position: position.transpose()?,
    })
}

/// Numbers, true, false and quoted texts are what JSON says; everything else is a text.
fn value_of(cell: &str) -> Value {
    serde_json::from_str(cell).ok().filter(|value: &Value| !value.is_null()).unwrap_or_else(|| Value::from(cell))
}

/// The other way round.
fn cell_of(value: &Value) -> String {
    match value {
        Value::String(text) if value_of(text) == *value && !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

impl FileAction {
    fn into_draft(self) -> Result<ActionDraft, String> {
        let instant = |text: Option<String>, name: &str| text.map(|text| instant(&text, name)).transpose();
        let id: ActionId = self.id.trim().parse().map_err(|error| format!("id: {error}"))?;
        Ok(ActionDraft {
            id,
            features: self.features,
            is_active: self.is_active,
            valid_from_us: instant(self.valid_from, "validFrom")?,
            valid_to_us: instant(self.valid_to, "validTo")?,
            notes: self.notes.chars().take(2_000).collect(),
            position: self.position,
        })
    }

    fn of(action: &LoopAction) -> Self {
        Self {
            id: action.id.to_string(),
            features: action.features.clone(),
            is_active: action.is_active,
            valid_from: action.valid_from_us.map(written),
            valid_to: action.valid_to_us.map(written),
            notes: action.notes.clone(),
            position: Some(action.position),
        }
    }
}

/// With a zone, or in UTC.
fn instant(text: &str, name: &str) -> Result<i64, String> {
    let with_zone = text.parse::<jiff::Timestamp>().ok();
    let in_utc = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let at = with_zone.or_else(|| in_utc().map(|at| at.timestamp()));
    at.map(|at| at.as_microsecond()).ok_or_else(|| format!("{name}: {text:?} is no time such as 2026-01-31T12:00:00Z."))
}

fn written(at_us: i64) -> String {
    jiff::Timestamp::from_microsecond(at_us).map_or_else(|_| String::new(), |at| at.to_string())
}

/// All actions as JSON.
pub fn as_json(actions: &[LoopAction]) -> String {
    let to_value = |action| serde_json::to_value(FileAction::of(action)).expect("plain data becomes JSON");
    let file = FileOfActions { actions: actions.iter().map(to_value).collect() };
    serde_json::to_string_pretty(&file).expect("plain data becomes JSON")
}

/// All actions as CSV. Features have columns of their own where an action has a single object of them.
pub fn as_csv(actions: &[LoopAction]) -> String {
    let mut names: Vec<&String> = Vec::new();
    let in_columns = |action: &LoopAction| {
        action.features.len() == 1 && action.features[0].values().all(|value| !value.is_object() && !value.is_null())
    };
    for name in actions.iter().filter(|action| in_columns(action)).flat_map(|action| action.features[0].keys()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(N_COLUMNS);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = ["id", "isActive", "validFrom", "validTo", "notes", "position", "features"];
    let own: Vec<String> = names.iter().map(|name| format!("{FEATURE}{name}")).collect();
    let mut rows = vec![head.iter().map(|name| (*name).to_owned()).chain(own).collect::<Vec<_>>()];
    for action in actions {
        let fits = in_columns(action) && action.features[0].keys().all(|name| names.contains(&name));
        let features = if fits { String::new() } else { serde_json::to_string(&action.features).unwrap_or_default() };
        let instant = |at_us: Option<i64>| at_us.map_or_else(String::new, written);
        let (id, is_active, position) =
            (action.id.to_string(), action.is_active.to_string(), action.position.to_string());
        let (from, to) = (instant(action.valid_from_us), instant(action.valid_to_us));
        let own = names.iter().map(|name| {
            let value = action.features.first().filter(|_| fits).and_then(|features| features.get(*name));
            value.map_or_else(String::new, cell_of)
        });
        rows.push([id, is_active, from, to, action.notes.clone(), position, features].into_iter().chain(own).collect());
    }
    for row in rows {
        writer.write_record(row).expect("a vector takes all that is written");
    }
    let bytes = writer.into_inner().expect("a vector takes all that is written");
    String::from_utf8(bytes).expect("texts were written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(id: &str, features: &str, position: i64) -> LoopAction {
        LoopAction {
            id: id.parse().expect("an id"),
            features: serde_json::from_str(features).expect("features"),
            is_active: position != 1,
            valid_from_us: (position == 2).then_some(1_767_225_600_000_000),
            valid_to_us: None,
            notes: "A title, with a comma\nand \"more\"".to_owned(),
            position,
            updated_at_us: 0,
            updated_by: "ada".to_owned(),
        }
    }

    fn all() -> Vec<LoopAction> {
        vec![
            action("tea", r#"[{"kind":"drink","price":2.5,"isNew":true,"zip":"01234","n":"3","vector":[1,2]}]"#, 0),
            action("cake;=1", r#"[{"kind":"food, sweet"},{"more":1}]"#, 1),
            action("soup", r#"[{"kind":"null","":"no name","space":{"inner":"x"}}]"#, 2),
        ]
    }

    #[test]
    fn what_was_written_is_read_back_as_it_was() {
        for text in [as_json(&all()), as_csv(&all())] {
            let lines = read(&text).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
            let read: Vec<ActionDraft> = lines.into_iter().map(|line| line.draft.expect(&text)).collect();
            let written: Vec<ActionDraft> = all().iter().map(LoopAction::to_draft).collect();
            assert_eq!(read, written, "{text}");
        }
    }

    #[test]
    fn a_spreadsheet_of_ones_own_needs_an_id_and_features_alone() {
        let lines = read("id;feature:topic;validTo\ntea;drinks;2026-01-01T00:00\n").expect("a good file");
        let draft = lines[0].draft.as_ref().expect("a good line");
        assert_eq!(draft.features[0]["topic"], "drinks");
        assert_eq!((draft.valid_to_us, draft.is_active, draft.position), (Some(1_767_225_600_000_000), true, None));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        for bad in ["", "  ", "{", "[1", "topic\nx", "id,colour\na,b", "{\"actions\": []}", "id\n"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        let lines =
            read("id,feature:a,isActive,validFrom\r\n,1,,\r\nb,1,maybe,\r\nc,1,,soon\r\nd,1,,\r\n").expect("a file");
        let told: Vec<(u64, bool)> = lines.iter().map(|line| (line.number, line.draft.is_ok())).collect();
        assert_eq!(told, [(2, false), (3, false), (4, false), (5, true)]);
        let words = |place: usize| lines[place].draft.as_ref().expect_err("a bad line").clone();
        assert!(words(1).contains("isActive") && words(2).contains("validFrom"), "{} {}", words(1), words(2));
    }
}
