//! The crowd in words, numbers and a curve: what the readers of the loop's front page did beside those of the editor's,
//! and what is known of other front pages because the readers are made up.

use super::{
    curve::Curve,
    why::{first_name, share},
};
use crate::{
    demo::{self, CrowdNumbers, Demo, Desk, Moods, Outcome, Stretch, TasteStory, breaking, difference},
    web::{
        demo::{CrowdView, Figure, ReaderStatus, TasteNews},
        words,
    },
};

/// A point needs so many readers, and of the editor's tenth as many spans before it as this together.
const N_LEAST: u64 = 15;
const EDITOR_SPANS: usize = 6;
const KNOWN: &str = "known, because we made the readers up";
const SECOND_US: i64 = 1_000_000;

/// How the readers are doing; addresses of the dashboard are for those who can open them.
pub fn reader_status(demo: &Demo, may_read_events: bool) -> ReaderStatus {
    let status = demo.status();
    ReaderStatus {
        is_ready: status.is_ready,
        is_paused: status.is_paused,
        rate_per_second: status.rate_per_second,
        taste: status.taste.as_str().to_owned(),
        n_ranked: status.n_ranked,
        n_rewarded: status.n_rewarded,
        n_unanswered: status.n_unanswered,
        trouble: status.trouble,
        crowd: crowd_view(demo, may_read_events),
    }
}

fn crowd_view(demo: &Demo, may_read_events: bool) -> CrowdView {
    let numbers = demo.crowd();
    let path = |desk: Desk| demo.loop_of(desk).filter(|_| may_read_events).map(|id| format!("/loops/{id}/events"));
    let interest = if numbers.is_breaking { interest(demo, path(Desk::Lead)) } else { Vec::new() };
    CrowdView {
        sentence: sentence(&numbers.all),
        story: numbers.story.as_ref().map(taste_news),
        figures: figures(&numbers, path(Desk::Lead), path(Desk::Editor)),
        regret: regret(&numbers.all),
        curve: curve(&numbers),
        curve_text: curve_text(&numbers),
        is_breaking: numbers.is_breaking,
        interest,
    }
}

/// The proof in one sentence, or how much is missing.
fn sentence(all: &Stretch) -> String {
    let Some((by, half_width)) = difference(all.learned, all.editor) else {
        return too_early(all);
    };
    let points = format!("{:.0}\u{a0}±\u{a0}{:.0} points", by.abs() * 100.0, half_width * 100.0);
    if by.abs() <= half_width {
        return format!("The loop and the editor's order make about as many readers happy so far ({points} apart).");
    }
    let more = if by > 0.0 { "more" } else { "fewer" };
    format!("The loop's front page makes {points} {more} of its readers happy than the editor's (95\u{a0}% interval).")
}

fn too_early(all: &Stretch) -> String {
    // One reader in ten is shown the editor's order, and thirty of them are the least.
    let n_missing = 10 * 30_u64.saturating_sub(all.editor.n);
    match n_missing {
        0 => "Too early to compare with the editor's order: too few readers were happy yet.".to_owned(),
        n => format!("Too early to compare with the editor's order: about {n} more readers."),
    }
}

fn percent_of(moods: Moods) -> String {
    match (moods.share(), moods.half_width()) {
        (Some(happy), Some(half_width)) => format!("{:.0} % ± {:.0}", happy * 100.0, half_width * 100.0),
        _ => "too early".to_owned(),
    }
}

fn figures(numbers: &CrowdNumbers, lead: Option<String>, editor: Option<String>) -> Vec<Figure> {
    let all = &numbers.all;
    let figure = |name: &str, value: String, basis: String, series: &str, path: Option<String>| Figure {
        name: name.to_owned(),
        value,
        basis,
        series: series.to_owned(),
        path,
    };
    let readers = |moods: Moods| format!("of {} readers in {}", counted(moods.n), span(all.seconds));
    let mut figures = vec![
        figure("The loop", percent_of(all.learned), readers(all.learned), "learned", lead),
        figure("The editor's order", percent_of(all.editor), readers(all.editor), "baseline", editor),
    ];
    if all.learned.n > 0 {
        let n = all.learned.n as f64;
        let (story, n_fixed) = all.known.best_fixed();
        let known = |name: &str, n_happy: f64, basis: String, series: &str| {
            figure(name, share(n_happy / n), basis, series, None)
        };
        figures.push(known("A story at random", all.known.random, KNOWN.to_owned(), "random"));
        figures.push(known("One story for all", n_fixed, format!("“{}”, {KNOWN}", story.headline), "fixed"));
        figures.push(known("A mind reader", all.known.best, KNOWN.to_owned(), "best"));
    }
    figures
}

/// Happy readers won and missed.
fn regret(all: &Stretch) -> Option<String> {
    if all.learned.n < N_LEAST {
        return None;
    }
    let n_happy = all.learned.n_happy as f64;
    let against = |known: f64| {
        let by = n_happy - known;
        format!("{} {}", counted(by.abs().round() as u64), if by < 0.0 { "fewer" } else { "more" })
    };
    Some(format!(
        "In {} the loop made {} of {} readers happy: {} than stories at random would have, {} than the one best story \
         for all, {} than a mind reader.",
        span(all.seconds),
        counted(all.learned.n_happy),
        counted(all.learned.n),
        against(all.known.random),
        against(all.known.best_fixed().1),
        against(all.known.best),
    ))
}

