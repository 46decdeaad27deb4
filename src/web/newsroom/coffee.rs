//! The old service's tutorial on this server, beside what the old service earned in its published run.

use super::{crowd::counted, curve::Curve, may_steer};
use crate::{
    accounts::SignedIn,
    demo::{
        COFFEE_BATCH, COFFEE_BEST_FIXED, COFFEE_RANDOM, COFFEE_RECORDED, COFFEE_RECORDED_MEAN, CoffeeRun, Demo, Desk,
        N_COFFEES,
    },
    web::demo::CoffeeData,
};

/// What our own measurements earned (docs/learning.md), for those who have not run it here.
const MEASURED: f64 = 0.989;

/// The page; without a demo the recorded curve alone.
pub fn coffee(demo: Option<&Demo>, person: Option<&SignedIn>) -> CoffeeData {
    let run = demo.map(Demo::coffee).unwrap_or_default();
    let loop_id = demo.and_then(|demo| demo.loop_of(Desk::Coffee));
    let means = run.means();
    CoffeeData {
        is_running: run.is_running,
        can_start: demo.is_some_and(|demo| demo.status().is_ready) && may_steer(person) && !run.is_running,
        sentence: sentence(&run),
        progress_percent: u32::try_from(run.n_events() * 100 / N_COFFEES).unwrap_or(100),
        curve: curve(&means),
        curve_text: curve_text(&means),
        rows: rows(&means),
        trouble: run.trouble,
        loop_path: loop_id.filter(|_| person.is_some()).map(|id| format!("/loops/{id}")),
    }
}

fn sentence(run: &CoffeeRun) -> String {
    let recorded = format!("{COFFEE_RECORDED_MEAN:.3}");
    match (run.is_running, run.mean()) {
        (true, mean) => format!(
            "{} of {} coffees offered, {} wanted each so far. The old service earned {recorded} in its published run.",
            counted(run.n_events() as u64),
            counted(N_COFFEES as u64),
            mean.map_or_else(|| "none".to_owned(), |mean| format!("{mean:.3}")),
        ),
        (false, Some(mean)) => format!(
            "This server's loop earned {mean:.3} a coffee over {} coffees, {:.1} times the {recorded} that the old \
             service earned in its published run.",
            counted(run.n_events() as u64),
            mean / COFFEE_RECORDED_MEAN,
        ),
        (false, None) => format!(
            "The old service earned {recorded} a coffee in its published run, and rankloop {MEASURED} in its own tests. \
             Nobody has run it on this server since it started."
        ),
    }
}

fn x(batch_idx: usize) -> f64 {
    (batch_idx as f64 + 0.5) / COFFEE_RECORDED.len() as f64
}

fn curve(means: &[f64]) -> String {
    let level = |height: f64| [(0.0, Some(height)), (1.0, Some(height))];
    let through = |means: &[f64]| -> Vec<(f64, Option<f64>)> {
        means.iter().enumerate().map(|(idx, mean)| (x(idx), Some(*mean))).collect()
    };
    let drawing = Curve::new()
        .line("random", level(COFFEE_RANDOM))
        .line("fixed", level(COFFEE_BEST_FIXED))
        .line("baseline", through(&COFFEE_RECORDED));
    drawing.line("learned", through(means)).finish()
}

fn curve_text(means: &[f64]) -> String {
    let ours = match means.last() {
        Some(newest) => format!("This server's loop is at {newest:.2}"),
        None => "This server's loop has no point yet".to_owned(),
    };
    let last = COFFEE_RECORDED.last().copied().unwrap_or_default();
    format!("Mean reward of each {COFFEE_BATCH} coffees. {ours}; the old service ended at {last:.2}.")
}

fn rows(means: &[f64]) -> Vec<[String; 3]> {
    let row = |(idx, recorded): (usize, &f64)| {
        let events =
            format!("{} to {}", counted((idx * COFFEE_BATCH + 1) as u64), counted(((idx + 1) * COFFEE_BATCH) as u64));
        [events, means.get(idx).map_or_else(|| "–".to_owned(), |mean| format!("{mean:.3}")), format!("{recorded:.3}")]
    };
    COFFEE_RECORDED.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_run_the_recorded_curve_stands_alone_and_says_so() {
        let page = coffee(None, None);
        assert!(!page.can_start && page.sentence.contains("Nobody has run it"), "{}", page.sentence);
        assert_eq!((page.rows.len(), page.rows[0][1].as_str(), page.rows[0][2].as_str()), (20, "–", "0.248"));
        assert!(!page.curve.contains("news-series--learned"));
    }

    #[test]
    fn a_run_is_set_beside_the_recorded_one() {
        let run = CoffeeRun { is_running: false, batches: vec![(500, 450.0); 20], trouble: None };
        assert!(
            sentence(&run).contains("0.900 a coffee over 10,000 coffees, 2.2 times the 0.406"),
            "{}",
            sentence(&run)
        );
        assert!(curve_text(&run.means()).contains("at 0.90"));
    }
}
