//! A few events of many, evenly drawn whatever their number, for questions that need not ask them all.

use std::collections::BTreeMap;

use crate::{
    bandit::{ActionInput, Policy, draw_seed, evaluation::Importances, slot_context},
    log::{Ranked, RankedSlot, RequestFeatures},
    terms::FeatureObject,
};

/// Events that are kept.
const N_MOST: usize = 1_000;
/// Bytes of requests that are kept, which bounds what large requests cost.
const N_MOST_BYTES: usize = 64 * 1024 * 1024;
/// Decides together with the event ids, and nothing else, which events are kept.
const SALT: u64 = 0x5a17;

/// The events whose ids hash to the smallest numbers: a fair draw that a repetition repeats.
#[derive(Debug, Default)]
pub(super) struct Sample {
    events: BTreeMap<u64, Ranked>,
    n_bytes: usize,
}

impl Sample {
    /// Keeps the event if it is among the drawn ones.
    pub fn offer(&mut self, ranked: &Ranked) {
        let place = draw_seed(&ranked.event_id, SALT);
        let is_too_late =
            self.events.len() >= N_MOST && self.events.keys().next_back().is_some_and(|last| *last < place);
        if is_too_late || self.events.contains_key(&place) {
            return;
        }
        self.n_bytes += size(ranked);
        self.events.insert(place, ranked.clone());
        while self.events.len() > N_MOST || (self.n_bytes > N_MOST_BYTES && self.events.len() > 1) {
            let Some((_, gone)) = self.events.pop_last() else { break };
            self.n_bytes -= size(&gone);
        }
    }

    /// Which features move this policy's view of the events.
    pub fn importances(&self, policy: &Policy) -> Importances {
        let mut importances = Importances::default();
        for ranked in self.events.values() {
            let Ok(features) = ranked.features() else { continue };
            let inputs: Vec<_> = features
                .actions
                .iter()
                .map(|action| ActionInput { id: action.id.as_str(), features: &action.features })
                .collect();
            for (slot_idx, slot) in ranked.slots.iter().enumerate() {
                take_in(&mut importances, policy, &features, (slot_idx, slot), &inputs);
            }
        }
        importances
    }
}

fn take_in(
    importances: &mut Importances,
    policy: &Policy,
    features: &RequestFeatures<'_>,
    (slot_idx, slot): (usize, &RankedSlot),
    inputs: &[ActionInput<'_, FeatureObject<'_>>],
) {
    let is_eligible = slot.eligible();
    if is_eligible.len() != inputs.len() {
        return;
    }
    let own = features.slots.get(slot_idx).map_or(&[][..], |slot| &slot.features);
    let context = slot_context(&features.context_features, slot.slot_id.as_ref(), own);
    // What the live loop could not read either teaches nothing here.
    let _ = importances.take_in(policy, &context, inputs, &is_eligible);
}

fn size(ranked: &Ranked) -> usize {
    ranked.request.len() + ranked.loop_actions.as_ref().map_or(0, |actions| actions.get().len())
}
