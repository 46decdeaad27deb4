//! Events as rows.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{MINUTE_US, event_filter, words};
use crate::{
    loops::{EventChange, EventNews, EventSummary, EventsFound, LiveLoop, LoopError, N_ROWS_A_SECOND},
    reports::{EventFilterWords, EventNewsPart, EventRow, EventRows, EventStanding, FilterProblem},
    terms::{ActionId, Credential, EventId, EventState},
};

/// What stands in a path as it is; ids are the caller's, and may hold anything.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Rows of one page, at most.
const N_ROWS_MOST: usize = 200;
/// Events that can be pinned.
const N_PINNED_MOST: usize = 20;
/// Actions that a filter offers; others can be typed.
const N_OFFERED: usize = 100;
/// Letters of a long id that a row shows.
const N_ID_SHOWN: usize = 8;
/// Longer ids are shown in part.
const N_ID_WHOLE: usize = 12;
/// The server's own ids begin with so many hexadecimal digits, by which they differ.
const N_OWN_DIGITS: usize = 32;
/// Older events are told with their day.
const HALF_A_DAY_US: i64 = 12 * 60 * MINUTE_US;
/// How far back the sentence above the rows looks.
const SENTENCE_US: i64 = 5 * MINUTE_US;

/// A page of the events that these words admit, with a place in the log below `before`; the newest when that is `None`.
pub async fn events(
    live: &LiveLoop,
    words: &EventFilterWords,
    before: Option<i64>,
    n_most: usize,
) -> Result<EventRows, LoopError> {
    let page = EventRows { sentence: sentence(live), ..EventRows::default() };
    let filter = match event_filter(words) {
        Ok(filter) => filter,
        Err(bad) => {
            let problem = Some(FilterProblem { field: bad.field.to_owned(), message: bad.message });
            return Ok(EventRows { problem, newest_seq: *live.progress().borrow(), ..page });
        }
    };
    let found = live.search_events(&filter, before.unwrap_or(i64::MAX), n_most.clamp(1, N_ROWS_MOST)).await?;
    let now_us = live.now_us();
    Ok(EventRows {
        bounds: if filter.is_empty() { String::new() } else { bounds(&found) },
        actions: offered(live, &found.events),
        older: found.next_before,
        newest_seq: found.newest_seq.unwrap_or_default(),
        rows: found.events.into_iter().map(|event| row(event, now_us)).collect(),
        ..page
    })
}

/// The events that somebody pinned, as far as they are there, in the order of the ids.
pub async fn pinned_events(live: &LiveLoop, ids: &[String]) -> Result<Vec<EventRow>, LoopError> {
    let ids: Vec<EventId> = ids.iter().take(N_PINNED_MOST).filter_map(|id| id.parse().ok()).collect();
    Ok(rows(live, live.events_named(&ids).await?))
}

/// The events at these places, as they stand now.
pub async fn events_at(live: &LiveLoop, seqs: &[i64]) -> Result<Vec<EventRow>, LoopError> {
    let seqs = &seqs[..seqs.len().min(N_ROWS_MOST)];
    Ok(rows(live, live.events_at(seqs).await?))
}

fn rows(live: &LiveLoop, events: Vec<EventSummary>) -> Vec<EventRow> {
    let now_us = live.now_us();
    events.into_iter().map(|event| row(event, now_us)).collect()
}

/// What came in, for a page that follows.
pub fn event_news(live: &LiveLoop, news: EventNews) -> EventNewsPart {
    let now_us = live.now_us();
    let change = |change: EventChange| (change.seq, standing(change.state, change.is_deferred, change.reward));
    let shown = N_ROWS_A_SECOND as f64;
    // Close to the limit some seconds are sampled and others not; what was left out is always told.
    let sampling = if news.per_second > shown {
        let (rate, one_in) = (news.per_second.round(), (news.per_second / shown).ceil().max(2.0));
        format!("About {} events come in a second; 1 in {one_in:.0} is shown.", words::count(rate as u64))
    } else {
        String::new()
    };
    EventNewsPart {
        rows: news.rows.into_iter().map(|event| row(event, now_us)).collect(),
        changes: news.changes.into_iter().map(change).collect(),
        left_out: news.n_left_out,
        sampling,
    }
}

/// "19.4 a second over the last 5 minutes; 91 % rewarded so far, 2.0 % explored."
fn sentence(live: &LiveLoop) -> String {
    let recent = live.curve(SENTENCE_US, 60);
    let sum = |of: fn(&crate::trainer::Bucket) -> u64| recent.iter().map(of).sum::<u64>() as f64;
    let (n_ranked, n_rewarded, n_explored) =
        (sum(|bucket| bucket.n_ranked), sum(|bucket| bucket.n_rewarded), sum(|bucket| bucket.n_explored));
    if n_ranked == 0.0 {
        return "Every decision with what became of it. None in the last 5 minutes.".to_owned();
    }
    let age_us = (live.now_us() - live.created_at_us()).clamp(MINUTE_US / 60, SENTENCE_US);
    let per_minute = n_ranked * MINUTE_US as f64 / age_us as f64;
    let rate = match per_minute {
        60.0.. => format!("{:.1} a second", per_minute / 60.0),
        10.0.. => format!("{per_minute:.0} a minute"),
        _ => format!("{per_minute:.1} a minute"),
    };
    let share = |n: f64| words::percent(n / n_ranked);
    format!("{rate} over the last 5 minutes: {} rewarded so far, {} explored.", share(n_rewarded), share(n_explored))
}

