//! Numbers and times in words, made on the server so that both renderings of a page agree.

use time::OffsetDateTime;

pub use super::count::count;
use super::{EventNewsPart, EventPageData, EventRow, EventRows, Instant, zone::Zone};

const SECOND_US: i64 = 1_000_000;

/// A reward: two decimals, three where two would show nothing.
pub fn reward(value: f64) -> String {
    let decimals = if value != 0.0 && value.abs() < 0.1 { 3 } else { 2 };
    minus(&format!("{value:.decimals$}"))
}

/// With its sign, also when it is positive.
pub fn signed(value: f64, decimals: usize) -> String {
    let words = minus(&format!("{value:+.decimals$}"));
    // A rounded nothing has no side.
    if words.chars().any(|c| c.is_ascii_digit() && c != '0') {
        words
    } else {
        words.trim_start_matches(['+', '−']).to_owned()
    }
}

/// "0.31 ± 0.02"
pub fn interval(value: f64, half_width: f64) -> String {
    let decimals = if half_width < 0.01 { 3 } else { 2 };
    minus(&format!("{value:.decimals$} ± {half_width:.decimals$}"))
}

/// "34 %"; one decimal below ten, so that a floor of a few per mille can be seen.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "< 0.1 %".to_owned()
    } else if percent < 10.0 || (percent > 99.0 && percent < 100.0) {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// "5 %", "2.5 %": a share that somebody chose, told as they wrote it.
pub fn setting(share: f64) -> String {
    format!("{} %", (share * 10_000.0).round() / 100.0)
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// A number of things to come, no more exact than it can be known: two digits.
pub fn about(n: f64) -> String {
    let scale = 10_f64.powf((n.max(1.0).log10().floor() - 1.0).max(0.0));
    count(((n / scale).ceil() * scale) as u64)
}

/// "812 kB", "4.2 MB"
pub fn bytes(n: u64) -> String {
    match n {
        ..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

/// "14 minutes", "3 days": the largest unit alone. Weeks from five on, because "34 days" is easier to think of than four.
pub fn span(span_us: i64) -> String {
    const UNITS: [(i64, i64, &str); 5] = [
        (5 * 604_800, 604_800, "week"),
        (86_400, 86_400, "day"),
        (3_600, 3_600, "hour"),
        (60, 60, "minute"),
        (1, 1, "second"),
    ];
    let seconds = span_us.max(0) / SECOND_US;
    let (_, length, unit) = UNITS.into_iter().find(|(least, ..)| seconds >= *least).unwrap_or(UNITS[4]);
    counted(seconds / length, unit)
}

/// "1 day", "3 days"
pub fn counted(n: i64, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

/// "1.4 s", "140 ms", "14 minutes": a span between two records of one event.
pub fn delay(span_us: i64) -> String {
    match span_us {
        ..SECOND_US => format!("{} ms", span_us.max(0) / 1_000),
        SECOND_US..60_000_000 => format!("{:.1} s", span_us as f64 / SECOND_US as f64),
        _ => span(span_us),
    }
}

/// "3 seconds ago"; what seems to come is just now, because clocks differ a little.
pub fn ago(at_us: i64, now_us: i64) -> String {
    relative(at_us.min(now_us), now_us)
}

/// "3 minutes ago", "in 2 days".
pub fn relative(at_us: i64, now_us: i64) -> String {
    let past_us = now_us.saturating_sub(at_us);
    match past_us {
        0..SECOND_US => "just now".to_owned(),
        SECOND_US.. => format!("{} ago", span(past_us)),
        _ => format!("in {}", span(past_us.saturating_neg())),
    }
}

/// A moment for a page that is made at `now_us`, to the millisecond. Its own zone is UTC until it is given another.
pub fn instant(at_us: i64, now_us: i64) -> Instant {
    moment(&Zone::default(), at_us, now_us, Precision::Milliseconds)
}

/// How finely a moment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Minutes,
    Milliseconds,
}

/// A moment for somebody in this zone.
pub fn moment(zone: &Zone, at_us: i64, now_us: i64, precision: Precision) -> Instant {
    let at = date_time(at_us);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let milli = match precision {
        Precision::Minutes => String::new(),
        Precision::Milliseconds => format!(".{:03}", at.millisecond()),
    };
    Instant {
        at_us,
        iso: format!("{year:04}-{month:02}-{day:02}T{}{milli}Z", clock(at_us)),
        local: calendar(zone, at_us, precision),
        exact: exact(zone, at_us, precision),
        relative: relative(at_us, now_us),
    }
}

/// In this zone, and in UTC where that is another.
fn exact(zone: &Zone, at_us: i64, precision: Precision) -> String {
    let (local, utc) = (calendar(zone, at_us, precision), utc(at_us, precision));
    if local == utc { utc } else { format!("{local} ({utc})") }
}

/// "21 Nov 2025, 11:42:07.120 UTC"
pub fn utc(at_us: i64, precision: Precision) -> String {
    calendar(&Zone::default(), at_us, precision)
}

/// "21 Nov 2025, 11:42 CET"
fn calendar(zone: &Zone, at_us: i64, precision: Precision) -> String {
    let local_us = zone.local_us(at_us);
    let at = date_time(local_us);
    let time = match precision {
        Precision::Minutes => format!("{:02}:{:02}", at.hour(), at.minute()),
        Precision::Milliseconds => format!("{}.{:03}", clock(local_us), at.millisecond()),
    };
    format!("{}, {time} {}", day(local_us), zone.short(at_us))
}

impl Instant {
    /// The same moment for somebody in this zone.
    pub fn in_zone(&mut self, zone: &Zone) {
        let precision = if self.iso.contains('.') { Precision::Milliseconds } else { Precision::Minutes };
        self.local = calendar(zone, self.at_us, precision);
        self.exact = exact(zone, self.at_us, precision);
    }
}

impl EventRow {
    /// The same row for somebody in this zone.
    pub fn in_zone(mut self, zone: &Zone) -> Self {
        self.ranked_at.in_zone(zone);
        self.time = event_time(zone.local_us(self.ranked_at.at_us), self.is_of_today);
        self
    }
}

impl EventRows {
    /// The same rows for somebody in this zone.
    pub fn in_zone(self, zone: &Zone) -> Self {
        let all = |rows: Vec<EventRow>| rows.into_iter().map(|row| row.in_zone(zone)).collect();
        Self { rows: all(self.rows), pinned: all(self.pinned), ..self }
    }
}

impl EventNewsPart {
    /// The same news for somebody in this zone.
    pub fn in_zone(self, zone: &Zone) -> Self {
        Self { rows: self.rows.into_iter().map(|row| row.in_zone(zone)).collect(), ..self }
    }
}

/// "11:42:07.120" of a row; of another day the clock alone would mislead.
pub fn event_time(at_us: i64, is_of_today: bool) -> String {
    if is_of_today { clock_exact(at_us) } else { format!("{}, {}", day(at_us), clock(at_us)) }
}

impl EventPageData {
    /// The same page for somebody in this zone.
    pub fn in_zone(mut self, zone: &Zone) -> Self {
        self.ranked_at.in_zone(zone);
        self.timeline.iter_mut().filter_map(|step| step.at.as_mut()).for_each(|at| at.in_zone(zone));
        self.rewards.iter_mut().for_each(|reward| reward.at.in_zone(zone));
        self
    }
}

/// "2025-11-21T11:42:07": what an input for a date and a time holds. This and what follows take what a clock shows
/// (`Zone::local_us`).
pub fn field_time(at_us: i64) -> String {
    let at = date_time(at_us);
    format!("{:04}-{:02}-{:02}T{}", at.year(), u8::from(at.month()), at.day(), clock(at_us))
}

/// Reads what such an input holds, with or without seconds.
pub fn read_field_time(text: &str) -> Option<i64> {
    use time::{PrimitiveDateTime, format_description::well_known::Iso8601};
    let at = PrimitiveDateTime::parse(text.trim().trim_end_matches('Z'), &Iso8601::PARSING).ok()?;
    i64::try_from(at.assume_utc().unix_timestamp_nanos() / 1_000).ok()
}

/// "11:42:07"
pub fn clock(at_us: i64) -> String {
    let at = date_time(at_us);
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// "11:42:07.120"
pub fn clock_exact(at_us: i64) -> String {
    format!("{}.{:03}", clock(at_us), date_time(at_us).millisecond())
}

/// "11:42", or "21 Nov" where a day begins; with seconds or the day where steps of `step_us` need them.
pub fn tick(at_us: i64, step_us: i64) -> String {
    let at = date_time(at_us);
    let day = || format!("{} {}", at.day(), &at.month().to_string()[..3]);
    match step_us {
        86_400_000_000.. => day(),
        60_000_000.. if at.hour() == 0 && at.minute() == 0 => day(),
        60_000_000.. => format!("{:02}:{:02}", at.hour(), at.minute()),
        _ => clock(at_us),
    }
}

/// "21 Nov 2025"
pub fn day(at_us: i64) -> String {
    let at = date_time(at_us);
    format!("{} {} {}", at.day(), &at.month().to_string()[..3], at.year())
}

/// A row of a table: the day only where the range is longer than one.
pub fn row_time(at_us: i64, range_us: i64) -> String {
    let at = date_time(at_us);
    if range_us > 86_400_000_000 {
        let name = &at.month().to_string()[..3];
        format!("{} {name}, {:02}:{:02}", at.day(), at.hour(), at.minute())
    } else {
        clock(at_us)
    }
}

/// Times outside the calendar stand at its beginning; the log cannot hold any.
fn date_time(at_us: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_us) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_person_writes_them() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(reward(-0.5), "−0.50");
        assert_eq!(reward(0.012), "0.012");
        assert_eq!(signed(18.4, 0), "+18");
        assert_eq!(signed(-0.2, 0), "0");
        assert_eq!(interval(0.3111, 0.0042), "0.311 ± 0.004");
        assert_eq!(percent(0.0025), "0.2 %");
        assert_eq!(percent(0.0001), "< 0.1 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!([812, 812_160, 4_194_304].map(bytes), ["812 B", "812 kB", "4.2 MB"]);
    }

    #[test]
    fn what_is_still_to_come_is_not_told_more_exactly_than_it_is_known() {
        assert_eq!(about(1_873.0), "1,900");
        assert_eq!(about(7.2), "8");
        assert_eq!(about(99.0), "99");
    }

    #[test]
    fn times_are_told_by_their_largest_unit() {
        assert_eq!(span(14 * 60 * SECOND_US + 59 * SECOND_US), "14 minutes");
        assert_eq!(span(SECOND_US), "1 second");
        assert_eq!(delay(140_000), "140 ms");
        assert_eq!(delay(1_440_000), "1.4 s");
        assert_eq!(ago(0, 500_000), "just now");
        assert_eq!(ago(10, 5 - SECOND_US), "just now");
        assert_eq!(relative(2 * 86_400 * SECOND_US, 0), "in 2 days");
        assert_eq!(span(20 * 86_400 * SECOND_US), "20 days");
        assert_eq!(span(50 * 86_400 * SECOND_US), "7 weeks");
        let instant = instant(1_763_725_327_120_000, 1_763_725_330_120_000);
        assert_eq!(instant.iso, "2025-11-21T11:42:07.120Z");
        assert_eq!(instant.exact, "21 Nov 2025, 11:42:07.120 UTC");
        assert_eq!(instant.relative, "3 seconds ago");
        let mut instant = instant;
        instant.in_zone(&Zone::named("Asia/Tokyo").expect("known"));
        assert_eq!(instant.local, "21 Nov 2025, 20:42:07.120 JST");
        assert_eq!(instant.exact, "21 Nov 2025, 20:42:07.120 JST (21 Nov 2025, 11:42:07.120 UTC)");
    }

    #[test]
    fn the_time_of_a_field_is_read_as_it_was_written() {
        let at_us = 1_763_725_327_000_000;
        assert_eq!(field_time(at_us), "2025-11-21T11:42:07");
        assert_eq!(read_field_time("2025-11-21T11:42:07"), Some(at_us));
        assert_eq!(read_field_time("2025-11-21T11:42"), Some(at_us - 7 * SECOND_US));
        assert_eq!(read_field_time("yesterday"), None);
    }

    #[test]
    fn a_tick_names_the_day_where_one_begins() {
        let midnight = 1_763_683_200_000_000;
        assert_eq!(tick(midnight, 3_600 * SECOND_US), "21 Nov");
        assert_eq!(tick(midnight + 3_600 * SECOND_US, 3_600 * SECOND_US), "01:00");
        assert_eq!(tick(midnight + SECOND_US, SECOND_US), "00:00:01");
    }
}
