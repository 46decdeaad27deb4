//! Why a decision was taken, in words and lengths of bars.

use serde_json::Value;

use super::words;
use crate::{
    bandit::{Contribution, Counterfactual, Edit, JsonObject, edited},
    loops::{Decision, LiveLoop, LoopError, ReasonedAction, Why, WhyNot},
    reports::{ActionPart, CounterfactualPart, DecisionPart, ReasonPart, WhyPart},
    terms::EventId,
};

/// Texts of features longer than this are cut.
const MOST_CHARACTERS: usize = 40;
/// What adds less would read as nothing.
const LEAST_SEEN: f32 = 0.0005;
/// The part of a score that no feature adds.
const ALWAYS: &str = "always";

/// Why an event was decided as it was. `None` when no such event was stored.
pub async fn event_why(live: &LiveLoop, id: &EventId) -> Result<Option<WhyPart>, LoopError> {
    let Some(event) = live.explain_event(id).await? else { return Ok(None) };
    let origin = if event.is_present_model() {
        format!("As the model that answered sees it, version {}, which is still the present one.", event.why.version)
    } else {
        format!(
            "As the present model sees it, version {}. Version {} answered; the loop has learned since.",
            event.why.version, event.answered_version
        )
    };
    Ok(Some(WhyPart { origin, ..why(&event.why) }))
}

/// The reasons of a decision.
pub fn why(why: &Why) -> WhyPart {
    let mode = if why.mode.policy_decides() {
        String::new()
    } else {
        format!(" In mode {} the caller's own action is answered; this is what the policy would do.", why.mode.as_str())
    };
    let share = words::percent(f64::from(why.exploration.get()));
    let exploring = match &why.mixture {
        Some(_) => format!("It may explore {share} and explores as much of that as its doubt asks for."),
        None => format!("It explores with a share of {share}."),
    };
    let context = why.context.as_slice();
    WhyPart {
        origin: format!("Model version {}. {exploring}{mode}", why.version),
        decisions: why.decisions.iter().map(|decision| part(decision, context)).collect(),
    }
}

fn part(decision: &Decision, context: &[JsonObject]) -> DecisionPart {
    // The mean of all events, "always", would make everything else look like nothing.
    let parts = decision.actions.iter().flat_map(|action| &action.explanation.contributions);
    let longest = parts.filter(|part| part.feature != ALWAYS).map(|part| part.score.abs()).fold(0.0, f32::max);
    let best = decision.most_probable();
    let mut actions: Vec<&ReasonedAction> = decision.actions.iter().collect();
    actions.sort_by(|a, b| {
        let is_out = |action: &ReasonedAction| action.why_not.is_some();
        is_out(a).cmp(&is_out(b)).then(b.probability.total_cmp(&a.probability))
    });
    let is_best = |action: &ReasonedAction| best.is_some_and(|best| best.id == action.id);
    DecisionPart {
        slot: decision.slot_id.as_ref().map(ToString::to_string),
        headline: headline(decision),
        actions: actions.into_iter().map(|action| action_part(action, is_best(action), longest)).collect(),
        counterfactual: counterfactual(decision, context),
    }
}

fn headline(decision: &Decision) -> String {
    let Some(best) = decision.most_probable() else { return "There is nothing to choose.".to_owned() };
    let n_equal = decision.actions.iter().filter(|action| action.probability == best.probability).count();
    let share = words::percent(f64::from(best.probability));
    if n_equal > 1 {
        return format!("{n_equal} actions are equally probable, {share} each: the model does not prefer one here.");
    }
    format!("{} is the most probable, {share}.", best.id)
}

