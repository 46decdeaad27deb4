//! The model and the log as wholes: moved, thrown away, forgotten.

use rankloop::{
    loops::{ActionDraft, ActionsChange, CheckpointInfo, CheckpointReason, LiveLoop, LoopError, N_KEPT_BY_ITSELF},
    trainer::Marked,
};

use super::*;

/// How probable each action is on mobile, without a record of the question.
async fn opinion(live: &LiveLoop, event_id: &str) -> Vec<(String, f32)> {
    let mut ranking: Vec<_> =
        rank(live, event_id, "mobile").await.ranking.into_iter().map(|(id, p)| (id.to_string(), p)).collect();
    ranking.sort_by(|a, b| a.0.cmp(&b.0));
    ranking
}

pub async fn an_exported_model_starts_another_loop_where_this_one_stands(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    play(&live, "event", 60).await;
    let model = live.export_model().await.expect("written");
    let trained = opinion(&live, "trained").await;
    live.reset_model(&Author::server("test")).await.expect("reset");
    let untrained = opinion(&live, "untrained").await;
    assert_ne!(untrained, trained);

    let new = NewLoop {
        name: "second".into(),
        environment: Environment::default(),
        configuration: Configuration::default(),
        arguments: None,
    };
    let second = loops.create(new, &Author::server("test")).await.expect("a loop").live;
    for target in [&live, &second] {
        target.import_model(model.bytes.clone(), &Author::server("test")).await.expect("imported");
        assert_eq!(opinion(target, "imported").await, trained);
        assert_eq!(target.export_model().await.expect("written").bytes, model.bytes);
    }
    assert!(matches!(live.import_model(vec![1, 2, 3], &Author::server("test")).await, Err(LoopError::Model(_))));

    loops.shut_down().await;
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");
    let again = open(database, &clock).await.get(live.id()).expect("the loop is still there");
    assert_eq!(
        again.export_model().await.expect("written").bytes,
        model.bytes,
        "the log alone brings the imported model back"
    );
}

pub async fn deleted_logs_are_gone_and_what_was_learned_stays(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    play(&live, "event", 60).await;
    rank(&live, "open", "mobile").await;
    until("the open event is counted", || live.counters().ranked == 61).await;
    assert!(live.logged_span_us().await.expect("readable").is_some());
    let (model, counted) = (live.export_model().await.expect("written").bytes, live.counters());

    live.delete_logs(&Author::server("test")).await.expect("deleted");
    assert_eq!(live.logged_span_us().await.expect("readable"), None);
    assert!(live.event(&id("event-1")).await.expect("readable").is_none());
    assert_eq!((live.counters().ranked, live.counters().pending), (counted.ranked, 0));
    reward(&live, "open", 1.0).await;
    assert_eq!(live.counters().orphan_rewards, 1, "the event is forgotten");

    loops.shut_down().await;
    let again = open(database, &clock).await.get(live.id()).expect("the loop is still there");
    assert_eq!(again.export_model().await.expect("written").bytes, model);
    assert_eq!(again.counters().ranked, counted.ranked);
    rank(&again, "event-1", "mobile").await;
    until("its event ids are free again", || again.counters().ranked == counted.ranked + 1).await;
}

pub async fn going_back_to_a_kept_model_outlives_the_kept_one_and_every_process_follows(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    play(&live, "before", 40).await;
    let kept = live.keep_checkpoint("before the sale", &Author::server("ada")).await.expect("kept");
    let model = live.export_model().await.expect("written").bytes;
    play(&live, "after", 20).await;
    assert!(live.export_model().await.expect("written").bytes != model);

    live.go_back_to(&kept.id, &Author::server("ada")).await.expect("it is there");
    assert!(live.export_model().await.expect("written").bytes == model);
    let origin = live.model_origin().expect("it was put in place").what;
    assert_eq!(origin, Marked::ModelRestored { by: "ada".into(), version: kept.model_version });
    for kept in live.checkpoints().await.expect("read") {
        live.delete_checkpoint(&kept.id, &Author::server("ada")).await.expect("removed");
    }
    // As after a crash: no snapshot was stored at the end, and the log alone says what ranks.
    loops.shut_down().await;
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");
    let again = open(database, &clock).await.get(live.id()).expect("the loop is still there");
    assert!(again.export_model().await.expect("written").bytes == model);
    assert!(matches!(again.go_back_to(&kept.id, &Author::server("ada")).await, Err(LoopError::NotFound(_))));
}

const DAY_US: i64 = 24 * 3_600 * SECOND_US;
/// Longer than the trainer takes to look at the clock twice.
const TWO_LOOKS: std::time::Duration = std::time::Duration::from_millis(500);

