//! What this process knows of itself: since when it runs, what it holds in memory, what it answered with, how long its
//! commits take. Counted here and read here; nothing about loops or people.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How far back answers are told.
const HOUR: Duration = Duration::from_secs(3_600);
/// Between two looks at the counters: the hour that is told is right to this.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Commits that the quantiles are made of.
const N_COMMITS: usize = 1_000;
/// Commits that count for what is usual now, more or less.
const N_USUAL: u64 = 32;

/// A kind of answer, as far as an operator acts on it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerClass {
    /// 2xx and 3xx.
    Good,
    /// 401, 403: a wrong key or token, or not enough rights.
    Denied,
    /// 404.
    NotFound,
    /// 429: more calls than a loop may have.
    TooMany,
    /// Every other 4xx: the request is wrong.
    Wrong,
    /// 503: the database is away, the log's queue is full, or the server starts or stops.
    Unavailable,
    /// 507: no space left.
    Full,
    /// Every other 5xx: something is broken.
    Broken,
}

impl AnswerClass {
    pub const ALL: [Self; 8] = [
        Self::Good,
        Self::Denied,
        Self::NotFound,
        Self::TooMany,
        Self::Wrong,
        Self::Unavailable,
        Self::Full,
        Self::Broken,
    ];

    fn of(status: u16) -> Self {
        match status {
            ..400 => Self::Good,
            401 | 403 => Self::Denied,
            404 => Self::NotFound,
            429 => Self::TooMany,
            400..500 => Self::Wrong,
            503 => Self::Unavailable,
            507 => Self::Full,
            _ => Self::Broken,
        }
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Denied => "denied",
            Self::NotFound => "notFound",
            Self::TooMany => "tooMany",
            Self::Wrong => "wrong",
            Self::Unavailable => "unavailable",
            Self::Full => "full",
            Self::Broken => "broken",
        }
    }
}

/// Answers by class, in the order of `AnswerClass::ALL`.
type Counts = [u64; AnswerClass::ALL.len()];

/// The measurements of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vitals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    began: Instant,
    answers: [AtomicU64; AnswerClass::ALL.len()],
    /// What the counters were, the oldest first: from an hour ago until the last look.
    looks: Mutex<VecDeque<(Instant, Counts)>>,
    commits: Mutex<VecDeque<(Instant, Duration)>>,
    /// In microseconds.
    usual_commit: AtomicU64,
}

/// Answers of the last hour, or since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    pub span: Duration,
    pub counts: Vec<(AnswerClass, u64)>,
}

/// How long commits of the log took, with their sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commits {
    pub n: usize,
    /// In which time these were.
    pub span: Duration,
    pub p50: Duration,
    pub p99: Duration,
}

impl Default for Vitals {
    fn default() -> Self {
        Self::new()
    }
}

impl Vitals {
    /// Begins to measure.
    pub fn new() -> Self {
        let looks = Mutex::new(VecDeque::from([(Instant::now(), Counts::default())]));
        let answers = std::array::from_fn(|_| AtomicU64::new(0));
        let (commits, usual_commit) = (Mutex::default(), AtomicU64::new(0));
        Self(Arc::new(Inner { began: Instant::now(), answers, looks, commits, usual_commit }))
    }

    /// Counts an answer. One addition: every call does it.
    pub fn note_answer(&self, status: u16) {
        self.0.answers[AnswerClass::of(status) as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Takes note of a commit of the log.
    pub fn note_commit(&self, took: Duration) {
        let mut commits = self.commits_now();
        if commits.len() == N_COMMITS {
            commits.pop_front();
        }
        commits.push_back((Instant::now(), took));
        // Written by whoever holds the lock alone.
        let before = self.0.usual_commit.load(Ordering::Relaxed);
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX / N_USUAL);
        self.0.usual_commit.store((before * (N_USUAL - 1) + took) / N_USUAL, Ordering::Relaxed);
    }

    /// How long a commit of the log takes these days: the mean of some dozens. Zero before the first.
    pub fn usual_commit(&self) -> Duration {
        Duration::from_micros(self.0.usual_commit.load(Ordering::Relaxed))
    }

    /// Looks at the counters now and then, for as long as the process lives.
    pub async fn keep_up(self) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            every.tick().await;
            self.look(Instant::now());
        }
    }

    fn look(&self, now: Instant) {
        let counts = self.counts();
        let mut looks = self.looks();
        looks.push_back((now, counts));
        // The first one is the newest that is an hour old.
        while looks.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= HOUR) {
            looks.pop_front();
        }
    }

    /// For how long the process has been running.
    pub fn uptime(&self) -> Duration {
        self.0.began.elapsed()
    }

    /// What was answered in the last hour.
    pub fn answers(&self) -> Answers {
        let now = self.counts();
        let looks = self.looks();
        let (since, before) = looks.front().copied().unwrap_or((self.0.began, Counts::default()));
        let counts = AnswerClass::ALL.into_iter().map(|class| {
            let n = now[class as usize].saturating_sub(before[class as usize]);
            (class, n)
        });
        Answers { span: since.elapsed(), counts: counts.collect() }
    }

    /// How long the last commits took; `None` before the first.
    pub fn commits(&self) -> Option<Commits> {
        let commits = self.commits_now();
        let (first, _) = commits.front()?;
        let span = first.elapsed();
        let mut took: Vec<Duration> = commits.iter().map(|(_, took)| *took).collect();
        drop(commits);
        took.sort_unstable();
        // The smallest value that so much of the commits did not exceed.
        let quantile = |percent: usize| took[(took.len() * percent).div_ceil(100).max(1) - 1];
        Some(Commits { n: took.len(), span, p50: quantile(50), p99: quantile(99) })
    }

    fn counts(&self) -> Counts {
        std::array::from_fn(|idx| self.0.answers[idx].load(Ordering::Relaxed))
    }

    fn looks(&self) -> MutexGuard<'_, VecDeque<(Instant, Counts)>> {
        self.0.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commits_now(&self) -> MutexGuard<'_, VecDeque<(Instant, Duration)>> {
        self.0.commits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the process holds in memory, as the system counts it; `None` where it does not say so in a file.
