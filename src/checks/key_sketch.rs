//! What is remembered of one key: counts by kind of value, about how many different ones, and a few as examples.

use serde_json::Number;

use super::{
    cardinality::Cardinality,
    text_shape::{TextShape, is_epoch},
};
use crate::terms::FeatureValue;

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
    pub fn see(&mut self, value: &FeatureValue<'_>) {
        self.n_values += 1;
        match value {
            FeatureValue::Null => self.n_null += 1,
            FeatureValue::Text(text) => self.see_text(text),
            FeatureValue::Number(number) => self.see_number(number),
            FeatureValue::Bool(yes) => self.distinct.add(&[u8::from(*yes)]),
            FeatureValue::Array(items) => self.see_array(items),
            FeatureValue::Object(_) => {}
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

    fn see_array(&mut self, items: &[FeatureValue<'_>]) {
        self.n_arrays += 1;
        self.longest_array = self.longest_array.max(items.len());
        self.n_items += items.len() as u64;
        self.n_zero_items += items.iter().filter(|item| number(item) == Some(0.0)).count() as u64;
        items.iter().filter_map(number).for_each(|item| self.distinct.add(&item.to_bits().to_le_bytes()));
    }
}

fn number(value: &FeatureValue<'_>) -> Option<f64> {
    match value {
        FeatureValue::Number(number) => number.as_f64(),
        _ => None,
    }
}

fn example(value: &FeatureValue<'_>) -> String {
    let written = match value {
        FeatureValue::Text(text) => format!("{text:?}"),
        // A long array is cut anyway, so its end is not even written.
        FeatureValue::Array(items) => json(&items[..items.len().min(EXAMPLE_CHARS / 2)]),
        other => json(other),
    };
    match written.char_indices().nth(EXAMPLE_CHARS) {
        Some((at, _)) => format!("{}…", &written[..at]),
        None => written,
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("what came from JSON becomes JSON")
}
