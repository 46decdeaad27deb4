//! A model as lines for people.

use std::fmt::Write;

use indicatif::{HumanBytes, HumanCount};

use crate::{
    bandit::{HeavyCross, Inside, Known, MixtureInside, Names, Policy},
    terms::ExplorationShare,
};

/// How long the longest bar is.
const BAR: f32 = 30.0;

/// What is shown.
#[derive(Debug)]
pub struct Subject {
    pub title: String,
    /// The share of exploration, where it is known.
    pub cap: Option<ExplorationShare>,
    /// What hashes stand for, as far as that is known.
    pub names: Names,
}

/// The whole table. Lists end after `n_most` lines.
pub fn table(subject: &Subject, policy: &Policy, exploration: ExplorationShare, n_most: usize) -> String {
    let inside = policy.inside(exploration);
    let mut text = format!("{}\n\n", subject.title);
    facts(&mut text, subject, &inside);
    if let Some(mixture) = &inside.mixture {
        trust(&mut text, mixture);
    }
    memory(&mut text, &inside);
    let (actions, features) = (policy.known_actions(), policy.known_features());
    known(&mut text, "Actions by how often they were chosen", &actions, subject, n_most);
    known(&mut text, "Features of contexts by how often they came", &features, subject, n_most);
    weights(&mut text, subject.names.heaviest(), n_most);
    text
}

fn line(text: &mut String, what: &str, value: &str) {
    let _ = writeln!(text, "  {what:<12} {value}");
}

fn facts(text: &mut String, subject: &Subject, inside: &Inside) {
    let kind =
        if inside.mixture.is_some() { "rankloop's own learner, auto" } else { "as in Vowpal Wabbit, by its arguments" };
    line(text, "kind", kind);
    line(text, "arguments", &inside.arguments);
    line(text, "learned", &format!("{} events", HumanCount(inside.n_learned)));
    let [low, high] = inside.rewards;
    let Some(mixture) = &inside.mixture else {
        line(text, "rewards", &format!("from {low} to {high}"));
        return;
    };
    line(text, "rewards", &format!("from {low} to {high}, {:.4} on average", mixture.mean_reward));
    let explored = format!("{} of recent traffic, γ = {:.0}", percent(mixture.explored), mixture.gamma);
    line(
        text,
        "explores",
        &match subject.cap {
            None => explored,
            Some(cap) => {
                let holds = if mixture.is_capped { "holds it back" } else { "does not hold it back" };
                format!("{explored}; the cap of {} {holds}", percent(cap.get()))
            }
        },
    );
    let world = format!("the present world is {} events old", HumanCount(mixture.n_since_alarm));
    line(text, "alarms", &format!("{}; {world}", HumanCount(mixture.n_alarms)));
}

fn trust(text: &mut String, mixture: &MixtureInside) {
    let _ = writeln!(text, "\nTrust");
    for (learner, weight) in &mixture.trust {
        let bar = "█".repeat((weight * BAR).round() as usize);
        let _ = writeln!(text, "{}", format!("  {:<16} {:>7}  {bar}", learner.name(), percent(*weight)).trim_end());
    }
}

fn memory(text: &mut String, inside: &Inside) {
    let all: usize = inside.memory.iter().map(|of| of.n_bytes).sum();
    let _ = writeln!(text, "\nMemory: {}", HumanBytes(all as u64));
    for of in &inside.memory {
        let _ = writeln!(text, "  {:<16} {:>12}", of.part, HumanBytes(of.n_bytes as u64).to_string());
    }
}

fn known(text: &mut String, title: &str, known: &[Known], subject: &Subject, n_most: usize) {
    if known.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}: {}", HumanCount(known.len() as u64));
    for one in known.iter().take(n_most) {
        // What nobody sent lately has no name any more.
        let name = subject.names.of(one.hash).map_or_else(|| format!("#{:08x}", one.hash), plain);
        let mean = one.mean_reward.map_or_else(String::new, |mean| format!("  mean reward {mean:.4}"));
        let _ = writeln!(text, "  {:>10}{mean}  {name}", HumanCount(one.n_events).to_string());
    }
    if known.len() > n_most {
        let _ = writeln!(text, "  {:>10} more", HumanCount((known.len() - n_most) as u64).to_string());
    }
}

fn weights<'a>(text: &mut String, heaviest: impl Iterator<Item = &'a HeavyCross>, n_most: usize) {
    let mut heaviest = heaviest.take(n_most).peekable();
    if heaviest.peek().is_some() {
        let _ = writeln!(text, "\nLargest linear weights among the newest events");
    }
    for cross in heaviest {
        let _ = writeln!(text, "  {:>+10.5}  {}", cross.weight, plain(&cross.feature));
    }
}

fn percent(share: f32) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// What callers sent, without what would steer a terminal, and not without end.
fn plain(name: &str) -> String {
    const MOST: usize = 100;
    let shown: String = name.chars().take(MOST).map(|c| if c.is_control() { '·' } else { c }).collect();
    if name.chars().nth(MOST).is_some() { format!("{shown}…") } else { shown }
}
