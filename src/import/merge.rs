//! The lines of many files as one stream in the order of time.
//!
//! Every file is put in order within a window of its own, then the files are merged by the time of their next event; a
//! file is opened when the stream reaches its first event, so that days written one after the other are read one after
//! the other. The stream depends on the files alone. So a file whose lines are all settled can be left out of a second
//! run, and of another as many of its first lines as were settled: the rest comes in the same order as before.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    io,
    path::PathBuf,
};

use super::{
    Skipped,
    dsjson::{LoggedEvent, read_line},
    files::{Line, Lines, LogFile},
};

/// How many lines of a file are put in order at once, and how many bytes of them are held for it.
const WINDOW_LINES: usize = 4_096;
const WINDOW_BYTES: usize = 8 * 1024 * 1024;
/// How many lines of a file are looked at before its turn: for its first event, and for apprentice mode.
const N_LOOKED_AT: usize = 1_000;

/// A file that cannot be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read", path.display())]
pub struct ReadError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// A file and what a look at its beginning told.
#[derive(Debug, Clone)]
pub struct Source {
    pub file: LogFile,
    /// The time of its first event; the earliest of all when there is none among its first lines.
    pub begins_us: i64,
    pub has_events: bool,
    /// Why the first line that is no event is none.
    pub first_problem: Option<Skipped>,
    /// Whether the loop was in apprentice mode when it was written.
    pub is_apprentice: bool,
    /// Whether events with several slots are in it.
    pub is_multi_slot: bool,
}

/// One line of the stream.
#[derive(Debug)]
pub struct Item {
    /// Which of the sources.
    pub source_idx: usize,
    /// The event, or why there is none.
    pub event: Result<Box<LoggedEvent>, Skipped>,
    /// How much of the file it took.
    pub n_bytes: usize,
    /// Whether it is the last of its file.
    pub is_last: bool,
}

impl Source {
    /// Looks at the beginning of a file.
    pub fn look_at(file: LogFile, now_us: i64) -> Result<Self, ReadError> {
        let failed = |source| ReadError { path: file.path.clone(), source };
        let mut lines = Lines::open(&file.path).map_err(failed)?;
        let mut found = Self {
            begins_us: 0,
            has_events: false,
            first_problem: None,
            is_apprentice: false,
            is_multi_slot: false,
            file: file.clone(),
        };
        for _ in 0..N_LOOKED_AT {
            match lines.next().map_err(failed)? {
                Some(Line::Whole(line)) => found.note(read_line(&line, now_us)),
                Some(Line::TooLong) => found.note(Err(Skipped::TooLong)),
                None => break,
            }
        }
        Ok(found)
    }

    fn note(&mut self, line: Result<Option<LoggedEvent>, Skipped>) {
        match line {
            Ok(None) => {}
            Err(why) => drop(self.first_problem.get_or_insert(why)),
            Ok(Some(event)) => {
                self.begins_us = if self.has_events { self.begins_us.min(event.at_us) } else { event.at_us };
                self.has_events = true;
                self.is_apprentice |= event.is_imitation();
                self.is_multi_slot |= event.decisions.iter().any(|decision| decision.slot_id.is_some());
            }
        }
    }
}

/// The merged stream.
#[derive(Debug)]
pub struct Merged {
    now_us: i64,
    /// Not opened yet, in the order of their beginnings.
    waiting: VecDeque<(usize, Source, u64)>,
    /// The next time and place of each open file.
    order: BinaryHeap<Reverse<(i64, usize)>>,
    open: Vec<(usize, Window)>,
}

impl Merged {
    /// `n_settled` says of each source how many lines of it were settled before; `None` of one that is settled whole.
    /// Sources come in the order of their beginnings.
    pub fn new(sources: &[Source], n_settled: impl Fn(usize) -> Option<u64>, now_us: i64) -> Self {
        let waiting = sources.iter().enumerate();
        let waiting = waiting.filter_map(|(idx, source)| Some((idx, source.clone(), n_settled(idx)?))).collect();
        Self { now_us, waiting, order: BinaryHeap::new(), open: Vec::new() }
    }

