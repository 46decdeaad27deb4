//! Stopping, going on, and refusing.

use std::{collections::HashSet, fmt::Write, path::Path};

use rankloop::{
    bandit::{LearningSettings, Policy},
    import::{Import, ImportError, Skipped, Target},
    log::Fact,
    terms::{LearningMode, RewardValue},
    trainer::replay,
};

use crate::{
    database::{Database, on_both, record},
    estimates::records,
    numbers::{NOW_US, import_of},
};

/// One line of a log. `more` goes in front of the rest.
fn line(event_id: &str, second: u64, more: &str) -> String {
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!(
        r#"{{{more}"_label_cost":-1.0,"_label_probability":0.8,"_label_Action":2,"_labelIndex":1,"o":[{{"v":1.0}}],"Timestamp":"2023-03-01T{hour:02}:{minute:02}:{second:02}.5000000Z","EventId":"{event_id}","a":[2,1],"p":[0.8,0.2],"c":{{"FromUrl":[{{"day":"mon"}}],"_multi":[{{"_tag":"x","i":{{"constant":1,"id":"x"}},"j":[{{"n":1}}]}},{{"_tag":"y","i":{{"constant":1,"id":"y"}},"j":[{{"n":2}}]}}]}}}}"#
    )
}

fn import(folder: &Path, name: &str) -> Import {
    let target = Target { name_or_id: name.to_owned(), arguments: None, default_reward: None };
    Import { logs: folder.to_owned(), model: None, target }
}

/// A folder of `n_files` files with `n_lines` each, which overlap in time, in no good order.
fn folder_of_logs(n_files: u64, n_lines: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in 0..n_files {
        let mut text = String::new();
        for n in 0..n_lines {
            // Two by two in wrong order; half of each file lies within the next one's time.
            let n = if n % 2 == 0 { n + 1 } else { n - 1 };
            let _ = writeln!(text, "{}", line(&format!("e{file}-{n}"), file * n_lines / 2 + n, ""));
        }
        std::fs::write(folder.path().join(format!("{}.json", n_files - file)), text).expect("written");
    }
    folder
}

async fn a_stopped_import_goes_on_and_brings_no_line_twice(database: &Database) {
    let folder = folder_of_logs(3, 3_000);
    let import = import(folder.path(), "stopped");
    let (seen, mut stop) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..2 {
        let report = |progress| seen.send(progress).expect("somebody waits");
        tokio::select! {
            _ = import.run(&database.store, NOW_US, |_| {}, report) => panic!("it was to be stopped"),
            _ = stop.recv() => {}
        }
    }
    let done = import.run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("imported");
    assert!(done.is_resumed && done.keys.is_none());
    assert_eq!((done.counts.events, done.counts.lines, done.counts.n_skipped()), (9_000, 9_000, 0));
    let records = records(&database.store, &done.loop_id).await;
    let ids: HashSet<_> = records.iter().filter_map(|record| record.fact.event_id()).collect();
    assert_eq!((ids.len(), records.len()), (9_000, 18_002));
    assert!(records.is_sorted_by_key(|record| record.at_us) && records.is_sorted_by_key(|record| record.seq));
    assert_eq!(done.counts.moved, 0);

    let again = import.run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("nothing to do");
    assert_eq!(again.counts, done.counts);
}

async fn an_import_that_ended_before_its_first_event_begins_again(database: &Database) {
    let mut import = import_of("shop.dsjson", "early end");
    import.target.arguments = Some("--cb_explore_adf --epsilon 0.3 -l 0.25".to_owned());
    let (opened, mut stop) = tokio::sync::mpsc::unbounded_channel();
    let tell = |_: &rankloop::import::Ready| opened.send(()).expect("somebody waits");
    tokio::select! {
        biased;
        _ = stop.recv() => {}
        _ = import.run(&database.store, NOW_US, tell, |_| {}) => panic!("it was to be stopped"),
    }
    assert_eq!(database.store.loops().await.expect("listed").len(), 1);
    let done = import.run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("imported");
    assert_eq!((done.counts.events, done.is_resumed), (60, false));
}

