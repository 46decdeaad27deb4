//! The model and the log as wholes: moved, thrown away, forgotten.

use rankloop::loops::{LiveLoop, LoopError};

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

    let new = NewLoop { name: "second".into(), configuration: Configuration::default(), arguments: None };
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
