//! Loops, their keys, snapshots and actions.

use rankloop::{
    store::{
        ActionChangeKind, ActionChangeRow, ActionRow, CheckpointInfo, CheckpointReason, CheckpointRow, Fence, KeyRow,
        LoopRow, SnapshotRow,
    },
    terms::Environment,
};

use crate::database::{Database, FIRST, NOON_US, line, loop_row, on_both, record};

on_both!(
    a_loop_comes_back_as_it_was_stored,
    a_loop_is_stored_with_its_first_record_or_not_at_all,
    a_loop_takes_everything_of_its_own_along_and_nothing_else,
    a_removal_that_was_interrupted_is_finished_at_the_next_start,
    names_and_keys_are_replaced_one_at_a_time,
    the_newest_snapshots_are_kept,
    actions_come_in_their_order_and_are_replaced_by_id,
    of_changes_and_of_drafts_the_newest_are_kept,
    of_models_those_kept_by_hand_stay_and_of_the_others_the_newest,
);

async fn a_loop_comes_back_as_it_was_stored(database: &Database) {
    let mut later = loop_row("loop0");
    later.created_at_us += 1;
    let first = record(4, None, "settings");
    database.store.insert_loop(&later, &first, &line()).await.expect("stored");
    database.store.insert_loop(&loop_row("loop1"), &first, &line()).await.expect("stored");

    assert_eq!(database.store.loops().await.expect("read"), [loop_row("loop1"), later]);
    assert_eq!(database.store.log_head(&loop_row("loop1").id).await.expect("read"), FIRST);
}

async fn a_loop_is_stored_with_its_first_record_or_not_at_all(database: &Database) {
    let id = database.make_loop("loop1").await;
    let first = record(4, None, "settings");
    database.store.insert_loop(&loop_row("loop1"), &first, &line()).await.expect_err("the id is taken");
    let refuse = "insert into loop select 'loop3', name, created_at_us, salt, key_0_hash, key_0_last4,
        key_0_created_at_us, key_1_hash, key_1_last4, key_1_created_at_us, true, 0,
        null, null, null, null, environment from loop where id = 'loop1';
        insert into log_record values ('loop3', 1, 0, 4, null, '')";
    database.meddle(refuse, refuse).await;
    database
        .store
        .insert_loop(&loop_row("loop3"), &first, &line())
        .await
        .expect_err("the id is taken, although nobody sees it");

    let ids: Vec<_> = database.store.loops().await.expect("read").into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [id]);
}

async fn a_loop_takes_everything_of_its_own_along_and_nothing_else(database: &Database) {
    let (gone, other) = (database.make_loop("gone").await, database.make_loop("other").await);
    for id in [&gone, &other] {
        database.store.save_snapshot(id, &snapshot(1), None).await.expect("stored");
        database
            .store
            .change_actions(id, std::slice::from_ref(&action("a1", 1)), &[], None, &[line()])
            .await
            .expect("stored");
    }
    assert!(database.store.delete_loop(&gone, &line()).await.expect("removed"));
    assert!(!database.store.delete_loop(&gone, &line()).await.expect("nothing to remove"));

    let revised = LoopRow { revision: 1, ..loop_row("other") };
    assert_eq!(database.store.loops().await.expect("read"), [revised]);
    assert_eq!(database.store.records_between(&gone, 0, i64::MAX, 10).await.expect("read"), []);
    assert_eq!(database.store.newest_snapshot(&gone).await.expect("read"), None);
    assert_eq!(database.store.actions(&gone).await.expect("read"), []);
    assert_eq!(database.store.records_between(&other, 0, i64::MAX, 10).await.expect("read").len(), 1);
    assert_eq!(database.store.newest_snapshot(&other).await.expect("read"), Some(snapshot(1)));
    assert_eq!(database.store.actions(&other).await.expect("read"), [action("a1", 1)]);
}

async fn a_removal_that_was_interrupted_is_finished_at_the_next_start(database: &Database) {
    let id = database.make_loop("loop1").await;
    let mark = "update loop set is_removed = true";
    database.meddle(mark, mark).await;
    assert_eq!(database.store.loops().await.expect("read"), []);
    assert!(!database.store.relabel_loop(&id, (Some("back"), None), &line()).await.expect("it is gone"));

    database.store.migrate().await.expect("started again");
    assert_eq!(database.store.records_between(&id, 0, i64::MAX, 10).await.expect("read"), []);
    database.make_loop("loop1").await;
}

async fn names_and_keys_are_replaced_one_at_a_time(database: &Database) {
    let id = database.make_loop("loop1").await;
    let key = KeyRow { hash: [9; 32], last4: "wxyz".to_owned(), created_at_us: NOON_US + 1 };
    assert!(
        database
            .store
            .relabel_loop(&id, (Some("coffee"), Some(Environment::Development)), &line())
            .await
            .expect("renamed")
    );
    // What is not said stays, whatever whoever says it knows of the rest.
    assert!(database.store.relabel_loop(&id, (None, Some(Environment::Production)), &line()).await.expect("moved"));
    assert!(database.store.replace_key(&id, 1, &key, &line()).await.expect("replaced"));

    let mut expected = loop_row("loop1");
    expected.name = "coffee".to_owned();
    expected.environment = Environment::Production;
    expected.keys[1] = key.clone();
    expected.revision = 3;
    assert_eq!(database.store.loops().await.expect("read"), [expected]);
    let nobody = "nobody".parse().expect("a good id");
    assert!(!database.store.replace_key(&nobody, 0, &key, &line()).await.expect("nothing to replace"));
}

