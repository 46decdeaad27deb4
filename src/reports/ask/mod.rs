//! The questions that the dashboard asks. They read the loops in memory and, for single events, the log.

mod action_shares;
mod actions;
mod apprentice;
mod comparison;
mod consequence;
mod counters;
mod coverage;
mod csv;
mod decision;
mod evaluations;
mod event;
mod event_calls;
mod event_filter;
mod event_slots;
mod events;
mod exploration;
mod features;
mod headline;
mod health;
mod marks;
mod models;
mod moved_features;
mod onboarding;
mod playground;
mod reward_curve;
mod rows;
mod server;
mod sums;

pub use actions::action_figures;
pub use consequence::consequence;
pub use csv::as_csv;
pub use decision::{event_why, why};
pub use evaluations::{evaluation, evaluations, shared_evaluation};
pub use event::event;
pub use event_filter::{BadFilter, event_filter};
pub use events::{event_news, events, events_at, pinned_events};
pub use features::features;
pub use models::models;
pub use onboarding::onboarding;
pub use playground::playground;

pub use rows::{loop_row, loop_rows};

pub use super::words::read_field_time as read_moment;
use super::{ChartMark, ChartSpan, Overview, SeriesSlot, Share, Smoothing, TimeRange, Unit, chart, words, zone::Zone};
use crate::{
    loops::{LiveLoop, LoopError},
    trainer::Bucket,
};
use action_shares::Identity;
use health::Signs;
pub use server::{AccountNumbers, LoopReading, ServerReading, server_page, server_reading};

const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
const DAY_US: i64 = 24 * 60 * MINUTE_US;
/// Spans of a curve, from the finest; the first with enough events in each is taken.
const N_SPANS: [usize; 3] = [45, 30, 15];
/// How many events a span should hold on average before a finer division is drawn.
const N_IN_SPAN: u64 = 30;

/// Findings about features that the overview names; the page Features tells of all.
const N_WARNINGS: usize = 4;

/// What a person wants to see.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Left out: the range that suits the loop's age.
    pub range: Option<TimeRange>,
    pub smoothing: Smoothing,
    /// Where they are.
    pub zone: Zone,
}

/// What the charts of one page have in common.
#[derive(Debug, Clone)]
pub struct Looked {
    pub range: TimeRange,
    pub unit: Unit,
    /// The right end of the charts.
    pub to_us: i64,
    pub now_us: i64,
    pub wait_us: i64,
    pub zone: Zone,
    pub marks: Vec<ChartMark>,
}

impl Looked {
    /// The left end: where the first span begins.
    fn left_us(&self, buckets: &[Bucket]) -> i64 {
        buckets.first().map_or(self.to_us - self.range.span_us(), |first| first.start_us)
    }

    /// A span as the first cell of its row.
    fn row_time(&self, span: &ChartSpan) -> String {
        let time = words::row_time(self.zone.local_us(span.start_us), self.range.span_us());
        if span.end_us > self.now_us { format!("{time} (so far)") } else { time }
    }
}

/// The overview of a loop.
pub async fn overview(live: &LiveLoop, look: Look) -> Result<Overview, LoopError> {
    let now_us = live.now_us();
    let age_us = now_us - live.created_at_us();
    let range = look.range.unwrap_or_else(|| TimeRange::for_age(age_us));
    let configuration = live.configuration();
    let buckets = buckets(live, range);
    let (mode, unit) = (configuration.learning_mode, Unit::of(configuration.is_multi_slot));
    let (_, to_us) = range.ends_us(now_us);
    let to_us = to_us.min(now_us);
    let zone = look.zone;
    let mut looked = Looked { range, unit, to_us, now_us, wait_us: wait_us(live), zone, marks: Vec::new() };
    let from_us = looked.left_us(&buckets);
    looked.marks = marks::marks(live, (from_us, to_us.saturating_add(1)), &looked.zone).await?;
    let changed_us = marks::exploration_changed_us(live, (from_us, to_us.saturating_add(1))).await?;
    let counters = live.counters();
    let apprentice = apprentice::numbers(live).await?;
    let mut health = signs(live, &last_day(live)).health();
    apprentice::add_ceiling(&mut health, apprentice.as_ref());
    Ok(Overview {
        loop_id: live.id().clone(),
        mode,
        unit,
        range,
        range_note: range_note(range, age_us),
        from: words::field_time(looked.zone.local_us(from_us)),
        to: words::field_time(looked.zone.local_us(to_us)),
        zone: looked.zone.name().to_owned(),
        smoothing: look.smoothing,
        has_events: counters.ranked > 0,
        headline: match counters.ranked {
            0 => headline::uncalled(),
            _ => headline::headline(&buckets, mode, range, live.imitation(), unit),
        },
        health,
        funnel: counters::funnel(&counters, unit),
        troubles: counters::troubles(&counters, unit),
        exploration: exploration::numbers(live, &buckets, &looked, changed_us),
        warnings: warnings(live).await?,
        reward: reward_curve::curve(&buckets, &looked, look.smoothing),
        actions: action_shares::shares(&buckets, identities(live), &looked),
        apprentice,
        relearning_percent: live.relearning().map(|share| (share * 100.0) as u32),
        moved: moved_features::part(live).await,
        as_of: format!("{} {}", words::clock(looked.zone.local_us(now_us)), looked.zone.short(now_us)),
    })
}

