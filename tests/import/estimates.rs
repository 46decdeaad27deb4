//! Estimates by inverse propensity over a loop's log, as simply as they can be written.

use rankloop::{
    bandit::{ActionInput, Example, LearningSettings, Outcome, Policy, slot_example},
    log::{Fact, Ranked, Record},
    store::Store,
    terms::{ExplorationShare, LoopId},
};

/// Mean reward per slot, each reward weighed by how much more probable its action is under the judged policy.
#[derive(Debug)]
pub struct Estimates {
    pub n_events: usize,
    pub logging: Vec<f64>,
    pub first_action: Vec<f64>,
    pub random: Vec<f64>,
    /// A policy that learns from each event after it was judged on it; first slots only.
    pub learning: f64,
}

/// Everything of a log, in order.
pub async fn records(store: &Store, id: &LoopId) -> Vec<Record> {
    let stored = store.records_between(id, 0, i64::MAX, i64::MAX).await.expect("the log");
    let read = |stored: rankloop::store::StoredRecord| Record {
        seq: stored.seq,
        at_us: stored.at_us,
        fact: Fact::from_body(stored.seq, stored.kind, &stored.body).expect("a record"),
    };
    stored.into_iter().map(read).collect()
}

/// Judges by the log alone. The reward of an event stands right behind its Rank, where there is one.
pub async fn estimate(store: &Store, id: &LoopId, arguments: &str) -> Estimates {
    let records = records(store, id).await;
    let settings = LearningSettings::parse(Some(arguments)).expect("good arguments");
    let share = ExplorationShare::try_from(settings.epsilon().unwrap_or(0.05)).expect("a share");
    let mut policy = Policy::new(settings);
    let mut sums = Estimates { n_events: 0, logging: vec![], first_action: vec![], random: vec![], learning: 0.0 };
    for (at, record) in records.iter().enumerate() {
        let Fact::Ranked(ranked) = &record.fact else { continue };
        sums.n_events += 1;
        let rewards = rewards(ranked, records.get(at + 1));
        for (slot_idx, reward) in rewards.into_iter().enumerate() {
            sums.add(ranked, slot_idx, f64::from(reward));
            if slot_idx == 0 {
                sums.learning += learn(&mut policy, ranked, reward, share);
            }
        }
    }
    sums.divided()
}

fn rewards(ranked: &Ranked, next: Option<&Record>) -> Vec<f32> {
    let mut rewards = vec![0.0; ranked.slots.len()];
    match next.map(|record| &record.fact) {
        Some(Fact::Rewarded(given)) if given.event_id == ranked.event_id => rewards.fill(given.value),
        Some(Fact::SlotsRewarded(given)) if given.event_id == ranked.event_id => {
            for reward in &given.rewards {
                let at = ranked.slots.iter().position(|slot| slot.slot_id.as_ref() == Some(&reward.slot_id));
                rewards[at.expect("a slot of the event")] = reward.value;
            }
        }
        _ => {}
    }
    rewards
}

impl Estimates {
    fn add(&mut self, ranked: &Ranked, slot_idx: usize, reward: f64) {
        for sums in [&mut self.logging, &mut self.first_action, &mut self.random] {
            sums.resize(sums.len().max(slot_idx + 1), 0.0);
        }
        let slot = &ranked.slots[slot_idx];
        let propensity = f64::from(slot.policy_pmf[slot.answer.chosen_idx]);
        let eligible: Vec<usize> = (0..slot.policy_pmf.len()).filter(|idx| slot.eligible()[*idx]).collect();
        self.logging[slot_idx] += reward;
        self.random[slot_idx] += reward / (eligible.len() as f64 * propensity);
        if slot.answer.chosen_idx == eligible[0] {
            self.first_action[slot_idx] += reward / propensity;
        }
    }

    fn divided(mut self) -> Self {
        let n = self.n_events as f64;
        for sums in [&mut self.logging, &mut self.first_action, &mut self.random] {
            sums.iter_mut().for_each(|sum| *sum /= n);
        }
        self.learning /= n;
        self
    }
}

/// What the policy says of the event, weighed; then the policy learns it.
fn learn(policy: &mut Policy, ranked: &Ranked, reward: f32, share: ExplorationShare) -> f64 {
    let (example, slot) = (example(ranked), &ranked.slots[0]);
    let (chosen_idx, is_eligible) = (slot.answer.chosen_idx, slot.eligible());
    let probability = slot.policy_pmf[chosen_idx];
    let judged = policy.pmf(&example, &is_eligible, share).as_slice()[chosen_idx];
    policy.learn(
        &example,
        &is_eligible,
        Outcome { action_idx: chosen_idx, probability, reward, explored: 0.0, at_us: 0 },
    );
    f64::from(reward) * f64::from(judged) / f64::from(probability)
}

fn example(ranked: &Ranked) -> Example {
    let features = ranked.features().expect("the request");
    let inputs: Vec<_> =
        features.actions.iter().map(|a| ActionInput { id: a.id.as_str(), features: &a.features }).collect();
    let own = features.slots.first().map_or(&[][..], |slot| &slot.features);
    slot_example(&features.context_features, ranked.slots[0].slot_id.as_ref(), own, &inputs).expect("good features")
}
