//! Which place in its log each record of an append gets.

use std::collections::{HashMap, HashSet};

use super::{
    Appended, Fence, LogHead,
    log_append::{Additions, AllAdded},
    log_statements::NewRow,
};
use crate::terms::EventId;

/// What the database says about the logs, by loop.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub heads: HashMap<String, LogHead>,
    /// Which of the events were ranked before.
    pub known: HashMap<String, HashSet<String>>,
    pub tokens: HashMap<String, i64>,
}

/// Gives each record its place, or finds that it is a repeat, or no longer its writer's to write.
pub(super) fn plan<'a>(
    additions: &'a Additions,
    found: &Found,
    now_us: i64,
    all_added: &mut AllAdded,
) -> Vec<NewRow<'a>> {
    let mut rows = Vec::new();
    for (id, addition) in additions {
        let (Some(added), Some(head)) = (all_added.get_mut(id), found.heads.get(id.as_str())) else { continue };
        let known_here = found.known.get(id.as_str());
        let is_known = |event_id: &EventId| known_here.is_some_and(|known| known.contains(event_id.as_str()));
        let mut ranked_here = HashSet::new();
        let mut head = *head;
        for (idx, record) in addition.records.iter().enumerate() {
            let is_ours = |fence: &Fence| found.tokens.get(id.as_str()) == Some(&fence.token);
            if !addition.fences.get(&idx).is_none_or(is_ours) {
                added.outcomes.push(None);
                continue;
            }
            let is_repeat = record.ranks().is_some_and(|event_id| is_known(event_id) || !ranked_here.insert(event_id));
            if is_repeat {
                added.outcomes.push(Some(Appended::Repeat));
                continue;
            }
            // Log time never falls, whatever the machine's clock does.
            head = LogHead { seq: head.seq + 1, at_us: head.at_us.max(now_us) };
            added.outcomes.push(Some(Appended::New { seq: head.seq, at_us: head.at_us }));
            rows.push(NewRow { loop_id: id, place: head, record });
        }
    }
    rows
}
