//! The learning settings that the search for better ones tries: few, because each more makes a lucky winner likelier.

use crate::{
    bandit::LearningSettings,
    loops::policy::{of_kind, same_but_epsilon},
};

/// How a candidate differs: in how it learns, or in what it crosses.
const HYPER: &str = "Hyper";
const INTERACTIONS: &str = "Inter-len";

/// With 0.2 for the share of exploration. The first is the server's own learner under the name that clients know.
const CANDIDATES: [(&str, &str); 9] = [
    (HYPER, LearningSettings::COMPATIBLE_DEFAULT),
    (HYPER, "--cb_explore_adf --epsilon 0.2 --cb_type mtr -l 0.5 --power_t 0.5"),
    (HYPER, "--cb_explore_adf --epsilon 0.2 --cb_type ips -l 0.5 --power_t 0.5"),
    (HYPER, "--cb_explore_adf --epsilon 0.2 --cb_type dr -l 0.5 --power_t 0.5 -q ::"),
    (INTERACTIONS, "--cb_explore_adf --epsilon 0.2 --cb_type mtr -l 0.5 --power_t 0.5 -q ::"),
    (INTERACTIONS, "--cb_explore_adf --epsilon 0.2 --cb_type mtr -l 0.1 --power_t 0 -q ::"),
    (HYPER, "--cb_explore_adf --squarecb --gamma_scale 30 --epsilon 0.2 --cb_type mtr -l 0.5 --power_t 0.5 -q ::"),
    // The own learner where the world stands still, and where it explores less.
    (HYPER, "--rankloop --epsilon 0.2 --forgetting 0"),
    (HYPER, "--rankloop --epsilon 0.2 --learners mean,linear,recent"),
];

/// Candidates beside the policies that are judged anyway, by name and arguments. They explore as much as the loop does,
/// so that what is compared is what was learned.
pub(super) fn candidates(share: f32, is_multi_slot: bool, judged: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (kind, text) in CANDIDATES {
        let text = of_kind(&text.replace("--epsilon 0.2", &format!("--epsilon {share}")), is_multi_slot);
        // A multi-slot loop knows its kind by a word that the own learner's arguments do not have.
        if is_multi_slot && text.starts_with(LearningSettings::OWN_MARK) {
            continue;
        }
        if judged.iter().any(|(_, judged)| same_but_epsilon(judged, &text)) {
            continue;
        }
        let is_taken = |name: &String| {
            judged.iter().any(|(judged, _)| judged == name) || found.iter().any(|(found, _)| found == name)
        };
        let name = (1..).map(|number| format!("{kind}{number}")).find(|name| !is_taken(name));
        found.extend(name.map(|name| (name, text)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_candidate_can_be_learned_and_has_a_name_of_its_own() {
        let found = candidates(0.35, false, &[("Hyper1", "--cb_explore_adf --l1 0.1")]);
        assert_eq!(found.len(), CANDIDATES.len());
        for (at, (name, text)) in found.iter().enumerate() {
            let settings = LearningSettings::parse(Some(text)).expect("good arguments");
            assert_eq!(settings.epsilon(), Some(0.35));
            assert!(name != "Hyper1" && found[..at].iter().all(|(other, _)| other != name));
        }
    }

    #[test]
    fn what_is_judged_anyway_or_is_of_another_kind_is_not_tried() {
        let online = "--ccb_explore_adf --epsilon 0.1 --power_t 0 -l 0.001 --cb_type mtr -q ::";
        let found = candidates(0.2, true, &[("online", online)]);
        assert_eq!(found.len(), CANDIDATES.len() - 3);
        assert!(found.iter().all(|(_, text)| text.starts_with("--ccb_explore_adf ")));
    }
}
