//! What an exploration share means to explorations that measure out their own: a cap and a floor.

/// Over how many learned events the cap comes down to the share.
const N_UNCAPPED: f64 = 300.0;
/// The part of the share that goes evenly to all actions, and the most that does.
const EVEN_PART: f64 = 0.1;
const EVEN_MOST: f64 = 0.02;

/// Holds what explores, 1 − π(best), within the share, and gives every action a floor.
///
/// - A tenth of the share, at most 2 %, is spread evenly: evaluation divides by probabilities, so none may vanish. The
///   floor moves with the share at once, whatever the model has learned.
/// - What does not go to the best actions is held within share + (1 − share)(1 − n/300)², n events learned: a young
///   model explores as it needs, one of 300 events or more keeps to its share, and no event sees a jump.
/// - A share of 0 is greedy from the first event on; equally good actions still share.
pub(in crate::bandit) fn cap(pmf: &mut [f64], costs: &[f32], share: f64, n_learned: u64) {
    let best = super::least(costs);
    let n_best = costs.iter().filter(|cost| **cost == best).count() as f64;
    let evenly = (EVEN_PART * share).min(EVEN_MOST);
    let even = evenly / pmf.len() as f64;
    pmf.iter_mut().for_each(|probability| *probability = (1.0 - evenly) * *probability + even);
    let explores: f64 =
        pmf.iter().zip(costs).filter(|(_, cost)| **cost != best).map(|(probability, _)| probability).sum();
    let allowed = allowed(share, n_learned);
    if explores <= allowed {
        return;
    }
    for (probability, cost) in pmf.iter_mut().zip(costs) {
        *probability = if *cost == best { (1.0 - allowed) / n_best } else { *probability * allowed / explores };
    }
}

fn allowed(share: f64, n_learned: u64) -> f64 {
    if share == 0.0 {
        return 0.0;
    }
    let left = (1.0 - n_learned as f64 / N_UNCAPPED).max(0.0);
    share + (1.0 - share) * left * left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capped(share: f64, n_learned: u64) -> Vec<f64> {
        let mut pmf = vec![0.4, 0.3, 0.3];
        cap(&mut pmf, &[-1.0, -0.9, -0.9], share, n_learned);
        assert!((pmf.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        pmf
    }

    #[test]
    fn a_model_that_has_learned_keeps_to_its_share() {
        assert!((capped(0.2, 300)[0] - 0.8).abs() < 1e-12);
        assert!((capped(0.05, 10_000)[0] - 0.95).abs() < 1e-12);
    }

    #[test]
    fn a_young_model_explores_as_it_needs_but_a_share_of_zero_is_greedy_at_once() {
        assert!(capped(0.05, 0)[0] < 0.45);
        assert_eq!(capped(0.0, 0), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_smaller_share_shows_at_once_in_the_floor() {
        let floor = |share| {
            let mut pmf = vec![1.0, 0.0];
            cap(&mut pmf, &[-1.0, 0.0], share, 0);
            pmf[1]
        };
        assert!((floor(0.2) - 0.01).abs() < 1e-12);
        assert!((floor(0.05) - 0.0025).abs() < 1e-12);
    }
}
