//! The questions, asked of a real loop.

use rankloop::{
    loops::ConfigurationChange,
    reports::{
        EventFilterWords, HealthLevel, SeriesSlot, TimeRange, Verdict,
        ask::{self, Look},
    },
    terms::{Author, Configuration, EventState, ExplorationShare, LearningMode, RewardAggregation},
};

use crate::house::{House, MINUTE_US, NOON_US, SECOND_US, house, house_with, id};

fn hour() -> Look {
    Look { range: Some(TimeRange::Hour), ..Look::default() }
}

async fn explore(house: &House, percent: f32) {
    let exploration_percentage = ExplorationShare::try_from(percent / 100.0).expect("a share");
    let configuration = Configuration { exploration_percentage, ..(*house.live.configuration()).clone() };
    let change = ConfigurationChange { configuration: Some(configuration), ..ConfigurationChange::default() };
    house.live.configure(change, &Author::server("Ada")).await.expect("applied");
}

#[tokio::test]
async fn a_loop_without_a_rank_has_something_to_wait_for_and_nothing_to_draw() {
    let house = house(LearningMode::Online).await;
    let overview = ask::overview(&house.live, Look::default()).await.expect("an overview");
    assert!(!overview.has_events);
    assert_eq!((overview.reward.picture, overview.actions.picture), (None, None));
    assert_eq!(overview.health[0].level, HealthLevel::Waiting);
    let row = &ask::loop_rows(&house.loops)[0];
    assert_eq!((row.last_event.as_str(), row.events_per_minute, row.reward_rate), ("no Rank yet", 0.0, None));
}

