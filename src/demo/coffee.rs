//! The old service's tutorial, run through a loop of this server over the public API, for the page that draws both
//! curves: four people, three weathers, three times of day, one wanted coffee each; reward 1 when it is the one offered.

use std::sync::{
    Arc, LazyLock, MutexGuard,
    atomic::{AtomicUsize, Ordering},
};

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use serde_json::{Value, json};

use super::{
    Demo, Inner,
    client::{ClientError, Customer},
    connection::Connection,
    desks::Desk,
    front_page::LeadError,
    held,
};

/// As many events as the tutorial had.
pub const N_EVENTS: usize = 10_000;
/// Events to each point of the curve, as in the tutorial's chart.
pub const BATCH: usize = 500;
/// Events that are under way at one time: enough to be done within a minute, few enough to leave the server its work.
const N_WORKERS: usize = 4;

/// What the old service earned per event in the published run of its tutorial, by batches: 0.406 over all.
pub const RECORDED: [f64; N_EVENTS / BATCH] = [
    0.248, 0.316, 0.316, 0.388, 0.422, 0.424, 0.430, 0.450, 0.382, 0.384, 0.366, 0.422, 0.418, 0.486, 0.404, 0.428,
    0.436, 0.452, 0.476, 0.464,
];
/// Mean over the whole published run.
pub const RECORDED_MEAN: f64 = 0.406;
/// What the best single coffee earns, and a draw.
pub const BEST_FIXED: f64 = 11.0 / 36.0;
pub const RANDOM: f64 = 0.25;

const PEOPLE: [&str; 4] = ["Alice", "Bob", "Cathy", "Dave"];
const WEATHERS: [&str; 3] = ["Sunny", "Rainy", "Snowy"];
const TIMES: [&str; 3] = ["Morning", "Afternoon", "Evening"];

/// Which coffee is wanted, by person, weather and time of day.
const WANTED: [[[usize; 3]; 3]; 4] = [
    [[1, 2, 1], [3, 0, 3], [0, 0, 0]],
    [[0, 2, 1], [3, 3, 3], [2, 2, 2]],
    [[3, 1, 0], [0, 3, 2], [1, 2, 0]],
    [[2, 2, 2], [3, 3, 3], [0, 0, 0]],
];

static ACTIONS: LazyLock<[Value; 4]> = LazyLock::new(|| {
    let coffee = |id: &str, kind: &str, origin: &str, organic: &str, roast: &str| json!({ "id": id, "features": [{ "type": kind, "origin": origin, "organic": organic, "roast": roast }] });
    [
        coffee("Cappucino", "hot", "kenya", "yes", "dark"),
        coffee("Cold brew", "cold", "brazil", "yes", "light"),
        coffee("Iced mocha", "cold", "ethiopia", "no", "light"),
        coffee("Latte", "hot", "brazil", "no", "dark"),
    ]
});

/// How far a run has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoffeeRun {
    pub is_running: bool,
    /// Events answered, and the sum of their rewards, by batch.
    pub batches: Vec<(usize, f64)>,
    /// Why it ended early, in a sentence.
    pub trouble: Option<String>,
}

impl CoffeeRun {
    /// Events answered so far.
    pub fn n_events(&self) -> usize {
        self.batches.iter().map(|(n, _)| n).sum()
    }

    /// Mean reward of the batches that are complete, in order.
    pub fn means(&self) -> Vec<f64> {
        let complete = self.batches.iter().take_while(|(n, _)| *n == BATCH);
        complete.map(|(n, sum)| sum / *n as f64).collect()
    }

    /// Mean reward of all events so far.
    pub fn mean(&self) -> Option<f64> {
        let n = self.n_events();
        (n > 0).then(|| self.batches.iter().map(|(_, sum)| sum).sum::<f64>() / n as f64)
    }

    fn note(&mut self, event_idx: usize, reward: f64) {
        let (n, sum) = &mut self.batches[event_idx / BATCH];
        *n += 1;
        *sum += reward;
    }
}

impl Demo {
    /// How far the latest run has come.
    pub fn coffee(&self) -> CoffeeRun {
        self.inner.coffee().clone()
    }

