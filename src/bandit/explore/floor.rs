//! The floor that Vowpal Wabbit puts under a distribution.

/// Lifts actions to `minimum`/K of K actions; what that takes, the others give in proportion. One that was hardly above
/// may so end a little below, as it does in Vowpal Wabbit.
///
/// With `on_none` false, actions of no probability stay at none: a policy that never proposes them never tries them.
pub(in crate::bandit) fn floor(pmf: &mut [f64], minimum: f64, on_none: bool) {
    let is_floored = |probability: f64| probability > 0.0 || on_none;
    if minimum > 0.999 {
        let support = pmf.iter().filter(|probability| is_floored(**probability)).count() as f64;
        pmf.iter_mut()
            .filter(|probability| is_floored(**probability))
            .for_each(|probability| *probability = 1.0 / support);
        return;
    }
    let least = minimum / pmf.len() as f64;
    let (mut n_touched, mut untouched) = (0, 0.0);
    for probability in pmf.iter_mut() {
        if is_floored(*probability) && *probability <= least {
            *probability = least;
            n_touched += 1;
        } else {
            untouched += *probability;
        }
    }
    let touched = f64::from(n_touched) * least;
    if touched <= 0.0 || untouched <= 0.0 {
        return;
    }
    let ratio = (1.0 - touched) / untouched;
    pmf.iter_mut().filter(|probability| **probability > least).for_each(|probability| *probability *= ratio);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_floor_takes_the_others_give_in_proportion() {
        let mut pmf = [0.6, 0.4, 0.0, 0.0];
        floor(&mut pmf, 0.2, true);
        assert_eq!(pmf[2..], [0.05, 0.05]);
        assert!((pmf[0] - 0.54).abs() < 1e-12 && (pmf[1] - 0.36).abs() < 1e-12);
    }

    #[test]
    fn what_nobody_proposes_can_stay_at_nothing() {
        let mut pmf = [0.99, 0.01, 0.0];
        floor(&mut pmf, 0.3, false);
        assert_eq!(pmf[2], 0.0);
        assert!((pmf[1] - 0.1).abs() < 1e-12);
        floor(&mut pmf, 1.0, false);
        assert_eq!(pmf, [0.5, 0.5, 0.0]);
    }
}
