//! What the pages of a loop with several slots say.

use rankloop::{
    reports::{EventFilterWords, EventPageData, ProbabilityBar, SlotPart, TimeRange, Unit, Verdict, ask},
    terms::{Configuration, EventState, ExplorationShare, LearningMode},
};

use crate::house::{House, MINUTE_US, house_with, id};

async fn several_slots(learning_mode: LearningMode) -> House {
    house_with(Configuration { is_multi_slot: true, learning_mode, ..Configuration::default() }, None).await
}

async fn page(house: &House, event_id: &str) -> EventPageData {
    ask::event(&house.live, &id(event_id)).await.expect("readable").expect("stored")
}

fn bar<'a>(slot: &'a SlotPart, action: &str) -> &'a ProbabilityBar {
    slot.answer.iter().find(|bar| bar.action.as_str() == action).expect("it was in the request")
}

#[tokio::test]
async fn an_event_shows_every_slot_with_what_it_chose_and_what_it_could_not_show() {
    let house = several_slots(LearningMode::Online).await;
    let [main, side] = house.rank_page("page", "mobile").await;
    let page = page(&house, "page").await;
    assert!(page.is_multi_slot());
    let names: Vec<_> = page.slots.iter().map(|slot| slot.slot_id.as_ref().expect("named").as_str()).collect();
    assert_eq!(names, ["Main", "Side Bar"]);
    assert!(bar(&page.slots[0], &main).is_chosen && bar(&page.slots[1], &side).is_chosen);
    assert!(bar(&page.slots[0], "music").is_baseline && bar(&page.slots[1], "sport").is_baseline);
    let shown = bar(&page.slots[1], &main);
    assert!(shown.is_excluded && shown.words == "shown in Main", "{}", shown.words);
    assert!(main == "music" || bar(&page.slots[1], "music").words == "excluded");
    assert!(page.sentence.starts_with(&format!("Main shows {main} (")), "{}", page.sentence);
    assert!(page.sentence.contains(&format!(", Side Bar shows {side} (")), "{}", page.sentence);
    assert!(page.sentence.ends_with("Its reward is still awaited."), "{}", page.sentence);
}

#[tokio::test]
async fn rewards_say_which_slot_they_were_for_and_what_became_of_them() {
    let house = several_slots(LearningMode::Online).await;
    house.rank_page("page", "mobile").await;
    house.reward_slot("page", "Side Bar", 1.0).await;
    house.reward_slot("page", "Side Bar", 0.5).await;
    house.reward_slot("page", "Footer", 1.0).await;
    let open = page(&house, "page").await;
    assert_eq!(open.state, EventState::Rewarded);
    assert!(open.sentence.ends_with("1 of its 2 slots learned their reward so far."), "{}", open.sentence);
    let told: Vec<_> = open.rewards.iter().map(|one| (one.slot.as_deref(), one.fate.as_str())).collect();
    let expected = [
        (Some("Side Bar"), "counted"),
        (Some("Side Bar"), "duplicate: the slot had its reward"),
        (Some("Footer"), "not counted: the event has no such slot"),
    ];
    assert_eq!(told, expected);
    assert!(open.slots[0].sentence.ends_with("Its reward is still awaited."), "{}", open.slots[0].sentence);
    assert!(open.slots[1].sentence.ends_with("Learned: 1.00."), "{}", open.slots[1].sentence);

    house.clock.advance_us(11 * MINUTE_US);
    let over = page(&house, "page").await;
    assert_eq!((over.state, over.learned_reward.as_deref()), (EventState::Learned, Some("0.50")));
    assert!(over.sentence.ends_with("Learned: 0.50, the mean of its 2 slots."), "{}", over.sentence);
    assert!(over.slots[0].sentence.ends_with("so the default stands for it: 0.00."), "{}", over.slots[0].sentence);
}

