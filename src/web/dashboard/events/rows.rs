//! The rows on screen and what comes in besides. What somebody reads never moves: while they read, new rows wait behind a
//! button that counts them.

use leptos::prelude::*;

use crate::reports::{EventNewsPart, EventRow, EventStanding};

/// Rows on screen at most, and rows that wait; what is beyond them is further back in the list.
const N_SHOWN_MOST: usize = 100;
const N_WAITING_MOST: usize = 100;

/// The lists of one page.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    pub shown: RwSignal<Vec<EventRow>>,
    pub pinned: RwSignal<Vec<EventRow>>,
    waiting: RwSignal<Vec<EventRow>>,
    /// How many came since rows began to wait, those among them that were left out included.
    pub n_new: RwSignal<u64>,
    /// That rows are sampled, and how.
    pub sampling: RwSignal<String>,
}

impl Rows {
    pub fn new(shown: Vec<EventRow>, pinned: Vec<EventRow>) -> Self {
        Self {
            shown: RwSignal::new(shown),
            pinned: RwSignal::new(pinned),
            waiting: RwSignal::new(Vec::new()),
            n_new: RwSignal::new(0),
            sampling: RwSignal::new(String::new()),
        }
    }

    /// The newest event that is known.
    pub fn newest_seq(self) -> Option<i64> {
        let newest = |rows: RwSignal<Vec<EventRow>>| rows.with_untracked(|rows| rows.first().map(|row| row.seq));
        newest(self.waiting).max(newest(self.shown))
    }

    /// Takes a message in. The page may be gone by now.
    pub fn take_in(self, news: EventNewsPart, is_reading: bool) {
        for rows in [self.shown, self.waiting, self.pinned] {
            update_standings(rows, &news.changes);
        }
        if self.sampling.try_get_untracked().is_some_and(|before| before != news.sampling) {
            self.sampling.set(news.sampling);
        }
        if news.rows.is_empty() && news.left_out == 0 {
            return;
        }
        if is_reading || self.n_new.try_get_untracked().is_some_and(|n| n > 0) {
            self.n_new.try_update(|n| *n += news.rows.len() as u64 + news.left_out);
            self.waiting.try_update(|rows| merge(rows, news.rows, N_WAITING_MOST));
        } else {
            self.shown.try_update(|rows| merge(rows, news.rows, N_SHOWN_MOST));
        }
    }

    /// Shows what waited.
    pub fn show_waiting(self) {
        let waiting = self.waiting.try_update(std::mem::take).unwrap_or_default();
        self.shown.try_update(|rows| merge(rows, waiting, N_SHOWN_MOST));
        self.n_new.try_set(0);
    }

    /// What the server says of rows that are older than what it tells by itself.
    pub fn refresh(self, fresh: Vec<EventRow>) {
        let standings: Vec<(i64, EventStanding)> = fresh.into_iter().map(|row| (row.seq, row.standing)).collect();
        for rows in [self.shown, self.pinned] {
            update_standings(rows, &standings);
        }
    }

    /// Rows on screen to which something may still happen.
    pub fn open_seqs(self) -> Vec<i64> {
        let open = |rows: RwSignal<Vec<EventRow>>| {
            rows.with_untracked(|rows| {
                rows.iter().filter(|row| !row.is_closed()).map(|row| row.seq).collect::<Vec<_>>()
            })
        };
        [open(self.shown), open(self.pinned)].concat()
    }
}

/// Newest first, none twice.
fn merge(rows: &mut Vec<EventRow>, new: Vec<EventRow>, n_most: usize) {
    for row in new {
        match rows.binary_search_by(|known| row.seq.cmp(&known.seq)) {
            Ok(_) => {}
            Err(place) => rows.insert(place, row),
        }
    }
    rows.truncate(n_most);
}

fn update_standings(rows: RwSignal<Vec<EventRow>>, changes: &[(i64, EventStanding)]) {
    let is_among = |row: &EventRow| changes.iter().any(|(seq, standing)| *seq == row.seq && *standing != row.standing);
    if !rows.try_with_untracked(|rows| rows.iter().any(is_among)).unwrap_or_default() {
        return;
    }
    rows.try_update(|rows| {
        for row in rows {
            if let Some((_, standing)) = changes.iter().find(|(seq, _)| *seq == row.seq) {
                row.standing = standing.clone();
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reports::Instant, terms::EventState};

    fn row(seq: i64) -> EventRow {
        EventRow {
            event_id: format!("e{seq}").parse().expect("an id"),
            id_in_path: String::new(),
            id_short: String::new(),
            seq,
            ranked_at: Instant::default(),
            time: String::new(),
            is_of_today: true,
            action: "a".parse().expect("an id"),
            probability: String::new(),
            choice: String::new(),
            is_exploring: false,
            key: String::new(),
            n_slots: 1,
            standing: standing(EventState::Pending),
        }
    }

    fn standing(state: EventState) -> EventStanding {
        EventStanding { state, way: String::new(), reward: None, reward_value: 0.0 }
    }

    fn news(seqs: &[i64]) -> EventNewsPart {
        EventNewsPart { rows: seqs.iter().copied().map(row).collect(), ..EventNewsPart::default() }
    }

    fn seqs(rows: RwSignal<Vec<EventRow>>) -> Vec<i64> {
        rows.with_untracked(|rows| rows.iter().map(|row| row.seq).collect())
    }

    #[test]
    fn new_rows_come_on_top_unless_somebody_reads_and_then_they_wait_and_are_counted() {
        Owner::new().with(|| {
            let rows = Rows::new(vec![row(2), row(1)], Vec::new());
            rows.take_in(news(&[4, 3, 2]), false);
            assert_eq!(seqs(rows.shown), [4, 3, 2, 1]);
            rows.take_in(EventNewsPart { left_out: 5, ..news(&[6]) }, true);
            rows.take_in(news(&[7]), false);
            assert_eq!((seqs(rows.shown), rows.n_new.get_untracked()), (vec![4, 3, 2, 1], 7));
            assert_eq!(rows.newest_seq(), Some(7));
            rows.show_waiting();
            assert_eq!((seqs(rows.shown), rows.n_new.get_untracked()), (vec![7, 6, 4, 3, 2, 1], 0));
        });
    }

    #[test]
    fn what_becomes_of_a_row_is_shown_wherever_the_row_is() {
        Owner::new().with(|| {
            let rows = Rows::new(vec![row(2), row(1)], vec![row(1)]);
            let changes = vec![(1, standing(EventState::Learned)), (9, standing(EventState::Learned))];
            rows.take_in(EventNewsPart { changes, ..EventNewsPart::default() }, true);
            assert_eq!(rows.open_seqs(), [2]);
            rows.refresh(vec![EventRow { standing: standing(EventState::Expired), ..row(2) }]);
            assert!(rows.open_seqs().is_empty());
        });
    }
}
