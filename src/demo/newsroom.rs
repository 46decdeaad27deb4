//! What the newsroom does to its readers and its paper: it changes their taste, lets the breaking story out, marks both
//! on the loops' charts, and tells how the crowd took it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::watch;
use tracing::{debug, warn};

use super::{
    Demo, Inner,
    articles::breaking,
    client::ClientError,
    crowd::Stretch,
    desks::{Desk, action},
    front_page::LeadError,
    held,
    personas::{Persona, personas},
    taste_story::{self, TasteStory},
    tastes::Taste,
};

/// How long a point of the crowd's curve is.
const SPAN: Duration = Duration::from_secs(10);
/// Which desks compete for the lead.
const LEADS: [Desk; 3] = [Desk::Lead, Desk::Editor, Desk::Visitors];

/// What the simulated readers did of late.
#[derive(Debug, Clone)]
pub struct CrowdNumbers {
    pub minute: Stretch,
    /// As far as is remembered: ten minutes at most.
    pub all: Stretch,
    /// By spans of ten seconds, oldest first, each with how many seconds ago it began.
    pub spans: Vec<(u64, Stretch)>,
    /// What the latest change of taste did, while it is remembered.
    pub story: Option<TasteStory>,
    pub is_breaking: bool,
}

/// How probable a story is to lead for one kind of reader.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    pub persona: &'static Persona,
    pub probability: f64,
    pub event_id: String,
}

/// Keeps the extra desks' loops until the demo ends.
pub(super) async fn run(inner: Arc<Inner>, mut is_ending: watch::Receiver<bool>) {
    tokio::select! {
        _ = is_ending.wait_for(|is_ending| *is_ending) => {}
        () = inner.keep_extras() => {}
    }
}

impl Demo {
    /// Swaps the readers' hidden preferences for the other set, and says which holds now.
    pub fn change_taste(&self) -> Taste {
        self.inner.control.send_modify(|control| control.taste = control.taste.other());
        let taste = self.inner.control.borrow().taste;
        *held(&self.inner.changed) = Some((Instant::now(), taste));
        self.mark(format!("The simulated readers' taste changed: {}", taste.as_str()));
        taste
    }

    /// Lets the breaking story out, or takes it off the page again.
    pub async fn set_breaking(&self, is_out: bool) -> Result<(), LeadError> {
        let story = breaking();
        for desk in LEADS {
            let Some(connection) = self.inner.desk(desk) else { continue };
            let mut body = breaking_action(is_out);
            if desk == Desk::Editor {
                // An editor leads with it. Anything else would make the comparison easier than it is.
                body["position"] = (-1).into();
            }
            let put = self.inner.manager().put_action(connection.loop_id.as_str(), &story.slug, &body).await;
            match (desk, put) {
                (_, Ok(())) => {}
                (Desk::Lead, Err(error)) => return Err(error.into()),
                (desk, Err(error)) => self.inner.note_extra_failure(desk, &error),
            }
        }
        self.inner.control.send_modify(|control| control.is_breaking = is_out);
        let what = if is_out { "came out" } else { "was taken off the page" };
        self.mark(format!("A breaking story {what}: {}", story.headline));
        Ok(())
    }

    /// What the simulated readers did of late.
    pub fn crowd(&self) -> CrowdNumbers {
        let now = Instant::now();
        let crowd = held(&self.inner.crowd);
        let changed = *held(&self.inner.changed);
        let to = crowd.second_of(now);
        let spans = crowd.spans(now, SPAN).into_iter().map(|(start, stretch)| (to.saturating_sub(start), stretch));
        CrowdNumbers {
            minute: crowd.last(now, Duration::from_secs(60)),
            all: crowd.last(now, Duration::from_secs(600)),
            spans: spans.collect(),
            story: changed.and_then(|(at, taste)| taste_story::tell(&crowd, taste, at, now)),
            is_breaking: self.inner.control.borrow().is_breaking,
        }
    }

    /// To whom the loop would show this story by now, as the simulated readers' latest answers say.
    pub fn interest(&self, story: &str) -> Vec<Interest> {
        let moves = held(&self.inner.moves);
        let of = |persona: &'static Persona| {
            let seen = moves.newest(persona.slug)?;
            Some(Interest { persona, probability: seen.probability(story)?, event_id: seen.event_id.clone() })
        };
        personas().iter().filter_map(of).collect()
    }

    /// Marks this moment on the charts of the loops that compete for the lead. Nobody waits for it, and a server that
    /// has no such marks is no trouble.
    fn mark(&self, text: String) {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            for desk in [Desk::Lead, Desk::Editor] {
                let Some(connection) = inner.desk(desk) else { continue };
                if let Err(error) = inner.manager().annotate(connection.loop_id.as_str(), &text).await {
                    note_mark_failure(&error);
                }
            }
        });
    }
}

impl Inner {
    /// A loop that was opened later than the story came out has to be told of it.
    pub(super) async fn bring_breaking(&self, loop_id: &str) -> Result<(), ClientError> {
        let is_out = self.control.borrow().is_breaking;
        if is_out {
            self.manager().put_action(loop_id, &breaking().slug, &breaking_action(is_out)).await?;
        }
        Ok(())
    }

    /// Whether the breaking story was out when the server stopped.
    pub(super) async fn find_breaking(&self, loop_id: &str) -> Result<(), ClientError> {
        let slug = &breaking().slug;
        let actions = self.manager().actions(loop_id).await?;
        let is_out = actions.iter().any(|action| action.id == *slug && action.is_active);
        self.control.send_modify(|control| control.is_breaking = is_out);
        Ok(())
    }
}

/// The breaking story as an action of a loop.
fn breaking_action(is_out: bool) -> Value {
    let story = breaking();
    let mut body = action(&story.features(), &story.headline);
    body["isActive"] = is_out.into();
    body
}

fn note_mark_failure(error: &ClientError) {
    let error_told = error as &dyn std::error::Error;
    if error.is_lost_key() {
        debug!(error = error_told, "The server has no marks for charts");
    } else {
        warn!(error = error_told, "Could not mark the demo's charts");
    }
}
