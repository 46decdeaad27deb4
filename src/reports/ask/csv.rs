//! A chart's numbers for a spreadsheet.

use std::fmt::Write;

use super::words;
use crate::reports::Chart;

/// A row for each span, oldest first, with the ends of each value's interval beside it. Times are in UTC; what is not
/// known is empty.
pub fn as_csv(chart: &Chart) -> String {
    let data = &chart.data;
    let mut csv = String::from("from,to,ranked,rewarded,is_open");
    for series in &data.series {
        let name = quoted(&series.key);
        let _ = match data.is_stacked {
            true => write!(csv, ",{name}"),
            false => write!(csv, ",{name},{name}_low,{name}_high"),
        };
    }
    csv.push_str("\r\n");
    for (idx, span) in data.spans.iter().enumerate() {
        let (from, to) = (words::field_time(span.start_us), words::field_time(span.end_us));
        let _ = write!(csv, "{from}Z,{to}Z,{},{},{}", span.n_ranked, span.n_rewarded, span.is_open);
        for series in &data.series {
            let _ = match (series.points[idx], data.is_stacked) {
                (Some(it), true) => write!(csv, ",{}", it.value),
                (Some(it), false) => write!(csv, ",{},{},{}", it.value, it.low(), it.high()),
                (None, true) => write!(csv, ","),
                (None, false) => write!(csv, ",,,"),
            };
        }
        csv.push_str("\r\n");
    }
    csv
}

/// A name as one cell, whatever is in it. One that a spreadsheet would take for a formula is made a text.
fn quoted(name: &str) -> String {
    let name = if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() };
    if name.contains([',', '"', '\n', '\r']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_a_row_or_becomes_a_formula() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=cmd()"), "'=cmd()");
        assert_eq!(quoted("plain"), "plain");
    }
}
