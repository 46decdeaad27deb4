//! The tables and columns that an archive has, as the database itself names them.

use serde::{Deserialize, Serialize};
use sqlx::{Database, Encode, QueryBuilder, Row, Type, query_builder::Separated};

/// One table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    #[serde(rename = "table")]
    pub name: String,
    pub columns: Vec<(String, Kind)>,
}

/// What a column holds. The schema declares columns in the same words for both databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Text,
    Bigint,
    Smallint,
    Boolean,
    Bytea,
}

/// One value. Bytes that are text, as those of the log are, stay readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Value {
    Nothing(()),
    Truth(bool),
    Number(i64),
    Text(String),
    Bytes(Bytes),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Bytes {
    Utf8(String),
    Base64(String),
}

/// What is not in an archive: the schema's history, who is at work, and who is signed in or invited.
const LEFT_OUT: [&str; 5] = ["_sqlx_migrations", "log_retention", "trainer_lease", "session", "sign_in_link"];

impl Kind {
    pub(super) fn read(declared: &str) -> Option<Self> {
        Some(match declared {
            "text" => Self::Text,
            "bigint" => Self::Bigint,
            "smallint" => Self::Smallint,
            "boolean" => Self::Boolean,
            "bytea" => Self::Bytea,
            _ => return None,
        })
    }
}

impl Table {
    /// Whether it belongs into an archive.
    pub(super) fn is_kept(name: &str) -> bool {
        !LEFT_OUT.contains(&name) && !name.starts_with("sqlite_")
    }

    /// Whether its rows belong to loops.
    pub(super) fn is_of_loops(&self) -> bool {
        self.columns.iter().any(|(name, _)| name == "loop_id")
    }

    /// Whether it is the same table with at least the same columns.
    pub(super) fn has_all_of(&self, other: &Self) -> bool {
        self.name == other.name && other.columns.iter().all(|column| self.columns.contains(column))
    }

    fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }

    /// Reads what is to be kept of it.
    pub(super) fn select(&self) -> String {
        const NEWEST: &str = " and seq = (select max(seq) from snapshot other where other.loop_id = snapshot.loop_id)";
        let what = match self.name.as_str() {
            "loop" => " where not is_removed".to_owned(),
            _ if self.is_of_loops() => " where loop_id in (select id from loop where not is_removed)".to_owned(),
            _ => String::new(),
        };
        let newest = if self.name == "snapshot" { NEWEST } else { "" };
        format!("select {} from {}{what}{newest}", self.column_list(), self.name)
    }

    /// How many rows one statement may insert: SQLite takes 32,766 values.
    pub(super) fn n_rows_at_once(&self) -> usize {
        (30_000 / self.columns.len().max(1)).clamp(1, 1_000)
    }

    pub(super) fn read_row<R: Row>(&self, row: &R) -> Result<Vec<Value>, sqlx::Error>
    where
        usize: sqlx::ColumnIndex<R>,
        for<'r> Option<String>: sqlx::Decode<'r, R::Database> + Type<R::Database>,
        for<'r> Option<i64>: sqlx::Decode<'r, R::Database> + Type<R::Database>,
        for<'r> Option<i16>: sqlx::Decode<'r, R::Database> + Type<R::Database>,
        for<'r> Option<bool>: sqlx::Decode<'r, R::Database> + Type<R::Database>,
        for<'r> Option<Vec<u8>>: sqlx::Decode<'r, R::Database> + Type<R::Database>,
    {
        let value = |(idx, (_, kind)): (usize, &(String, Kind))| {
            Ok(match kind {
                Kind::Text => row.try_get::<Option<String>, _>(idx)?.map(Value::Text),
                Kind::Bigint => row.try_get::<Option<i64>, _>(idx)?.map(Value::Number),
                Kind::Smallint => row.try_get::<Option<i16>, _>(idx)?.map(|number| Value::Number(number.into())),
                Kind::Boolean => row.try_get::<Option<bool>, _>(idx)?.map(Value::Truth),
                Kind::Bytea => row.try_get::<Option<Vec<u8>>, _>(idx)?.map(|bytes| Value::Bytes(Bytes::pack(bytes))),
            }
            .unwrap_or(Value::Nothing(())))
        };
        self.columns.iter().enumerate().map(value).collect()
    }

    /// Inserts rows, as many as `n_rows_at_once` allows.
    pub(super) fn insert<DB>(&self, rows: Vec<Vec<Value>>) -> Result<QueryBuilder<DB>, WrongValue>
    where
        DB: Database,
        for<'q> Option<String>: Encode<'q, DB> + Type<DB>,
        for<'q> Option<i64>: Encode<'q, DB> + Type<DB>,
        for<'q> Option<i16>: Encode<'q, DB> + Type<DB>,
        for<'q> Option<bool>: Encode<'q, DB> + Type<DB>,
        for<'q> Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
    {
        let mut statement = QueryBuilder::new(format!("insert into {} ({}) ", self.name, self.column_list()));
        let mut wrong = None;
        statement.push_values(rows, |mut placed, row| {
            if row.len() != self.columns.len() {
                wrong = Some(WrongValue);
            }
            for ((_, kind), value) in self.columns.iter().zip(row) {
                if push(&mut placed, *kind, value).is_none() {
                    wrong = Some(WrongValue);
                }
            }
        });
        wrong.map_or(Ok(statement), Err)
    }
}