#[tokio::test]
async fn a_reward_that_names_no_slot_is_told_as_every_slots() {
    let house = several_slots(LearningMode::Online).await;
    house.rank_page("page", "mobile").await;
    house.reward("page", 0.5).await;
    let page = page(&house, "page").await;
    assert_eq!(page.rewards[0].slot.as_deref(), Some("every slot"));
    assert!(page.slots.iter().all(|slot| slot.learned_reward.as_deref() == Some("0.50")));
}

#[tokio::test]
async fn the_response_is_the_answer_that_was_sent() {
    let house = several_slots(LearningMode::Online).await;
    let [main, side] = house.rank_page("page", "mobile").await;
    let response: serde_json::Value = serde_json::from_str(&page(&house, "page").await.response).expect("JSON");
    let expected = serde_json::json!({
        "slots": [{"id": "Main", "rewardActionId": main}, {"id": "Side Bar", "rewardActionId": side}],
        "eventId": "page",
    });
    assert_eq!(response, expected);
}

#[tokio::test]
async fn an_apprentice_shows_the_baselines_and_what_the_policy_would_have_shown() {
    let house = several_slots(LearningMode::Apprentice).await;
    assert_eq!(house.rank_page("page", "mobile").await, ["music", "sport"]);
    let page = page(&house, "page").await;
    assert!(page.sentence.starts_with("Main shows music, Side Bar shows sport: the baseline actions were answered."));
    assert!(page.slots.iter().all(|slot| slot.policy.is_some()));
    assert!(page.slots[0].sentence.contains("because it is the baseline action"), "{}", page.slots[0].sentence);
}

#[tokio::test]
async fn a_row_says_how_many_slots_there_are_and_a_plain_event_has_one() {
    let house = several_slots(LearningMode::Online).await;
    let [main, _] = house.rank_page("page", "mobile").await;
    house.rank("plain", "mobile").await;
    let rows = ask::events(&house.live, &EventFilterWords::default(), None, 10).await.expect("rows").rows;
    assert_eq!((rows[0].event_id.as_str(), rows[0].n_slots), ("plain", 1));
    assert_eq!((rows[1].action.as_str(), rows[1].n_slots), (main.as_str(), 2));
    assert!(!page(&house, "plain").await.is_multi_slot());
}

#[tokio::test]
async fn the_overview_averages_over_slots_and_counts_ranks() {
    // Half of the slots explore, so that whatever is compared has plenty of them to be judged by.
    let exploration_percentage = ExplorationShare::try_from(0.5).expect("a share");
    let configuration = Configuration { is_multi_slot: true, exploration_percentage, ..Configuration::default() };
    let house = house_with(configuration, Some("--ccb_explore_adf --epsilon 0.5 --cb_type mtr -q :: -l 0.5")).await;
    house.play_pages("page", 400).await;
    let look = ask::Look { range: Some(TimeRange::Hour), ..Default::default() };
    let overview = ask::overview(&house.live, look).await.expect("an overview");
    assert_eq!(overview.unit, Unit::Slot);
    assert_eq!(overview.headline.verdict, Verdict::Better, "{:?}", overview.headline);
    assert!(overview.headline.sentence().contains("reward per slot"), "{}", overview.headline.sentence());
    assert!(overview.headline.detail.contains("800 slots of 400 Ranks"), "{}", overview.headline.detail);
    assert!(overview.reward.data.series.iter().any(|series| series.key == "baseline"), "the baseline is in reach");
    let newest = overview.actions.data.series.iter().filter_map(|series| series.points.last().copied().flatten());
    let sum: f64 = newest.map(|it| it.value).sum();
    assert!((sum - 1.0).abs() < 0.01, "shares of both slots together are out of one: {sum}");
    let ranked = overview.funnel.iter().find(|row| row.key == "ranked").expect("counted");
    assert_eq!((ranked.n, ranked.meaning.as_str()), (400, "Ranks stored in the log, each with all its slots."));
}
