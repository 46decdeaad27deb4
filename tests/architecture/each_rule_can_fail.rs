//! Each rule, fed something that breaks it and something that does not.

use std::collections::BTreeSet;

use crate::{is_behind, modules_behind, rules::*, source::Source};

fn n_foreign(path: &str, text: &str) -> usize {
    foreign_rooms(&Source::new(path, text), &BTreeSet::from(["src/reports/ask.rs".to_owned()])).len()
}

#[test]
fn an_arrow_that_points_back_is_found() {
    assert_eq!(n_foreign("src/store/log.rs", "use crate::loops::LiveLoop;"), 1);
    assert_eq!(n_foreign("src/store/log.rs", "use crate::{clock::Clock, terms::{LoopId, EventId}, bandit};"), 1);
    assert_eq!(n_foreign("src/store/log.rs", "fn f() -> crate::trainer::Counters {}"), 1);
    assert_eq!(n_foreign("src/store/log.rs", "use crate::{clock::Clock, terms::LoopId as L};"), 0);
    assert_eq!(n_foreign("src/main.rs", "use rankloop::store;"), 1);
}

#[test]
fn comments_strings_and_tests_may_name_any_room() {
    let text = "// crate::loops\nconst A: &str = r#\"crate::loops\"#;\n#[cfg(test)]\nmod tests { use crate::loops; }";
    assert_eq!(n_foreign("src/store/log.rs", text), 0);
}

#[test]
fn a_page_reaches_the_server_inside_server_functions_only() {
    let body = "{ use crate::loops::Loops; }";
    assert_eq!(n_foreign("src/web/keys.rs", &format!("#[server]\npub async fn load_keys() {body}")), 0);
    assert_eq!(n_foreign("src/web/keys.rs", &format!("#[server]\nasync fn load_keys(x: [u8; 2]) {body}")), 0);
    assert_eq!(n_foreign("src/web/keys.rs", &format!("pub async fn load_keys() {body}")), 1);
    assert_eq!(n_foreign("src/web/keys.rs", "#[server]\nasync fn load_keys() { use crate::store::Store; }"), 1);
    assert_eq!(n_foreign("src/web/keys.rs", "#[server]\nasync fn load() { use crate::bandit::Policy; }"), 1);
    assert_eq!(n_foreign("src/reports/mod.rs", "use crate::loops::Loops;"), 1);
    assert_eq!(n_foreign("src/reports/ask.rs", "use crate::loops::Loops;"), 0);
}

#[test]
fn a_gate_inside_a_file_is_found() {
    let n_stray = |path, text| stray_gates(&Source::new(path, text)).len();
    assert_eq!(n_stray("src/web/app.rs", "#[cfg(feature = \"ssr\")]\nuse crate::loops;"), 1);
    assert_eq!(n_stray("src/web/mod.rs", "#[cfg(feature = \"ssr\")]\nuse crate::loops;"), 1);
    assert_eq!(n_stray("src/web/mod.rs", "#[cfg(feature = \"ssr\")]\npub mod guard;"), 0);
    assert_eq!(n_stray("src/lib.rs", "#[cfg(feature = \"hydrate\")]\n#[wasm]\npub fn hydrate() {}"), 0);
}

#[test]
fn a_word_that_breaks_a_promise_is_found() {
    let n_words = |path, text| forbidden_words(&Source::new(path, text)).len();
    assert_eq!(n_words("src/bandit/policy.rs", "pub async fn f() { std::fs::read(); rand::rng() }"), 3);
    assert_eq!(n_words("src/bandit/policy.rs", "fn is_async_safe() { tracing::info!() }"), 1);
    assert_eq!(n_words("src/loops/rank.rs", "use sqlx::Row; use axum::Json;"), 2);
    assert_eq!(n_words("src/store/log.rs", "use sqlx::Row;"), 0);
    assert_eq!(n_words("src/api/error.rs", "fn f<'a>() { x.unwrap(); todo!(\"later\"); dbg!(x) }"), 3);
    assert_eq!(n_words("src/api/error.rs", "fn f() { x.unwrap_or(1); '\"'; y.expect(\"unwrap()\") }"), 0);
}

#[test]
fn a_statement_outside_the_store_is_found() {
    let n_sql = |path, text| sql_outside_store(&Source::new(path, text)).len();
    assert_eq!(n_sql("src/loops/rank.rs", "const SQL: &str = \"\n select id\n from loop\";"), 1);
    assert_eq!(n_sql("src/reports/ask.rs", "f(r\"UPDATE loop SET name = $1\")"), 1);
    assert_eq!(n_sql("src/store/loops.rs", "f(\"delete from loop\")"), 0);
    assert_eq!(n_sql("src/web/app.rs", "\"Select a loop from the list\""), 0);
}

#[test]
fn a_long_file_and_an_empty_name_are_found() {
    assert_eq!(shape(&Source::new("src/api/rank.rs", &"\n".repeat(MOST_LINES + 1))).len(), 1);
    assert_eq!(shape(&Source::new("src/api/helpers.rs", "")).len(), 1);
    assert_eq!(shape(&Source::new("src/api/rank.rs", "fn f() {}")).len(), 0);
}

#[test]
fn a_folder_without_a_door_is_found() {
    let files = ["src/lib.rs", "src/api/mod.rs", "src/api/azure/rank.rs"].map(String::from);
    assert_eq!(folders_without_a_door(&files), ["src/api/azure: a folder is a room and its door is mod.rs"]);
}

#[test]
fn a_test_that_would_build_without_the_server_half_is_found() {
    let manifest = "\n[[test]]\nname = \"good\"\nrequired-features = [\"ssr\"]\n\n[[test]]\nname = \"bad\"\n";
    let targets = ["good", "bad", "undeclared"].map(String::from);
    assert_eq!(targets_without_the_server_half(manifest, &targets).len(), 2);
}

#[test]
fn modules_for_tests_alone_are_left_out() {
    let door = Source::new("src/loops/mod.rs", "#[cfg(test)]\nmod fixtures;\nmod rank;");
    let modules = modules_behind(&door, "#[cfg(test)]");
    assert!(is_behind("src/loops/fixtures.rs", &modules) && !is_behind("src/loops/rank.rs", &modules));
}
