//! The report as a table.

use crate::report::{Line, Recovered, Report};

/// Prints every task, then what each learner scores over all of them.
pub fn print(report: &Report<'_>) {
    let width = report.learners.iter().map(|learner| learner.name.len()).max().unwrap_or(0).max(20);
    println!(
        "{:<18}{:<width$}{:>10}{:>10}{:>8}{:>8}{:>10}{:>9}{:>12}{:>9}{:>9}{:>10}",
        "task",
        "learner",
        "mean",
        "spread",
        "score",
        "greedy",
        "last 1/4",
        "explored",
        "recovery",
        "rank us",
        "learn us",
        "model KB"
    );
    for (task, world) in report.tasks.iter().enumerate() {
        for line in report.of_task(task) {
            let learner = &report.learners[line.learner].name;
            println!("{:<18}{learner:<width$}{}", world.name, cells(line));
        }
        if let Some(score) = report.best_vowpal_wabbit[task] {
            println!("{:<18}{:<width$}{:>28.3}", world.name, "(best Vowpal Wabbit)", score);
        }
    }
    print_summary(report, width);
}

fn cells(line: &Line) -> String {
    let mean = format!("{:>10}{:>10}", figure(line.mean), figure(line.spread));
    let score = format!("{:>8}{:>8}", or_dash(line.score), or_dash(line.greedy_score));
    let rest = format!("{:>10}{:>9.3}{:>12}", figure(line.last_quarter), line.explored, recovery(line));
    let costs = format!("{:>9.1}{:>9.1}{:>10.0}", line.rank_micros, line.learn_micros, line.model_bytes / 1024.0);
    mean + &score + &rest + &costs
}

/// Four digits that matter, whatever the scale of the rewards.
fn figure(value: f64) -> String {
    let n_decimals = if value.abs() >= 100.0 {
        1
    } else if value.abs() < 0.01 && value != 0.0 {
        6
    } else {
        4
    };
    format!("{value:.n_decimals$}")
}

fn or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

/// Events until a change is followed, for each change; a star for every seed that never did.
fn recovery(line: &Line) -> String {
    let one = |recovered: &Recovered| {
        let events = recovered.n_events.map_or_else(|| "never".to_owned(), |events| format!("{events:.0}"));
        events + &"*".repeat(recovered.n_never)
    };
    line.recovery.iter().map(one).collect::<Vec<_>>().join("/")
}

fn print_summary(report: &Report<'_>, width: usize) {
    println!();
    for (at, learner) in report.learners.iter().enumerate() {
        let mean = |figure: &dyn Fn(&Line) -> Option<f64>| {
            let known: Vec<f64> = report.of_learner(at).filter_map(figure).collect();
            (known.iter().sum::<f64>() / known.len().max(1) as f64, known.len())
        };
        let (score, n_scores) = mean(&|line| line.score);
        let (rank, _) = mean(&|line| Some(line.rank_micros));
        let (learn, _) = mean(&|line| Some(line.learn_micros));
        let score = if n_scores > 0 { format!("{score:.4}") } else { "unknown".to_owned() };
        println!(
            "{:<18}{:<width$} score {score} over {n_scores} tasks, rank {rank:.1} us, learn {learn:.1} us",
            "all", learner.name
        );
    }
}
