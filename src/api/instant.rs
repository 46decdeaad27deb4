//! Instants on the wire: written as RFC 3339 in UTC, to the microsecond that is stored; read in every form that the
//! old service's clients send.

use time::{
    Date, OffsetDateTime, PrimitiveDateTime,
    format_description::well_known::{Iso8601, Rfc3339},
    macros::format_description,
};

/// A stored instant as text.
pub fn write(at_us: i64) -> String {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_us) * 1_000);
    // Only years beyond 9999 have no such text, and no clock of ours shows them.
    instant.ok().and_then(|instant| instant.format(&Rfc3339).ok()).unwrap_or_else(|| at_us.to_string())
}

/// Without fraction and zone, as the old service wrote the dates of its configuration (contract section 8).
pub fn write_bare(at_us: i64) -> String {
    let whole = write(at_us.div_euclid(1_000_000) * 1_000_000);
    whole.trim_end_matches('Z').to_owned()
}

/// With the offset written out, as the old service wrote the dates of logs and models.
pub fn write_offset(at_us: i64) -> String {
    write(at_us).replace('Z', "+00:00")
}

/// Reads an instant: RFC 3339, one without a zone (then it is UTC), or a date alone (its midnight, UTC). `None` when
/// the text is none of them, or lies further away than microseconds reach.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let zoned = || OffsetDateTime::parse(text, &Rfc3339).ok();
    let bare = || PrimitiveDateTime::parse(text, &Iso8601::PARSING).ok().map(PrimitiveDateTime::assume_utc);
    let date =
        || Date::parse(text, format_description!("[year]-[month]-[day]")).ok().map(|date| date.midnight().assume_utc());
    let instant = zoned().or_else(bare).or_else(date)?;
    i64::try_from(instant.unix_timestamp_nanos() / 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_the_round_trip_to_the_microsecond() {
        let at_us = 1_763_722_800_123_456;
        assert_eq!(write(at_us), "2025-11-21T11:00:00.123456Z");
        assert_eq!(write_bare(at_us), "2025-11-21T11:00:00");
        assert_eq!(read(&write(at_us)), Some(at_us));
        assert_eq!(read("2025-11-21T12:00:00.123456+01:00"), Some(at_us));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn what_clients_leave_out_is_taken_as_utc_and_midnight() {
        let midnight = read("2022-09-20T00:00:00Z");
        assert!(midnight.is_some());
        assert_eq!(read("2022-09-20"), midnight);
        assert_eq!(read("2022-09-20T00:00:00"), midnight);
        assert_eq!(read("2022-09-20T00:00:00.0000000"), midnight);
        assert_eq!(read("2022-09-20T00:00:00.0000000Z"), midnight);
    }
}
