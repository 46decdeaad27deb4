//! What may explain a bend in a curve: changes of settings, another model, drift, and what people noted.

use std::sync::Arc;

use super::{Change, LiveLoop, LoopError, PastConfiguration, new_loop::record_of};
use crate::{
    log::{Fact, Noted},
    store::Appended,
    terms::{AuditKind, Author, Impact},
    trainer::{Mark, Marked},
};

/// Letters of a note. It stands beside a chart, so it is a sentence and no letter.
const MAX_NOTE: usize = 280;

/// What an annotation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnotationKind {
    Settings,
    Reset,
    Import,
    Relearned,
    LogsDeleted,
    Drift,
    Note,
}

impl AnnotationKind {
    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Reset => "reset",
            Self::Import => "import",
            Self::Relearned => "relearned",
            Self::LogsDeleted => "logsDeleted",
            Self::Drift => "drift",
            Self::Note => "note",
        }
    }
}

/// One moment of a loop's life, for its charts.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    pub at_us: i64,
    pub kind: AnnotationKind,
    /// Who did it; `None` for what the loop did by itself.
    pub by: Option<String>,
    pub words: String,
    /// What of the settings changed.
    pub changes: Vec<Change>,
}

impl LiveLoop {
    /// Notes something that happened to the loop, or around it. Nothing is learned from it, and nothing changes.
    pub async fn annotate(&self, text: &str, by: &Author) -> Result<Annotation, LoopError> {
        let text = checked(text)?;
        let fact = Fact::Noted(Noted { by: by.name.clone(), text: text.to_owned() });
        let at_us = match self.append_and_fold(record_of(&fact)).await? {
            Appended::New { at_us, .. } => at_us,
            // Only a Rank can have been there before.
            _ => self.now_us(),
        };
        self.note(self.line(AuditKind::NoteAdded, by).telling(text)).await?;
        Ok(Annotation {
            at_us,
            kind: AnnotationKind::Note,
            by: Some(by.name.clone()),
            words: text.to_owned(),
            changes: Vec::new(),
        })
    }

    /// What happened from `from_us` to before `to_us`, oldest first.
    pub async fn annotations(&self, from_us: i64, to_us: i64) -> Result<Vec<Annotation>, LoopError> {
        let is_asked_for = |at_us: i64| (from_us..to_us).contains(&at_us);
        let marks: Vec<Mark> = self.cell().tally().marks.all().cloned().collect();
        let settings = self.settings_so_far(&marks).await?;
        let mut found: Vec<Annotation> =
            settings.iter().filter(|past| is_asked_for(past.at_us)).filter_map(of_settings).collect();
        let arrived = arrivals(&settings, self.now_us());
        found.extend(arrived.into_iter().filter(|arrival| is_asked_for(arrival.at_us)));
        found.extend(marks.iter().filter(|mark| is_asked_for(mark.at_us)).filter_map(of_mark));
        // Stable, so of one instant the settings come first: what follows is often their consequence.
        found.sort_by_key(|annotation| annotation.at_us);
        Ok(found)
    }

    /// What was last done to the loop, and when, as far as that is kept in memory; not what it did by itself.
    pub fn last_change(&self) -> Option<(String, i64)> {
        let tally = self.cell().tally();
        let mut marks = tally.marks.all().rev();
        let change = marks.find(|mark| !matches!(mark.what, Marked::Drifted | Marked::Noted { .. }))?;
        let words = match of_mark(change) {
            Some(Annotation { words, by: Some(by), .. }) => format!("{words} by {by}"),
            Some(annotation) => annotation.words,
            None => "Settings changed".to_owned(),
        };
        Some((words, change.at_us))
    }

    /// The history of the settings. It is read from the log when they changed, and not for each look at a chart.
    async fn settings_so_far(&self, marks: &[Mark]) -> Result<Arc<Vec<PastConfiguration>>, LoopError> {
        let is_change = |mark: &&Mark| mark.what == Marked::Configured;
        let as_of_us = marks.iter().rev().find(is_change).map_or(0, |mark| mark.at_us);
        if let Some(known) = self.known_history(as_of_us) {
            return Ok(known);
        }
        let history = Arc::new(self.history().await?);
        self.keep_history(as_of_us, history.clone());
        Ok(history)
    }
}

fn checked(text: &str) -> Result<&str, LoopError> {
    let text = text.trim();
    let is_short = (1..=MAX_NOTE).contains(&text.chars().count());
    if is_short && !text.chars().any(char::is_control) { Ok(text) } else { Err(LoopError::Note { most: MAX_NOTE }) }
}

/// `None` of the settings that the loop was made with: nothing was different before.
fn of_settings(past: &PastConfiguration) -> Option<Annotation> {
    let words = if past.restores_seq.is_some() { "Earlier settings restored" } else { "Settings changed" };
    (!past.changes.is_empty()).then(|| Annotation {
        at_us: past.at_us,
        kind: AnnotationKind::Settings,
        by: Some(past.by.clone()),
        words: words.to_owned(),
        changes: past.changes.clone(),
    })
}

/// Where exploration reached the end of its way, of a history whose newest settings come first. The log has no record of
/// it: it follows from the settings and the clock.
fn arrivals(history: &[PastConfiguration], now_us: i64) -> Vec<Annotation> {
    let until_us = std::iter::once(now_us).chain(history.iter().map(|past| past.at_us));
    let arrival = |(past, until_us): (&PastConfiguration, i64)| {
        let settings = &past.configuration;
        let ramp = settings.exploration_ramp.filter(|ramp| past.at_us < ramp.ends_us && ramp.ends_us <= until_us)?;
        let change = Change {
            field: "explorationPercentage",
            before: ramp.from.to_string(),
            after: settings.exploration_percentage.to_string(),
            impact: Impact::Instant,
        };
        Some(Annotation {
            at_us: ramp.ends_us,
            kind: AnnotationKind::Settings,
            by: None,
            words: "Exploration reached its new share".to_owned(),
            changes: vec![change],
        })
    };
    history.iter().zip(until_us).filter_map(arrival).collect()
}

/// `None` of a change of settings, which the history tells.
fn of_mark(mark: &Mark) -> Option<Annotation> {
    let (kind, by, words) = match &mark.what {
        Marked::Configured => return None,
        Marked::ModelReset { by } => (AnnotationKind::Reset, Some(by), "Model reset: it began anew"),
        Marked::ModelImported { by } => (AnnotationKind::Import, Some(by), "Another model imported"),
        Marked::Relearned => (AnnotationKind::Relearned, None, "A newly trained model took over"),
        Marked::LogsDeleted { by } => (AnnotationKind::LogsDeleted, Some(by), "Events deleted"),
        Marked::Drifted => (
            AnnotationKind::Drift,
            None,
            "Drift noticed: rewards fell behind what was predicted, so the recent past counts more",
        ),
        Marked::ModelRestored { by, .. } => (AnnotationKind::Import, Some(by), "Back to a model that had been kept"),
        Marked::Noted { by, text } => (AnnotationKind::Note, Some(by), text.as_str()),
    };
    Some(Annotation { at_us: mark.at_us, kind, by: by.cloned(), words: words.to_owned(), changes: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_a_sentence_on_one_line() {
        assert_eq!(checked("  The campaign began. ").ok(), Some("The campaign began."));
        for bad in ["", "   ", "two\nlines", &"x".repeat(281)] {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
        assert!(checked(&"ä".repeat(280)).is_ok());
    }
}
