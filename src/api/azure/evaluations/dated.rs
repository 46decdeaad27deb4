//! Dates of contracts and queries.

use crate::api::{ApiError, instant};

/// A date or date-time that has to be there.
pub fn read_date(text: Option<&str>, field: &'static str, code: &'static str) -> Result<i64, ApiError> {
    let text = text.ok_or_else(|| ApiError::bad(code, format!("The contract needs a `{field}`.")).at(field))?;
    instant::read(text).ok_or_else(|| ApiError::bad(code, format!("`{field}` is not a date or date-time.")).at(field))
}