/// The models that were kept, once the newest of them is of this moment.
async fn kept_now(live: &LiveLoop, now_us: i64) -> Vec<CheckpointInfo> {
    for _ in 0..500 {
        let kept = live.checkpoints().await.expect("read");
        if kept.first().is_some_and(|newest| newest.at_us == now_us) {
            return kept;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no model was kept within ten seconds");
}

pub async fn a_model_is_kept_each_day_that_it_learned_on_and_the_oldest_of_many_go(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    let n_kept = usize::try_from(N_KEPT_BY_ITSELF).expect("few");
    play(&live, "first", 1).await;
    live.keep_checkpoint("for good", &Author::server("ada")).await.expect("kept");
    for quarter in 1..=8 {
        clock.advance_us(DAY_US / 4);
        play(&live, &format!("quarter-{quarter}"), 1).await;
        tokio::time::sleep(TWO_LOOKS).await;
    }
    let kept = live.checkpoints().await.expect("read");
    assert_eq!(kept.len(), 3, "one by hand, and one for each of two days: {kept:?}");
    play(&live, "one more", 1).await;
    clock.advance_us(DAY_US);
    assert_eq!(kept_now(&live, live.now_us()).await.len(), 4);
    clock.advance_us(DAY_US);
    tokio::time::sleep(TWO_LOOKS).await;
    assert_eq!(live.checkpoints().await.expect("read").len(), 4, "nothing was learned that day");

    for day in 0..n_kept {
        play(&live, &format!("day-{day}"), 1).await;
        clock.advance_us(DAY_US);
        kept_now(&live, live.now_us()).await;
    }
    let kept = live.checkpoints().await.expect("read");
    let (daily, by_hand): (Vec<_>, Vec<_>) =
        kept.iter().cloned().partition(|kept| kept.reason == CheckpointReason::Daily);
    assert_eq!((daily.len(), by_hand.len()), (n_kept, 1), "what somebody kept does not give way");
    assert!(daily.windows(2).all(|pair| pair[0].at_us - pair[1].at_us == DAY_US), "the newest stay: {daily:?}");
    assert!(daily.iter().all(|kept| kept.kept_by == "server" && kept.n_learned > 0));

    loops.shut_down().await;
    let loops = open(database, &clock).await;
    let again = loops.get(live.id()).expect("the loop is still there");
    assert_eq!(again.checkpoints().await.expect("read"), kept, "a restart changes nothing");
    play(&again, "after", 1).await;
    clock.advance_us(DAY_US / 2);
    tokio::time::sleep(TWO_LOOKS).await;
    assert_eq!(again.checkpoints().await.expect("read"), kept, "nor does it make a day shorter");
    clock.advance_us(DAY_US / 2);
    assert_eq!(kept_now(&again, again.now_us()).await.len(), kept.len());
    let oldest = daily.get(n_kept - 2).expect("there are more");
    again.go_back_to(&oldest.id, &Author::server("ada")).await.expect("it is as good as one kept by hand");
}

pub async fn what_came_to_decide_is_told_against_the_kept_model_and_kept_for_a_while(database: &Database) {
    let (_loops, live, clock) = with_loop(database).await;
    // Nothing pays yet, so the first model takes no device for better, whichever actions were drawn.
    for device in ["mobile", "desktop"] {
        rank(&live, device, device).await;
        reward(&live, device, 0.0).await;
    }
    let early = live.moved_features().await.expect("an answer");
    assert_eq!((early.since, early.moves.len()), (None, 0), "there is nothing to compare with");
    let kept = live.keep_checkpoint("a week ago", &Author::server("ada")).await.expect("kept");
    play(&live, "many", 80).await;
    clock.advance_us(7 * DAY_US);

    let moved = live.moved_features().await.expect("an answer");
    let since = moved.since.expect("one was kept");
    assert_eq!((since.version, since.kept_at_us), (kept.model_version, kept.at_us));
    assert!((20..=82).contains(&moved.n_decisions), "{} decisions", moved.n_decisions);
    let device = moved.moves.iter().find(|of| of.feature == "device").expect("it was in every context");
    assert!(device.change() > 0.05 && device.is_sure(), "{:?}", moved.moves);
    let names: Vec<&str> = moved.moves.iter().map(|of| of.feature.as_str()).collect();
    assert_eq!(names.len(), 3, "the context's device, the actions' id and topic: {names:?}");

    play(&live, "more", 2).await;
    let again = live.moved_features().await.expect("an answer");
    assert!(std::sync::Arc::ptr_eq(&moved, &again), "it is good for ten minutes");
    live.go_back_to(&kept.id, &Author::server("ada")).await.expect("it is there");
    let back = live.moved_features().await.expect("an answer");
    assert!(back.moves.iter().all(|of| of.change() == 0.0), "it is that model again: {:?}", back.moves);
}

pub async fn the_loops_own_actions_are_counted_and_the_counts_outlive_a_restart(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    for id in ["tea", "cake"] {
        live.save_action(own_action(id), &Author::server("ada")).await.expect("stored");
    }
    for number in 0..30 {
        let event_id = format!("event-{number}");
        let request = RankRequest { actions: None, ..request(Some(&event_id), "mobile") };
        let ranking = loops::rank(&live, request).await.expect("a ranking");
        reward(&live, &event_id, if ranking.reward_action_id.as_str() == "tea" { 1.0 } else { 0.0 }).await;
    }
    play(&live, "with actions of their own", 10).await;
    let told = live.action_sums();
    for (n_decisions, sums) in &told {
        assert_eq!((*n_decisions, sums.len()), (30, 2), "those that brought actions do not count");
        assert_eq!(sums.iter().map(|(_, sum)| sum.n_chosen).sum::<u64>(), 30);
        let (_, tea) = sums.iter().find(|(id, _)| id.as_str() == "tea").expect("it is counted");
        assert_eq!(tea.n_offered, 30);
        assert_eq!(tea.rewards.estimate().expect("it was shown").value, 1.0, "what it earned, and not the default");
    }
    loops.shut_down().await;
    let loops = open(database, &clock).await;
    let again = loops.get(live.id()).expect("the loop is still there");
    assert_eq!(again.action_sums(), told, "from the snapshot");
    loops.shut_down().await;
    let newest = database.store.newest_snapshot(live.id()).await.expect("readable").expect("stored at the end");
    database.store.prune_snapshots(live.id(), 0).await.expect("removed");
    let replayed = replay(&database.store, live.id()).await.expect("the log alone is enough");
    assert_eq!(replayed.to_bytes(), newest.body, "from the log alone");
}

pub async fn a_change_of_many_actions_is_one_change_and_can_be_taken_back(database: &Database) {
    let (_loops, live, _clock) = with_loop(database).await;
    let change = |saved: Vec<ActionDraft>, removed: &[&str]| ActionsChange {
        saved,
        removed: removed.iter().map(|id| id.parse().expect("an id")).collect(),
        removes_others: false,
    };
    let ids = || live.actions().iter().map(|action| (action.id.to_string(), action.is_active)).collect::<Vec<_>>();
    let on = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), true)).collect::<Vec<_>>();
    live.change_actions(change(vec![own_action("tea"), own_action("cake")], &[]), &Author::server("ada"))
        .await
        .expect("stored");
    let off = ActionDraft { is_active: false, ..own_action("tea") };
    let plan = live
        .change_actions(change(vec![off, own_action("soup")], &["cake"]), &Author::server("ada"))
        .await
        .expect("stored");
    assert_eq!(plan.words(), "soup added, tea changed, cake removed");
    assert_eq!(ids(), [("tea".to_owned(), false), ("soup".to_owned(), true)]);

    let last = live.last_actions_change().await.expect("read").expect("there was one");
    assert_eq!((last.words.as_str(), last.by.as_str()), ("soup added, tea changed, cake removed", "ada"));
    live.take_back_actions(&last.id, &Author::server("bob")).await.expect("nothing else was changed since");
    assert_eq!(ids(), on(&["tea", "cake"]), "places, too");
    assert!(
        matches!(live.take_back_actions(&last.id, &Author::server("bob")).await, Err(LoopError::NoWayBack)),
        "it is the last no more"
    );
    let back = live.last_actions_change().await.expect("read").expect("taking back is a change");
    live.take_back_actions(&back.id, &Author::server("ada")).await.expect("and can be taken back");
    assert_eq!(ids(), [("tea".to_owned(), false), ("soup".to_owned(), true)]);

    let bad = ActionDraft { features: Vec::new(), ..own_action("bad") };
    let refused = live.change_actions(change(vec![own_action("good"), bad], &["tea"]), &Author::server("ada")).await;
    assert!(matches!(refused, Err(LoopError::ActionList(problems)) if problems[0].place == 1));
    assert_eq!(ids().len(), 2, "nothing of it was stored");
}

fn own_action(id: &str) -> ActionDraft {
    ActionDraft {
        id: id.parse().expect("an id"),
        features: vec![json!({"name": id}).as_object().expect("an object").clone()],
        is_active: true,
        valid_from_us: None,
        valid_to_us: None,
        notes: String::new(),
        position: None,
    }
}
