//! From JSON to namespaced features, as the old service was found to do it.
//!
//! - A text is a feature named by its key immediately followed by the text, of value 1; what would end a name in Vowpal
//!   Wabbit's text form (space, tab, colon, bar) becomes an underscore. `null` counts as the text "null", as documented.
//! - `true` is a feature of value 1 under the key, `false` is nothing.
//! - A number is its value under the key; zero is nothing.
//! - An array of numbers has the features `[0]`, `[1]` … in a namespace named by its key.
//! - An object is a namespace named by its key. Names that start with `_` are ignored.
//!
//! Besides, as what only the policy `auto` sees ([`Kind::Hidden`]): numbers that are zero, because that a number is there
//! says something, and the number that a text spells or, for a single character, is (its code point).
//!
//! Features are found in the order in which their keys were sent, which Vowpal Wabbit's crosses depend on.

use serde_json::{Map, Number, Value};

use super::{FeatureError, hash};
use crate::terms::{FeatureObject, FeatureValue};

/// Objects within objects within a feature object. The documentation discourages more than one.
const MAX_DEPTH: usize = 5;
/// Features of one context or of one action. An embedding of 1,536 numbers fits.
const MAX_FEATURES: usize = 2_000;
/// The longest feature or namespace name, in bytes.
const MAX_NAME_BYTES: usize = 1_024;
/// The largest magnitude that a feature may weigh: its square still has room in an f32.
pub(super) const MAX_VALUE: f32 = 1e15;

/// One JSON object of features, in whatever form it was read.
pub trait FeatureMap {
    /// The form of its values.
    type Value: FeatureJson<Map = Self>;

    /// Its names and values in the order in which they were sent, each name once.
    fn entries(&self) -> impl Iterator<Item = (&str, &Self::Value)>;
}

/// One JSON value of features.
pub trait FeatureJson: Sized {
    /// The form of the objects in it.
    type Map: FeatureMap<Value = Self>;

    /// What it is.
    fn view(&self) -> FeatureView<'_, Self>;
}

/// What a JSON value is.
#[derive(Debug)]
pub enum FeatureView<'a, V: FeatureJson> {
    Null,
    Bool(bool),
    Number(&'a Number),
    Text(&'a str),
    Array(&'a [V]),
    Object(&'a V::Map),
}

impl FeatureMap for Map<String, Value> {
    type Value = Value;

    fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FeatureJson for Value {
    type Map = Map<String, Value>;

    fn view(&self) -> FeatureView<'_, Self> {
        match self {
            Self::Null => FeatureView::Null,
            Self::Bool(is) => FeatureView::Bool(*is),
            Self::Number(number) => FeatureView::Number(number),
            Self::String(text) => FeatureView::Text(text),
            Self::Array(items) => FeatureView::Array(items),
            Self::Object(object) => FeatureView::Object(object),
        }
    }
}

impl<'t> FeatureMap for FeatureObject<'t> {
    type Value = FeatureValue<'t>;

    fn entries(&self) -> impl Iterator<Item = (&str, &FeatureValue<'t>)> {
        FeatureObject::entries(self)
    }
}

impl<'t> FeatureJson for FeatureValue<'t> {
    type Map = FeatureObject<'t>;

    fn view(&self) -> FeatureView<'_, Self> {
        match self {
            Self::Null => FeatureView::Null,
            Self::Bool(is) => FeatureView::Bool(*is),
            Self::Number(number) => FeatureView::Number(number),
            Self::Text(text) => FeatureView::Text(text),
            Self::Array(items) => FeatureView::Array(items),
            Self::Object(object) => FeatureView::Object(object),
        }
    }
}

/// One feature as it is found, before it is only a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub namespace: &'a str,
    pub key: &'a str,
    /// The text that is part of the name, for features made of a text.
    pub text: Option<&'a str>,
    /// The first byte of the namespace's name, by which learning settings speak of namespaces.
    pub letter: u8,
    pub hash: u32,
    pub value: f32,
    pub kind: Kind,
}

/// What a feature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// That something is so; it weighs 1.
    Word,
    /// How much.
    Number,
    /// A number that Vowpal Wabbit does not have.
    Hidden,
}

/// Set apart from the hash of the text that it is the number of.
const OF_TEXT: u32 = 0x5bd1_e995;

/// Walks feature objects and hands each feature to `found`, in a fixed order.
pub(super) struct Walk<F> {
    found: F,
    n_found: usize,
    name: String,
    is_with_hidden: bool,
}

#[derive(Clone, Copy)]
struct Namespace<'a> {
    name: &'a str,
    hash: u32,
}

impl<'a> Namespace<'a> {
    fn new(name: &'a str) -> Self {
        Self { name, hash: hash::namespace(name) }
    }
}

