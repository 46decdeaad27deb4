//! Features as they were sent: one JSON object, read with as little work as it allows.
//!
//! A Rank carries hundreds of names and values and is answered in microseconds, so a text that needs no unescaping stays
//! where it is in the body, and an object is a list in the order in which it was sent. Of a name that was sent twice the
//! last value stands, at the place of the first, as in `serde_json`'s own map.

use std::{borrow::Cow, collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Number, Value};

use super::is_same_text;

/// Up to here looking for a name sent twice costs less one by one than with a hash table.
const N_COMPARED: usize = 24;

/// One JSON object, as a list of names and values in the order in which they were sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureObject<'a>(Vec<(Cow<'a, str>, FeatureValue<'a>)>);

/// A JSON value in it.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureValue<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array(Vec<FeatureValue<'a>>),
    Object(FeatureObject<'a>),
}

impl<'a> FeatureObject<'a> {
    /// Its names and values, each name once.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &FeatureValue<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether any value says something.
    pub fn has_value(&self) -> bool {
        self.0.iter().any(|(_, value)| *value != FeatureValue::Null)
    }

    /// The same as `serde_json` has it.
    pub fn to_map(&self) -> Map<String, Value> {
        self.entries().map(|(name, value)| (name.to_owned(), value.to_json())).collect()
    }

    fn of(mut entries: Vec<(Cow<'a, str>, FeatureValue<'a>)>) -> Self {
        if entries.len() <= N_COMPARED {
            let mut at = 1;
            while at < entries.len() {
                match entries[..at].iter().position(|(name, _)| is_same_text(name, &entries[at].0)) {
                    Some(first) => entries[first].1 = entries.remove(at).1,
                    None => at += 1,
                }
            }
            return Self(entries);
        }
        let mut places: HashMap<Cow<'a, str>, usize> = HashMap::with_capacity(entries.len());
        let mut kept: Vec<(Cow<'a, str>, FeatureValue<'a>)> = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            match places.get(&name) {
                Some(first) => kept[*first].1 = value,
                None => {
                    places.insert(name.clone(), kept.len());
                    kept.push((name, value));
                }
            }
        }
        Self(kept)
    }
}

impl FeatureValue<'_> {
    fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(is) => Value::Bool(*is),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Object(object) => Value::Object(object.to_map()),
        }
    }
}

impl From<Map<String, Value>> for FeatureObject<'_> {
    fn from(map: Map<String, Value>) -> Self {
        Self(map.into_iter().map(|(name, value)| (Cow::Owned(name), value.into())).collect())
    }
}

impl From<Value> for FeatureValue<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(is),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(Cow::Owned(text)),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(map) => Self::Object(map.into()),
        }
    }
}

impl Serialize for FeatureObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl Serialize for FeatureValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(is) => serializer.serialize_bool(*is),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for FeatureObject<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadObject)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for FeatureValue<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadValue)
    }
}

struct ReadObject;

impl<'de> Visitor<'de> for ReadObject {
    type Value = FeatureObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FeatureObject<'de>, A::Error> {
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(16).min(64));
        while let Some((JsonText(name), value)) = map.next_entry()? {
            entries.push((name, value));
        }
        Ok(FeatureObject::of(entries))
    }
}

struct ReadValue;

impl<'de> Visitor<'de> for ReadValue {
    type Value = FeatureValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<FeatureValue<'de>, E> {
        Ok(FeatureValue::Null)
    }

    fn visit_bool<E: de::Error>(self, is: bool) -> Result<FeatureValue<'de>, E> {
        Ok(FeatureValue::Bool(is))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<FeatureValue<'de>, E> {
        Ok(FeatureValue::Number(number.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<FeatureValue<'de>, E> {
        Ok(FeatureValue::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<FeatureValue<'de>, E> {
        Ok(Number::from_f64(number).map_or(FeatureValue::Null, FeatureValue::Number))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<FeatureValue<'de>, E> {
        Ok(FeatureValue::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FeatureValue<'de>, E> {
        Ok(FeatureValue::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FeatureValue<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(FeatureValue::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FeatureValue<'de>, A::Error> {
        ReadObject.visit_map(map).map(FeatureValue::Object)
    }
}

/// A JSON text that stays where it is when it can.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonText<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for JsonText<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(ReadText).map(JsonText)
    }
}

struct ReadText;

impl<'de> Visitor<'de> for ReadText {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 60, 40, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..40)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_text_is_read_as_serde_json_reads_it(value in any_json()) {
            let text = serde_json::to_string(&value).expect("JSON");
            let read: FeatureValue<'_> = serde_json::from_str(&text).expect("the same");
            let known: Value = serde_json::from_str(&text).expect("the same");
            prop_assert_eq!(serde_json::to_string(&read).expect("JSON"), serde_json::to_string(&known).expect("JSON"));
            prop_assert_eq!(read.to_json(), known.clone());
            prop_assert_eq!(FeatureValue::from(known), read);
        }
    }

    #[test]
    fn of_a_name_sent_twice_the_last_value_stands_at_the_first_place() {
        let few = r#"{"a": 1, "b": 2, "a": 3, "\u0061": 4}"#;
        let many: String = (0..40).map(|at| format!(r#""f{}": {at}, "#, at % 30)).collect();
        for text in [few.to_owned(), format!("{{{many} \"end\": null}}")] {
            let read: FeatureObject<'_> = serde_json::from_str(&text).expect("an object");
            let known: Map<String, Value> = serde_json::from_str(&text).expect("an object");
            let order = |map: &Map<String, Value>| map.iter().map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
            assert_eq!(order(&read.to_map()), order(&known));
        }
    }
}