/// A range that is longer than the loop's life shows all of that, and says so.
fn range_note(range: TimeRange, age_us: i64) -> Option<String> {
    let is_named = TimeRange::NAMED.contains(&range);
    (is_named && age_us < range.span_us())
        .then(|| format!("The loop is {} old: this is all of it.", words::span(age_us)))
}

/// What is odd about the features, kind by kind.
async fn warnings(live: &LiveLoop) -> Result<Vec<String>, LoopError> {
    let page = features::features(live).await?;
    let one = |group: super::FindingGroup| {
        let names: Vec<String> = group.rows.into_iter().map(|row| row.name).filter(|name| !name.is_empty()).collect();
        if names.is_empty() { group.title } else { format!("{}: {}", group.title, names.join(", ")) }
    };
    Ok(page.groups.into_iter().take(N_WARNINGS).map(one).collect())
}

/// The range cut as finely as its traffic allows.
fn buckets(live: &LiveLoop, range: TimeRange) -> Vec<Bucket> {
    let now_us = live.now_us();
    let cut = |n_spans| match range {
        TimeRange::Custom(from_us, to_us) => live.curve_between(from_us, to_us, n_spans),
        named => {
            // A young loop is drawn over its life, so that its first minute fills the chart.
            let age_us = now_us - live.created_at_us();
            live.curve(named.span_us().min(age_us.max(2 * MINUTE_US)), n_spans)
        }
    };
    let finest = cut(N_SPANS[0]);
    let n_ranked: u64 = finest.iter().map(|bucket| bucket.n_ranked).sum();
    let enough = N_SPANS.into_iter().find(|n_spans| n_ranked >= N_IN_SPAN * *n_spans as u64);
    match enough.unwrap_or(N_SPANS[2]) {
        n_spans if n_spans == N_SPANS[0] => finest,
        n_spans => cut(n_spans),
    }
}

/// How each action is told apart: by its own title where somebody gave it one, and by the colour that it has for good.
fn identities(live: &LiveLoop) -> impl Fn(&str) -> Identity {
    let live = live.clone();
    let own = live.actions();
    move |id| {
        let title = own.iter().find(|action| action.id.as_str() == id).and_then(|action| action.title());
        // Of the very many that a loop may offer only the first have a place; the others take one by their name.
        let place = live.place_of_action(id).unwrap_or_else(|| hashed(id));
        Identity { name: title.unwrap_or(id).to_owned(), slot: SeriesSlot::of_place(place), place }
    }
}

/// FNV-1a: the same on every machine and in every version.
fn hashed(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The last day, or the life of a younger loop, in spans short enough that some of them are over.
fn last_day(live: &LiveLoop) -> Vec<Bucket> {
    live.curve((live.now_us() - live.created_at_us()).clamp(5 * MINUTE_US, DAY_US), 96)
}

fn wait_us(live: &LiveLoop) -> i64 {
    live.configuration().reward_wait_time.get().as_micros()
}

/// The share of active events that were rewarded, of those that can no longer be. A loop all of whose events still
/// wait has none.
fn rewarded_share(buckets: &[Bucket], wait_us: i64, now_us: i64) -> Option<Share> {
    let over = buckets.iter().filter(|bucket| bucket.start_us + bucket.span_us + wait_us <= now_us);
    let (n, of) = over.fold((0, 0), |(n, of), bucket| (n + bucket.n_rewarded, of + bucket.n_active));
    Share::new(n.min(of), of)
}

fn signs(live: &LiveLoop, day: &[Bucket]) -> Signs {
    let now_us = live.now_us();
    let counters = live.counters();
    let configuration = live.configuration();
    Signs {
        mode: configuration.learning_mode,
        unit: Unit::of(configuration.is_multi_slot),
        counters,
        lag: live.lag(),
        relearning: live.relearning(),
        imitation: live.imitation(),
        rewarded: rewarded_share(day, wait_us(live), now_us),
        first_rank_us: if counters.rewarded == 0 { first_rank_us(live) } else { None },
        wait_us: wait_us(live),
        now_us,
    }
}

/// When the first event was ranked, as finely as the sums of that time still tell.
fn first_rank_us(live: &LiveLoop) -> Option<i64> {
    let age_us = (live.now_us() - live.created_at_us()).clamp(MINUTE_US, 90 * DAY_US);
    live.curve(age_us, 720).first().map(|bucket| bucket.start_us)
}

#[cfg(test)]
pub mod test_buckets;
