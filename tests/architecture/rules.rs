//! The rules, each a function from what it judges to what it found wrong there.

use std::collections::BTreeSet;

use crate::source::{Source, contains_word, paths_after, split_items};

/// What a room may name of the house, as path prefixes after `crate::`. `server` wires everything and is not listed.
const MAP: &[(&str, &[&str])] = &[
    ("terms", &[]),
    ("clock", &[]),
    ("vitals", &[]),
    ("bandit", &["terms"]),
    ("log", &["terms"]),
    ("checks", &["log", "terms"]),
    ("store", &["terms", "clock"]),
    ("trainer", &["checks", "bandit", "store", "log", "terms", "clock"]),
    ("loops", &["trainer", "checks", "bandit", "store", "log", "terms", "clock"]),
    ("import", &["loops", "trainer", "bandit", "store", "log", "terms", "clock"]),
    ("accounts", &["store", "terms", "clock"]),
    ("reports", &["checks", "loops", "trainer", "bandit", "log", "terms", "vitals"]),
    ("api", &["checks", "loops", "reports", "accounts", "bandit", "terms", "clock", "vitals"]),
    ("demo", &["terms"]),
    ("web", IN_SERVER_FUNCTIONS),
    ("main", &["server"]),
];
/// What every line of `web` and `reports` may name, also those that the browser runs.
const IN_THE_BROWSER: &[&str] = &["terms", "reports"];
/// What the body of a server function may name besides: the browser build drops it.
const IN_SERVER_FUNCTIONS: &[&str] =
    &["terms", "reports", "loops", "accounts", "demo", "clock", "vitals", "bandit::LearningSettings"];

/// Words that rooms must not contain, and the invariant that they would break. No rooms: everywhere but in the last list.
const FORBIDDEN_WORDS: &[WordRule] = &[
    WordRule {
        rooms: &["bandit", "log", "checks"],
        words: &[
            "async",
            "await",
            "std::fs",
            "std::net",
            "std::time",
            "std::env",
            "std::thread",
            "tokio",
            "rand::rng",
            "rand::random",
            "thread_rng",
            "OsRng",
            "RandomState",
        ],
        invariant: "pure: no IO, no clock, no environment, no global randomness",
        except: &[],
    },
    WordRule {
        rooms: &["bandit", "log", "checks", "terms"],
        words: &["tracing", "metrics"],
        invariant: "logs and measures nothing; the caller does",
        except: &[],
    },
    WordRule { rooms: &[], words: &["sqlx"], invariant: "only store knows a database", except: &["store"] },
    WordRule {
        rooms: &[
            "terms", "bandit", "log", "clock", "store", "trainer", "loops", "import", "accounts", "reports", "demo",
        ],
        words: &["axum", "leptos_axum"],
        invariant: "never HTTP; api, web and server speak it",
        except: &[],
    },
    WordRule {
        rooms: &[],
        words: &["unwrap()", "todo!", "unimplemented!", "dbg!"],
        invariant: "no shortcut outside tests: `expect` carries the reason why it cannot fail",
        except: &[],
    },
];
const FORBIDDEN_FILE_NAMES: &[&str] =
    &["utils", "util", "helpers", "common", "manager", "service", "handler", "handlers"];
pub const MOST_LINES: usize = 600;

struct WordRule {
    rooms: &'static [&'static str],
    words: &'static [&'static str],
    invariant: &'static str,
    except: &'static [&'static str],
}

/// `gated` are the files that only the server compiles, though their room is on both sides.
pub fn foreign_rooms(source: &Source, gated: &BTreeSet<String>) -> Vec<String> {
    let room = source.room();
    let Some((_, allowed)) = MAP.iter().find(|(name, _)| *name == room) else { return Vec::new() };
    let is_shared = matches!(room, "web" | "reports") && !gated.contains(&source.path);
    let (everywhere, in_server_functions) =
        if is_shared { split_items(&source.code, "#[server") } else { (source.code.clone(), String::new()) };
    let root = if room == "main" { "rankloop::" } else { "crate::" };
    let may_use = |allowed: &[&str], path: &String| {
        let first = path.split("::").next().unwrap_or(path);
        let is_within = |entry: &&str| path == entry || path.starts_with(&format!("{entry}::"));
        first == room || allowed.iter().any(is_within) || !is_room(first)
    };
    let outside = if is_shared { IN_THE_BROWSER } else { allowed };
    let broken = |path: String| source.broken("a room uses only what the map allows", &path);
    let foreign = paths_after(&everywhere, root).into_iter().filter(|path| !may_use(outside, path));
    let hidden = paths_after(&in_server_functions, root).into_iter().filter(|path| !may_use(allowed, path));
    foreign.chain(hidden).map(broken).collect()
}

