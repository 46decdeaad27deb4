//! The sums that policies are compared by, and how much an estimate from them has to rest on.

use std::ops::RangeInclusive;

use crate::{bandit::evaluation::WeightedRewards, reports::Interval, trainer::Bucket};

/// The least number of effective events for an estimate: from about 30 on its normal interval can be trusted.
pub const N_EFFECTIVE: f64 = 30.0;

/// How far the mean weight may be from the 1 that it is on average. Where the policy's favourite alone was drawn for
/// a while, the few small weights of those events agree with each other and seem to tell much; but they tell of the
/// favourite, and not of the policy that is judged. Their mean weight gives that away.
const MEAN_WEIGHT: RangeInclusive<f64> = 0.75..=1.35;

/// How much an estimate has to rest on.
#[derive(Debug, Clone)]
pub struct Demand {
    n_effective: f64,
    mean_weight: RangeInclusive<f64>,
}

impl Demand {
    /// To be shown at all.
    pub const FULL: Self = Self { n_effective: N_EFFECTIVE, mean_weight: MEAN_WEIGHT };
    /// To stay when it was shown a moment ago: a figure at the edge would come and go.
    pub const TO_STAY: Self = Self { n_effective: 20.0, mean_weight: 0.6..=1.7 };
}

/// The sums that are compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    pub n_ranked: u64,
    pub n_rewarded: u64,
    answered: WeightedRewards,
    learned: WeightedRewards,
    baseline: WeightedRewards,
    random: WeightedRewards,
}

impl Sums {
    /// Of all these buckets.
    pub fn of<'a>(buckets: impl IntoIterator<Item = &'a Bucket>) -> Self {
        let mut sums = Self::default();
        buckets.into_iter().for_each(|bucket| sums.add(bucket));
        sums
    }

    /// Takes in another bucket.
    pub fn add(&mut self, bucket: &Bucket) {
        self.n_ranked += bucket.n_ranked;
        self.n_rewarded += bucket.n_rewarded;
        self.answered.merge(&bucket.answered);
        self.learned.merge(&bucket.learned);
        self.baseline.merge(&bucket.baseline);
        self.random.merge(&bucket.random);
    }

    /// What was answered; every weight is 1.
    pub fn answered(&self) -> Option<Interval> {
        interval(&self.answered, &Demand::FULL)
    }

    /// The learned policy, over the events that it decided; there every weight is 1.
    pub fn learned(&self, demand: &Demand) -> Option<Interval> {
        interval(&self.learned, demand)
    }

    /// The caller's first action.
    pub fn baseline(&self, demand: &Demand) -> Option<Interval> {
        interval(&self.baseline, demand).filter(|_| is_covered(&self.baseline, self.n_judged(), demand))
    }

    /// How many decisions were active; of a Rank with several slots each is one.
    pub fn n_judged(&self) -> f64 {
        self.answered.total_weight()
    }

    /// An even draw, over the events that the policy decided: no other tells of it.
    pub fn random(&self, demand: &Demand) -> Option<Interval> {
        interval(&self.random, demand).filter(|_| is_covered(&self.random, self.learned.total_weight(), demand))
    }

    /// How many even events would tell as much of the baseline.
    pub fn n_effective_of_baseline(&self) -> f64 {
        self.baseline.estimate().map_or(0.0, |estimate| estimate.n_effective)
    }
}

/// The estimate, if it rests on enough events.
fn interval(sums: &WeightedRewards, demand: &Demand) -> Option<Interval> {
    let estimate = sums.estimate()?;
    let is_enough = estimate.n_effective >= demand.n_effective && estimate.half_width.is_finite();
    is_enough.then_some(Interval {
        value: estimate.value,
        half_width: estimate.half_width,
        n_effective: estimate.n_effective,
    })
}

fn is_covered(sums: &WeightedRewards, n_events: f64, demand: &Demand) -> bool {
    demand.mean_weight.contains(&(sums.total_weight() / n_events))
}
