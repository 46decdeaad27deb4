//! Reads `src/` and fails with the room, the file and the invariant when a rule of the house is broken.
//!
//! Every rule is a function from one source to what it found wrong there, so that each of them proves below, on a bad
//! snippet, that it can fail. `ARCHITECTURE.md` says why the rules are what they are.

#[path = "architecture/each_rule_can_fail.rs"]
mod each_rule_can_fail;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

use std::{collections::BTreeSet, fs, path::Path};

use rules::{
    folders_without_a_door, forbidden_words, foreign_rooms, shape, sql_outside_store, stray_gates,
    targets_without_the_server_half,
};
use source::Source;

fn rust_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder was listed by its parent").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.strip_prefix(root()).expect("found below the root").to_string_lossy().replace('\\', "/"));
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn all_files() -> Vec<String> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    files.sort();
    files
}

/// The paths of the modules that a door declares right after this attribute.
fn modules_behind(source: &Source, attribute: &str) -> Vec<String> {
    let folder = source.path.rsplit_once('/').map_or("src", |(folder, _)| folder);
    let declared = |after: &str| {
        let item = &after[..after.find([';', '{'])?];
        let name = item.rsplit_once("mod ")?.1.trim().to_owned();
        Some([format!("{folder}/{name}.rs"), format!("{folder}/{name}/")])
    };
    source.text.split(attribute).skip(1).filter_map(declared).flatten().collect()
}

fn is_behind(path: &str, modules: &[String]) -> bool {
    modules.iter().any(|module| path == module || (module.ends_with('/') && path.starts_with(module)))
}

/// All sources but those that only tests compile.
fn house() -> Vec<Source> {
    let read = |path: &String| Source::new(path, &fs::read_to_string(root().join(path)).expect("listed a moment ago"));
    let sources: Vec<Source> = all_files().iter().map(read).collect();
    let for_tests: Vec<String> = sources.iter().flat_map(|source| modules_behind(source, "#[cfg(test)]")).collect();
    sources.into_iter().filter(|source| !is_behind(&source.path, &for_tests)).collect()
}

fn gated_files(house: &[Source]) -> BTreeSet<String> {
    let doors = house.iter().filter(|source| matches!(source.path.as_str(), "src/reports/mod.rs" | "src/web/mod.rs"));
    let modules: Vec<String> = doors.flat_map(|door| modules_behind(door, "#[cfg(feature = \"ssr\")]")).collect();
    house.iter().map(|source| source.path.clone()).filter(|path| is_behind(path, &modules)).collect()
}

#[track_caller]
fn assert_kept(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn rooms_use_only_what_the_map_allows() {
    let house = house();
    let gated = gated_files(&house);
    assert_kept(house.iter().flat_map(|source| foreign_rooms(source, &gated)).collect());
}

#[test]
fn feature_gates_stand_before_rooms_only() {
    assert_kept(house().iter().flat_map(stray_gates).collect());
}

#[test]
fn no_room_contains_a_word_that_breaks_its_promise() {
    assert_kept(house().iter().flat_map(forbidden_words).collect());
}

#[test]
fn all_sql_lives_in_the_store() {
    assert_kept(house().iter().flat_map(sql_outside_store).collect());
}

#[test]
fn files_are_short_and_named_after_their_one_thing() {
    assert_kept(house().iter().flat_map(shape).collect());
}

#[test]
fn every_folder_has_its_door() {
    assert_kept(folders_without_a_door(&all_files()));
}

#[test]
fn every_test_and_bench_needs_the_server_half() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("cargo has just read it");
    let mut files = Vec::new();
    for folder in ["tests", "benches"].map(|name| root().join(name)).iter().filter(|folder| folder.is_dir()) {
        rust_files(folder, &mut files);
    }
    let as_target = |path: &String| match path.split('/').collect::<Vec<_>>().as_slice() {
        [_, file] => Some(file.trim_end_matches(".rs").to_owned()),
        [_, folder, "main.rs"] => Some((*folder).to_owned()),
        _ => None,
    };
    let targets: Vec<String> = files.iter().filter_map(as_target).collect();
    assert_kept(targets_without_the_server_half(&manifest, &targets));
}
