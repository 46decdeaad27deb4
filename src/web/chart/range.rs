//! Which span of time the charts show, as links and fields: it stands in the address, so that it can be kept and sent.

use leptos::prelude::*;
use leptos_router::{hooks::use_location, params::ParamsMap};

use crate::reports::{Smoothing, TimeRange};

/// `2025-11-21T11:42:07`, in UTC: how addresses write moments. By hand, because the browser's half has no calendar on
/// board.
pub fn written(at_us: i64) -> String {
    let seconds = at_us.div_euclid(1_000_000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
}

/// The date of a day counted from 1970: Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The part of an address that says the range, as it stands there now: "?range=hour", "?from=…&to=…" or nothing. Links
/// between the pages of a loop end with it.
pub fn range_query(query: &ParamsMap) -> String {
    let named = ["range", "from", "to", "zone", "as"];
    let kept: Vec<String> = named
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", query.get_str(name)?)))
        .filter(|part| part.chars().all(|c| c.is_ascii_alphanumeric() || "=-:./_".contains(c)))
        .collect();
    if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
}

/// Named spans as links; two moments as fields, which work without script.
#[component]
pub fn RangeControl(
    range: Signal<TimeRange>,
    smoothing: Signal<Smoothing>,
    /// The zone in which the fields are.
    zone: Signal<String>,
    /// What is drawn now.
    ends: Signal<(String, String)>,
) -> impl IntoView {
    let path = use_location().pathname;
    let smooth = move || match smoothing.get() {
        Smoothing::Each => String::new(),
        other => format!("&as={}", other.as_str()),
    };
    let tab = move |one: TimeRange| {
        view! {
            <a class="segmented__item" href=move || format!("{}?range={}{}", path.get(), one.as_str(), smooth())
                aria-current=move || (range.get() == one).then_some("true")>{one.as_str()}</a>
        }
    };
    let is_custom = move || matches!(range.get(), TimeRange::Custom(..));
    let field = move |name: &'static str, label: &'static str, value: Signal<String>| {
        view! {
            <label>{label}" ("{move || zone.get()}")"
                <input class="input" type="datetime-local" step="1" name=name required value=move || value.get()/>
            </label>
        }
    };
    view! {
        <div class="row range">
            <nav class="segmented" aria-label="Time range">
                <span class="segmented__label">"Last"</span>
                {TimeRange::NAMED.map(tab)}
            </nav>
            <details class="range__custom" data-current=move || is_custom().then_some("true")>
                <summary class="button button--small">{move || if is_custom() { "Chosen span" } else { "From … to" }}</summary>
                <form class="range__fields" method="get" action=move || path.get()>
                    {field("from", "From", Signal::derive(move || ends.get().0))}
                    {field("to", "To", Signal::derive(move || ends.get().1))}
                    // So that the address means the same to everybody it is sent to.
                    <input type="hidden" name="zone" value=move || zone.get()/>
                    <button type="submit" class="button">"Show"</button>
                </form>
            </details>
        </div>
    }
    .into_any()
}

/// What a point of the curve looks at.
#[component]
pub fn SmoothingControl(smoothing: Signal<Smoothing>, search: Signal<String>) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |one: Smoothing| {
        let href = move || format!("{}?{}as={}", path.get(), search.get(), one.as_str());
        view! {
            <a class="segmented__item" href=href aria-current=move || (smoothing.get() == one).then_some("true")>{one.words()}</a>
        }
    };
    view! { <nav class="segmented" aria-label="What a point looks at">{Smoothing::ALL.map(tab)}</nav> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_a_calendar_does() {
        assert_eq!(written(0), "1970-01-01T00:00:00");
        assert_eq!(written(1_763_725_327_120_000), "2025-11-21T11:42:07");
        assert_eq!(written(951_782_400_000_000), "2000-02-29T00:00:00");
        assert_eq!(written(4_102_444_799_000_000), "2099-12-31T23:59:59");
    }

    #[test]
    fn the_range_goes_along_and_nothing_else_does() {
        let query = |pairs: &[(&str, &str)]| {
            let mut query = ParamsMap::new();
            pairs.iter().for_each(|(name, value)| query.insert((*name).to_owned(), (*value).to_owned()));
            range_query(&query)
        };
        assert_eq!(query(&[("range", "day"), ("before", "12")]), "?range=day");
        assert_eq!(query(&[("from", "2025-11-21T11:42:07"), ("to", "x&y")]), "?from=2025-11-21T11:42:07");
        assert_eq!(query(&[("zone", "Europe/Berlin")]), "?zone=Europe/Berlin");
        assert_eq!(query(&[]), "");
    }
}
