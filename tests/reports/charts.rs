//! What a drawing holds: its words, its series, its gaps; and never a number that is none.

use rankloop::reports::{Drawings, RewardPoint, Unit, chart};

use crate::samples::{MINUTE_US, START_US, rising, shares, spans};

const NAMES: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "others"];

fn now_us() -> i64 {
    START_US + 60 * MINUTE_US
}

fn reward_curve(points: &[RewardPoint]) -> Drawings {
    chart::reward_curve(points, now_us(), MINUTE_US, Unit::Decision, "It rises & <rises>.").expect("there are values")
}

fn action_areas(n: usize, gaps: &[usize]) -> Drawings {
    let (spans, is_joined) = spans(n, gaps);
    chart::action_areas(&shares(&NAMES, n), &spans, &is_joined, now_us(), "Who leads.").expect("there are shares")
}

/// The opening tags of one kind.
fn tags<'a>(svg: &'a str, kind: &str) -> Vec<&'a str> {
    let opening = format!("<{kind} ");
    svg.match_indices(&opening).map(|(at, _)| &svg[at..at + svg[at..].find('>').expect("it ends")]).collect()
}

fn lines_of(svg: &str, variable: &str) -> usize {
    let stroke = format!("stroke=\"var(--{variable})\"");
    tags(svg, "polyline").iter().filter(|tag| tag.contains(&stroke)).count()
}

#[test]
fn a_drawing_says_what_it_is_and_what_it_shows() {
    for drawing in reward_curve(&rising(60)).drawings {
        assert!(drawing.svg.starts_with(&format!("<svg class=\"chart chart--{}\"", drawing.width)));
        assert!(drawing.svg.contains("role=\"img\""));
        assert!(drawing.svg.contains(">Mean reward per decision over time</title>"));
        assert!(drawing.svg.contains(">It rises &amp; &lt;rises&gt;.</desc>"));
        assert_eq!(drawing.svg.matches("<svg").count(), drawing.svg.matches("</svg>").count());
    }
}

#[test]
fn a_drawing_of_several_slots_speaks_of_slots_and_of_baseline_actions() {
    let drawings = chart::reward_curve(&rising(60), now_us(), MINUTE_US, Unit::Slot, "").expect("there are values");
    for drawing in drawings.drawings {
        assert!(drawing.svg.contains(">Mean reward per slot over time</title>"));
        assert!(drawing.svg.contains("Your baseline actions") && drawing.svg.contains("reward per slot"));
    }
}

#[test]
fn each_series_has_its_colour_and_its_dashes() {
    for drawing in reward_curve(&rising(60)).drawings {
        let dashed = |variable: &str| {
            let stroke = format!("stroke=\"var(--{variable})\"");
            let lines = tags(&drawing.svg, "polyline");
            lines.iter().filter(|tag| tag.contains(&stroke)).all(|tag| tag.contains("stroke-dasharray"))
        };
        assert!(dashed("series-baseline") && dashed("series-random") && !dashed("series-learned"));
        assert!(drawing.svg.contains("fill=\"var(--series-band)\""));
    }
}

#[test]
fn no_colour_is_fixed_and_no_number_is_none() {
    for drawing in reward_curve(&rising(60)).drawings.into_iter().chain(action_areas(60, &[20]).drawings) {
        assert!(!drawing.svg.contains("=\"#"), "a colour that no theme can change");
        assert!(!drawing.svg.contains("NaN") && !drawing.svg.contains("inf"));
    }
}

#[test]
fn a_gap_parts_a_line_and_is_not_bridged() {
    let whole: Vec<RewardPoint> = rising(60).into_iter().take(30).collect();
    let [unbroken, broken] =
        [whole, rising(60)].map(|points| lines_of(&reward_curve(&points).drawings[0].svg, "series-learned"));
    // One more line for the stretch behind the gap; the legend's swatch counts in both.
    assert_eq!(broken, unbroken + 1);
}

#[test]
fn a_gap_parts_every_area() {
    let polygons = |gaps: &[usize]| tags(&action_areas(60, gaps).drawings[0].svg, "polygon").len();
    assert_eq!(polygons(&[]), NAMES.len());
    assert_eq!(polygons(&[30]), 2 * NAMES.len());
}

#[test]
fn every_area_carries_its_name() {
    let drawings = action_areas(60, &[]).drawings;
    for name in NAMES {
        assert!(drawings.iter().all(|drawing| drawing.svg.contains(&format!("{name} "))), "{name} is missing");
    }
}

#[test]
fn nothing_to_draw_is_no_drawing() {
    let mut points = rising(10);
    for point in &mut points {
        (point.learned, point.baseline, point.random) = (None, None, None);
    }
    assert_eq!(chart::reward_curve(&points, now_us(), MINUTE_US, Unit::Decision, ""), None);
    assert_eq!(chart::reward_curve(&[], now_us(), MINUTE_US, Unit::Decision, ""), None);
    assert_eq!(chart::action_areas(&[], &[], &[], now_us(), ""), None);
    assert_eq!(chart::sparkline(&points), None);
}

#[test]
fn a_single_point_is_a_dot_and_not_an_invisible_line() {
    let svg = &reward_curve(&rising(60)[5..6]).drawings[0].svg;
    assert_eq!(tags(svg, "circle").len(), 3);
}

#[test]
fn an_action_named_like_a_colour_keeps_its_name() {
    let (spans, is_joined) = spans(5, &[]);
    let drawings = chart::action_areas(&shares(&["#01FA05"], 5), &spans, &is_joined, now_us(), "").expect("a share");
    assert!(drawings.drawings[2].svg.contains("#01FA05 100 %"));
}
