//! How far a loop, or a whole installation, has come on the way to learning. Each step is seen in what happened; nobody
//! ticks anything off.

use super::words;
use crate::{
    loops::{LiveLoop, LoopError},
    reports::{Onboarding, OnboardingStep, StepKind},
    terms::LearningMode,
};

/// After so many a loop has learned enough to be looked at.
const N_LEARNED: u64 = 100;

/// The steps of a loop, or those before there is one. `n_people` can sign in.
pub async fn onboarding(live: Option<&LiveLoop>, n_people: u64) -> Result<Onboarding, LoopError> {
    let steps = match live {
        Some(live) => vec![made(live), ranked(live).await?, rewarded(live), online(live), learned(live)],
        None => vec![
            step(StepKind::Loop, false, "A loop learns one decision. Begin with a template or with your own."),
            step(StepKind::Rank, false, "Ask which action to show; it answers at once."),
            step(StepKind::Reward, false, "Say how well it went."),
            step(StepKind::Online, false, "Let the learned policy decide, and try things now and then."),
            step(StepKind::Learned, false, "Then its curves begin to mean something."),
        ],
    };
    Ok(Onboarding { steps: steps.into_iter().chain([invited(n_people)]).collect() })
}

fn step(kind: StepKind, is_done: bool, note: impl Into<String>) -> OnboardingStep {
    let title = match kind {
        StepKind::Loop => "Make a loop",
        StepKind::Rank => "Send the first Rank",
        StepKind::Reward => "Send its Reward",
        StepKind::Online => "Let it decide and explore",
        StepKind::Learned => "Reach 100 learned events",
        StepKind::Invite => "Invite somebody",
    };
    OnboardingStep { kind, title: title.to_owned(), is_done, note: note.into() }
}

fn made(live: &LiveLoop) -> OnboardingStep {
    step(StepKind::Loop, true, format!("{}, made {}.", live.name(), words::ago(live.created_at_us(), live.now_us())))
}

async fn ranked(live: &LiveLoop) -> Result<OnboardingStep, LoopError> {
    let counters = live.counters();
    let first_us = if counters.ranked > 0 { live.first_rank_us().await? } else { None };
    let note = match (counters.ranked, first_us) {
        (0, _) => "Waiting for it; this notices by itself.".to_owned(),
        (1, Some(at_us)) => format!("First Rank received {}.", words::ago(at_us, live.now_us())),
        (n, Some(at_us)) => {
            format!("First Rank received {}; {} so far.", words::ago(at_us, live.now_us()), words::count(n))
        }
        (n, None) => format!("{} so far.", words::count(n)),
    };
    Ok(step(StepKind::Rank, counters.ranked > 0, note))
}

fn rewarded(live: &LiveLoop) -> OnboardingStep {
    let counters = live.counters();
    let note = match (counters.rewarded, counters.last_reward_us) {
        (0, _) if counters.orphan_rewards > 0 => {
            "A Reward came for an event that is not known here: send it with the eventId of the Rank’s answer."
                .to_owned()
        }
        (0, _) => "To /events/{eventId}/reward, with the eventId of the Rank’s answer.".to_owned(),
        (n, at_us) => {
            let last =
                at_us.map_or_else(String::new, |at_us| format!(", the last {}", words::ago(at_us, live.now_us())));
            let events =
                if n == 1 { "Joined to its event".to_owned() } else { format!("{} events rewarded", words::count(n)) };
            format!("{events}{last}.")
        }
    };
    step(StepKind::Reward, counters.rewarded > 0, note)
}

fn online(live: &LiveLoop) -> OnboardingStep {
    let configuration = live.configuration();
    let share = f64::from(live.exploration_now().get());
    let (is_done, note) = match configuration.learning_mode {
        LearningMode::Online if share > 0.0 => {
            (true, format!("Online; up to {} of its decisions try something else.", words::percent(share)))
        }
        LearningMode::Online => {
            (false, "Online, but nothing is tried: with an exploration of 0 it learns nothing new.".into())
        }
        LearningMode::Apprentice => {
            (false, "It imitates your own choices. Switch to online in the settings when it knows the ropes.".into())
        }
        LearningMode::LoggingOnly => {
            (false, "It only writes down what happens. Switch to online in the settings.".into())
        }
        LearningMode::Frozen => (false, "What it learned is frozen. Switch to online in the settings.".into()),
    };
    step(StepKind::Online, is_done, note)
}

fn learned(live: &LiveLoop) -> OnboardingStep {
    let n = live.counters().learned;
    let note = if n >= N_LEARNED {
        format!("{} learned. Look at its curve.", words::count(n))
    } else {
        format!("{n} of {N_LEARNED} so far.")
    };
    step(StepKind::Learned, n >= N_LEARNED, note)
}

fn invited(n_people: u64) -> OnboardingStep {
    match n_people {
        0 | 1 => step(StepKind::Invite, false, "You are the only one who can sign in."),
        n => step(StepKind::Invite, true, format!("{n} people can sign in.")),
    }
}
