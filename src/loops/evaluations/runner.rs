//! The task that does all loops' jobs, one after the other, oldest first.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::{
    BASELINE, EvaluationStatus, EvaluationSummary, ImportanceResult, ONLINE, PolicySource, RANDOM,
    candidates::candidates,
    contract::{Contract, learner},
    jobs::{JobKind, Jobs, read},
    verdict::{Entrant, kept},
};
use crate::{
    loops::{LiveLoop, LoopError, WeakLoops},
    store::{JobEnd, JobRow, StoreError},
    terms::{Author, AutoOptimization, LoopId},
    trainer::{Contestant, Trial, TrialError, TrialResult, Trying, lesson_rules, run_trial},
};

/// How often the task looks for what is due when nobody wakes it.
const TICK: Duration = Duration::from_secs(1);
/// Who changes settings when the service does it by itself.
const BY_ITSELF: &str = "automatic optimisation";

/// The running task.
#[derive(Debug)]
pub(in crate::loops) struct Runner(Mutex<Option<JoinHandle<()>>>);

impl Runner {
    /// Starts with what a former process left undone.
    pub fn start(loops: WeakLoops, jobs: Jobs) -> Self {
        Self(Mutex::new(Some(tokio::spawn(Running { loops, jobs, dues: HashMap::new() }.run()))))
    }

    /// Stops in the middle of whatever is being done; the next start does it again.
    pub async fn shut_down(&self) {
        let task = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            // An error only says that it was stopped, which was asked for.
            let _ = task.await;
        }
    }
}

/// When a loop's next evaluation by itself is due, under the settings for which that was found out.
#[derive(Debug)]
struct Due {
    settings: AutoOptimization,
    at_us: i64,
}

struct Running {
    loops: WeakLoops,
    jobs: Jobs,
    dues: HashMap<LoopId, Due>,
}

