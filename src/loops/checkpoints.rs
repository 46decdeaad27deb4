//! Models that are kept to go back to: by hand with a note, and before something else takes a model's place. The daily ones
//! are the trainer's.
//!
//! Going back is a fact in the log that holds the model, as an import is: it is there after a crash, and every process that
//! follows the log comes to the same.

use super::{ExportedModel, LiveLoop, LoopError, keys::random_bytes};
use crate::{
    bandit::Policy,
    store::CheckpointRow,
    terms::{AuditKind, Author},
    trainer::{TrainerError, in_the_background},
};

pub use crate::{
    store::{CheckpointInfo, CheckpointReason},
    trainer::N_KEPT_BY_ITSELF,
};

/// Models that somebody may keep by hand; they stay until they are removed.
pub const N_KEPT_BY_HAND: usize = 12;
/// Characters of a note.
const N_NOTE: usize = 280;

impl LiveLoop {
    /// The models that were kept, newest first.
    pub async fn checkpoints(&self) -> Result<Vec<CheckpointInfo>, LoopError> {
        Ok(self.tools().store.checkpoints(self.id()).await?)
    }

    /// Keeps the model that ranks at this moment, for good.
    pub async fn keep_checkpoint(&self, note: &str, by: &Author) -> Result<CheckpointInfo, LoopError> {
        let note = note.trim();
        if note.chars().count() > N_NOTE || note.chars().any(char::is_control) || note.is_empty() {
            return Err(LoopError::Note { most: N_NOTE });
        }
        let _changing = self.changing().await;
        let kept = self.checkpoints().await?;
        if kept.iter().filter(|kept| kept.reason == CheckpointReason::ByHand).count() >= N_KEPT_BY_HAND {
            return Err(LoopError::TooManyCheckpoints { most: N_KEPT_BY_HAND });
        }
        let kept = self.keep(CheckpointReason::ByHand, note, by).await?;
        self.note(self.line(AuditKind::ModelKept, by).telling(format!("version {}: {note}", kept.model_version)))
            .await?;
        Ok(kept)
    }

    /// Keeps the model before something is done to it; the caller holds the lock on changes. A model that has learned
    /// nothing is not worth it, and one that is kept already is there.
    pub(super) async fn keep_before(&self, reason: CheckpointReason, by: &Author) -> Result<(), LoopError> {
        self.catch_up().await?;
        let version = self.cell().learned().version;
        if version == 0 || self.checkpoints().await?.iter().any(|kept| kept.model_version == version) {
            return Ok(());
        }
        self.keep(reason, "", by).await.map(drop)
    }

    async fn keep(&self, reason: CheckpointReason, note: &str, by: &Author) -> Result<CheckpointInfo, LoopError> {
        let learned = self.cell().learned().clone();
        let (model_version, n_learned) = (learned.version, learned.policy.n_learned());
        // Written beside the loop: a model of megabytes takes longer than a Rank or a Reward may wait.
        let body = in_the_background(move || learned.policy.to_bytes()).await.map_err(TrainerError::from)?;
        let info = CheckpointInfo {
            id: hex::encode(random_bytes::<8>()),
            at_us: self.now_us(),
            reason,
            kept_by: by.name.clone(),
            note: note.to_owned(),
            model_version,
            n_learned: i64::try_from(n_learned).unwrap_or(i64::MAX),
            n_bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
        };
        let row = CheckpointRow { info: info.clone(), body };
        self.tools().store.keep_checkpoint(self.id(), &row, N_KEPT_BY_ITSELF, None).await?;
        Ok(info)
    }

    /// Makes a kept model the one that ranks, with the learning settings that it was trained under. The present one is kept
    /// before.
    pub async fn go_back_to(&self, checkpoint_id: &str, by: &Author) -> Result<(), LoopError> {
        let _changing = self.changing().await;
        let (info, model) = self.checkpoint(checkpoint_id).await?;
        let check = move || Policy::from_bytes(&model).map(|_| model);
        let model = in_the_background(check).await.map_err(TrainerError::from)??;
        self.keep_before(CheckpointReason::BeforeImport, by).await?;
        let line = self.line(AuditKind::ModelRestored, by).telling(format!("version {}", info.model_version));
        self.put_in_place(model, Some(info.model_version), line).await
    }

    /// A kept model as an archive that this server has signed: what `import_signed_model` takes.
    pub async fn export_checkpoint(&self, checkpoint_id: &str) -> Result<ExportedModel, LoopError> {
        let (info, model) = self.checkpoint(checkpoint_id).await?;
        Ok(ExportedModel { bytes: self.pack_model(&model).await?, changed_us: info.at_us })
    }

    /// Removes a kept model.
    pub async fn delete_checkpoint(&self, checkpoint_id: &str, by: &Author) -> Result<(), LoopError> {
        let was_there = self.tools().store.delete_checkpoint(self.id(), checkpoint_id).await?;
        if !was_there {
            return Err(LoopError::NotFound("kept model"));
        }
        self.note(self.line(AuditKind::ModelForgotten, by).on(checkpoint_id)).await
    }

    async fn checkpoint(&self, checkpoint_id: &str) -> Result<(CheckpointInfo, Vec<u8>), LoopError> {
        const MISSING: LoopError = LoopError::NotFound("kept model");
        let info = self.checkpoints().await?.into_iter().find(|kept| kept.id == checkpoint_id).ok_or(MISSING)?;
        let body = self.tools().store.checkpoint_body(self.id(), checkpoint_id).await?.ok_or(MISSING)?;
        Ok((info, body))
    }
}
