//! Where the charts of a page are being read: one moment for all of them.

use leptos::prelude::*;

use crate::reports::Chart;

/// The moment under the pointer or the keys, on every chart of the page.
#[derive(Debug, Clone, Copy)]
pub struct ChartCursor {
    pub at_us: RwSignal<Option<i64>>,
    /// Where a selection began, while one is being drawn.
    pub begun_us: RwSignal<Option<i64>>,
}

/// For all charts below this component.
pub fn provide_cursor() -> ChartCursor {
    let cursor = ChartCursor { at_us: RwSignal::new(None), begun_us: RwSignal::new(None) };
    provide_context(cursor);
    cursor
}

/// The span that holds a moment, or the last one before it.
pub fn span_at(chart: &Chart, at_us: i64) -> Option<usize> {
    let spans = &chart.data.spans;
    spans.iter().rposition(|span| span.start_us <= at_us).or((!spans.is_empty()).then_some(0))
}

/// The middle of a span: where its point stands.
pub fn middle_us(chart: &Chart, span: usize) -> i64 {
    let span = chart.data.spans[span];
    span.start_us + (span.end_us.min(chart.data.to_us) - span.start_us) / 2
}

/// The moment of the span so many places on; from nowhere the last span is the first to be read.
pub fn stepped(chart: &Chart, at_us: Option<i64>, step: i64) -> Option<i64> {
    let n_spans = chart.data.spans.len() as i64;
    let now = at_us.and_then(|at_us| span_at(chart, at_us)).map_or(n_spans - 1, |span| span as i64 + step);
    (n_spans > 0).then(|| middle_us(chart, now.clamp(0, n_spans - 1) as usize))
}

/// The moment at this part of the width.
pub fn moment(chart: &Chart, share: f64) -> i64 {
    let (from_us, to_us) = (chart.data.from_us, chart.data.to_us);
    from_us + ((to_us - from_us) as f64 * share.clamp(0.0, 1.0)) as i64
}

/// A moment as percents of the width, for an attribute.
pub fn percent_x(chart: &Chart, at_us: i64) -> f64 {
    let (from_us, to_us) = (chart.data.from_us, chart.data.to_us);
    ((at_us - from_us) as f64 / (to_us - from_us).max(1) as f64 * 100.0).clamp(0.0, 100.0)
}

/// What the table says of a series in a span. Rows stand the newest first.
pub fn words_of(chart: &Chart, series: &str, span: usize) -> Option<String> {
    let column = chart.table.head.iter().position(|name| name == series)?;
    let row = chart.table.rows.len().checked_sub(span + 1)?;
    chart.table.rows.get(row)?.get(column).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::{ChartData, ChartSpan, Table};

    fn chart() -> Chart {
        let span = |start_us| ChartSpan { start_us, end_us: start_us + 10, n_ranked: 1, n_rewarded: 1, is_open: false };
        let row = |words: &str| vec!["then".to_owned(), words.to_owned()];
        Chart {
            id: "c".into(),
            title: String::new(),
            picture: None,
            summary: String::new(),
            notes: Vec::new(),
            data: ChartData {
                unit: String::new(),
                from_us: 100,
                to_us: 140,
                zone: "UTC".to_owned(),
                low: 0.0,
                high: 1.0,
                is_stacked: false,
                // Nothing happened from 110 to 130.
                spans: vec![span(100), span(130)],
                series: Vec::new(),
                annotations: Vec::new(),
            },
            table: Table {
                caption: String::new(),
                head: vec!["From".into(), "Learned".into()],
                rows: vec![row("new"), row("old")],
            },
        }
    }

    #[test]
    fn a_moment_belongs_to_the_span_before_it_and_reads_its_row() {
        let chart = chart();
        assert_eq!([99, 100, 125, 131].map(|at_us| span_at(&chart, at_us)), [Some(0), Some(0), Some(0), Some(1)]);
        assert_eq!(words_of(&chart, "Learned", 1).as_deref(), Some("new"));
        assert_eq!(words_of(&chart, "Learned", 0).as_deref(), Some("old"));
        assert_eq!(words_of(&chart, "Nobody", 0), None);
    }

    #[test]
    fn keys_go_from_span_to_span_and_stop_at_the_ends() {
        let chart = chart();
        assert_eq!(stepped(&chart, None, -1), Some(135));
        assert_eq!(stepped(&chart, Some(135), -1), Some(105));
        assert_eq!(stepped(&chart, Some(105), -1), Some(105));
        assert_eq!(stepped(&chart, Some(135), 1), Some(135));
    }

    #[test]
    fn places_and_moments_are_the_same_thing() {
        let chart = chart();
        assert_eq!(moment(&chart, 0.5), 120);
        assert!((percent_x(&chart, 120) - 50.0).abs() < 1e-9);
        assert_eq!(moment(&chart, 7.0), 140);
    }
}