impl Running {
    async fn run(mut self) {
        loop {
            match self.step().await {
                Ok(Step::Done) => {}
                Ok(Step::Idle) => {
                    let _ = tokio::time::timeout(TICK, self.jobs.woken()).await;
                }
                Ok(Step::Over) => return,
                Err(problem) => {
                    warn!(error = &problem as &dyn std::error::Error, "Evaluations cannot be done at the moment");
                    tokio::time::sleep(TICK).await;
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Step, LoopError> {
        // Held no longer than the look around: the loops end when nobody else holds them.
        let Some((loops, store)) = self.loops.live() else { return Ok(Step::Over) };
        // One process does a loop's jobs: its trainer.
        let loops: Vec<LiveLoop> = loops.into_iter().filter(|live| live.fence().is_some()).collect();
        for live in &loops {
            if let Err(problem) = self.make_if_due(live).await {
                let problem = &problem as &dyn std::error::Error;
                warn!(loop.id = %live.id(), error = problem, "It is not known whether an evaluation is due");
            }
        }
        for row in store.waiting_jobs().await? {
            let Some(live) = loops.iter().find(|live| *live.id() == row.key.loop_id) else { continue };
            let live = live.clone();
            drop(loops);
            do_job(&live, &self.jobs, &row).await?;
            return Ok(Step::Done);
        }
        Ok(Step::Idle)
    }

    async fn make_if_due(&mut self, live: &LiveLoop) -> Result<(), LoopError> {
        let configuration = live.configuration();
        let settings = &configuration.auto_optimization;
        if !settings.is_enabled {
            self.dues.remove(live.id());
            return Ok(());
        }
        let is_known = self.dues.get(live.id()).is_some_and(|due| due.settings == *settings);
        if !is_known {
            let Some(at_us) = live.next_automatic_us().await? else { return Ok(()) };
            self.dues.insert(live.id().clone(), Due { settings: settings.clone(), at_us });
        }
        if self.dues.get(live.id()).is_some_and(|due| due.at_us <= live.now_us()) {
            self.dues.remove(live.id());
            info!(loop.id = %live.id(), "An evaluation is due by itself");
            live.make_automatic().await?;
        }
        Ok(())
    }
}

enum Step {
    Done,
    Idle,
    Over,
}

/// Does one job. An error is about storing its end; it is then tried again.
async fn do_job(live: &LiveLoop, jobs: &Jobs, row: &JobRow) -> Result<(), LoopError> {
    let (id, loop_id) = (&row.key.id, live.id());
    jobs.begin(&row.key);
    let end = find_end(live, jobs, row).await;
    jobs.end();
    let end = match end {
        Ok(end) => end,
        // Nobody wants it any more, or another process does it again.
        Err(LoopError::Trial(TrialError::Stopped) | LoopError::Store(StoreError::NotTrainer)) => return Ok(()),
        Err(problem) => {
            error!(loop.id = %loop_id, error = &problem as &dyn std::error::Error, "Job {id} failed");
            let summary = EvaluationSummary { problem: Some(problem.to_string()), ..EvaluationSummary::default() };
            JobEnd { status: EvaluationStatus::Failed.as_str(), summary: body(&summary), result: None }
        }
    };
    // Whoever trains the loop by now does the job again.
    let Some(fence) = live.fence() else { return Ok(()) };
    if live.tools().store.end_job(&row.key, &end, Some(fence)).await? {
        info!(loop.id = %loop_id, "Job {id} ended as {}", end.status);
    }
    Ok(())
}

async fn find_end(live: &LiveLoop, jobs: &Jobs, row: &JobRow) -> Result<JobEnd, LoopError> {
    let contract: Contract = read(&row.contract)?;
    if row.key.kind == JobKind::Importance.as_str() {
        let found = find(live, jobs, &contract, Vec::new()).await?;
        let result = ImportanceResult { features: found.importances.features() };
        let summary = body(&EvaluationSummary::default());
        return Ok(JobEnd { status: EvaluationStatus::Succeeded.as_str(), summary, result: Some(body(&result)) });
    }
    let (entrants, contestants) = entrants(live, &contract)?;
    let found = find(live, jobs, &contract, contestants).await?;
    let (summary, result) = kept(entrants, &found);
    let status = if contract.is_auto { take_better(live, &summary).await? } else { EvaluationStatus::Succeeded };
    Ok(JobEnd { status: status.as_str(), summary: body(&summary), result: Some(body(&result)) })
}

/// Takes what an automatic evaluation found, unless that was switched off meanwhile.
async fn take_better(live: &LiveLoop, summary: &EvaluationSummary) -> Result<EvaluationStatus, LoopError> {
    let optimal = summary.policies.iter().find(|policy| policy.name == summary.optimal_policy);
    let better = optimal.filter(|policy| policy.source == PolicySource::OfflineExperimentation);
    match better.filter(|_| live.configuration().auto_optimization.is_enabled) {
        None => Ok(EvaluationStatus::OnlinePolicyRetained),
        Some(policy) => {
            let fence = live.fence().ok_or(StoreError::NotTrainer)?;
            live.apply_policy(policy, &Author::server(BY_ITSELF), Some(fence)).await?;
            Ok(EvaluationStatus::OptimalPolicyApplied)
        }
    }
}

async fn find(
    live: &LiveLoop,
    jobs: &Jobs,
    contract: &Contract,
    contestants: Vec<Contestant>,
) -> Result<TrialResult, LoopError> {
    let rules = lesson_rules(&live.configuration());
    let trial = Trial::new(contract.span_us(), rules, contestants).by_segment(contract.segment_by.clone());
    Ok(run_trial(&live.tools().store, live.id(), trial, &mut Told(jobs)).await?)
}

/// A trial goes on for as long as somebody wants its job.
struct Told<'a>(&'a Jobs);

impl Trying for Told<'_> {
    fn go_on(&mut self, share_done: f32) -> bool {
        self.0.note(share_done)
    }
}

/// Who is judged, in the order of the answer: the caller's policies, those found, and what everybody is compared with.
fn entrants(live: &LiveLoop, contract: &Contract) -> Result<(Vec<Entrant>, Vec<Contestant>), LoopError> {
    let configuration = live.configuration();
    // On its way or not: all are judged by the share that was asked for, so that taking one over ends no ramp.
    let share = configuration.exploration_percentage;
    let online = live.policy_asked_for();
    let named = contract.policies.iter().map(|policy| (policy.name.as_str(), policy.arguments.as_str()));
    let judged: Vec<(&str, &str)> = named.chain([(ONLINE, online.as_str())]).collect();
    let searched = contract.is_optimizing.then(|| candidates(share.get(), configuration.is_multi_slot, &judged));
    let custom =
        contract.policies.iter().map(|policy| (PolicySource::Custom, policy.name.clone(), policy.arguments.clone()));
    let searched =
        searched.into_iter().flatten().map(|(name, arguments)| (PolicySource::OfflineExperimentation, name, arguments));
    let (mut entrants, mut contestants) = (Vec::new(), Vec::new());
    for (source, name, arguments) in custom.chain(searched) {
        let (settings, share) = learner(&arguments, share)?;
        contestants.push(Contestant::learner(settings, share));
        entrants.push(Entrant { name, source, arguments: Some(arguments) });
    }
    contestants.extend([Contestant::Logged, Contestant::Baseline, Contestant::Random]);
    let fixed = |name: &str, source, arguments| Entrant { name: name.to_owned(), source, arguments };
    entrants.push(fixed(ONLINE, PolicySource::Online, Some(online)));
    entrants.push(fixed(BASELINE, PolicySource::Baseline, None));
    entrants.push(fixed(RANDOM, PolicySource::Random, None));
    Ok((entrants, contestants))
}

fn body<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data with text keys always becomes JSON")
}
