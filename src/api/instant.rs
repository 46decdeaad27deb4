//! Instants on the wire: RFC 3339 in UTC, to the microsecond that is stored.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A stored instant as text.
pub fn write(at_us: i64) -> String {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_us) * 1_000);
    // Only years beyond 9999 have no such text, and no clock of ours shows them.
    instant.ok().and_then(|instant| instant.format(&Rfc3339).ok()).unwrap_or_else(|| at_us.to_string())
}

/// Reads an instant; `None` when the text is none.
pub fn read(text: &str) -> Option<i64> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(instant.unix_timestamp_nanos() / 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_the_round_trip_to_the_microsecond() {
        let at_us = 1_763_722_800_123_456;
        assert_eq!(write(at_us), "2025-11-21T11:00:00.123456Z");
        assert_eq!(read(&write(at_us)), Some(at_us));
        assert_eq!(read("2025-11-21T12:00:00.123456+01:00"), Some(at_us));
        assert_eq!(read("yesterday"), None);
    }
}
