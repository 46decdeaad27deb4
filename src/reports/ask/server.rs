//! How the server is: what its process, its database and its loops know of themselves at this moment.

use std::time::Duration;

use super::words;
use crate::{
    loops::{Database, LiveLoop, Loops},
    reports::{AnswerLine, Health, HealthLevel, ServerFact, ServerLoop, ServerPage},
    vitals::{self, AnswerClass, Answers, Commits, Disk, Vitals},
};

/// How far back the rate of a loop looks.
const RATE_US: i64 = 60_000_000;
/// Learning that is further behind than this should be looked at.
const LATE_US: i64 = 10_000_000;
/// With less than this free, the log cannot grow for long.
const TIGHT_BYTES: u64 = 1 << 30;

/// What is known of the server, typed.
#[derive(Debug)]
pub struct ServerReading {
    pub version: &'static str,
    /// What this process is called in the leases of loops.
    pub process: String,
    pub uptime: Duration,
    /// `None` when it did not answer.
    pub database: Option<Database>,
    /// Of the device that the database's files are on; `None` when they are elsewhere.
    pub disk: Option<Disk>,
    pub resident_bytes: Option<u64>,
    pub commits: Option<Commits>,
    pub answers: Answers,
    /// `None` when the database did not answer.
    pub n_sessions: Option<u64>,
    pub last_backup_us: Option<i64>,
    pub now_us: i64,
    pub loops: Vec<LoopReading>,
}

/// What is known of one loop.
#[derive(Debug)]
pub struct LoopReading {
    pub id: String,
    pub name: String,
    /// Mean over the last minute.
    pub ranks_per_second: f64,
    pub lag_records: u64,
    pub lag_us: i64,
    /// The process that trains it; `None` while that is not known.
    pub trainer: Option<String>,
    pub is_trained_here: bool,
    pub lease_token: Option<i64>,
}

/// What the accounts know, which are asked elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct AccountNumbers {
    pub n_sessions: Option<u64>,
    pub last_backup_us: Option<i64>,
    pub now_us: i64,
}

/// Asks everybody. What cannot be read is missing, and never zero.
pub async fn server_reading(vitals: &Vitals, loops: &Loops, accounts: AccountNumbers) -> ServerReading {
    let database = loops.database().await.ok();
    let holders = loops.trainers().await.unwrap_or_default();
    let disk = database.as_ref().and_then(|database| database.folder.as_deref()).and_then(vitals::disk_of);
    let reading = |live: LiveLoop| {
        let lag = live.lag();
        let standing = live.standing();
        let holder = holders.iter().find(|(id, _)| id == live.id()).map(|(_, holder)| holder.clone());
        LoopReading {
            id: live.id().to_string(),
            name: live.name(),
            ranks_per_second: rate(&live),
            lag_records: lag.n_records,
            lag_us: lag.age_us,
            trainer: holder,
            is_trained_here: standing.as_ref().is_some_and(|standing| standing.is_here),
            lease_token: standing.map(|standing| standing.token),
        }
    };
    ServerReading {
        version: env!("CARGO_PKG_VERSION"),
        process: loops.process_name().to_owned(),
        uptime: vitals.uptime(),
        database,
        disk,
        resident_bytes: vitals::resident_bytes(),
        commits: vitals.commits(),
        answers: vitals.answers(),
        n_sessions: accounts.n_sessions,
        last_backup_us: accounts.last_backup_us,
        now_us: accounts.now_us,
        loops: loops.list().into_iter().map(reading).collect(),
    }
}

fn rate(live: &LiveLoop) -> f64 {
    let age_us = (live.now_us() - live.created_at_us()).clamp(1_000_000, RATE_US);
    let n_ranked: u64 = live.curve(RATE_US, 12).iter().map(|bucket| bucket.n_ranked).sum();
    n_ranked as f64 * 1e6 / age_us as f64
}

