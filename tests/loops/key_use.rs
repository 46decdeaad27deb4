//! When keys were last used, and what the audit history is told of a loop.

use rankloop::{
    loops::{ClientKind, KeySlot, KeyUse},
    store::AuditQuery,
    terms::{AuditKind, Door},
};

use super::*;

pub async fn a_keys_last_use_outlives_a_restart_and_ends_with_the_key(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    assert_eq!(live.last_key_uses().await.expect("read"), [None, None]);
    clock.advance_us(5);
    live.note_key_use(KeySlot::Second, ClientKind::of(Some(b"curl/8.5")));
    let used = KeyUse { at_us: NOON_US + 5, by: "curl".to_owned() };
    assert_eq!(live.last_key_uses().await.expect("read"), [None, Some(used.clone())]);
    loops.shut_down().await;

    let again = open(database, &clock).await;
    let live = again.get(live.id()).expect("the loop");
    assert_eq!(live.last_key_uses().await.expect("read"), [None, Some(used)]);
    clock.advance_us(5);
    again.rotate_key(live.id(), KeySlot::Second, &Author::server("test")).await.expect("replaced");
    assert_eq!(live.last_key_uses().await.expect("read"), [None, None], "nobody has used the new key");
    again.shut_down().await;
}

pub async fn settings_and_their_way_back_are_told_with_who_did_it(database: &Database) {
    let (loops, live, clock) = with_loop(database).await;
    let apprentice = Configuration { learning_mode: LearningMode::Apprentice, ..Configuration::default() };
    let change = |configuration: Configuration, restores_seq| ConfigurationChange {
        configuration: Some(configuration),
        restores_seq,
        ..ConfigurationChange::default()
    };
    let ada = Author { id: "p1".to_owned(), name: "Ada".to_owned(), door: Door::Page };
    clock.advance_us(1);
    live.configure(change(apprentice.clone(), None), &ada).await.expect("applied");
    clock.advance_us(1);
    live.configure(change(apprentice, None), &ada).await.expect("nothing to change");
    live.configure(change(Configuration::default(), Some(1)), &ada).await.expect("applied");

    let query = AuditQuery { person_id: Some("p1".to_owned()), ..AuditQuery::default() };
    let lines = database.store.audit_lines(&query, 10).await.expect("read");
    let told: Vec<_> = lines.iter().map(|stored| (stored.line.kind, stored.line.details.as_str())).collect();
    assert_eq!(
        told,
        [
            (AuditKind::SettingsRolledBack, "learningMode Apprentice → Online"),
            (AuditKind::SettingsApplied, "learningMode Online → Apprentice"),
        ]
    );
    assert!(lines.iter().all(|stored| stored.line.about_loop == Some((live.id().clone(), "test".to_owned()))));
    loops.shut_down().await;
}
