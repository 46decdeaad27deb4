//! The model that ranks, what is inside it, and those that were kept.

use serde::{Deserialize, Serialize};

use super::Instant;

/// Everything about a loop's models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelsPage {
    /// "Version 4,211 ranks. It has learned from 4,209 decisions."
    pub sentence: String,
    /// "4,211"
    pub version: String,
    pub n_learned: String,
    pub size: String,
    /// When it last changed; `None` while it is as it was made.
    pub changed: Option<Instant>,
    /// "Learned since the loop was made", "Back to version 310".
    pub origin: String,
    pub origin_at: Option<Instant>,
    pub origin_by: Option<String>,
    /// While a new model is trained: how much of it is done, in percent.
    pub relearning_percent: Option<u32>,
    /// What it learns by.
    pub arguments: String,
    /// How often it noticed that the world had changed; `None` of learners that do not look.
    pub alarms: Option<String>,
    pub last_alarm: Option<Instant>,
    /// How much of recent traffic explored; `None` also before there was any.
    pub explored: Option<String>,
    pub trust: Vec<ModelTrust>,
    pub parts: Vec<ModelPart>,
    /// What happened to the model, newest first.
    pub moments: Vec<ModelMoment>,
    pub kept: Vec<KeptModel>,
    /// "Of those kept by themselves the newest 12 stay …"
    pub limits: String,
}

/// How much one base learner is trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelTrust {
    pub name: String,
    pub words: String,
    pub share: f32,
}

/// What one part keeps in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelPart {
    pub name: String,
    pub size: String,
}

/// Something that happened to the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelMoment {
    pub at: Instant,
    pub words: String,
    pub by: Option<String>,
}

/// A model that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptModel {
    pub id: String,
    pub at: Instant,
    /// "before a change of settings"
    pub reason: String,
    pub is_by_hand: bool,
    pub by: String,
    pub note: String,
    pub version: String,
    pub n_learned: String,
    pub size: String,
    /// It is the very model that ranks.
    pub is_present: bool,
}
