//! Few and round places on an axis.

use super::plot::N_VALUES;

const SECOND_US: i64 = 1_000_000;
/// Steps of a clock that people count in, in seconds.
const TIME_STEPS: [i64; 19] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800];

/// Values of an axis from `low` to `high`, widened to its ticks: steps of 1, 2 or 5 times a power of ten, at most
/// `n_most` of them.
pub fn values(low: f64, high: f64, n_most: usize) -> Vec<f64> {
    // Equal ends would make a step of nothing.
    let (low, high) = if high - low < 1e-9 { (low - 0.05, high + 0.05) } else { (low, high) };
    let rough = (high - low) / n_most.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step + 1e-9).floor() as i64, (high / step - 1e-9).ceil() as i64);
    (first..=last).map(|n| n as f64 * step).collect()
}

/// The ends of a value axis that holds all of these; of nothing those of a share. Zero is one of them where it is not
/// far off: half the height means half the reward only then.
pub fn ends(found: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = found
        .filter(|value| value.is_finite())
        .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let (low, high) = match () {
        () if low > 0.0 && low < 0.7 * high => (0.0, high),
        () if high < 0.0 && high > 0.7 * low => (low, 0.0),
        () => (low, high),
    };
    let ticks = values(low, high, N_VALUES);
    (ticks[0], ticks[ticks.len() - 1])
}

/// How many decimals tell neighbouring values apart.
pub fn decimals(ticks: &[f64]) -> usize {
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(1.0);
    (-step.log10().floor()).clamp(0.0, 4.0) as usize
}

/// Round moments from `from_us` to `to_us`, at most `n_most`, and the step between them.
pub fn times(from_us: i64, to_us: i64, n_most: usize) -> (Vec<i64>, i64) {
    let fits = |step_us: &i64| (to_us - from_us) / step_us < n_most.max(1) as i64;
    let longest = TIME_STEPS[TIME_STEPS.len() - 1] * SECOND_US;
    let step_us = TIME_STEPS.into_iter().map(|seconds| seconds * SECOND_US).find(fits).unwrap_or_else(|| {
        let days = (to_us - from_us) / longest / n_most.max(1) as i64 + 1;
        days * longest
    });
    let first_us = from_us.div_euclid(step_us) * step_us;
    let ticks = (0..).map(|n| first_us + n * step_us).take_while(|at_us| *at_us <= to_us);
    (ticks.filter(|at_us| *at_us >= from_us).collect(), step_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_round_and_hold_what_is_drawn() {
        assert_eq!(values(0.0, 0.83, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(decimals(&values(0.0, 0.83, 5)), 1);
        let around_zero = values(-0.37, 0.9, 5);
        assert!(around_zero[0] <= -0.37 && around_zero[around_zero.len() - 1] >= 0.9);
        assert!(values(0.5, 0.5, 5).len() >= 2);
    }

    #[test]
    fn an_axis_begins_at_zero_where_that_is_near() {
        assert_eq!(ends([0.3, 0.75].into_iter()), (0.0, 0.8));
        let (low, high) = ends([0.81, 0.84].into_iter());
        assert!(low > 0.7 && low <= 0.81 && high >= 0.84);
        assert_eq!(ends([f64::NAN].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn times_fall_on_round_moments_and_never_crowd() {
        for span_s in [7, 60, 100, 900, 3_600, 80_000, 86_400, 604_800, 7_776_000] {
            for n_most in [3, 5, 8] {
                let from_us = 1_763_725_327_120_000;
                let (ticks, step_us) = times(from_us, from_us + span_s * SECOND_US, n_most);
                assert!(ticks.len() <= n_most + 1, "{} ticks over {span_s} s", ticks.len());
                assert!(ticks.iter().all(|at_us| at_us % step_us == 0 && *at_us >= from_us));
            }
        }
    }
}