#[tokio::test]
async fn the_overview_tells_which_features_moved_once_that_is_worked_out() {
    let house = house(LearningMode::Online).await;
    house.play("few", 2).await;
    let moved = async || {
        for _ in 0..500 {
            let moved = ask::overview(&house.live, Look::default()).await.expect("an overview").moved;
            if !moved.is_pending {
                return moved;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("it was not worked out within ten seconds");
    };
    let early = moved().await;
    assert!(early.rows.is_empty() && early.sentence.starts_with("Too early: no older model"), "{early:?}");
    house.live.keep_checkpoint("before", &Author::server("Ada")).await.expect("kept");
    house.play("many", 80).await;
    house.clock.advance_us(7 * 24 * 60 * MINUTE_US);
    // What is known is told until there is more to tell.
    assert_eq!(moved().await, early);
    house.live.moved_features().await.expect("compared");
    let told = moved().await;
    assert_eq!(told.title, "Features that moved this week");
    assert!(told.rows.iter().any(|row| row.name == "device" && row.change.starts_with('+')), "{told:?}");
    assert!(told.rows.len() <= 5 && told.sentence.contains("of 7 days ago (version 2)"), "{told:?}");
}

#[tokio::test]
async fn what_is_explored_is_told_since_its_setting_changed() {
    let house = house_with(Configuration::default(), Some("--cb_explore_adf --epsilon 0.5 -q ::")).await;
    house.play("before", 100).await;
    let told = async || ask::overview(&house.live, hour()).await.expect("an overview").exploration;
    let before = told().await;
    assert!(before.explored.is_some() && before.sentence.contains("in the last hour"), "{before:?}");

    explore(&house, 0.0).await;
    let just_now = told().await;
    assert_eq!((just_now.explored, just_now.sentence.contains("Nothing was decided since")), (None, true));

    house.clock.advance_us(MINUTE_US);
    house.play("after", 50).await;
    let after = told().await;
    assert_eq!(after.explored.as_deref(), Some("0.0 %"), "none of what was explored before counts: {after:?}");
    assert!(after.sentence.contains("decisions since this was changed"), "{after:?}");
}

#[tokio::test]
async fn after_a_handful_of_events_it_is_too_early() {
    let house = house(LearningMode::Online).await;
    house.play("few", 10).await;
    let overview = ask::overview(&house.live, Look::default()).await.expect("an overview");
    assert_eq!(overview.headline.verdict, Verdict::TooEarly);
    assert_eq!(overview.headline.figure, None);
    assert!(overview.headline.sentence().contains("more decisions"), "{}", overview.headline.sentence());
}

#[tokio::test]
async fn a_policy_that_learned_earns_more_than_the_first_action_and_the_page_says_so() {
    // Half of the ranks explore, so that every policy has plenty of events to be judged by, whatever the draw.
    let exploration_percentage = ExplorationShare::try_from(0.5).expect("a share");
    let configuration = Configuration { exploration_percentage, ..Configuration::default() };
    let house = house_with(configuration, Some("--cb_explore_adf --epsilon 0.5 --cb_type mtr -q :: -l 0.5")).await;
    house.play("many", 900).await;
    let overview = ask::overview(&house.live, hour()).await.expect("an overview");
    assert_eq!(overview.headline.verdict, Verdict::Better, "{:?}", overview.headline);
    assert!(overview.reward.picture.is_some());
    assert_eq!(overview.actions.data.series.len(), 2, "the excluded action has no probability to draw");
    assert_eq!(overview.reward.table.rows.len(), overview.reward.data.spans.len());
}

#[tokio::test]
async fn the_row_of_a_loop_counts_the_last_five_minutes() {
    let house = house(LearningMode::Online).await;
    house.play("all", 600).await;
    let row = &ask::loop_rows(&house.loops)[0];
    assert!((55.0..=62.0).contains(&row.events_per_minute), "{}", row.events_per_minute);
    assert_eq!(row.last_event, "1 second ago");
    house.clock.advance_us(10 * MINUTE_US);
    assert_eq!(ask::loop_rows(&house.loops)[0].events_per_minute, 0.0);
}

#[tokio::test]
async fn an_event_tells_of_every_reward_and_what_became_of_it() {
    let house = house(LearningMode::Online).await;
    let chosen = house.rank("one/1 ä", "mobile").await;
    house.clock.advance_us(1_400_000);
    house.reward("one/1 ä", 0.75).await;
    house.clock.advance_us(SECOND_US);
    house.reward("one/1 ä", 0.5).await;
    house.clock.advance_us(13 * MINUTE_US);
    house.reward("one/1 ä", 1.0).await;

    let page = ask::event(&house.live, &id("one/1 ä")).await.expect("readable").expect("stored");
    assert_eq!((page.state, page.learned_reward.as_deref()), (EventState::Learned, Some("0.75")));
    let fates: Vec<_> = page.rewards.iter().map(|reward| (reward.value.as_str(), reward.is_counted)).collect();
    assert_eq!(fates, [("0.75", true), ("0.50", false), ("1.00", false)]);
    assert!(page.rewards[1].fate.starts_with("duplicate"));
    assert_eq!(page.rewards[2].fate, "too late by 3 minutes");
    assert_eq!(
        page.timeline.iter().map(|step| step.label.as_str()).collect::<Vec<_>>(),
        ["Ranked", "Rewarded", "Learned"]
    );
    assert_eq!(page.timeline[1].note, "1.4 s after the Rank");

    let music = page.slots[0].answer.iter().find(|bar| bar.action.as_str() == "music").expect("it was in the request");
    assert!(music.is_excluded && music.words == "excluded");
    assert_eq!(
        page.slots[0].answer.iter().filter(|bar| bar.is_chosen).map(|bar| bar.action.as_str()).collect::<Vec<_>>(),
        [chosen]
    );
    assert_eq!(page.slots[0].policy, None, "what the policy thought is what was answered");
    assert!(!page.body_for_shell.contains("eventId"), "with it the call would be a repeat");

    let rows = ask::events(&house.live, &EventFilterWords::default(), None, 10).await.expect("rows");
    assert_eq!(rows.rows[0].id_in_path, "one%2F1%20%C3%A4");
    assert_eq!((rows.older, rows.rows[0].standing.reward.as_deref()), (None, Some("0.75")));
}

#[tokio::test]
async fn an_event_that_waits_says_for_how_long() {
    let house = house(LearningMode::Online).await;
    house.rank("open", "mobile").await;
    house.clock.advance_us(MINUTE_US);
    let page = ask::event(&house.live, &id("open")).await.expect("readable").expect("stored");
    assert_eq!(page.state, EventState::Pending);
    assert_eq!(page.timeline[1].note, "awaited for 9 minutes more");
    assert_eq!(page.timeline[2].at, None);
    assert!(page.sentence.ends_with("Its reward is still awaited."), "{}", page.sentence);
}

#[tokio::test]
async fn pages_of_events_join_without_a_row_lost_or_twice() {
    let house = house(LearningMode::Online).await;
    house.play("row", 25).await;
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = ask::events(&house.live, &EventFilterWords::default(), before, 10).await.expect("rows");
        seen.extend(page.rows.into_iter().map(|row| row.event_id.to_string()));
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|number| format!("row-{number}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_apprentice_is_told_with_its_ceiling_and_the_policys_own_probabilities() {
    let house = house(LearningMode::Apprentice).await;
    house.play("learning", 60).await;
    let overview = ask::overview(&house.live, Look::default()).await.expect("an overview");
    let numbers = overview.apprentice.expect("apprentice numbers");
    assert!(numbers.ceiling.is_some_and(|ceiling| ceiling.ends_with(" %")));
    assert!(overview.health[0].words.contains("imitates") && overview.health[0].words.contains("(ceiling "));
    let page = ask::event(&house.live, &id("learning-59")).await.expect("readable").expect("stored");
    assert_eq!(page.slots[0].answer[0].words, "100 %");
    assert!(page.slots[0].policy.as_ref().is_some_and(|bars| bars[0].is_best && bars[0].probability < 1.0));
}

#[tokio::test]
async fn where_rewards_add_up_each_that_came_in_time_is_counted() {
    let configuration = Configuration { reward_aggregation: RewardAggregation::Sum, ..Configuration::default() };
    let house = house_with(configuration, None).await;
    house.rank("summed", "mobile").await;
    house.reward("summed", 0.5).await;
    house.clock.advance_us(SECOND_US);
    house.reward("summed", 0.25).await;
    house.clock.advance_us(11 * MINUTE_US);
    house.reward("summed", 1.0).await;
    let page = ask::event(&house.live, &id("summed")).await.expect("readable").expect("stored");
    let fates: Vec<_> = page.rewards.iter().map(|reward| reward.fate.as_str()).collect();
    assert_eq!(fates, ["counted", "counted", "too late by 1 minute"]);
    assert_eq!(page.learned_reward.as_deref(), Some("0.75"));
}

#[tokio::test]
async fn a_second_reward_of_the_same_instant_is_a_duplicate_too() {
    let house = house(LearningMode::Online).await;
    house.rank("twice", "mobile").await;
    house.reward("twice", 0.5).await;
    house.reward("twice", 1.0).await;
    let page = ask::event(&house.live, &id("twice")).await.expect("readable").expect("stored");
    let fates: Vec<_> = page.rewards.iter().map(|reward| reward.is_counted).collect();
    assert_eq!(fates, [true, false]);
}

#[tokio::test]
async fn every_change_is_marked_on_both_charts_with_who_and_what() {
    let house = house(LearningMode::Online).await;
    house.play("before", 30).await;
    explore(&house, 10.0).await;
    house.clock.advance_us(SECOND_US);
    house.live.reset_model(&Author::server("Grace")).await.expect("reset");
    house.clock.advance_us(SECOND_US);
    house.live.annotate("The readers' taste changed.", &Author::server("demo")).await.expect("noted");
    house.play("after", 30).await;
    let overview = ask::overview(&house.live, hour()).await.expect("an overview");
    let told: Vec<_> =
        overview.reward.data.annotations.iter().map(|mark| (mark.kind.as_str(), mark.by.as_str())).collect();
    assert_eq!(told, [("settings", "Ada"), ("reset", "Grace"), ("note", "demo")]);
    let first = &overview.reward.data.annotations[0];
    assert_eq!((first.letter.as_str(), first.changes.len()), ("A", 1));
    assert!(first.changes[0].starts_with("Exploration: 20 % → 10 %"), "{:?}", first.changes);
    assert_eq!(overview.actions.data.annotations, overview.reward.data.annotations);
    assert!(overview.reward.picture.is_some_and(|picture| picture.contains("href=\"#change-C\"")));
    let row = &ask::loop_rows(&house.loops)[0];
    assert!(row.last_change.as_ref().is_some_and(|words| words.starts_with("Model reset")), "{:?}", row.last_change);
}

#[tokio::test]
async fn what_was_marked_survives_a_restart_and_actions_keep_their_colours() {
    let house = house(LearningMode::Online).await;
    house.play("before", 30).await;
    house.live.annotate("A campaign began.", &Author::server("Ada")).await.expect("noted");
    let slots = |overview: &rankloop::reports::Overview| -> Vec<(String, SeriesSlot)> {
        overview.actions.data.series.iter().map(|series| (series.key.clone(), series.slot)).collect()
    };
    let before = ask::overview(&house.live, hour()).await.expect("an overview");
    let house = house.restarted().await;
    let after = ask::overview(&house.live, hour()).await.expect("an overview");
    assert_eq!(slots(&after), slots(&before));
    assert!(!slots(&after).is_empty());
    assert_eq!(after.reward.data.annotations, before.reward.data.annotations);
    assert_eq!(after.reward.data.annotations[0].words, "A campaign began.");
}

#[tokio::test]
async fn a_chosen_span_shows_what_lies_in_it_and_nothing_else() {
    let house = house(LearningMode::Online).await;
    house.play("all", 600).await;
    let range = TimeRange::between(NOON_US + 2 * MINUTE_US, NOON_US + 4 * MINUTE_US);
    let overview = ask::overview(&house.live, Look { range, ..Look::default() }).await.expect("an overview");
    let n_ranked: u64 = overview.reward.data.spans.iter().map(|span| span.n_ranked).sum();
    assert_eq!(n_ranked, 120);
    assert!(overview.reward.data.spans.iter().all(|span| !span.is_open));
    assert_eq!((overview.from.as_str(), overview.to.as_str()), ("2025-11-21T12:02:00", "2025-11-21T12:04:00"));
    let csv = ask::as_csv(&overview.reward);
    assert_eq!(csv.lines().count(), overview.reward.data.spans.len() + 1);
    assert!(csv.starts_with("from,to,ranked,rewarded,is_open"), "{csv}");
}

#[tokio::test]
async fn a_range_that_is_longer_than_the_loops_life_says_so() {
    let house = house(LearningMode::Online).await;
    house.play("few", 120).await;
    let note = |range| {
        let live = house.live.clone();
        async move { ask::overview(&live, Look { range, ..Look::default() }).await.expect("an overview").range_note }
    };
    assert_eq!(note(Some(TimeRange::Week)).await.as_deref(), Some("The loop is 2 minutes old: this is all of it."));
    house.clock.advance_us(61 * MINUTE_US);
    assert_eq!(note(Some(TimeRange::Hour)).await, None);
}