fn action_part(action: &ReasonedAction, is_best: bool, longest: f32) -> ActionPart {
    let percent = |share: f32| words::percent(f64::from(share));
    let explore = action.probability - action.exploit;
    let (words, split) = match &action.why_not {
        None => {
            let split = match (action.exploit > 0.0, explore > 0.0) {
                (true, true) => format!("{} known best, {} to find out", percent(action.exploit), percent(explore)),
                (true, false) => "known best".to_owned(),
                (false, _) => "to find out".to_owned(),
            };
            (percent(action.probability), split)
        }
        Some(WhyNot::Excluded) => ("excluded".to_owned(), String::new()),
        Some(WhyNot::Shown(slot_id)) => (format!("shown in {slot_id}"), String::new()),
        Some(WhyNot::Kept) => ("kept for a later slot".to_owned(), String::new()),
    };
    let explanation = &action.explanation;
    let reason = |part: &Contribution| ReasonPart {
        name: cut(&part.feature),
        words: words::signed(f64::from(part.score), 3),
        is_for: part.score >= 0.0,
        length: if longest > 0.0 && part.feature != ALWAYS { part.score.abs() / longest } else { 0.0 },
    };
    let is_seen = |part: &&Contribution| part.score.abs() >= LEAST_SEEN;
    ActionPart {
        id: action.id.to_string(),
        exploit: action.exploit,
        explore,
        words,
        split,
        expected: match explanation.standard_error {
            Some(error) => words::interval(f64::from(explanation.score), 1.96 * f64::from(error)),
            None => words::reward(f64::from(explanation.score)),
        },
        is_best,
        is_eligible: action.why_not.is_none(),
        was_shown: action.was_shown,
        then: action.then_probability.filter(|_| action.why_not.is_none()).map(percent),
        reasons: explanation.contributions.iter().filter(is_seen).map(reason).collect(),
    }
}

fn counterfactual(decision: &Decision, context: &[JsonObject]) -> CounterfactualPart {
    let search = &decision.counterfactuals;
    let said = |sentence: &str, note: String| CounterfactualPart { sentence: sentence.to_owned(), note, context: None };
    let Some(nearest) = &search.nearest else {
        return match (search.is_exhaustive, search.n_singles, search.n_asked) {
            (true, 0, _) => said("Recent contexts had no other values to try.", String::new()),
            (true, n, asked) if asked > n + 1 => said(
                "No change of one feature turns this choice.",
                format!(
                    "All {n} values that recent contexts had were tried, and {} pairs of the closest.",
                    asked - n - 1
                ),
            ),
            (true, n, _) => said(
                "No change of one feature turns this choice.",
                format!("All {n} values that recent contexts had were tried."),
            ),
            (false, _, 1) => said("There is no choice to turn: several actions are equally probable.", String::new()),
            (false, n, asked) => said(
                "No change of one feature was found that turns this choice.",
                format!("{} of {n} values that recent contexts had were tried.", asked - 1),
            ),
        };
    };
    let other = decision.actions.get(nearest.action_idx).map_or_else(String::new, |action| action.id.to_string());
    let share = words::percent(f64::from(nearest.probability));
    CounterfactualPart {
        sentence: format!("With {} it would be {other} ({share}).", changes(nearest)),
        note: match nearest.edits.as_slice() {
            [only] => format!("{} of recent contexts have that.", words::percent(f64::from(only.usual))),
            _ => "One change alone is not enough.".to_owned(),
        },
        context: with_changes(context, nearest),
    }
}

fn with_changes(context: &[JsonObject], nearest: &Counterfactual) -> Option<String> {
    let changed = nearest.edits.iter().try_fold(context.to_vec(), |context, edit| edited(&context, edit))?;
    serde_json::to_string(&changed).ok()
}

fn changes(nearest: &Counterfactual) -> String {
    let change = |edit: &Edit| {
        let name = edit.path.join(".");
        match &edit.before {
            Some(before) => format!("{name} = {} instead of {}", value(&edit.after), value(before)),
            None => format!("{name} = {} besides", value(&edit.after)),
        }
    };
    nearest.edits.iter().map(change).collect::<Vec<_>>().join(" and ")
}

fn value(value: &Value) -> String {
    cut(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
