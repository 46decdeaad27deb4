//! What the loops as a whole know of the server that they run in.

use super::{LoopError, Loops};
pub use crate::store::DatabaseCondition as Database;
use crate::terms::LoopId;

impl Loops {
    /// How the database is.
    pub async fn database(&self) -> Result<Database, LoopError> {
        Ok(self.tools().store.condition().await?)
    }

    /// What this process is called in the leases of loops.
    pub fn process_name(&self) -> &str {
        self.tools().leases.holder()
    }

    /// Which process trains which loop; those that nobody trains are not there.
    pub async fn trainers(&self) -> Result<Vec<(LoopId, String)>, LoopError> {
        let leases = self.tools().store.leases().await?;
        let held = leases.into_iter().filter(|lease| !lease.is_free && !lease.holder.is_empty());
        Ok(held.map(|lease| (lease.loop_id, lease.holder)).collect())
    }
}
