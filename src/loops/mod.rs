//! What rank, reward, activate and configure *mean*: the promises of the service, without HTTP and without SQL.

mod actions;
mod activate;
mod annotations;
mod audit;
mod checkpoints;
mod configuration;
mod consequence;
mod decide;
mod error;
mod evaluations;
mod event;
mod event_feed;
mod event_filter;
mod event_search;
mod explain;
mod feature_moves;
mod features;
mod following;
mod key_use;
mod keys;
mod live;
mod logs;
mod model;
pub mod model_archive;
mod multi_slot;
mod new_loop;
mod pause;
mod policy;
mod ramp;
mod rank;
mod rankable_action;
mod registry;
mod reward;
mod signing;
mod standing;
mod what_if;

pub use actions::{ActionDraft, ActionProblem, ActionsChange, ActionsPlan, DoneChange, LoopAction};
pub use activate::activate;
pub use annotations::{Annotation, AnnotationKind};
pub use checkpoints::{CheckpointInfo, CheckpointReason, N_KEPT_BY_HAND, N_KEPT_BY_ITSELF};
pub use configuration::{Change, ConfigurationChange, PastConfiguration, Preview};
pub use consequence::{ConsequenceReport, Exploring, Waiting};
pub use error::LoopError;
pub use evaluations::{
    BASELINE, CustomPolicy, Evaluation, EvaluationError, EvaluationResult, EvaluationShare, EvaluationStatus,
    EvaluationSummary, EvaluationToMake, FeatureImportance, ImportanceResult, ImportanceToMake, ONLINE, PolicyRow,
    PolicySource, PolicySummary, RANDOM, SegmentRow, Totals,
};
pub use event::{EventView, RewardFate, RewardView, SlotView};
pub use event_feed::{EventChange, EventFollower, EventNews, N_ROWS_A_LOOK, N_ROWS_A_SECOND};
pub use event_filter::{EventFilter, MAX_FILTER_CHARS};
pub use event_search::{EventSummary, EventsFound};
pub use explain::{Decision, EventWhy, ReasonedAction, Why, WhyNot};
pub use feature_moves::{MovedFeatures, MovesAtHand, OlderModel};
pub use features::FeatureFindings;
pub use key_use::{ClientKind, KeyUse};
pub use live::{KeyInfo, LiveLoop};
pub use model::ExportedModel;
pub use multi_slot::{FilledSlot, MultiSlotRankRequest, MultiSlotRanking, SlotRequest, rank_slots};
pub use new_loop::{DraftedLoop, NewLoop};
pub use policy::ShownPolicy;
pub use ramp::RampStep;
pub use rank::{RankRequest, Ranking, rank};
pub use rankable_action::RankableAction;
use registry::WeakLoops;
pub use registry::{CreatedLoop, KeySlot, Loops, LoopsOptions};
pub use reward::{Accepted, reward, reward_slots};
pub use signing::{CertificateError, SigningKey, SigningKeyError, TrustedSigners};
pub use standing::Database;
pub use what_if::{ImaginedAction, Template};
