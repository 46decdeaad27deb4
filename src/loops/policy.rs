//! The learning settings as Azure's clients see them: a name that the loop keeps, and arguments.
//!
//! The old service's default text stands for the default learner, which here is rankloop's own. So a client that reads
//! the default, writes it back, or turns it into the multi-slot one changes what it meant to change and nothing else.

use sha2::{Digest, Sha256};

use super::{ConfigurationChange, LiveLoop, LoopError, RampStep};
use crate::{
    bandit::LearningSettings,
    terms::{Configuration, ExplorationShare},
};

const SINGLE_SLOT: &str = "--cb_explore_adf";
const MULTI_SLOT: &str = "--ccb_explore_adf";
/// What makes rankloop's own arguments multi-slot.
const OWN_SLOTS: &str = "--slots";
const EPSILON: &str = "--epsilon";

/// Learning settings as they are answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownPolicy {
    /// 32 hex digits that belong to the loop; names that are sent are not kept (contract section 9).
    pub name: String,
    pub arguments: String,
}

impl LiveLoop {
    /// The learning settings asked for. The server's own learner shows as the old service's default.
    pub fn shown_policy(&self) -> ShownPolicy {
        let name = hex::encode(&Sha256::digest(self.id().as_str().as_bytes())[..16]);
        ShownPolicy { name, arguments: self.policy_exploring(self.exploration_now()) }
    }

    /// The learning settings asked for with the share of exploration asked for, which need not be in force yet.
    pub(super) fn policy_asked_for(&self) -> String {
        self.policy_exploring(self.configuration().exploration_percentage)
    }

    fn policy_exploring(&self, share: ExplorationShare) -> String {
        let in_force = self.cell().in_force();
        shown(in_force.arguments.as_deref(), in_force.configuration.is_multi_slot, share)
    }

    /// What a client's policy would change. Its `--epsilon` is the share of exploration, and its kind says whether the
    /// loop is multi-slot.
    pub fn policy_change(&self, arguments: &str) -> Result<ConfigurationChange, LoopError> {
        let current = self.configuration();
        let mut configuration = (*current).clone();
        let wanted = stored(arguments);
        let settings = LearningSettings::parse(wanted.as_deref().or(Some(LearningSettings::COMPATIBLE_DEFAULT)))?;
        let epsilon = epsilon_of(arguments).or(settings.epsilon()).filter(|share| !self.is_read_back(*share));
        let mut ramp = RampStep::GoOn;
        if let Some(share) = epsilon {
            configuration.exploration_percentage = ExplorationShare::try_from(share)?;
            ramp = RampStep::AtOnce;
        }
        configuration.is_multi_slot = is_multi_slot(arguments);
        let is_shown = same_but_epsilon(&self.shown_policy().arguments, arguments);
        // What reads like the policy in force is that policy, also where an imported model brought the default's text.
        let arguments = if is_shown { None } else { Some(wanted) };
        Ok(ConfigurationChange { configuration: Some(configuration), arguments, ramp, restores_seq: None })
    }

    /// Whether the share of exploration is a limit, under which the learner explores as much as its doubt asks for.
    pub fn explores_at_most(&self) -> bool {
        self.cell().learned().policy.explores_at_most()
    }

    /// Back to the default learner and its share of exploration; a multi-slot loop stays one.
    pub fn policy_reset(&self) -> ConfigurationChange {
        let exploration_percentage = Configuration::default().exploration_percentage;
        let configuration = Configuration { exploration_percentage, ..(*self.configuration()).clone() };
        let (configuration, arguments) = (Some(configuration), Some(None));
        ConfigurationChange { configuration, arguments, ramp: RampStep::AtOnce, restores_seq: None }
    }
}

/// The arguments that a text stands for: `None` for the default learner.
pub(super) fn stored(arguments: &str) -> Option<String> {
    let is_default = same_but_epsilon(&for_single_slot(arguments), LearningSettings::COMPATIBLE_DEFAULT);
    (!is_default).then(|| arguments.to_owned())
}

/// Whether the text makes a loop multi-slot.
pub(super) fn is_multi_slot(arguments: &str) -> bool {
    arguments.split_whitespace().any(|word| word == MULTI_SLOT || word == OWN_SLOTS)
}