pub fn resident_bytes() -> Option<u64> {
    resident_of(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let n_kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(n_kib * 1_024)
}

/// What is free for this process on the device of a folder, and how much it holds in all.
pub fn disk_of(folder: &Path) -> Option<Disk> {
    let found = rustix::fs::statvfs(folder).ok()?;
    let bytes = |n_blocks: u64| n_blocks.saturating_mul(found.f_frsize);
    Some(Disk { free_bytes: bytes(found.f_bavail), total_bytes: bytes(found.f_blocks) })
}

/// The device of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    pub free_bytes: u64,
    pub total_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n_of(answers: &Answers, class: AnswerClass) -> u64 {
        answers.counts.iter().find(|(other, _)| *other == class).map_or(0, |(_, n)| *n)
    }

    #[test]
    fn answers_are_told_by_class_and_those_of_more_than_an_hour_ago_are_not() {
        let vitals = Vitals::new();
        for status in [200, 204, 302, 400, 413, 401, 404, 429, 503, 507, 500] {
            vitals.note_answer(status);
        }
        let answers = vitals.answers();
        assert_eq!((n_of(&answers, AnswerClass::Good), n_of(&answers, AnswerClass::Wrong)), (3, 2));
        let n_others: u64 = answers.counts.iter().map(|(_, n)| n).sum();
        assert_eq!(n_others, 11);

        let start = Instant::now();
        vitals.look(start + Duration::from_secs(10));
        vitals.note_answer(500);
        vitals.look(start + Duration::from_secs(3_000));
        assert_eq!(n_of(&vitals.answers(), AnswerClass::Broken), 2);
        vitals.look(start + Duration::from_secs(3_620));
        assert_eq!(n_of(&vitals.answers(), AnswerClass::Broken), 1, "the one of the first ten seconds is gone");
    }

    #[test]
    fn commits_are_told_by_their_middle_and_by_what_hardly_any_exceeds() {
        let vitals = Vitals::new();
        assert_eq!(vitals.commits(), None);
        (1..=200).for_each(|ms| vitals.note_commit(Duration::from_millis(ms)));
        let commits = vitals.commits().expect("some");
        let told = (commits.n, commits.p50.as_millis(), commits.p99.as_millis());
        assert_eq!(told, (200, 100, 198));
        (0..N_COMMITS).for_each(|_| vitals.note_commit(Duration::from_millis(3)));
        let commits = vitals.commits().expect("some");
        assert_eq!((commits.n, commits.p99.as_millis()), (N_COMMITS, 3));
        assert!((2_900..=3_000).contains(&vitals.usual_commit().as_micros()), "{:?}", vitals.usual_commit());
    }

    #[test]
    fn memory_is_read_as_the_system_writes_it() {
        assert_eq!(resident_of("Name:\trankloop\nVmRSS:\t  123456 kB\nVmData: 1 kB\n"), Some(126_418_944));
        assert_eq!(resident_of("Name:\trankloop\n"), None);
    }

    #[test]
    fn a_device_has_no_more_free_than_it_holds() {
        let disk = disk_of(&std::env::temp_dir()).expect("a device");
        assert!(disk.free_bytes <= disk.total_bytes && disk.total_bytes > 0);
        assert_eq!(disk_of(Path::new("/no/such/folder")), None);
    }
}