impl<F: FnMut(Found<'_>)> Walk<F> {
    /// A walk over one context or one action.
    pub fn new(found: F) -> Self {
        Self { found, n_found: 0, name: String::new(), is_with_hidden: false }
    }

    /// As [`Self::new`], with the features that only `auto` sees.
    pub fn with_hidden(found: F) -> Self {
        Self { is_with_hidden: true, ..Self::new(found) }
    }

    /// The objects of the context share one namespace.
    pub fn context<O: FeatureMap>(&mut self, objects: &[O]) -> Result<(), FeatureError> {
        self.objects(objects, Namespace::new("FromUrl"))
    }

    /// A slot's id, as the object `{"slot": {"id": …}}` in the context would say it.
    pub fn slot(&mut self, id: &str) -> Result<(), FeatureError> {
        self.text(Namespace::new("slot"), "id", id)
    }

    /// An action has its id and a constant in one namespace and its plain features in another.
    pub fn action<O: FeatureMap>(&mut self, id: &str, objects: &[O]) -> Result<(), FeatureError> {
        let identity = Namespace::new("i");
        self.word(identity, "constant")?;
        self.text(identity, "id", id)?;
        self.objects(objects, Namespace::new("j"))
    }

    fn objects<O: FeatureMap>(&mut self, objects: &[O], home: Namespace<'_>) -> Result<(), FeatureError> {
        objects.iter().try_for_each(|object| self.object(object, home, MAX_DEPTH))
    }

    fn object<O: FeatureMap>(
        &mut self,
        object: &O,
        home: Namespace<'_>,
        depth_left: usize,
    ) -> Result<(), FeatureError> {
        for (key, value) in object.entries() {
            check_name(key)?;
            if key.starts_with('_') {
                continue;
            }
            match value.view() {
                FeatureView::Text(text) => self.text(home, key, text)?,
                FeatureView::Null => self.text(home, key, "null")?,
                FeatureView::Bool(true) => self.word(home, key)?,
                FeatureView::Bool(false) => {}
                FeatureView::Number(number) => self.number(home, key, bounded(number))?,
                FeatureView::Array(items) => self.array(key, items)?,
                FeatureView::Object(_) if depth_left == 0 => return Err(FeatureError::TooDeep { most: MAX_DEPTH }),
                FeatureView::Object(inner) => self.object(inner, Namespace::new(key), depth_left - 1)?,
            }
        }
        Ok(())
    }

    fn text(&mut self, home: Namespace<'_>, key: &str, text: &str) -> Result<(), FeatureError> {
        self.name.clear();
        self.name.push_str(key);
        let ends_a_name = |byte: &u8| matches!(byte, b' ' | b'\t' | b':' | b'|');
        if text.as_bytes().iter().any(ends_a_name) {
            self.name.extend(text.chars().map(|c| if matches!(c, ' ' | '\t' | ':' | '|') { '_' } else { c }));
        } else {
            self.name.push_str(text);
        }
        let hash = hash::name_in(&self.name, home.hash);
        self.hand_over(home, key, Some(text), hash, 1.0, Kind::Word)?;
        match spelled(text) {
            Some(value) => {
                let hash = hash::name_in(key, home.hash) ^ OF_TEXT;
                self.hand_over(home, key, None, hash, value, Kind::Hidden)
            }
            None => Ok(()),
        }
    }

    fn word(&mut self, home: Namespace<'_>, key: &str) -> Result<(), FeatureError> {
        self.hand_over(home, key, None, hash::name_in(key, home.hash), 1.0, Kind::Word)
    }

    fn number(&mut self, home: Namespace<'_>, key: &str, value: f32) -> Result<(), FeatureError> {
        let kind = if value == 0.0 { Kind::Hidden } else { Kind::Number };
        self.hand_over(home, key, None, hash::name_in(key, home.hash), value, kind)
    }

    /// Positions are not hashed but counted on from the namespace, as Vowpal Wabbit's JSON parser does.
    fn array<V: FeatureJson>(&mut self, key: &str, items: &[V]) -> Result<(), FeatureError> {
        let home = Namespace::new(key);
        for (position, item) in (0u32..).zip(items) {
            let FeatureView::Number(number) = item.view() else { return Err(FeatureError::MixedArray) };
            self.name.clear();
            self.name.push_str(&format!("[{position}]"));
            let name = std::mem::take(&mut self.name);
            let value = bounded(number);
            let kind = if value == 0.0 { Kind::Hidden } else { Kind::Number };
            self.hand_over(home, &name, None, home.hash.wrapping_add(position), value, kind)?;
            self.name = name;
        }
        Ok(())
    }

    fn hand_over(
        &mut self,
        home: Namespace<'_>,
        key: &str,
        text: Option<&str>,
        hash: u32,
        value: f32,
        kind: Kind,
    ) -> Result<(), FeatureError> {
        if kind == Kind::Hidden {
            // Never refused: nobody sent them as such.
            if !self.is_with_hidden {
                return Ok(());
            }
        } else {
            if self.n_found == MAX_FEATURES {
                return Err(FeatureError::TooMany { most: MAX_FEATURES });
            }
            self.n_found += 1;
        }
        let letter = home.name.as_bytes().first().copied().unwrap_or(b' ');
        (self.found)(Found { namespace: home.name, key, text, letter, hash, value, kind });
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), FeatureError> {
    if name.is_empty() {
        return Err(FeatureError::EmptyName);
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(FeatureError::NameTooLong { most: MAX_NAME_BYTES });
    }
    Ok(())
}

/// A JSON number as a feature's value: finite and of a size that can be squared.
fn bounded(number: &Number) -> f32 {
    let value = number.as_f64().unwrap_or(0.0);
    (value as f32).clamp(-MAX_VALUE, MAX_VALUE)
}

/// The number that a text spells, or that its only character is.
fn spelled(text: &str) -> Option<f32> {
    let mut chars = text.chars();
    let number = match (chars.next(), chars.next()) {
        (Some(digit), None) => digit.to_digit(10).unwrap_or(u32::from(digit)) as f32,
        (Some(first), _) if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') => text.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then(|| number.clamp(-MAX_VALUE, MAX_VALUE))
}
