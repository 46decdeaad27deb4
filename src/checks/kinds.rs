//! The kinds of findings, and what to do about each.

use serde::{Deserialize, Serialize};

/// What is odd about a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FindingKind {
    PrintedList,
    MisspeltKey,
    Identifier,
    Timestamp,
    AlwaysNull,
    MixedTypes,
    NumberAsText,
    LargeNumbers,
    Constant,
    ManyValues,
    LongArray,
    SparseArray,
    TooManyFeatures,
    TooManyKeys,
}

impl FindingKind {
    /// A name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrintedList => "printedList",
            Self::MisspeltKey => "misspeltKey",
            Self::Identifier => "identifier",
            Self::Timestamp => "timestamp",
            Self::AlwaysNull => "alwaysNull",
            Self::MixedTypes => "mixedTypes",
            Self::NumberAsText => "numberAsText",
            Self::LargeNumbers => "largeNumbers",
            Self::Constant => "constant",
            Self::ManyValues => "manyValues",
            Self::LongArray => "longArray",
            Self::SparseArray => "sparseArray",
            Self::TooManyFeatures => "tooManyFeatures",
            Self::TooManyKeys => "tooManyKeys",
        }
    }

    /// A name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::PrintedList => "A list or object sent as text",
            Self::MisspeltKey => "Probably a misspelt key",
            Self::Identifier => "Nearly every value is different",
            Self::Timestamp => "An exact time",
            Self::AlwaysNull => "Always null",
            Self::MixedTypes => "Sometimes a number, sometimes text",
            Self::NumberAsText => "Numbers sent as text",
            Self::LargeNumbers => "Large numbers",
            Self::Constant => "Always the same",
            Self::ManyValues => "Very many different values",
            Self::LongArray => "A long array",
            Self::SparseArray => "An array of nearly only zeros",
            Self::TooManyFeatures => "Very many features",
            Self::TooManyKeys => "Keys without end",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::PrintedList => {
                "The whole text counts as one value, so nothing is learned of its parts. Send each part as a feature of \
                 its own, such as {\"vegan\": true}, or an object as an object."
            }
            Self::MisspeltKey => {
                "The two names never stand together and one is rare. What is learned under one name is not known \
                 under the other: use one spelling."
            }
            Self::Identifier => {
                "A value that hardly comes twice teaches nothing about the next event. Leave ids out, and send what \
                 is known about the person or thing instead."
            }
            Self::Timestamp => {
                "The same moment never comes again. Send what repeats: the hour or part of the day, the weekday, the \
                 season."
            }
            Self::AlwaysNull => {
                "Null counts as the text \"null\", a value like any other. Leave a feature out where it has no value."
            }
            Self::MixedTypes => {
                "A number counts by its size, a text as one value among others: the two learn apart from each other. \
                 Send it always as the same kind."
            }
            Self::NumberAsText => {
                "Each text is a value of its own, so 19 and 20 have nothing in common. Send a quantity as a number, \
                 or as a range such as \"18-25\"; a code may stay text."
            }
            Self::LargeNumbers => {
                "A number weighs by its size, so large ones drown the others. Bring it to about -1 to 1, or send a \
                 range as text."
            }
            Self::Constant => {
                "What never changes tells no event from another. Leave it out; it costs a little time and memory."
            }
            Self::ManyValues => {
                "Each value has to be learned by itself and few events share one. Group the values into some tens."
            }
            Self::LongArray => {
                "Each position is a feature and is crossed with the others. Make an embedding shorter, to a few \
                 dozen numbers, if learning is slow."
            }
            Self::SparseArray => {
                "Such an array usually marks one of many categories. Send the category's name as text: it is the \
                 same feature, shorter."
            }
            Self::TooManyFeatures => {
                "Learning gets slow and needs more events with every feature. Keep those that could change the \
                 choice; an evaluation's feature importance tells which do."
            }
            Self::TooManyKeys => {
                "New names keep coming, as if values were part of the keys. Use few fixed keys and put what varies \
                 into their values."
            }
        }
    }
}
