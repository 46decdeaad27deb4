//! Trees that are grown in the background change nothing: the same log gives the same bytes, however it is folded.

use std::collections::HashMap;

use super::{SECOND_US, Scribe, fold, step};
use crate::{
    bandit::{LearningSettings, Policy, Rebuild},
    log::{Fact, Record, Relearned},
    terms::{EventId, RewardValue},
    trainer::{
        Fold,
        decision::{Decided, Decision},
        event_key::EventKey,
    },
};

/// Learned events: from some 260 on trees are grown ahead, and by then each has been several times.
const N_EVENTS: usize = 900;

fn play(scribe: &mut Scribe, names: &str, n_events: usize) {
    for n in 0..n_events {
        let name = format!("{names}-{n}");
        scribe.rank(&name, false);
        scribe.now_us += SECOND_US / 40;
        scribe.reward(&name, if n % 3 == 0 { 1.0 } else { 0.0 });
        scribe.now_us += SECOND_US / 40;
    }
}

/// The model of a log with nothing but Ranks and their rewards, whose trees are grown by `grow` or not at all.
fn taught(records: &[Record], mut grow: impl FnMut(&Rebuild)) -> (Policy, usize) {
    let mut policy = Policy::new(LearningSettings::parse(None).expect("the default"));
    let mut open: HashMap<EventId, Decision> = HashMap::new();
    let mut n_rebuilds = 0;
    for record in records {
        match &record.fact {
            Fact::Ranked(ranked) => {
                let (mut decisions, _) = Decision::read(ranked).expect("good features");
                open.insert(ranked.event_id.clone(), decisions.remove(0));
            }
            Fact::Rewarded(rewarded) => {
                let decision = open.remove(&rewarded.event_id).expect("a ranked event");
                let outcome = decision.outcome(rewarded.value, record.at_us);
                policy.learn(decision.example(), decision.is_eligible(), outcome);
                for rebuild in policy.take_rebuilds() {
                    n_rebuilds += 1;
                    grow(&rebuild);
                }
            }
            _ => {}
        }
    }
    (policy, n_rebuilds)
}

/// Goes on from a snapshot in the middle, as a restart does.
fn folded_from_a_snapshot(records: &[Record], cut: usize) -> Fold {
    let snapshot = fold(&records[..cut]).to_bytes();
    let mut restarted = Fold::from_bytes(&snapshot).expect("its own bytes");
    for record in &records[..cut] {
        if let Fact::Ranked(ranked) = &record.fact {
            restarted.join.events.remember(EventKey::of(&ranked.event_id), Decided::read(ranked).decisions);
        }
    }
    (cut..records.len()).for_each(|idx| step(&mut restarted, records, idx));
    restarted
}

#[test]
fn a_log_gives_the_same_bytes_whoever_grows_its_trees_and_wherever_a_restart_cuts_it() {
    let mut scribe = Scribe::new();
    play(&mut scribe, "event", N_EVENTS);
    let live = scribe.fold();
    let model = live.cell().learned().policy.to_bytes();

    let (nobody, n_rebuilds) = taught(&scribe.records, |_| {});
    assert!(n_rebuilds > 32, "each tree is grown ahead at least once: {n_rebuilds}");
    assert!(nobody.to_bytes() == model, "grown when they take their places");
    let (at_once, _) = taught(&scribe.records, Rebuild::run);
    assert!(at_once.to_bytes() == model, "grown as soon as they are known of");

    let live = live.to_bytes();
    assert!(scribe.fold().to_bytes() == live, "replayed from the first record");
    for n_learned in [300, 500] {
        let cut = 1 + 2 * n_learned;
        assert!(folded_from_a_snapshot(&scribe.records, cut).to_bytes() == live, "from a snapshot at {cut}");
    }
}

#[test]
fn a_model_that_took_over_goes_on_to_the_same_bytes() {
    let mut scribe = Scribe::new();
    play(&mut scribe, "before", N_EVENTS);
    scribe.configuration.default_reward = RewardValue::try_from(-0.5).expect("a reward");
    let asked_seq = scribe.configure(true);
    play(&mut scribe, "meanwhile", 20);
    let taken_over = scribe.write(Fact::Relearned(Relearned { asked_seq }));
    play(&mut scribe, "after", 100);
    let live = scribe.fold();
    assert_eq!(live.cell().in_force().relearn_asked_seq, None);

    // The default reward stands for none of these events, so that the model is the one that was never asked to relearn,
    // and no record but those of events differs.
    let (taught, _) = taught(&scribe.records, |_| {});
    assert!(live.cell().learned().policy.to_bytes() == taught.to_bytes());

    let live = live.to_bytes();
    assert!(scribe.fold().to_bytes() == live, "replayed from the first record");
    for cut in [asked_seq as usize + 7, taken_over as usize, taken_over as usize + 50] {
        assert!(folded_from_a_snapshot(&scribe.records, cut).to_bytes() == live, "from a snapshot at {cut}");
    }
}