/// The same in words.
pub fn server_page(reading: &ServerReading) -> ServerPage {
    let row = |of: &LoopReading| ServerLoop {
        id: of.id.clone(),
        name: of.name.clone(),
        rate: per_second(of.ranks_per_second),
        behind: behind(of.lag_records, of.lag_us),
        trainer: match (&of.trainer, of.is_trained_here) {
            (_, true) => "this process".to_owned(),
            (Some(holder), false) => format!("process {}", short(holder)),
            (None, false) => "not known yet".to_owned(),
        },
        lease: of.lease_token.map_or_else(|| "–".to_owned(), |token| token.to_string()),
    };
    ServerPage {
        health: health(reading),
        facts: facts(reading),
        answers: answers(&reading.answers),
        answers_span: words::span(micros(reading.answers.span)),
        loops: reading.loops.iter().map(row).collect(),
    }
}

/// What somebody should look at first.
fn health(reading: &ServerReading) -> Health {
    let n_late = reading.loops.iter().filter(|of| of.lag_us > LATE_US).count();
    let n_broken: u64 = [AnswerClass::Broken, AnswerClass::Full].into_iter().map(|class| n_of(reading, class)).sum();
    let (level, words) = match () {
        () if reading.database.is_none() => {
            (HealthLevel::Bad, "The database does not answer: Ranks are answered with the baseline.".to_owned())
        }
        () if reading.disk.is_some_and(|disk| disk.free_bytes < TIGHT_BYTES) => {
            (HealthLevel::Bad, "The device of the data is nearly full.".to_owned())
        }
        () if n_broken > 0 => {
            (HealthLevel::Attention, format!("{} failed inside the server.", counted(n_broken, "call")))
        }
        () if n_late > 0 => {
            let seconds = LATE_US / 1_000_000;
            let loops = counted(n_late as u64, "loop");
            (HealthLevel::Attention, format!("{loops} learning more than {seconds} seconds behind."))
        }
        () => (HealthLevel::Good, "Ready: loops are loaded, the database answers, and learning keeps up.".to_owned()),
    };
    Health { level, words }
}

fn n_of(reading: &ServerReading, class: AnswerClass) -> u64 {
    reading.answers.counts.iter().find(|(other, _)| *other == class).map_or(0, |(_, n)| *n)
}

fn facts(reading: &ServerReading) -> Vec<ServerFact> {
    let mut facts = vec![
        fact("Version", reading.version.to_owned(), "built into the program"),
        fact("Running for", words::span(micros(reading.uptime)), "this process’s own clock"),
        fact("Process", short(&reading.process).to_owned(), "made at its start; leases name it"),
    ];
    facts.push(match reading.resident_bytes {
        Some(n_bytes) => fact("Memory", bytes(n_bytes), "resident set, as the system counts it"),
        None => unknown("Memory", "this system does not tell"),
    });
    match &reading.database {
        Some(database) => {
            facts.push(fact("Database", database.kind.to_owned(), "how the server was started"));
            let source =
                if database.folder.is_some() { "sizes of its files" } else { "what PostgreSQL says of the database" };
            facts.push(fact("Its size", bytes(database.n_bytes), source));
            if let Some(unsettled) = database.unsettled {
                let waiting = match unsettled.n_commits {
                    0 => "nothing".to_owned(),
                    n => format!("{} ({})", counted(n as u64, "commit"), bytes(unsettled.n_bytes as u64)),
                };
                facts.push(fact("Waiting to be settled", waiting, "the commit log: durable, not in the database yet"));
            }
        }
        None => facts.push(unknown("Database", "it did not answer")),
    }
    facts.push(match reading.disk {
        Some(disk) => {
            let words = format!("{} of {}", bytes(disk.free_bytes), bytes(disk.total_bytes));
            fact("Free on its device", words, "the file system of the data folder")
        }
        None => unknown("Free on its device", "the database is not on this machine’s files"),
    });
    match &reading.commits {
        Some(commits) => {
            let took = |of: Duration| format!("{:.1} ms", of.as_secs_f64() * 1_000.0);
            let source = format!(
                "the last {} of this process, over {}",
                counted(commits.n as u64, "commit"),
                words::span(micros(commits.span))
            );
            facts.push(fact("A commit takes", format!("{} (median)", took(commits.p50)), &source));
            facts.push(fact("99 of 100 take at most", took(commits.p99), &source));
        }
        None => facts.push(unknown("A commit takes", "this process has written nothing yet")),
    }
    facts.push(match reading.n_sessions {
        Some(n) => fact("Signed-in browsers", n.to_string(), "sessions in the database"),
        None => unknown("Signed-in browsers", "the database did not answer"),
    });
    facts.push(match reading.last_backup_us {
        Some(at_us) => fact("Last backup", words::ago(at_us, reading.now_us), "audit history: rankloop backup"),
        None => {
            unknown("Last backup", "rankloop backup has left no line in the audit history; other ways are not seen")
        }
    });
    facts
}

