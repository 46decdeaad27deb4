//! A loop's own actions as their page shows them: one by one, and what an uploaded list would do to them.

use super::{
    PageError,
    action_forms::Uploaded,
    dashboard::actions::{ActionView, Availability, ImportFate, ImportLine, ImportView, LastChange},
    words,
};
use crate::{
    loops::{ActionDraft, ActionsPlan, LiveLoop, LoopAction, LoopError},
    reports::ActionFigures,
};

/// For how long a change is offered to be taken back on top of the page.
const FRESH_US: i64 = 30 * 60 * 1_000_000;

/// One action with its figures.
pub fn view(action: &LoopAction, figures: ActionFigures, now_us: i64) -> ActionView {
    let availability = match (action.is_active, action.valid_from_us, action.valid_to_us) {
        (false, _, _) => Availability::Off,
        (_, Some(from_us), _) if from_us > now_us => Availability::Starts(words::moment(from_us, now_us)),
        (_, _, Some(to_us)) if to_us <= now_us => Availability::Ended(words::moment(to_us, now_us)),
        _ => Availability::Active,
    };
    let title = action.title().map(str::to_owned);
    let notes = action.notes.trim();
    ActionView {
        id: action.id.to_string(),
        notes: match &title {
            Some(title) => notes.strip_prefix(title.as_str()).unwrap_or(notes).trim().to_owned(),
            None => notes.to_owned(),
        },
        title,
        features: serde_json::to_string(&action.features).expect("JSON objects always become text"),
        is_active: action.is_active,
        availability,
        valid_from: words::input_of_instant(action.valid_from_us),
        valid_to: words::input_of_instant(action.valid_to_us),
        from_us: action.valid_from_us,
        to_us: action.valid_to_us,
        updated: words::moment(action.updated_at_us, now_us),
        updated_by: action.updated_by.clone(),
        figures,
    }
}

/// The last change while it is fresh.
pub async fn last_change(live: &LiveLoop) -> Result<Option<LastChange>, PageError> {
    let now_us = live.now_us();
    let last = live.last_actions_change().await?.filter(|last| now_us - last.at_us < FRESH_US);
    Ok(last.map(|last| LastChange {
        at: words::moment(last.at_us, now_us),
        id: last.id,
        words: last.words,
        by: last.by,
    }))
}

/// What an uploaded list would do, line by line.
pub async fn import(live: &LiveLoop, id: String) -> Result<ImportView, PageError> {
    let body = live.actions_draft(&id).await?;
    let uploaded: Uploaded =
        serde_json::from_str(&body).map_err(|_| PageError::rejected("The list cannot be read any more."))?;
    let (lines, change) = match uploaded.change() {
        Ok(read) => read,
        Err(problem) => return Ok(ImportView { problem: Some(problem), ..blank(id) }),
    };
    let plan = live.plan_actions(&change);
    let before = live.actions();
    let mut saved = change.saved.iter().enumerate();
    let lines: Vec<ImportLine> = lines
        .into_iter()
        .map(|line| {
            let fate = match line.draft {
                Err(problem) => ImportFate::Refused(problem),
                Ok(_) => saved.next().map_or(ImportFate::Same, |(place, draft)| fate(place, draft, &plan, &before)),
            };
            ImportLine { number: line.number, id: line.id, fate }
        })
        .collect();
    let count = |is: fn(&ImportFate) -> bool| lines.iter().filter(|line| is(&line.fate)).count() as u32;
    // Too many actions is nobody's line: it is said of the last one that is new.
    Ok(ImportView {
        words: plan.words(),
        n_refused: count(|fate| matches!(fate, ImportFate::Refused(_))),
        n_changing: count(|fate| matches!(fate, ImportFate::Added | ImportFate::Changed(_)))
            + plan.removed.len() as u32,
        removed: plan.removed.iter().map(ToString::to_string).collect(),
        lines,
        ..blank(id)
    })
}

fn blank(id: String) -> ImportView {
    let (words, lines, removed) = (String::new(), Vec::new(), Vec::new());
    ImportView { id, words, problem: None, lines, removed, n_refused: 0, n_changing: 0 }
}

fn fate(place: usize, draft: &ActionDraft, plan: &ActionsPlan, before: &[LoopAction]) -> ImportFate {
    if let Some(problem) = plan.problems.iter().find(|problem| problem.place == place) {
        return ImportFate::Refused(match &problem.error {
            LoopError::DuplicateAction(_) => "It stands twice in the list.".to_owned(),
            error => error.to_string(),
        });
    }
    let Some(known) = before.iter().find(|action| action.id == draft.id) else { return ImportFate::Added };
    let different = [
        ("features", known.features != draft.features),
        ("on or off", known.is_active != draft.is_active),
        ("dates", (known.valid_from_us, known.valid_to_us) != (draft.valid_from_us, draft.valid_to_us)),
        ("notes", known.notes != draft.notes),
        ("place", draft.position.is_some_and(|position| position != known.position)),
    ];
    let words: Vec<&str> = different.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect();
    if words.is_empty() { ImportFate::Same } else { ImportFate::Changed(words.join(", ")) }
}
