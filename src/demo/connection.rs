//! How the demo becomes a customer: for each desk it finds or makes a loop, defines the actions that are missing, and gets
//! a key. The lead's loop comes first, as nothing works without it; the paper appears whether or not the others are there.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::time::sleep;
use tracing::{debug, info};

use super::{
    Inner,
    client::{ClientError, Customer, Manager},
    desks::{Desk, EXTRAS},
    front_page::LeadError,
};
use crate::terms::LoopId;

/// How often a desk without a working loop is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(15);

/// A loop and a key that opens it.
#[derive(Debug)]
pub struct Connection {
    pub loop_id: LoopId,
    endpoint: String,
    key: String,
}

impl Connection {
    /// The data plane of this loop.
    pub fn customer<'a>(&'a self, client: &'a reqwest::Client) -> Customer<'a> {
        Customer { client, endpoint: &self.endpoint, key: &self.key }
    }

    /// Where the data plane of this loop begins, for people who want to try it.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Inner {
    /// The management API of the server.
    pub(super) fn manager(&self) -> Manager<'_> {
        Manager { client: &self.client, base_url: &self.options.base_url, token: &self.options.token }
    }

    /// Finds or makes a desk's loop, its actions and a key.
    pub(super) async fn connect(&self, desk: Desk) -> Result<Connection, ClientError> {
        let manager = self.manager();
        let loop_id = find_or_make_loop(&manager, desk).await?;
        define_missing_actions(&manager, &loop_id, desk).await?;
        match desk {
            Desk::Lead => self.find_breaking(&loop_id).await?,
            Desk::Visitors => self.bring_breaking(&loop_id).await?,
            _ => {}
        }
        let key = manager.rotate_second_key(&loop_id).await?;
        let endpoint = format!("{}/loops/{loop_id}/personalizer", self.options.base_url);
        let loop_id = LoopId::try_from(loop_id).expect("the server's own ids keep the server's rules");
        Ok(Connection { loop_id, endpoint, key })
    }

    /// An extra desk's loop, while it works.
    pub(super) fn desk(&self, desk: Desk) -> Option<Arc<Connection>> {
        if desk == Desk::Lead {
            return self.connection.load_full();
        }
        self.extras.load().get(&desk).cloned()
    }

    /// A desk's loop, which is made now if there is none yet.
    pub(super) async fn opened(&self, desk: Desk) -> Result<Arc<Connection>, LeadError> {
        // Before the lead has its loop the server may not even be there.
        if desk == Desk::Lead || self.connection.load().is_none() {
            return self.desk(desk).ok_or(LeadError::NotReady);
        }
        // One at a time, or two visitors would make two loops of the same name.
        let _opening = self.opening.lock().await;
        if let Some(connection) = self.desk(desk) {
            return Ok(connection);
        }
        let connection = Arc::new(self.connect(desk).await?);
        self.extras.rcu(|extras| {
            let mut extras = extras.as_ref().clone();
            extras.insert(desk, Arc::clone(&connection));
            extras
        });
        Ok(connection)
    }

    /// A call to an extra desk failed. One whose key is lost is set up anew; nobody waits for it.
    pub(super) fn note_extra_failure(&self, desk: Desk, error: &ClientError) {
        debug!(error = error as &dyn std::error::Error, "The demo's desk {desk:?} was not answered");
        if error.is_lost_key() {
            self.extras.rcu(|extras| {
                let mut extras = extras.as_ref().clone();
                extras.remove(&desk);
                extras
            });
        }
    }

    /// Sets up the extra desks once the lead has its loop, and again whenever one lost its key. Never ends.
    pub(super) async fn keep_extras(&self) {
        loop {
            if self.connection.load().is_some() {
                for desk in EXTRAS {
                    self.keep_extra(desk).await;
                }
            }
            let is_all = self.extras.load().len() == EXTRAS.len();
            sleep(if is_all || self.connection.load().is_some() { TRY_AGAIN } else { Duration::from_millis(250) })
                .await;
        }
    }

    async fn keep_extra(&self, desk: Desk) {
        if let Err(LeadError::Client(error)) = self.opened(desk).await {
            self.note_extra_failure(desk, &error);
        }
    }
}

async fn find_or_make_loop(manager: &Manager<'_>, desk: Desk) -> Result<String, ClientError> {
    let name = desk.loop_name();
    let found = manager.loops().await?.into_iter().find(|listed| listed.name == name);
    if let Some(found) = found {
        return Ok(found.id);
    }
    let made = manager.create_loop(&desk.new_loop()).await?;
    info!(loop.id = %made.id, "Made the demo's loop \"{name}\"");
    Ok(made.id)
}

/// Defines the actions that the loop does not have yet. Those that it has may have been edited or switched off by a
/// person, and stay as they are.
async fn define_missing_actions(manager: &Manager<'_>, loop_id: &str, desk: Desk) -> Result<(), ClientError> {
    let wanted = desk.actions();
    if wanted.is_empty() {
        return Ok(());
    }
    let defined: HashSet<String> = manager.actions(loop_id).await?.into_iter().map(|action| action.id).collect();
    for (id, body) in wanted.iter().filter(|(id, _)| !defined.contains(id)) {
        manager.put_action(loop_id, id, body).await?;
    }
    Ok(())
}
