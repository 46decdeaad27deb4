//! When actions are valid, day by day, in the zone of whoever looks.

use super::dashboard::actions::{Calendar, CalendarDay, CalendarRow, CalendarSpan};
use crate::{
    loops::LoopAction,
    reports::{
        words::{day, field_time, read_field_time},
        zone::Zone,
    },
};

const DAY_US: i64 = 86_400 * 1_000_000;

/// A week, or five, from this day on; from the Monday of the present week where none is named.
pub fn calendar(actions: &[LoopAction], span: CalendarSpan, start: Option<&str>, zone: &Zone, now_us: i64) -> Calendar {
    let today = zone.local_us(now_us).div_euclid(DAY_US);
    let named = start.and_then(|text| read_field_time(&format!("{text}T00:00"))).map(|at_us| at_us.div_euclid(DAY_US));
    // The first day of 1970 was a Thursday.
    let first = named.unwrap_or(today - (today + 3).rem_euclid(7));
    let n_days = span.n_days();
    let ends_us = (zone.instant_us(first * DAY_US), zone.instant_us((first + n_days) * DAY_US));
    let days = (first..first + n_days).map(|local_day| one_day(local_day, local_day == first, today)).collect();
    let share = |at_us: i64| ((at_us - ends_us.0) as f32 / (ends_us.1 - ends_us.0).max(1) as f32).clamp(0.0, 1.0);
    Calendar {
        span,
        words: format!("{} to {}", day(first * DAY_US), day((first + n_days - 1) * DAY_US)),
        previous: written(first - n_days),
        next: written(first + n_days),
        days,
        now: (ends_us.0..ends_us.1).contains(&now_us).then(|| share(now_us)),
        rows: actions.iter().map(|action| row(action, ends_us, zone, share)).collect(),
    }
}

fn one_day(local_day: i64, is_first: bool, today: i64) -> CalendarDay {
    let words = day(local_day * DAY_US);
    let mut parts = words.split(' ');
    let (number, month) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    CalendarDay {
        number: number.to_owned(),
        month: (is_first || number == "1").then(|| month.to_owned()),
        is_today: local_day == today,
        is_weekend: (local_day + 3).rem_euclid(7) >= 5,
    }
}

fn row(action: &LoopAction, ends_us: (i64, i64), zone: &Zone, share: impl Fn(i64) -> f32) -> CalendarRow {
    let (from_us, to_us) = (action.valid_from_us.unwrap_or(i64::MIN), action.valid_to_us.unwrap_or(i64::MAX));
    let is_seen = action.is_active && from_us < ends_us.1 && to_us > ends_us.0;
    let told = |at_us: i64| field_time(zone.local_us(at_us)).replace('T', " ")[..16].to_owned();
    let words = match (action.is_active, action.valid_from_us, action.valid_to_us) {
        (false, _, _) => "off".to_owned(),
        (_, None, None) => "always".to_owned(),
        (_, Some(from_us), None) => format!("from {}", told(from_us)),
        (_, None, Some(to_us)) => format!("until {}", told(to_us)),
        (_, Some(from_us), Some(to_us)) => format!("{} to {}", told(from_us), told(to_us)),
    };
    CalendarRow {
        id: action.id.to_string(),
        title: action.title().map(str::to_owned),
        words,
        is_always: action.valid_from_us.is_none() && action.valid_to_us.is_none(),
        bar: is_seen.then(|| (share(from_us.max(ends_us.0)), share(to_us.min(ends_us.1)))),
    }
}

fn written(local_day: i64) -> String {
    let mut text = field_time(local_day * DAY_US);
    text.truncate("2026-01-01".len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21T12:00:00Z, a Saturday.
    const NOW: i64 = 1_795_262_400_000_000;

    fn action(from_us: Option<i64>, to_us: Option<i64>) -> LoopAction {
        LoopAction {
            id: "tea".parse().expect("an id"),
            features: Vec::new(),
            is_active: true,
            valid_from_us: from_us,
            valid_to_us: to_us,
            notes: String::new(),
            position: 0,
            updated_at_us: 0,
            updated_by: String::new(),
        }
    }

    #[test]
    fn a_week_begins_on_monday_and_bars_are_cut_at_its_ends() {
        let actions =
            [action(None, None), action(Some(NOW), None), action(Some(NOW - 30 * DAY_US), Some(NOW - 20 * DAY_US))];
        let week = calendar(&actions, CalendarSpan::Week, None, &Zone::default(), NOW);
        assert_eq!(week.words, "16 Nov 2026 to 22 Nov 2026");
        assert_eq!((week.previous.as_str(), week.next.as_str()), ("2026-11-09", "2026-11-23"));
        let weekend: Vec<bool> = week.days.iter().map(|day| day.is_weekend).collect();
        assert_eq!(weekend, [false, false, false, false, false, true, true]);
        assert!(week.days[5].is_today && week.now == Some(5.5 / 7.0));
        let bars: Vec<_> = week.rows.iter().map(|row| row.bar).collect();
        assert_eq!(bars, [Some((0.0, 1.0)), Some((5.5 / 7.0, 1.0)), None]);
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let tokyo = Zone::named("Asia/Tokyo").expect("known");
        let starts_at_midnight_there = [action(Some(1_795_186_800_000_000), None)];
        let week = calendar(&starts_at_midnight_there, CalendarSpan::Week, Some("2026-11-16"), &tokyo, NOW);
        let (from, to) = week.rows[0].bar.expect("it is in sight");
        assert!((from - 5.0 / 7.0).abs() < 1e-6 && to == 1.0, "{from} {to}");
        assert_eq!(week.rows[0].words, "from 2026-11-21 00:00");
    }
}