async fn events_have_the_time_and_the_end_that_they_had(database: &Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines = [
        line("plain", 1, ""),
        line("left-out", 2, r#""_skipLearn":true,"#),
        line("shown-later", 3, r#""DeferredAction":true,"#)
            .replace(r#"{"v":1.0}"#, r#"{"v":1.0},{"ActionTaken":true}"#),
        line("sampled", 4, r#""pdrop":0.5,"#),
        line("plain", 5, ""),
        line("imitated", 6, r#""_original_label_cost":0.5,"#),
        "{\"unclosed".to_owned(),
        line("certain", 7, "").replace("[0.8,0.2]", "[1.8,0.2]"),
    ];
    std::fs::write(folder.path().join("a.json"), lines.join("\n")).expect("written");
    let done = import(folder.path(), "ends").run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("imported");
    let counts = &done.counts;
    assert_eq!((counts.events, counts.not_activated, counts.sampled), (5, 1, 1));
    let why = |reason| counts.skipped.get(&reason).copied().unwrap_or_default();
    assert_eq!([Skipped::Duplicate, Skipped::NotJson, Skipped::Probabilities].map(why), [1, 1, 1]);
    let records = records(&database.store, &done.loop_id).await;
    assert_eq!(records[1].at_us, 1_677_628_801_500_000);
    let of =
        |id: &str| records.iter().filter(|record| record.fact.event_id().is_some_and(|e| e.as_str() == id)).count();
    assert_eq!(["plain", "left-out", "shown-later", "imitated"].map(of), [2, 2, 3, 2]);
    // One line tells that the loop imitated its caller then, so all of the file is taken for that.
    let is_apprentice = |fact: &Fact| matches!(fact, Fact::Ranked(r) if r.mode == LearningMode::Apprentice);
    assert_eq!(records.iter().filter(|record| is_apprentice(&record.fact)).count(), 5);
    let fold = replay(&database.store, &done.loop_id).await.expect("folded");
    let counters = fold.cell().tally().counters;
    assert_eq!((counters.learned, counters.dropped, counters.pending, counters.activated), (4, 1, 0, 1));
}

async fn a_loop_with_events_or_too_short_a_memory_is_refused(database: &Database) {
    let folder = folder_of_logs(1, 10);
    let into = |name: &str| import(folder.path(), name);
    let used = database.make_loop("used").await;
    let (writer, _clock) = database.writer();
    let mut records = writer.follow(&used, crate::database::FIRST).await.expect("followed");
    writer.append(&used, record(1, Some("e"), "{}")).await.expect("appended");
    crate::database::next(&mut records).await.expect("given");
    let refused = into("used").run(&database.store, NOW_US, |_| {}, |_| {}).await;
    assert!(matches!(refused, Err(ImportError::NotEmpty { .. })), "{refused:?}");

    let done = into("new").run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("imported");
    assert_eq!(done.keys.map(|keys| keys.len()), Some(2));
    let other = import_of("shop.dsjson", "new").run(&database.store, NOW_US, |_| {}, |_| {}).await;
    assert!(matches!(other, Err(ImportError::OtherFiles { .. })), "{other:?}");

    let mut set = into("used");
    set.target.default_reward = RewardValue::try_from(0.5).ok();
    let refused = set.run(&database.store, NOW_US, |_| {}, |_| {}).await;
    assert!(matches!(refused, Err(ImportError::SettingsOfAnother { .. })), "{refused:?}");
}

async fn files_without_an_event_are_refused_with_the_first_reason(database: &Database) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = || async { import(folder.path(), "none").run(&database.store, NOW_US, |_| {}, |_| {}).await };
    assert!(matches!(run().await, Err(ImportError::NoFiles(_))));
    std::fs::write(folder.path().join("a.json"), "{\"RewardValue\": 1}\n").expect("written");
    let refused = run().await.expect_err("nothing to import").to_string();
    assert!(refused.ends_with("without a decision: no context, or an observation on its own"), "{refused}");
    std::fs::write(folder.path().join("b.json.gz"), [0x1f, 0x8b, 8, 0, 0]).expect("written");
    assert!(matches!(run().await, Err(ImportError::Read(_))));
    assert!(database.store.loops().await.expect("listed").is_empty());
}

async fn an_exported_model_ranks_after_the_last_event(database: &Database) {
    let settings = LearningSettings::parse(Some("--cb_explore_adf --epsilon 0.1 -l 0.25")).expect("good arguments");
    let exported = Policy::new(settings).to_bytes();
    let import = Import { model: Some(exported.clone()), ..import_of("shop.dsjson", "with a model") };
    let done = import.run(&database.store, NOW_US, |_| {}, |_| {}).await.expect("imported");
    assert!(done.has_model);
    let fold = replay(&database.store, &done.loop_id).await.expect("folded");
    assert_eq!(fold.cell().learned().policy.to_bytes(), exported);
    assert_eq!(fold.cell().tally().counters.pending, 0);

    let damaged = Import { model: Some(exported[1..].to_vec()), ..import_of("shop.dsjson", "damaged") };
    let refused = damaged.run(&database.store, NOW_US, |_| {}, |_| {}).await;
    assert!(matches!(refused, Err(ImportError::Model(_))), "{refused:?}");
    assert_eq!(database.store.loops().await.expect("listed").len(), 1);
}

#[tokio::test]
async fn a_dry_run_counts_the_same_and_writes_nothing() {
    let found = import_of("shop.dsjson", "none").dry_run(NOW_US, |_| {}).await.expect("read");
    assert_eq!((found.counts.events, found.counts.lines), (60, 60));
}

on_both!(
    a_stopped_import_goes_on_and_brings_no_line_twice,
    an_import_that_ended_before_its_first_event_begins_again,
    events_have_the_time_and_the_end_that_they_had,
    a_loop_with_events_or_too_short_a_memory_is_refused,
    an_exported_model_ranks_after_the_last_event,
    files_without_an_event_are_refused_with_the_first_reason,
);