    /// Starts a run from an empty model, unless one is under way.
    pub async fn start_coffee(&self) -> Result<(), LeadError> {
        let connection = self.inner.opened(Desk::Coffee).await?;
        {
            let mut run = self.inner.coffee();
            if run.is_running {
                return Ok(());
            }
            *run = CoffeeRun { is_running: true, batches: vec![(0, 0.0); N_EVENTS / BATCH], trouble: None };
        }
        if let Err(error) = self.inner.manager().reset_model(connection.loop_id.as_str()).await {
            self.inner.end_coffee(Some(&error));
            return Err(error.into());
        }
        let (inner, mut is_ending) = (Arc::clone(&self.inner), self.inner.is_ending.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                _ = is_ending.wait_for(|is_ending| *is_ending) => {}
                result = inner.run_coffee(&connection) => inner.end_coffee(result.as_ref().err()),
            }
        });
        Ok(())
    }
}

impl Inner {
    fn coffee(&self) -> MutexGuard<'_, CoffeeRun> {
        held(&self.coffee)
    }

    fn end_coffee(&self, error: Option<&ClientError>) {
        let mut run = self.coffee();
        run.is_running = false;
        run.trouble = error.map(ToString::to_string);
    }

    async fn run_coffee(&self, connection: &Connection) -> Result<(), ClientError> {
        let next = AtomicUsize::new(0);
        let worker = |worker_idx: u64| {
            let next = &next;
            async move {
                let mut random = Pcg64Mcg::seed_from_u64(worker_idx);
                loop {
                    let event_idx = next.fetch_add(1, Ordering::Relaxed);
                    if event_idx >= N_EVENTS {
                        return Ok(());
                    }
                    let reward = order(connection.customer(&self.client), &mut random).await?;
                    self.coffee().note(event_idx, reward);
                }
            }
        };
        let workers = [worker(0), worker(1), worker(2), worker(3)];
        const { assert!(N_WORKERS == 4, "each worker is named above") };
        let [a, b, c, d] = workers;
        let (a, b, c, d) = tokio::join!(a, b, c, d);
        a.and(b).and(c).and(d)
    }
}

/// One person is offered a coffee, and says whether it was the one.
async fn order(customer: Customer<'_>, random: &mut Pcg64Mcg) -> Result<f64, ClientError> {
    let (person, weather, time) = (random.random_range(0..4), random.random_range(0..3), random.random_range(0..3));
    let mut actions = actions().to_vec();
    actions.shuffle(random);
    let body = json!({
        "contextFeatures": [{ "timeofday": TIMES[time], "weather": WEATHERS[weather], "name": PEOPLE[person] }],
        "actions": actions,
    });
    let answer = customer.rank(&body, false).await?;
    let wanted = &self::actions()[WANTED[person][weather][time]]["id"];
    let reward = f64::from(u8::from(*wanted == answer.reward_action_id.as_str()));
    customer.reward(&answer.event_id, reward).await?;
    Ok(reward)
}

/// The coffees as the actions of a Rank.
pub fn actions() -> &'static [Value] {
    &*ACTIONS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_that_are_drawn_are_those_of_the_table() {
        let wants = |coffee| WANTED.iter().flatten().flatten().filter(|wanted| **wanted == coffee).count();
        let most = (0..4).map(wants).max().expect("four coffees");
        assert!((most as f64 / 36.0 - BEST_FIXED).abs() < 1e-9);
        let mean = RECORDED.iter().sum::<f64>() / RECORDED.len() as f64;
        assert!((mean - RECORDED_MEAN).abs() < 0.001, "{mean}");
    }

    #[test]
    fn a_curve_shows_complete_batches_only() {
        let mut run = CoffeeRun { batches: vec![(0, 0.0); 20], ..CoffeeRun::default() };
        (0..BATCH + 3).for_each(|event_idx| run.note(event_idx, f64::from(event_idx % 2 == 0)));
        assert_eq!((run.means(), run.n_events()), (vec![0.5], BATCH + 3));
    }
}