fn answers(answers: &Answers) -> Vec<AnswerLine> {
    let line = |(class, n): &(AnswerClass, u64)| AnswerLine {
        n: words::count(*n),
        is_error: *class != AnswerClass::Good,
        is_none: *n == 0,
        words: match class {
            AnswerClass::Good => "as asked",
            AnswerClass::Wrong => "the request was wrong (400 and the like)",
            AnswerClass::Denied => "a wrong key or token, or too few rights (401, 403)",
            AnswerClass::NotFound => "no such thing (404)",
            AnswerClass::TooMany => "more calls than a loop may have (429)",
            AnswerClass::Unavailable => "not possible at the moment (503)",
            AnswerClass::Full => "no space left (507)",
            AnswerClass::Broken => "failed inside the server (500)",
        }
        .to_owned(),
    };
    answers.counts.iter().map(line).collect()
}

fn fact(name: &str, value: String, source: &str) -> ServerFact {
    ServerFact { name: name.to_owned(), value: Some(value), source: source.to_owned() }
}

fn unknown(name: &str, why: &str) -> ServerFact {
    ServerFact { name: name.to_owned(), value: None, source: why.to_owned() }
}

fn behind(n_records: u64, age_us: i64) -> String {
    match n_records {
        0 => "keeps up".to_owned(),
        n => format!("{}, the oldest {} old", counted(n, "record"), words::delay(age_us)),
    }
}

fn per_second(rate: f64) -> String {
    if rate > 0.0 && rate < 0.05 { "< 0.1/s".to_owned() } else { format!("{rate:.1}/s") }
}

/// Enough of a name to tell processes apart.
fn short(process: &str) -> &str {
    process.get(..8).unwrap_or(process)
}

fn counted(n: u64, unit: &str) -> String {
    let many = if n == 1 { "" } else { "s" };
    format!("{} {unit}{many}", words::count(n))
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// In the unit that leaves one to three digits.
fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = "bytes";
    for larger in UNITS {
        if value < 999.5 {
            break;
        }
        value /= 1_000.0;
        unit = larger;
    }
    if unit == "bytes" || value >= 99.95 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_one_to_three_digits() {
        let told: Vec<String> = [0, 999, 1_000, 12_345, 999_949_999, 2_500_000_000].into_iter().map(bytes).collect();
        assert_eq!(told, ["0 bytes", "999 bytes", "1.0 kB", "12.3 kB", "1.0 GB", "2.5 GB"]);
    }

    #[test]
    fn what_is_behind_is_told_with_its_age() {
        assert_eq!(behind(0, 0), "keeps up");
        assert!(behind(3, 2_000_000).starts_with("3 records, the oldest "));
        assert_eq!(
            (per_second(0.0).as_str(), per_second(0.01).as_str(), per_second(12.34).as_str()),
            ("0.0/s", "< 0.1/s", "12.3/s")
        );
    }
}