fn is_room(name: &str) -> bool {
    name == "server" || MAP.iter().any(|(room, _)| *room == name)
}

pub fn stray_gates(source: &Source) -> Vec<String> {
    let is_door = matches!(source.path.as_str(), "src/lib.rs" | "src/reports/mod.rs" | "src/web/mod.rs");
    let lines: Vec<&str> = source.code.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_gate = |line: &str| ["cfg(feature", "cfg_attr(feature", "cfg!(feature"].iter().any(|g| line.contains(g));
    let is_before_a_room = |at: usize| {
        let next = lines[at + 1..].iter().find(|line| !line.starts_with("#[")).copied().unwrap_or_default();
        next.contains("mod ") || (source.path == "src/lib.rs" && next.contains("fn hydrate"))
    };
    (0..lines.len())
        .filter(|at| is_gate(lines[*at]) && !(is_door && is_before_a_room(*at)))
        .map(|at| source.broken("gate rooms, not lines: `cfg(feature` stands before `mod` in a door", lines[at]))
        .collect()
}

pub fn forbidden_words(source: &Source) -> Vec<String> {
    let room = source.room();
    let applies =
        |rule: &&WordRule| (rule.rooms.is_empty() || rule.rooms.contains(&room)) && !rule.except.contains(&room);
    let found = |rule: &'static WordRule| {
        rule.words
            .iter()
            .filter(|word| contains_word(&source.code, word))
            .map(|word| source.broken(rule.invariant, word))
    };
    FORBIDDEN_WORDS.iter().filter(applies).flat_map(found).collect()
}

pub fn sql_outside_store(source: &Source) -> Vec<String> {
    if source.room() == "store" {
        return Vec::new();
    }
    let is_sql = |literal: &&String| {
        // Prose starts with one capital; statements are all small or all capital.
        let words: Vec<&str> = literal.split_whitespace().take(12).collect();
        let starts = |opening: &[&str]| {
            words.len() >= opening.len() && opening.iter().zip(&words).all(|(o, w)| w == o || **w == o.to_uppercase())
        };
        let has = |word: &str| words.iter().any(|w| *w == word || *w == word.to_uppercase());
        starts(&["insert", "into"])
            || starts(&["delete", "from"])
            || starts(&["create", "table"])
            || starts(&["alter", "table"])
            || (starts(&["select"]) && has("from"))
            || (starts(&["update"]) && has("set"))
    };
    source.literals.iter().filter(is_sql).map(|sql| source.broken("all SQL lives in store", sql)).collect()
}

pub fn shape(source: &Source) -> Vec<String> {
    let n_lines = source.text.lines().count();
    let too_long = (n_lines > MOST_LINES).then(|| {
        source.broken(&format!("past {MOST_LINES} lines a file has a seam somewhere"), &format!("{n_lines} lines"))
    });
    let says_nothing = FORBIDDEN_FILE_NAMES
        .contains(&source.name())
        .then(|| source.broken("a file is named after the one thing in it", source.name()));
    too_long.into_iter().chain(says_nothing).collect()
}

/// `files` are all paths of `src/`.
pub fn folders_without_a_door(files: &[String]) -> Vec<String> {
    let folders: BTreeSet<&str> = files.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
    folders
        .into_iter()
        .filter(|folder| *folder != "src" && !files.contains(&format!("{folder}/mod.rs")))
        .map(|folder| format!("{folder}: a folder is a room and its door is mod.rs"))
        .collect()
}

/// `targets` are the names that cargo would find by itself in `tests/` and `benches/`.
pub fn targets_without_the_server_half(manifest: &str, targets: &[String]) -> Vec<String> {
    let block = |name: &str| {
        manifest
            .split("\n[")
            .filter(|block| block.starts_with("[test]]") || block.starts_with("[bench]]"))
            .find(|block| block.lines().any(|line| line.trim() == format!("name = \"{name}\"")))
    };
    targets
        .iter()
        .filter(|name| !block(name).is_some_and(|block| block.contains("required-features = [\"ssr\"]")))
        .map(|name| format!("Cargo.toml: the test or bench `{name}` must say required-features = [\"ssr\"]"))
        .collect()
}
