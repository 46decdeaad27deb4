//! Which action a model proposes, and how the proposals of several become one distribution.

use super::super::learning_settings::Ties;

/// Adds the vote of one model, worth `weight`, to the action of least cost.
pub(in crate::bandit) fn vote(pmf: &mut [f64], costs: &[f32], weight: f64, ties: Ties) {
    let best = super::least(costs);
    let is_best = |cost: &f32| *cost == best;
    match ties {
        Ties::FirstOnly => {
            if let Some(first) = costs.iter().position(is_best) {
                pmf[first] += weight;
            }
        }
        Ties::Share => {
            let n_best = costs.iter().filter(|cost| is_best(cost)).count() as f64;
            pmf.iter_mut()
                .zip(costs)
                .filter(|(_, cost)| is_best(cost))
                .for_each(|(share, _)| *share += weight / n_best);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equally_good_actions_share_a_vote_unless_the_first_takes_it() {
        let mut pmf = [0.0; 3];
        vote(&mut pmf, &[-1.0, 0.0, -1.0], 0.5, Ties::Share);
        assert_eq!(pmf, [0.25, 0.0, 0.25]);
        vote(&mut pmf, &[-1.0, 0.0, -1.0], 0.5, Ties::FirstOnly);
        assert_eq!(pmf, [0.75, 0.0, 0.25]);
    }
}