async fn the_newest_snapshots_are_kept(database: &Database) {
    let id = database.make_loop("loop1").await;
    assert_eq!(database.store.newest_snapshot(&id).await.expect("read"), None);
    for seq in [5, 20, 10] {
        database.store.save_snapshot(&id, &snapshot(seq), None).await.expect("stored");
    }
    let again = SnapshotRow { body: b"again".to_vec(), ..snapshot(20) };
    database.store.save_snapshot(&id, &again, None).await.expect("replaced");

    assert_eq!(database.store.prune_snapshots(&id, 2).await.expect("pruned"), 1);
    assert_eq!(database.store.newest_snapshot(&id).await.expect("read"), Some(again));
    assert_eq!(database.store.prune_snapshots(&id, 2).await.expect("nothing to prune"), 0);
}

async fn actions_come_in_their_order_and_are_replaced_by_id(database: &Database) {
    let id = database.make_loop("loop1").await;
    for row in [action("b", 2), action("Z", 2), action("c", 1)] {
        database.store.change_actions(&id, std::slice::from_ref(&row), &[], None, &[line()]).await.expect("stored");
    }
    let moved = ActionRow { valid_to_us: None, is_active: false, ..action("c", 3) };
    database.store.change_actions(&id, std::slice::from_ref(&moved), &[], None, &[line()]).await.expect("replaced");

    assert_eq!(database.store.actions(&id).await.expect("read"), [action("Z", 2), action("b", 2), moved]);
    let gone: [rankloop::terms::ActionId; 1] = ["b".parse().expect("a good id")];
    database.store.change_actions(&id, &[action("d", 4)], &gone, None, &[line()]).await.expect("both at once");
    let left: Vec<String> =
        database.store.actions(&id).await.expect("read").iter().map(|row| row.id.to_string()).collect();
    assert_eq!(left, ["Z", "c", "d"]);
}

async fn of_changes_and_of_drafts_the_newest_are_kept(database: &Database) {
    let id = database.make_loop("loop1").await;
    let change = |number: i64, kind| ActionChangeRow {
        id: format!("{kind:?}{number}"),
        at_us: NOON_US + number,
        kind,
        changed_by: "ada".to_owned(),
        words: "one removed".to_owned(),
        body: "{}".to_owned(),
    };
    for number in 0..25 {
        let (done, draft) = (change(number, ActionChangeKind::Done), change(number, ActionChangeKind::Draft));
        database.store.change_actions(&id, &[], &[], Some(&done), &[line()]).await.expect("stored");
        database.store.keep_action_draft(&id, &draft).await.expect("stored");
    }
    let newest = change(24, ActionChangeKind::Done);
    assert_eq!(database.store.last_action_change(&id).await.expect("read"), Some(newest));
    for (name, is_there) in [("Done4", false), ("Done5", true), ("Draft4", false), ("Draft5", true)] {
        let found = database.store.action_change(&id, name).await.expect("read");
        assert_eq!(found.is_some(), is_there, "{name}");
    }
}

async fn of_models_those_kept_by_hand_stay_and_of_the_others_the_newest(database: &Database) {
    let id = database.make_loop("loop1").await;
    let keep = async |number: i64, reason, fence| {
        let info = CheckpointInfo {
            id: format!("{number}"),
            at_us: NOON_US + number,
            reason,
            kept_by: "ada".to_owned(),
            note: String::new(),
            model_version: number,
            n_learned: number,
            n_bytes: 3,
        };
        let row = CheckpointRow { info, body: vec![1, 2, number as u8] };
        database.store.keep_checkpoint(&id, &row, 2, fence).await.expect("asked")
    };
    assert!(keep(1, CheckpointReason::ByHand, None).await);
    for number in 2..6 {
        assert!(keep(number, CheckpointReason::Daily, None).await);
    }
    assert!(!keep(6, CheckpointReason::Daily, Some(Fence { token: 99 })).await, "somebody else trains the loop");
    let ids: Vec<String> =
        database.store.checkpoints(&id).await.expect("read").into_iter().map(|kept| kept.id).collect();
    assert_eq!(ids, ["5", "4", "1"]);
    assert_eq!(database.store.checkpoint_body(&id, "1").await.expect("read"), Some(vec![1, 2, 1]));
    assert!(database.store.delete_checkpoint(&id, "1").await.expect("removed"));
    assert!(!database.store.delete_checkpoint(&id, "1").await.expect("nothing there"));
    assert_eq!(database.store.checkpoint_body(&id, "1").await.expect("read"), None);
}

fn snapshot(seq: i64) -> SnapshotRow {
    SnapshotRow { seq, at_us: NOON_US + seq, body: seq.to_be_bytes().to_vec() }
}

pub fn action(id: &str, position: i64) -> ActionRow {
    ActionRow {
        id: id.parse().expect("a good id"),
        features: r#"[{"section":"sport"}]"#.to_owned(),
        is_active: true,
        valid_from_us: None,
        valid_to_us: Some(NOON_US),
        notes: "the editor's choice".to_owned(),
        position,
        updated_at_us: NOON_US,
        updated_by: "ada".to_owned(),
    }
}
