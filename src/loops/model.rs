//! The trained model as a whole: its age, its bytes, another in its place.

use std::time::Duration;

use super::{LiveLoop, LoopError, new_loop::record_of};
use crate::{
    bandit::{Inside, Policy},
    log::{Fact, ModelImported, ModelReset},
    store::{AuditLine, CheckpointReason},
    terms::{AuditKind, Author},
    trainer::{Mark, Marked, TrainerError, in_the_background},
};

/// The largest model that is taken in. One with every weight of the largest table is smaller.
const MAX_MODEL_BYTES: usize = 128 * 1024 * 1024;

/// How long a change waits for the model that it asks for: a caller who exports the model next then has the new one.
const NEW_MODEL: Duration = Duration::from_secs(2);

/// A trained model to be kept elsewhere.
#[derive(Debug, Clone)]
pub struct ExportedModel {
    pub bytes: Vec<u8>,
    pub changed_us: i64,
}

impl LiveLoop {
    /// When the model last changed: learned, was reset, retrained or imported. A fresh one is as old as its loop.
    pub fn model_changed_us(&self) -> i64 {
        self.cell().learned().changed_us(self.created_at_us())
    }

    /// The version of the model that ranks at this moment, and what it looks like from inside.
    pub fn model_inside(&self) -> (i64, Inside) {
        let exploration = self.exploration_now();
        let learned = self.cell().learned();
        (learned.version, learned.policy.inside(exploration))
    }

    /// The model that ranks at this moment.
    pub async fn export_model(&self) -> Result<ExportedModel, LoopError> {
        let (policy, changed_us) = {
            let learned = self.cell().learned();
            (learned.policy.clone(), learned.changed_us(self.created_at_us()))
        };
        // Written beside the loop: a model of megabytes takes longer than a Rank or a Reward may wait.
        let bytes = in_the_background(move || policy.to_bytes()).await.map_err(TrainerError::from)?;
        Ok(ExportedModel { bytes, changed_us })
    }

    /// The same as an archive that this server has signed: what `import_signed_model` takes.
    pub async fn export_signed_model(&self) -> Result<ExportedModel, LoopError> {
        let model = self.export_model().await?;
        let bytes = self.pack_model(&model.bytes).await?;
        Ok(ExportedModel { bytes, ..model })
    }

    /// Puts the model of an archive in place of the present one, if this server or somebody whom it trusts has signed it.
    pub async fn import_signed_model(&self, archive: &[u8], by: &Author) -> Result<(), LoopError> {
        let model = self.unpack_model(archive).await?;
        self.import_model(model, by).await
    }

    /// Puts a model in place of the present one, with the learning settings that it was trained under. The next Rank
    /// uses it.
    pub async fn import_model(&self, bytes: Vec<u8>, by: &Author) -> Result<(), LoopError> {
        if bytes.len() > MAX_MODEL_BYTES {
            return Err(LoopError::ModelTooLarge { most: MAX_MODEL_BYTES });
        }
        let check = move || Policy::from_any_bytes(&bytes).map(|_| bytes);
        let bytes = in_the_background(check).await.map_err(TrainerError::from)??;
        let _changing = self.changing().await;
        let n_bytes = bytes.len();
        self.keep_before(CheckpointReason::BeforeImport, by).await?;
        let line = self.line(AuditKind::ModelImported, by).telling(format!("{n_bytes} bytes"));
        self.put_in_place(bytes, None, line).await
    }

    /// Makes these bytes the model that ranks, by a record that every process folds. They are a model's: somebody looked.
    pub(super) async fn put_in_place(
        &self,
        model: Vec<u8>,
        restores_version: Option<i64>,
        line: AuditLine,
    ) -> Result<(), LoopError> {
        let by = line.by.name.clone();
        let fact = Fact::ModelImported(Box::new(ModelImported { by, model, restores_version }));
        self.append_and_fold(record_of(&fact)).await?;
        self.note(line).await
    }

    /// What last put another model in place of the one before: an import, a reset, a training anew. `None` when it has
    /// learned ever since the loop was made, as far as the newest moments tell.
    pub fn model_origin(&self) -> Option<Mark> {
        let tally = self.cell().tally();
        let is_origin = |mark: &&Mark| {
            matches!(
                mark.what,
                Marked::ModelReset { .. }
                    | Marked::ModelImported { .. }
                    | Marked::ModelRestored { .. }
                    | Marked::Relearned
            )
        };
        tally.marks.all().rev().find(is_origin).cloned()
    }

    /// Waits for the model that the settings in force ask for, as long as a caller may wait.
    pub(super) async fn new_model_in_place(&self) {
        let mut folded = self.progress();
        let in_place = async {
            // The trainer tells each record that it has folded, and so the one with which the model takes over.
            while self.cell().in_force().relearn_asked_seq.is_some() && folded.changed().await.is_ok() {}
        };
        tokio::time::timeout(NEW_MODEL, in_place).await.ok();
    }

    /// Throws the model away; everything else stays.
    pub async fn reset_model(&self, by: &Author) -> Result<(), LoopError> {
        let _changing = self.changing().await;
        self.keep_before(CheckpointReason::BeforeReset, by).await?;
        self.append_and_fold(record_of(&Fact::ModelReset(ModelReset { by: by.name.clone() }))).await?;
        self.note(self.line(AuditKind::ModelReset, by)).await
    }
}