/// A value that its column cannot hold.
#[derive(Debug)]
pub(super) struct WrongValue;

fn push<DB>(placed: &mut Separated<'_, DB, &'static str>, kind: Kind, value: Value) -> Option<()>
where
    DB: Database,
    for<'q> Option<String>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<i64>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<i16>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<bool>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
{
    match (kind, value) {
        (Kind::Text, Value::Text(text)) => placed.push_bind(Some(text)),
        (Kind::Text, Value::Nothing(())) => placed.push_bind(None::<String>),
        (Kind::Bigint, Value::Number(number)) => placed.push_bind(Some(number)),
        (Kind::Bigint, Value::Nothing(())) => placed.push_bind(None::<i64>),
        (Kind::Smallint, Value::Number(number)) => placed.push_bind(Some(i16::try_from(number).ok()?)),
        (Kind::Smallint, Value::Nothing(())) => placed.push_bind(None::<i16>),
        (Kind::Boolean, Value::Truth(truth)) => placed.push_bind(Some(truth)),
        (Kind::Boolean, Value::Nothing(())) => placed.push_bind(None::<bool>),
        (Kind::Bytea, Value::Bytes(bytes)) => placed.push_bind(Some(bytes.unpack()?)),
        (Kind::Bytea, Value::Nothing(())) => placed.push_bind(None::<Vec<u8>>),
        _ => return None,
    };
    Some(())
}

impl Value {
    /// Roughly how much memory it takes.
    pub(super) fn n_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Bytes(Bytes::Utf8(text) | Bytes::Base64(text)) => text.len(),
            _ => 8,
        }
    }
}

impl Bytes {
    fn pack(bytes: Vec<u8>) -> Self {
        use base64::{Engine, prelude::BASE64_STANDARD};
        String::from_utf8(bytes).map_or_else(|bytes| Self::Base64(BASE64_STANDARD.encode(bytes.as_bytes())), Self::Utf8)
    }

    fn unpack(self) -> Option<Vec<u8>> {
        use base64::{Engine, prelude::BASE64_STANDARD};
        match self {
            Self::Utf8(text) => Some(text.into_bytes()),
            Self::Base64(text) => BASE64_STANDARD.decode(text).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_back_as_they_were() {
        let bytes = [b"{\"a\": 1}".to_vec(), vec![0xff, 0, 1], Vec::new()];
        let mut values =
            vec![Value::Nothing(()), Value::Truth(true), Value::Number(i64::MIN), Value::Text("é\0".into())];
        values.extend(bytes.iter().cloned().map(|bytes| Value::Bytes(Bytes::pack(bytes))));
        let line = serde_json::to_string(&values).expect("JSON");
        assert_eq!(serde_json::from_str::<Vec<Value>>(&line).expect("read"), values);
        for (bytes, value) in bytes.into_iter().zip(values.drain(4..)) {
            let Value::Bytes(packed) = value else { panic!("not bytes") };
            assert_eq!(packed.unpack(), Some(bytes));
        }
    }
}
