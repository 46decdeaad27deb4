//! What a drawing holds: its words, its series, its gaps; and never a number that is none.

use rankloop::reports::{Chart, chart};

use crate::samples::{mark, rising, shares};

const NAMES: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "others"];

fn picture(mut drawn: Chart) -> String {
    if drawn.data.is_stacked {
        chart::areas(&mut drawn)
    } else {
        chart::lines(&mut drawn)
    }
    drawn.picture.expect("there is something to draw")
}

/// The opening tags of one kind.
fn tags<'a>(svg: &'a str, kind: &str) -> Vec<&'a str> {
    let opening = format!("<{kind} ");
    svg.match_indices(&opening).map(|(at, _)| &svg[at..at + svg[at..].find('>').expect("it ends")]).collect()
}

fn lines_of<'a>(svg: &'a str, variable: &str) -> Vec<&'a str> {
    let stroke = format!("stroke=\"var(--{variable})\"");
    tags(svg, "polyline").into_iter().filter(|tag| tag.contains(&stroke)).collect()
}

#[test]
fn a_drawing_says_what_it_is_and_what_it_shows() {
    let svg = picture(rising(60));
    assert!(svg.contains("role=\"img\" aria-labelledby=\"reward-title\" aria-describedby=\"reward-desc\""));
    assert!(svg.contains(">Reward over time</title>"));
    assert!(svg.contains(">It rises &amp; &lt;rises&gt;.</desc>"));
    assert_eq!(svg.matches("<svg").count(), svg.matches("</svg>").count());
}

#[test]
fn words_are_never_scaled_and_lines_keep_their_width() {
    let svg = picture(rising(60));
    let plot = &svg[svg.find("<svg class=\"chart__plot\"").expect("a plot")..];
    let plot = &plot[..plot.find("</svg>").expect("it ends")];
    assert!(plot.contains("preserveAspectRatio=\"none\"") && !plot.contains("<text"));
    assert!(tags(plot, "polyline").iter().all(|line| line.contains("vector-effect=\"non-scaling-stroke\"")));
    let around = svg.replace(plot, "");
    assert!(around.contains("<text") && !around.contains("viewBox"), "what has words has no scale");
}

#[test]
fn each_series_has_its_colour_and_its_dashes() {
    let svg = picture(rising(60));
    let is_dashed = |variable: &str| lines_of(&svg, variable).iter().all(|line| line.contains("stroke-dasharray"));
    assert!(is_dashed("series-baseline") && is_dashed("series-random") && !is_dashed("series-learned"));
    assert!(svg.contains("fill=\"var(--series-band)\""));
}

#[test]
fn no_colour_is_fixed_and_no_number_is_none() {
    for svg in [picture(rising(60)), picture(shares(&NAMES, 60, &[20]))] {
        assert!(!svg.contains("=\"#01FA"), "a colour that no theme can change");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}

#[test]
fn a_gap_parts_a_line_and_is_not_bridged() {
    let solid = |svg: &str| lines_of(svg, "series-learned").iter().filter(|line| !line.contains("dasharray")).count();
    let mut whole = rising(60);
    whole.data.spans.truncate(30);
    whole.data.series.iter_mut().for_each(|series| series.points.truncate(30));
    assert_eq!([solid(&picture(whole)), solid(&picture(rising(60)))], [1, 2]);
}

#[test]
fn what_can_still_change_is_dotted_and_has_no_band() {
    let mut over = rising(60);
    over.data.spans.iter_mut().for_each(|span| span.is_open = false);
    let dotted = |svg: &str| lines_of(svg, "series-learned").iter().filter(|line| line.contains("dasharray")).count();
    let (open, over) = (picture(rising(60)), picture(over));
    assert_eq!([dotted(&open), dotted(&over)], [1, 0]);
    assert!(open.contains("var(--chart-open)") && !over.contains("var(--chart-open)"));
}

#[test]
fn a_gap_parts_every_area() {
    let polygons = |gaps: &[usize]| tags(&picture(shares(&NAMES, 60, gaps)), "polygon").len();
    assert_eq!(polygons(&[]), NAMES.len());
    assert_eq!(polygons(&[30]), 2 * NAMES.len());
}

#[test]
fn actions_beyond_eight_have_patterns() {
    let names: Vec<String> = (0..12).map(|n| format!("a{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let svg = picture(shares(&names, 10, &[]));
    assert!(svg.contains("fill=\"url(#actions-pattern-8)\"") && svg.contains("<pattern id=\"actions-pattern-8\""));
    assert!(!svg.contains("actions-pattern-7"), "the first eight are plain");
}

#[test]
fn a_change_is_a_line_with_a_letter_that_says_who_and_what() {
    for mut drawn in [rising(60), shares(&NAMES, 60, &[])] {
        let without = picture(drawn.clone());
        drawn.data.annotations.push(mark());
        let with = picture(drawn);
        assert_eq!(lines_of(&without, "chart-mark").len(), 0);
        assert_eq!(lines_of(&with, "chart-mark").len(), 1);
        assert!(with.contains("href=\"#change-A\""));
        assert!(with.contains("by Ada &lt;ada@example.com&gt;: Settings changed\nExploration: 20 % → 10 %"), "{with}");
    }
}

#[test]
fn nothing_to_draw_is_no_drawing() {
    let mut nothing = rising(10);
    nothing.data.series.iter_mut().for_each(|series| series.points.fill(None));
    chart::lines(&mut nothing);
    assert_eq!(nothing.picture, None);
    assert_eq!(chart::as_file(&nothing), None);
    assert_eq!(chart::sparkline(&[(0, 1, 0.5)], "", ""), None);
}

#[test]
fn a_single_point_is_a_dot_and_not_an_invisible_line() {
    let mut single = rising(60);
    single.data.spans = single.data.spans.split_off(5);
    single.data.spans.truncate(1);
    for series in &mut single.data.series {
        series.points = vec![series.points[5]];
    }
    let svg = picture(single);
    let dots = tags(&svg, "polyline").into_iter().filter(|line| line.contains("stroke-width=\"7\"")).count();
    // Three dots, and the bar that the band of one point is.
    assert_eq!(dots, 4);
}

#[test]
fn a_file_stands_alone() {
    let mut drawn = shares(&NAMES, 60, &[]);
    chart::areas(&mut drawn);
    let file = chart::as_file(&drawn).expect("a picture");
    assert!(file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(!file.contains("var(--"), "a file has no style sheet");
    assert!(NAMES.iter().all(|name| file.contains(&format!(">{name} "))), "every area is named");
    assert_eq!(file.matches("<svg").count(), file.matches("</svg>").count());
}

#[test]
fn of_many_changes_the_newest_have_letters() {
    let letters = |n: usize| chart::letters(vec![mark(); n]).into_iter().map(|mark| mark.letter).collect::<Vec<_>>();
    assert_eq!(letters(2), ["A", "B"]);
    let many = letters(40);
    assert_eq!((many.len(), many[25].as_str()), (26, "Z"));
}
