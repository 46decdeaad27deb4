//! Who plays: learners by their arguments, and the ablations of the default one.

use anyhow::{Context, bail};
use rankloop::bandit::LearningSettings;

use crate::options::Options;

/// The base learners of the default mixture.
const BASES: [&str; 5] = ["mean", "linear", "network", "forest", "recent"];
/// Vowpal Wabbit's strongest single setting, in the letters of our namespaces.
const SQUARE_CB: &str = "--cb_explore_adf --squarecb --cb_type mtr -q :: --interactions FFi --interactions FFj -l 1";

/// A contender.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner {
    pub name: String,
    /// `None` is the default learner.
    pub arguments: Option<String>,
}

impl Learner {
    fn new(name: &str, arguments: &str) -> Self {
        let arguments = (!arguments.trim().is_empty()).then(|| arguments.to_owned());
        Self { name: name.to_owned(), arguments }
    }
}

/// The contenders in the order of the tables. Those named by hand must exist; an ablation that the learner does not
/// know is left out with a word.
pub fn wanted(options: &Options) -> anyhow::Result<Vec<Learner>> {
    let mut learners = Vec::new();
    for text in &options.learners {
        let Some((name, arguments)) = text.split_once('=') else { bail!("{text:?} is not of the form NAME=ARGS") };
        let learner = Learner::new(name, arguments);
        LearningSettings::parse(learner.arguments.as_deref()).with_context(|| format!("learner {name}"))?;
        learners.push(learner);
    }
    if learners.is_empty() {
        learners.push(Learner::new("auto", ""));
    }
    if options.ablate {
        learners.extend(ablations().into_iter().filter(is_known));
    } else if options.learners.is_empty() {
        learners.push(Learner::new("compatible", LearningSettings::COMPATIBLE_DEFAULT));
        learners.push(Learner::new("squarecb", SQUARE_CB));
    }
    Ok(learners)
}

fn is_known(learner: &Learner) -> bool {
    let problem = LearningSettings::parse(learner.arguments.as_deref()).err();
    if let Some(problem) = &problem {
        eprintln!("learning: NOT PLAYED, {:?}: {problem}", learner.name);
    }
    problem.is_none()
}

fn ablations() -> Vec<Learner> {
    let alone = BASES.map(|base| Learner::new(&format!("only {base}"), &format!("--rankloop --learners {base}")));
    let without = BASES.map(|base| {
        let others: Vec<_> = BASES.into_iter().filter(|other| *other != base).collect();
        Learner::new(&format!("without {base}"), &format!("--rankloop --learners {}", others.join(",")))
    });
    let parts = [
        Learner::new("without replay", "--rankloop --replays 0"),
        Learner::new("without uncertainty", "--rankloop --uncertainty 0"),
    ];
    alone.into_iter().chain(without).chain(parts).collect()
}
