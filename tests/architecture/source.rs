//! One source file, taken apart far enough to judge it: no parser, and so nothing to keep in step with the language.

/// One file of `src/`, taken apart once.
pub struct Source {
    /// Such as `src/loops/rank.rs`.
    pub path: String,
    pub text: String,
    /// The text without comments, without what stands inside string literals, and without test items.
    pub code: String,
    /// What stands inside string literals, tests included.
    pub literals: Vec<String>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, literals) = take_apart(text);
        Self { path: path.into(), text: text.into(), code: without_tests(&code), literals }
    }

    /// The first folder below `src/`, or the file's own name where there is none.
    pub fn room(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path).trim_end_matches(".rs")
    }

    pub fn broken(&self, invariant: &str, found: &str) -> String {
        format!("room `{}`, {}: {invariant} (found `{}`)", self.room(), self.path, found.trim())
    }
}

/// Splits a Rust text into its code, with comments and the insides of literals left out, and those insides.
fn take_apart(text: &str) -> (String, Vec<String>) {
    let (mut code, mut literals) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let ends_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let n_taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(literal) = string_literal(rest).filter(|_| !ends_word || first == '"') {
            literals.push(literal.1.to_owned());
            code.push_str("\"\"");
            literal.0
        } else if let Some(n) = char_literal(rest) {
            code.push_str("' '");
            n
        } else {
            code.push(first);
            first.len_utf8()
        };
        rest = &rest[n_taken..];
    }
    (code, literals)
}

/// The length of the string literal that the text starts with, plain or raw, and its inside.
fn string_literal(text: &str) -> Option<(usize, &str)> {
    let opening = text.trim_start_matches(['b', 'c', 'r']);
    let prefix = &text[..text.len() - opening.len()];
    if prefix.len() > 2 {
        return None;
    }
    if prefix.contains('r') {
        let quoted = opening.trim_start_matches('#');
        let hashes = &opening[..opening.len() - quoted.len()];
        let inside = quoted.strip_prefix('"')?;
        let end = inside.find(&format!("\"{hashes}"))?;
        return Some((prefix.len() + 2 * hashes.len() + end + 2, &inside[..end]));
    }
    let inside = opening.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = inside.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })?;
    Some((prefix.len() + end + 2, &inside[..end]))
}

/// The length of the character literal that the text starts with; a lifetime is none.
fn char_literal(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    if inside.starts_with('\\') {
        return inside.get(2..)?.find('\'').map(|end| end + 4);
    }
    let first = inside.chars().next()?;
    inside[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

/// The length of the item that the code starts with: to its closing brace, or to its semicolon.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, '}' | ';') {
            return at + 1;
        }
    }
    code.len()
}

/// Splits the code at every item that follows `marker`: what is outside, and those items.
pub fn split_items(code: &str, marker: &str) -> (String, String) {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut rest = code;
    while let Some(at) = rest.find(marker) {
        let end = at + item_length(&rest[at..]);
        outside.push_str(&rest[..at]);
        inside.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    (outside + rest, inside)
}

fn without_tests(code: &str) -> String {
    split_items(code, "#[cfg(test)]").0
}

/// Every path after `root` (such as `crate::`), with the groups of a `use` spelled out.
pub fn paths_after(code: &str, root: &str) -> Vec<String> {
    code.match_indices(root)
        .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .flat_map(|(at, _)| spell_out(&code[at + root.len()..]).0)
        .collect()
}

/// The paths of one use tree, and what follows it.
fn spell_out(tree: &str) -> (Vec<String>, &str) {
    let tree = tree.trim_start();
    let Some(mut rest) = tree.strip_prefix('{') else {
        let end = tree.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tree.len());
        let (head, rest) = tree.split_at(end);
        let Some(deeper) = rest.strip_prefix("::").filter(|r| r.starts_with(|c: char| c.is_alphabetic() || c == '{'))
        else {
            return (vec![head.to_owned()], rest);
        };
        let (tails, rest) = spell_out(deeper);
        return (tails.into_iter().map(|tail| format!("{head}::{tail}")).collect(), rest);
    };
    let mut paths = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '*');
        if rest.is_empty() || rest.starts_with('}') {
            return (paths, rest.strip_prefix('}').unwrap_or(rest));
        }
        let (more, after) = spell_out(rest);
        paths.extend(more);
        // What is no path here is a rename (`as x`), or nothing that compiles: move on either way.
        rest = after.find([',', '}']).map_or("", |end| &after[end..]);
    }
}

/// Whether `word` stands in the code by itself and not inside a longer name.
pub fn contains_word(code: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let ends_free = !word.ends_with(is_name) || !code[at + word.len()..].starts_with(is_name);
        ends_free && !code[..at].ends_with(is_name)
    })
}