/// What a search looked at: nothing found is not nothing there.
fn bounds(found: &EventsFound) -> String {
    let n_found = match found.events.len() {
        1 => "1 match".to_owned(),
        n => format!("{} matches", words::count(n as u64)),
    };
    let Some(back_to_us) = found.back_to_us else { return "No events there to look at.".to_owned() };
    let looked_at = match found.n_looked_at {
        1 => "1 event".to_owned(),
        n => format!("{} events", words::count(n)),
    };
    let further = match found.next_before {
        None => "There is nothing further back.",
        Some(_) => "Further back has not been searched.",
    };
    format!(
        "{n_found} among {looked_at}, back to {}. {further}",
        words::utc(back_to_us, words::Precision::Milliseconds)
    )
}

fn offered(live: &LiveLoop, events: &[EventSummary]) -> Vec<ActionId> {
    let own = live.actions();
    let seen = events.iter().map(|event| event.reward_action_id.clone());
    let mut all: Vec<ActionId> = own.iter().map(|action| action.id.clone()).chain(seen).collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(N_OFFERED);
    all
}

fn row(event: EventSummary, now_us: i64) -> EventRow {
    let ranked_at = words::instant(event.ranked_at_us, now_us);
    let is_of_today = now_us - event.ranked_at_us < HALF_A_DAY_US;
    let choice = match (event.mode.policy_decides(), event.is_exploring) {
        (false, _) if event.n_slots > 1 => "baseline",
        (false, _) => "first of the request",
        (true, true) => "explored",
        (true, false) => "most probable",
    };
    EventRow {
        id_in_path: utf8_percent_encode(event.event_id.as_str(), IN_PATH).to_string(),
        id_short: short(event.event_id.as_str()),
        seq: event.seq,
        time: words::event_time(event.ranked_at_us, is_of_today),
        is_of_today,
        ranked_at,
        action: event.reward_action_id,
        probability: words::percent(f64::from(event.probability)),
        choice: choice.to_owned(),
        is_exploring: event.is_exploring,
        key: event.came_with.map_or("–", Credential::as_str).to_owned(),
        n_slots: u32::try_from(event.n_slots).unwrap_or(u32::MAX),
        standing: standing(event.state, event.is_deferred, event.reward),
        event_id: event.event_id,
    }
}

/// Of a long id the end, where callers count; of the server's own the beginning, because their end is a time.
fn short(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    let is_own = letters.len() > N_OWN_DIGITS && letters[..N_OWN_DIGITS].iter().all(char::is_ascii_hexdigit);
    let part = |letters: &[char]| letters.iter().collect::<String>();
    match letters.len() {
        ..=N_ID_WHOLE => id.to_owned(),
        _ if is_own => format!("{}…", part(&letters[..N_ID_SHOWN])),
        n => format!("…{}", part(&letters[n - N_ID_SHOWN..])),
    }
}

fn standing(state: EventState, is_deferred: bool, reward: Option<f32>) -> EventStanding {
    let is_rewarded = reward.is_some() && !matches!(state, EventState::Expired | EventState::Dropped);
    let activated = match state {
        EventState::Inactive => 'o',
        EventState::Dropped => 'm',
        _ => 'd',
    };
    let end = match state {
        EventState::Learned => ['d', 'd'],
        EventState::Expired | EventState::Dropped => ['m', 'm'],
        _ if is_rewarded => ['d', 'o'],
        _ => ['o', 'o'],
    };
    let way = ['d'].into_iter().chain(is_deferred.then_some(activated)).chain(end).collect();
    EventStanding {
        state,
        way,
        reward: reward.map(|reward| words::reward(f64::from(reward))),
        reward_value: reward.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_an_event_says_what_is_done_open_and_missed() {
        let way = |state, is_deferred, reward| standing(state, is_deferred, reward).way;
        assert_eq!(way(EventState::Pending, false, None), "doo");
        assert_eq!(way(EventState::Rewarded, false, Some(1.0)), "ddo");
        assert_eq!(way(EventState::Learned, false, Some(1.0)), "ddd");
        assert_eq!(way(EventState::Expired, false, Some(0.0)), "dmm");
        assert_eq!(way(EventState::Inactive, true, None), "dooo");
        assert_eq!(way(EventState::Learned, true, Some(1.0)), "dddd");
        assert_eq!(way(EventState::Dropped, true, None), "dmmm");
    }

    #[test]
    fn an_id_is_shown_by_the_part_that_tells_it_from_others() {
        assert_eq!(short("order-17"), "order-17");
        assert_eq!(short("customer-000000000123"), "…00000123");
        assert_eq!(short("44c6445c9892cde94d84808cf6e15c1b-jBX82"), "44c6445c…");
    }

    #[test]
    fn a_search_that_found_nothing_says_what_it_looked_at() {
        let found = EventsFound { n_looked_at: 5_000, back_to_us: Some(0), next_before: Some(7), ..Default::default() };
        assert_eq!(
            bounds(&found),
            "0 matches among 5,000 events, back to 1 Jan 1970, 00:00:00.000 UTC. Further back has not been searched."
        );
        assert!(bounds(&EventsFound { next_before: None, ..found }).ends_with("There is nothing further back."));
    }
}
