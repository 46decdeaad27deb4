//! How the demo becomes a customer: it waits for the server, finds or makes its loop, defines the stories that compete
//! for the lead, and gets a key.

use std::collections::HashSet;

use serde_json::{Value, json};
use tracing::info;

use super::{
    Inner,
    articles::articles,
    client::{ClientError, Customer, Manager},
};
use crate::terms::LoopId;

/// The name by which the demo recognizes its loop at the next start.
pub const LOOP_NAME: &str = "Demo news: lead story";

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
}

impl Inner {
    /// The management API of the server.
    pub(super) fn manager(&self) -> Manager<'_> {
        Manager { client: &self.client, base_url: &self.options.base_url, token: &self.options.token }
    }

    /// Finds or makes the loop, its actions and a key.
    pub(super) async fn connect(&self) -> Result<Connection, ClientError> {
        let manager = self.manager();
        let loop_id = find_or_make_loop(&manager).await?;
        define_missing_actions(&manager, &loop_id).await?;
        let key = manager.rotate_second_key(&loop_id).await?;
        let endpoint = format!("{}/loops/{loop_id}/personalizer/v1.0", self.options.base_url);
        let loop_id = LoopId::try_from(loop_id).expect("the server's own ids keep the server's rules");
        Ok(Connection { loop_id, endpoint, key })
    }
}

async fn find_or_make_loop(manager: &Manager<'_>) -> Result<String, ClientError> {
    let found = manager.loops().await?.into_iter().find(|listed| listed.name == LOOP_NAME);
    if let Some(found) = found {
        return Ok(found.id);
    }
    let made = manager.create_loop(&new_loop()).await?;
    info!(loop.id = %made.id, "Made the demo's loop \"{LOOP_NAME}\"");
    Ok(made.id)
}

/// A minute of wait lets a newcomer see events expire; `earliest` lets them see a reward learned at once.
fn new_loop() -> Value {
    json!({
        "name": LOOP_NAME,
        "settings": {
            "rewardWaitTime": "PT1M",
            "defaultReward": 0.0,
            "rewardAggregation": "earliest",
            "explorationPercentage": 0.2,
            "learningMode": "Online",
        },
    })
}

/// Defines the lead candidates that the loop does not have yet. Those that it has may have been edited or switched
/// off by a person, and stay as they are.
async fn define_missing_actions(manager: &Manager<'_>, loop_id: &str) -> Result<(), ClientError> {
    let defined: HashSet<String> = manager.action_ids(loop_id).await?.into_iter().collect();
    for article in articles().iter().filter(|article| article.is_lead_candidate && !defined.contains(&article.slug)) {
        let body = json!({
            "features": article.features(),
            "isActive": true,
            "validFrom": null,
            "validTo": null,
            "notes": article.headline,
        });
        manager.put_action(loop_id, &article.slug, &body).await?;
    }
    Ok(())
}