fn curve(numbers: &CrowdNumbers) -> Option<String> {
    let spans = &numbers.spans;
    let oldest = spans.first()?.0.max(60) as f64;
    let x = |ago: u64| 1.0 - ago.saturating_sub(5) as f64 / oldest;
    let of_readers = |stretch: &Stretch, known: f64| (stretch.learned.n > 0).then(|| known / stretch.learned.n as f64);
    let learned = |moods: Moods| moods.share().filter(|_| moods.n >= N_LEAST);
    let editor = |idx: usize| {
        let gathered = spans[(idx + 1).saturating_sub(EDITOR_SPANS)..=idx].iter();
        let moods = gathered.fold(Moods::default(), |sum, (_, stretch)| Moods {
            n: sum.n + stretch.editor.n,
            n_happy: sum.n_happy + stretch.editor.n_happy,
        });
        learned(moods)
    };
    let drawing = Curve::new()
        .line("best", spans.iter().map(|(ago, s)| (x(*ago), of_readers(s, s.known.best))))
        .line("random", spans.iter().map(|(ago, s)| (x(*ago), of_readers(s, s.known.random))))
        .line("baseline", spans.iter().enumerate().map(|(idx, (ago, _))| (x(*ago), editor(idx))))
        .line("learned", spans.iter().map(|(ago, s)| (x(*ago), learned(s.learned))));
    let changed = numbers.story.as_ref().map(|story| 1.0 - story.seconds_ago as f64 / oldest);
    Some(match changed {
        Some(x) => drawing.mark(x).finish(),
        None => drawing.finish(),
    })
}

fn curve_text(numbers: &CrowdNumbers) -> String {
    let Some((oldest, _)) = numbers.spans.first() else { return "No reader has closed the page yet.".to_owned() };
    let minute = &numbers.minute;
    format!(
        "Share of happy readers over the last {}. In the last minute: the loop {}, the editor's order {}.",
        span(*oldest),
        minute.learned.share().map_or_else(|| "no readers".to_owned(), share),
        minute.editor.share().map_or_else(|| "no readers".to_owned(), share),
    )
}

/// "2 minutes ago: the readers' taste changed …"
pub fn taste_news(story: &TasteStory) -> TasteNews {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let outcome = match story.outcome {
        Outcome::TooEarly => "How happy they still are is being counted.".to_owned(),
        Outcome::Unmoved { before, now } => {
            format!("As many are happy as before: {} then, {} now.", percent(before), percent(now))
        }
        Outcome::Fell { before, lowest, now } => format!(
            "Happy readers fell from {} to {}. The loop is finding out what they like now: {} so far.",
            percent(before),
            percent(lowest),
            percent(now)
        ),
        Outcome::Back { before, lowest, now, after_s } => format!(
            "Happy readers fell from {} to {} and were back after {}, without anyone telling the loop. \
             Now: {}.",
            percent(before),
            percent(lowest),
            span(after_s),
            percent(now)
        ),
    };
    TasteNews {
        ago: if story.seconds_ago == 0 { "Just now".to_owned() } else { format!("{} ago", span(story.seconds_ago)) },
        what: format!("The readers’ taste changed: {}.", story.taste.as_str()),
        outcome,
    }
}

/// To whom the breaking story is shown by now.
fn interest(demo: &Demo, events: Option<String>) -> Vec<Figure> {
    let of = |interest: demo::Interest| Figure {
        name: first_name(interest.persona.name).to_owned(),
        value: share(interest.probability),
        basis: "probability to lead".to_owned(),
        series: "learned".to_owned(),
        path: events.as_ref().map(|events| format!("{events}/{}", interest.event_id)),
    };
    demo.interest(&breaking().slug).into_iter().map(of).collect()
}

fn span(seconds: u64) -> String {
    if (2..120).contains(&seconds) {
        return format!("{seconds} seconds");
    }
    words::rough_span(i64::try_from(seconds).unwrap_or(i64::MAX / SECOND_US).saturating_mul(SECOND_US))
}

/// "12,345"
pub fn counted(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Taste;

    fn stretch(learned: (u64, u64), editor: (u64, u64)) -> Stretch {
        let moods = |(n, n_happy)| Moods { n, n_happy };
        Stretch { seconds: 120, learned: moods(learned), editor: moods(editor), ..Stretch::default() }
    }

    #[test]
    fn the_proof_is_a_difference_with_its_interval_or_how_much_is_missing() {
        assert!(sentence(&stretch((900, 540), (100, 30))).contains("30\u{a0}±\u{a0}10 points more"));
        assert!(sentence(&stretch((900, 270), (100, 30))).contains("about as many"));
        assert!(sentence(&stretch((90, 54), (10, 3))).contains("about 200 more readers"));
    }

    #[test]
    fn a_change_of_taste_is_told_in_words() {
        let outcome = Outcome::Back { before: 0.55, lowest: 0.38, now: 0.56, after_s: 40 };
        let news = taste_news(&TasteStory { taste: Taste::TournamentWeek, seconds_ago: 130, outcome });
        assert_eq!(news.ago, "2 minutes ago");
        assert!(news.outcome.starts_with("Happy readers fell from 55 % to 38 % and were back after 40 seconds"));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!((counted(7).as_str(), counted(1_234_567).as_str()), ("7", "1,234,567"));
    }
}
