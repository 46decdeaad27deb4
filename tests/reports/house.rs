//! A loop with a clock that tests move, and readers who call it.

use rankloop::{
    clock::{Clock, ManualClock},
    loops::{
        self, LiveLoop, Loops, LoopsOptions, MultiSlotRankRequest, NewLoop, RankRequest, RankableAction, SlotRequest,
        TrustedSigners,
    },
    store::{Durability, Store},
    terms::{Author, Configuration, Environment, EventId, FeatureObject, LearningMode},
};
use serde_json::json;

pub const SECOND_US: i64 = 1_000_000;
pub const MINUTE_US: i64 = 60 * SECOND_US;
/// 2025-11-21T12:00:00Z
pub const NOON_US: i64 = 1_763_726_400_000_000;

pub struct House {
    pub loops: Loops,
    pub live: LiveLoop,
    pub clock: ManualClock,
    _folder: tempfile::TempDir,
}

pub async fn house(mode: LearningMode) -> House {
    house_with(Configuration { learning_mode: mode, ..Configuration::default() }, None).await
}

pub async fn house_with(configuration: Configuration, arguments: Option<&str>) -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = ManualClock::at(NOON_US);
    let loops = open(&folder, &clock).await;
    let new = NewLoop {
        name: "Front page".into(),
        environment: Environment::default(),
        configuration,
        arguments: arguments.map(str::to_owned),
    };
    let live = loops.create(new, &Author::server("test")).await.expect("a loop").live;
    House { loops, live, clock, _folder: folder }
}

async fn open(folder: &tempfile::TempDir, clock: &ManualClock) -> Loops {
    let store = Store::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.expect("a store");
    store.migrate().await.expect("a schema");
    let options = LoopsOptions {
        durability: Durability::Relaxed,
        n_queued: 10_000,
        n_actions_most: 50,
        trusted_signers: TrustedSigners::default(),
        learners: Default::default(),
    };
    Loops::open(store, Clock::Manual(clock.clone()), options).await.expect("loops open")
}

pub fn id(text: &str) -> EventId {
    text.parse().expect("an id")
}

fn object(value: serde_json::Value) -> FeatureObject<'static> {
    value.as_object().expect("an object").clone().into()
}

fn rankable(id: &str) -> RankableAction<'static> {
    RankableAction::new(id.parse().expect("an id"), vec![object(json!({"topic": id}))])
}

impl House {
    /// The same house after its server stopped in order and started again.
    pub async fn restarted(self) -> Self {
        let id = self.live.id().clone();
        self.loops.shut_down().await;
        let loops = open(&self._folder, &self.clock).await;
        let live = loops.get(&id).expect("it is still there");
        Self { loops, live, clock: self.clock, _folder: self._folder }
    }

    /// The id of the chosen action.
    pub async fn rank(&self, event_id: &str, device: &str) -> String {
        let context = json!({"device": device});
        let actions = ["news", "sport", "music"];
        let body = json!({
            "eventId": event_id,
            "contextFeatures": [context],
            "actions": actions.map(|id| json!({"id": id, "features": [{"topic": id}]})),
            "excludedActions": ["music"],
        });
        let request = RankRequest {
            body: body.to_string().into(),
            context: vec![object(context)],
            actions: Some(actions.map(rankable).to_vec()),
            excluded: vec!["music".parse().expect("an id")],
            event_id: Some(id(event_id)),
            is_deferred: false,
            came_with: None,
            is_explained: false,
        };
        loops::rank(&self.live, request).await.expect("a ranking").reward_action_id.to_string()
    }

    /// A page with two slots, beside which music cannot stand; what each shows.
    pub async fn rank_page(&self, event_id: &str, device: &str) -> [String; 2] {
        let context = json!({"device": device});
        let actions = ["news", "sport", "music"];
        let body = json!({
            "eventId": event_id,
            "contextFeatures": [context],
            "actions": actions.map(|id| json!({"id": id, "features": [{"topic": id}]})),
            "slots": [
                {"id": "Main", "baselineAction": "music"},
                {"id": "Side Bar", "baselineAction": "sport", "excludedActions": ["music"]},
            ],
        });
        let slot = |name: &str, baseline: &str, excluded: &[&str]| SlotRequest {
            id: name.parse().expect("an id"),
            features: Vec::new(),
            excluded: excluded.iter().map(|id| id.parse().expect("an id")).collect(),
            baseline: baseline.parse().expect("an id"),
        };
        let request = MultiSlotRankRequest {
            body: body.to_string().into(),
            context: vec![object(context)],
            actions: Some(actions.map(rankable).to_vec()),
            slots: vec![slot("Main", "music", &[]), slot("Side Bar", "sport", &["music"])],
            event_id: Some(id(event_id)),
            is_deferred: false,
            came_with: None,
        };
        let ranking = loops::rank_slots(&self.live, request).await.expect("a ranking");
        [0, 1].map(|slot_idx: usize| ranking.slots[slot_idx].reward_action_id.to_string())
    }

    pub async fn reward_slot(&self, event_id: &str, slot_id: &str, value: f32) {
        let rewards = vec![(slot_id.parse().expect("an id"), value)];
        loops::reward_slots(&self.live, id(event_id), rewards).await.expect("accepted");
    }

    /// A page a second, each slot rewarded when it shows what is right there.
    pub async fn play_pages(&self, prefix: &str, n: usize) {
        for number in 0..n {
            let event_id = format!("{prefix}-{number}");
            let [main, side] = self.rank_page(&event_id, "mobile").await;
            self.reward_slot(&event_id, "Main", if main == "news" { 1.0 } else { 0.0 }).await;
            self.reward_slot(&event_id, "Side Bar", if side == "sport" { 1.0 } else { 0.5 }).await;
            self.clock.advance_us(SECOND_US);
        }
    }

    pub async fn reward(&self, event_id: &str, value: f32) {
        loops::reward(&self.live, id(event_id), value).await.expect("accepted");
    }

    /// A reader a second; sport is right on mobile, news elsewhere.
    pub async fn play(&self, prefix: &str, n: usize) {
        for number in 0..n {
            let (device, right) = if number % 2 == 0 { ("mobile", "sport") } else { ("desktop", "news") };
            let event_id = format!("{prefix}-{number}");
            let chosen = self.rank(&event_id, device).await;
            self.reward(&event_id, if chosen == right { 1.0 } else { 0.0 }).await;
            self.clock.advance_us(SECOND_US);
        }
    }
}
