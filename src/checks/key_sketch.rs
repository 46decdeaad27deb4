//! What is remembered of one key: counts by kind of value, about how many different ones, and a few as examples.

use serde_json::{Number, Value};

use super::{
    cardinality::Cardinality,
    text_shape::{TextShape, is_epoch},
};

/// Values kept as examples, and how much of each.
const N_EXAMPLES: usize = 3;
const EXAMPLE_CHARS: usize = 60;

/// The values of one key.
#[derive(Debug, Clone, Default)]
pub struct KeySketch {
    pub n_values: u64,
    pub n_null: u64,
    pub n_texts: u64,
    pub n_numbers: u64,
    pub n_arrays: u64,
    /// Texts that are numbers.
    pub n_numeric_texts: u64,
    /// Texts and numbers that are moments.
    pub n_instants: u64,
    /// Texts that are printed lists or objects.
    pub n_printed_lists: u64,
    pub n_whole_numbers: u64,
    /// The largest number, without its sign.
    pub largest: f64,
    pub longest_array: usize,
    pub n_items: u64,
    pub n_zero_items: u64,
    pub distinct: Cardinality,
    pub examples: Vec<String>,
}

impl KeySketch {
    /// One more value. Objects are namespaces and do not come here.
    pub fn see(&mut self, value: &Value) {
        self.n_values += 1;
        match value {
            Value::Null => self.n_null += 1,
            Value::String(text) => self.see_text(text),
            Value::Number(number) => self.see_number(number),
            Value::Bool(yes) => self.distinct.add(&[u8::from(*yes)]),
            Value::Array(items) => self.see_array(items),
            Value::Object(_) => {}
        }
        let written = example(value);
        if self.examples.len() < N_EXAMPLES && !self.examples.contains(&written) {
            self.examples.push(written);
        }
    }

    fn see_text(&mut self, text: &str) {
        self.n_texts += 1;
        self.distinct.add(text.as_bytes());
        match TextShape::of(text) {
            TextShape::Plain => {}
            TextShape::Number => self.n_numeric_texts += 1,
            TextShape::Instant => self.n_instants += 1,
            TextShape::PrintedList => self.n_printed_lists += 1,
        }
    }

    fn see_number(&mut self, number: &Number) {
        let number = number.as_f64().unwrap_or_default();
        self.n_numbers += 1;
        self.distinct.add(&number.to_bits().to_le_bytes());
        self.n_whole_numbers += u64::from(number.fract() == 0.0);
        self.n_instants += u64::from(is_epoch(number));
        self.largest = self.largest.max(number.abs());
    }

    fn see_array(&mut self, items: &[Value]) {
        self.n_arrays += 1;
        self.longest_array = self.longest_array.max(items.len());
        self.n_items += items.len() as u64;
        self.n_zero_items += items.iter().filter(|item| item.as_f64() == Some(0.0)).count() as u64;
        items.iter().filter_map(Value::as_f64).for_each(|item| self.distinct.add(&item.to_bits().to_le_bytes()));
    }
}

fn example(value: &Value) -> String {
    let written = match value {
        Value::String(text) => format!("{text:?}"),
        // A long array is cut anyway, so its end is not even written.
        Value::Array(items) => {
            Value::from(items.iter().take(EXAMPLE_CHARS / 2).cloned().collect::<Vec<_>>()).to_string()
        }
        other => other.to_string(),
    };
    match written.char_indices().nth(EXAMPLE_CHARS) {
        Some((at, _)) => format!("{}…", &written[..at]),
        None => written,
    }
}
