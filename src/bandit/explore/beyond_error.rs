//! Inverse gap weighting in which a gap counts only beyond the uncertainty.

/// What is spread evenly, as a part of the share of exploration: evaluation divides by probabilities, so none may
/// vanish.
pub(in crate::bandit) const EVEN_PART: f64 = 0.005;

/// What stands to the choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::bandit) struct Caution {
    /// How many standard errors a gap must exceed before it counts.
    pub uncertainty: f64,
    /// How strongly gaps count.
    pub gamma: f64,
    /// The share of exploration.
    pub share: f64,
    /// Whether what explores is held within the share.
    pub is_capped: bool,
}

/// π(a) = 1 / (K + γ·gap(a)) for each action that is not best, the rest to the best (SquareCB; Foster and Rakhlin,
/// 2020); gap(a) = max(0, f(best) − f(a) − uncertainty·error(a)) for estimates f with their standard errors.
///
/// What cannot be told apart is drawn evenly, and what is known to be worse falls off with γ. Every action keeps a
/// floor, half a percent of the share evenly. A share of 0 is greedy; equally good actions share.
pub(in crate::bandit) fn beyond_error(pmf: &mut [f64], estimates: &[f32], errors: &[f32], caution: Caution) {
    let n = estimates.len() as f64;
    let most = estimates.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let is_best = |estimate: &f32| *estimate == most;
    let n_best = estimates.iter().filter(|estimate| is_best(estimate)).count().max(1) as f64;
    let weight = |(estimate, error): (&f32, &f32)| {
        let gap = f64::from(most - estimate) - caution.uncertainty * f64::from(*error);
        if is_best(estimate) { 0.0 } else { 1.0 / (n + caution.gamma * gap.max(0.0)) }
    };
    pmf.iter_mut().zip(estimates.iter().zip(errors)).for_each(|(probability, of_one)| *probability = weight(of_one));
    let explores: f64 = pmf.iter().sum();
    let even = EVEN_PART * caution.share;
    let allowed = if caution.share == 0.0 {
        0.0
    } else if caution.is_capped {
        explores.min((caution.share - even).max(0.0))
    } else {
        explores
    };
    let scale = if explores > 0.0 { (1.0 - even) * allowed / explores } else { 0.0 };
    for (probability, estimate) in pmf.iter_mut().zip(estimates) {
        let own = if is_best(estimate) { (1.0 - even) * (1.0 - allowed) / n_best } else { scale * *probability };
        *probability = own + even / n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUTION: Caution = Caution { uncertainty: 0.5, gamma: 1_000.0, share: 0.2, is_capped: false };

    fn pmf(estimates: &[f32], errors: &[f32], caution: Caution) -> Vec<f64> {
        let mut pmf = vec![0.0; estimates.len()];
        beyond_error(&mut pmf, estimates, errors, caution);
        assert!((pmf.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{pmf:?}");
        pmf
    }

    #[test]
    fn what_cannot_be_told_apart_is_drawn_evenly_and_the_worse_seldom() {
        let pmf = pmf(&[0.8, 0.7, 0.2], &[0.2, 0.2, 0.2], CAUTION);
        assert!((pmf[1] - (0.999 / 3.0 + 0.001 / 3.0)).abs() < 1e-4, "{pmf:?}");
        assert!((pmf[2] - (0.999 / 503.0 + 0.001 / 3.0)).abs() < 1e-6, "{pmf:?}");
    }

    #[test]
    fn a_cap_holds_what_explores_and_a_share_of_zero_is_greedy() {
        let capped = pmf(&[0.8, 0.7, 0.7], &[0.5; 3], Caution { is_capped: true, ..CAUTION });
        assert!(1.0 - capped[0] <= 0.2 && 1.0 - capped[0] > 0.19, "{capped:?}");
        assert_eq!(pmf(&[0.8, 0.7, 0.7], &[0.5; 3], Caution { share: 0.0, ..CAUTION }), [1.0, 0.0, 0.0]);
        assert_eq!(pmf(&[0.8, 0.8], &[0.5; 2], Caution { share: 0.0, ..CAUTION }), [0.5, 0.5]);
    }

    #[test]
    fn a_mixture_that_knows_nothing_is_even() {
        let pmf = pmf(&[0.5; 4], &[0.5; 4], CAUTION);
        assert!(pmf.iter().all(|probability| (probability - 0.25).abs() < 1e-12));
    }
}