    /// The next line of all files.
    pub fn next(&mut self) -> Result<Option<Item>, ReadError> {
        self.open_due()?;
        let Some(Reverse((_, source_idx))) = self.order.pop() else { return Ok(None) };
        let at = self.open.iter().position(|(idx, _)| *idx == source_idx).expect("what is in order is open");
        let window = &mut self.open[at].1;
        let Held { event, n_bytes, .. } = window.pop().expect("what is in order has a next line");
        window.fill(self.now_us)?;
        let next_us = window.next_us();
        match next_us {
            Some(next_us) => self.order.push(Reverse((next_us, source_idx))),
            None => drop(self.open.swap_remove(at)),
        }
        Ok(Some(Item { source_idx, event, n_bytes, is_last: next_us.is_none() }))
    }

    /// Opens every file that begins before the next line of those that are open.
    fn open_due(&mut self) -> Result<(), ReadError> {
        while let Some((_, source, _)) = self.waiting.front() {
            if self.order.peek().is_some_and(|Reverse((next_us, _))| *next_us < source.begins_us) {
                return Ok(());
            }
            let Some((source_idx, source, n_settled)) = self.waiting.pop_front() else { return Ok(()) };
            let mut window = Window::open(source.file.path)?;
            window.fill(self.now_us)?;
            for _ in 0..n_settled {
                window.pop();
                window.fill(self.now_us)?;
            }
            if let Some(next_us) = window.next_us() {
                self.order.push(Reverse((next_us, source_idx)));
                self.open.push((source_idx, window));
            }
        }
        Ok(())
    }
}

/// The next lines of one file, in the order of their time.
#[derive(Debug)]
struct Window {
    path: PathBuf,
    lines: Lines,
    is_at_end: bool,
    held: BinaryHeap<Reverse<Held>>,
    n_bytes: usize,
    n_read: u64,
    /// A line that is no event stands where it was found.
    last_us: i64,
}

#[derive(Debug)]
struct Held {
    at_us: i64,
    line: u64,
    event: Result<Box<LoggedEvent>, Skipped>,
    n_bytes: usize,
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_us, self.line).cmp(&(other.at_us, other.line))
    }
}

impl Window {
    fn open(path: PathBuf) -> Result<Self, ReadError> {
        let lines = Lines::open(&path).map_err(|source| ReadError { path: path.clone(), source })?;
        Ok(Self { path, lines, is_at_end: false, held: BinaryHeap::new(), n_bytes: 0, n_read: 0, last_us: 0 })
    }

    fn fill(&mut self, now_us: i64) -> Result<(), ReadError> {
        while !self.is_at_end && self.held.len() < WINDOW_LINES && (self.n_bytes < WINDOW_BYTES || self.held.is_empty())
        {
            let line = self.lines.next().map_err(|source| ReadError { path: self.path.clone(), source })?;
            let (event, n_bytes) = match line {
                None => {
                    self.is_at_end = true;
                    break;
                }
                Some(Line::TooLong) => (Err(Skipped::TooLong), 0),
                Some(Line::Whole(line)) => match read_line(&line, now_us) {
                    Ok(None) => continue,
                    Ok(Some(event)) => (Ok(Box::new(event)), line.len()),
                    Err(why) => (Err(why), line.len()),
                },
            };
            self.last_us = event.as_ref().map_or(self.last_us, |event| event.at_us);
            self.n_read += 1;
            self.n_bytes += n_bytes;
            self.held.push(Reverse(Held { at_us: self.last_us, line: self.n_read, event, n_bytes }));
        }
        Ok(())
    }

    fn pop(&mut self) -> Option<Held> {
        let Reverse(held) = self.held.pop()?;
        self.n_bytes -= held.n_bytes;
        Some(held)
    }

    fn next_us(&self) -> Option<i64> {
        self.held.peek().map(|Reverse(held)| held.at_us)
    }
}
