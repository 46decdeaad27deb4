//! Lines of joined logs: any bytes are an event or a reason, and an event becomes records that can be read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rankloop::{
    import::{LoopFacts, prepare, read_line},
    log::Fact,
};

/// After every time that a real log has.
const NOW_US: i64 = 2_000_000_000_000_000;
const FACTS: LoopFacts = LoopFacts { reward_wait_us: 600_000_000, default_reward: 0.0, policy_version: 1 };

fuzz_target!(|line: &[u8]| {
    let Ok(Some(event)) = read_line(line, NOW_US) else { return };
    assert!(event.at_us >= 0 && event.at_us <= NOW_US);
    let Ok(prepared) = prepare(&event, FACTS, event.is_imitation()) else { return };
    for (seq, record) in (1..).zip(&prepared.records) {
        let fact = Fact::from_body(seq, record.kind, &record.body).expect("what was written can be read");
        if let Fact::Ranked(ranked) = fact {
            ranked.features().expect("the request as a caller would have sent it");
            assert!(ranked.slots.iter().all(|slot| slot.policy_pmf[slot.policy_choice_idx] > 0.0));
        }
    }
});
