//! The floor that Vowpal Wabbit puts under a distribution.

/// The nearest distribution in which no action has less than `minimum`/K, for K actions: the Euclidean projection
/// (Duchi, Shalev-Shwartz, Singer and Chandra, 2008). What the floor takes, those above it give in equal parts.
///
/// With `on_none` false, actions of no probability stay at none and do not count: a policy that never proposes them
/// never tries them. `sorted` is room to sort in.
pub(in crate::bandit) fn floor(pmf: &mut [f64], minimum: f64, on_none: bool, sorted: &mut Vec<f64>) {
    if minimum <= 0.0 {
        return;
    }
    let is_floored = |probability: f64| on_none || probability > 0.0;
    sorted.clear();
    sorted.extend(pmf.iter().copied().filter(|probability| is_floored(*probability)));
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let n = sorted.len() as f64;
    let least = minimum.min(1.0) / n;
    if minimum > 0.999 {
        let floored = pmf.iter_mut().filter(|probability| is_floored(**probability));
        return floored.for_each(|probability| *probability = 1.0 / n);
    }
    // By how much those who stay above the floor shrink: found with the most of them for which it leaves all above.
    let (mut sum, mut shrink) = (0.0, 0.0);
    for (at, probability) in sorted.iter().enumerate() {
        let n_above = at as f64 + 1.0;
        sum += probability;
        let candidate = ((n - n_above) * least + sum - 1.0) / n_above;
        if probability - candidate > least {
            shrink = candidate;
        }
    }
    let floored = pmf.iter_mut().filter(|probability| is_floored(**probability));
    floored.for_each(|probability| *probability = (*probability - shrink).max(least));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_floor_takes_the_others_give_in_equal_parts() {
        let mut pmf = [0.6, 0.4, 0.0, 0.0];
        floor(&mut pmf, 0.2, true, &mut Vec::new());
        assert!(pmf[2..].iter().all(|probability| (probability - 0.05).abs() < 1e-12));
        assert!((pmf[0] - 0.55).abs() < 1e-12 && (pmf[1] - 0.35).abs() < 1e-12);
    }

    #[test]
    fn what_nobody_proposes_can_stay_at_nothing() {
        let mut pmf = [0.99, 0.01, 0.0];
        floor(&mut pmf, 0.3, false, &mut Vec::new());
        assert_eq!(pmf[2], 0.0);
        assert!((pmf[0] - 0.85).abs() < 1e-12 && (pmf[1] - 0.15).abs() < 1e-12);
        floor(&mut pmf, 1.0, false, &mut Vec::new());
        assert_eq!(pmf, [0.5, 0.5, 0.0]);
    }

    #[test]
    fn nobody_who_gives_is_left_below_the_floor() {
        let mut pmf = [0.9, 0.06, 0.04];
        floor(&mut pmf, 0.15, true, &mut Vec::new());
        assert!((pmf[1] - 0.055).abs() < 1e-12 && (pmf[2] - 0.05).abs() < 1e-12, "{pmf:?}");
        assert!((pmf.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        floor(&mut pmf, 1.0, true, &mut Vec::new());
        assert!(pmf.iter().all(|probability| (probability - 1.0 / 3.0).abs() < 1e-12));
    }
}
