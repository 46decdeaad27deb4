//! How simulated people arrive, and how long they stay away from a server that does not answer.

use std::time::Duration;

use rand::{Rng, RngExt};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Until the next one. Arrivals are independent of each other, so the gaps between them are exponentially distributed.
pub(super) fn gap(rate_per_second: f64, random: &mut impl Rng) -> Duration {
    let gap_s = -(1.0 - random.random::<f64>()).ln() / rate_per_second;
    Duration::from_secs_f64(gap_s.clamp(0.0, 30.0))
}

/// Doubles from half a second to half a minute.
pub(super) fn pause_after(attempt_idx: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempt_idx)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        assert_eq!(pause_after(0), Duration::from_millis(500));
        assert_eq!(pause_after(3), Duration::from_secs(4));
        assert_eq!(pause_after(200), LONGEST_PAUSE);
    }

    #[test]
    fn so_many_arrive_in_a_second_as_the_rate_says() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let total: Duration = (0..10_000).map(|_| gap(20.0, &mut random)).sum();
        assert!((480.0..520.0).contains(&total.as_secs_f64()), "{total:?}");
    }
}