/// The same learning settings for a loop of the other kind.
pub(super) fn of_kind(arguments: &str, is_multi_slot: bool) -> String {
    if arguments.split_whitespace().any(|word| word == LearningSettings::OWN_MARK) {
        if self::is_multi_slot(arguments) == is_multi_slot {
            return arguments.to_owned();
        }
        let words = arguments.split_whitespace().filter(|word| *word != OWN_SLOTS);
        return words.chain(is_multi_slot.then_some(OWN_SLOTS)).collect::<Vec<_>>().join(" ");
    }
    let (from, to) = if is_multi_slot { (SINGLE_SLOT, MULTI_SLOT) } else { (MULTI_SLOT, SINGLE_SLOT) };
    replace_word(arguments, |word, _| (word == from).then(|| to.to_owned()))
}

/// The text without its kind: two policies that differ in nothing else learn the same.
pub(super) fn for_single_slot(arguments: &str) -> String {
    of_kind(arguments, false)
}

fn shown(arguments: Option<&str>, is_multi_slot: bool, share: ExplorationShare) -> String {
    let text = of_kind(arguments.unwrap_or(LearningSettings::COMPATIBLE_DEFAULT), is_multi_slot);
    let share = share.get();
    // The text stays as it was sent unless the share was changed since.
    replace_word(&text, |word, before| {
        let is_outdated = before == EPSILON && word.parse::<f32>().is_ok_and(|epsilon| (epsilon - share).abs() > 1e-6);
        is_outdated.then(|| share.to_string())
    })
}

/// Replaces words and keeps everything between them. `change` sees a word and the one before it.
fn replace_word(text: &str, change: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = "";
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        match change(word, before) {
            Some(other) => {
                out.push_str(&other);
                out.push_str(&piece[word.len()..]);
            }
            None => out.push_str(piece),
        }
        if !word.is_empty() {
            before = word;
        }
    }
    out
}

fn epsilon_of(arguments: &str) -> Option<f32> {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    words.windows(2).find(|pair| pair[0] == EPSILON).and_then(|pair| pair[1].parse().ok())
}

pub(super) fn same_but_epsilon(one: &str, other: &str) -> bool {
    let words = |text: &str| {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if let Some(at) = words.iter().position(|word| word == EPSILON) {
            words.drain(at..words.len().min(at + 2));
        }
        words
    };
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: &str = "--cb_explore_adf  --epsilon 0.2 --cb_type ips -l 0.5";

    #[test]
    fn the_default_text_of_either_kind_stands_for_the_default_learner() {
        assert_eq!(stored(LearningSettings::COMPATIBLE_DEFAULT), None);
        assert_eq!(stored("--ccb_explore_adf --epsilon 0.35 --power_t 0 -l 0.001 --cb_type mtr -q ::"), None);
        assert_eq!(stored(OTHER), Some(OTHER.to_owned()));
    }

    #[test]
    fn the_own_learner_has_either_kind_too() {
        let own = "--rankloop  --gamma_scale 100";
        assert_eq!(of_kind(own, false), own);
        assert_eq!(of_kind(own, true), "--rankloop --gamma_scale 100 --slots");
        assert_eq!(for_single_slot("--rankloop --slots --epsilon 0.1"), "--rankloop --epsilon 0.1");
        assert!(is_multi_slot("--rankloop --slots") && !is_multi_slot(own));
    }

    #[test]
    fn a_text_is_shown_as_it_was_sent_until_its_share_or_its_kind_changes() {
        let share = |share| ExplorationShare::try_from(share).expect("a share");
        assert_eq!(shown(None, false, share(0.2)), LearningSettings::COMPATIBLE_DEFAULT);
        assert_eq!(shown(Some(OTHER), false, share(0.2)), OTHER);
        assert_eq!(shown(Some(OTHER), true, share(0.5)), "--ccb_explore_adf  --epsilon 0.5 --cb_type ips -l 0.5");
        assert_eq!(
            of_kind(&shown(None, true, share(0.5)), false),
            "--cb_explore_adf --epsilon 0.5 --power_t 0 -l 0.001 --cb_type mtr -q ::"
        );
    }
}
