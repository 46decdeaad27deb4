//! The newsroom's decision points. Each desk has a loop of its own, with its own key, settings and actions; all of them
//! are made over the management API like any customer's.

use serde_json::{Value, json};

use super::{
    articles::{Section, articles},
    banners::BANNERS,
};

/// One decision of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Desk {
    /// Which story leads the front page. The others are extras: the paper appears without them.
    Lead,
    /// The same stories in the editor's fixed order, for a tenth of the readers: what the lead loop is measured against.
    Editor,
    /// Which story leads for the people who visit as themselves; no simulated reader ever comes here.
    Visitors,
    /// Which three sections stand first below the fold.
    Sections,
    /// Which newsletter is offered.
    Banner,
    /// The old service's tutorial, run on demand.
    Coffee,
}

/// The desks that the paper can do without, but that its readers use all day. The visitors' and the coffee's loops are
/// made when somebody first asks for them, so that a new dashboard is not full of loops that nobody calls.
pub const EXTRAS: [Desk; 3] = [Desk::Editor, Desk::Sections, Desk::Banner];

/// Whether a loop of this name is one of the newspaper's own.
pub fn is_desk_loop(name: &str) -> bool {
    const ALL: [Desk; 6] = [Desk::Lead, Desk::Editor, Desk::Visitors, Desk::Sections, Desk::Banner, Desk::Coffee];
    ALL.iter().any(|desk| desk.loop_name() == name)
}

/// How strongly the lead loop takes a gap for certain; the learner's usual is 30.
///
/// A lower figure tries each story a little more often. The editor's first story is one of them: with the usual figure
/// it is shown once in some thousands, and "against your default" could never be told from the loop's own events.
pub const GAMMA_SCALE: u32 = 4;

/// One person clicks a few times, which is no evidence for a learner that waits for evidence. This one is Vowpal Wabbit's
/// linear model with probabilities that follow its scores smoothly, so that a visitor sees what each click did.
const YOUR_ARGUMENTS: &str = "--cb_explore_adf --softmax --lambda 8 --cb_type mtr -q ::";

impl Desk {
    /// The name by which the demo recognizes its loop at the next start. Lists are by name, and the lead stands first.
    pub fn loop_name(self) -> &'static str {
        match self {
            Self::Lead => "Demo news: lead story",
            Self::Editor => "Demo news: lead story, editor's order",
            Self::Visitors => "Demo news: you",
            Self::Sections => "Demo news: section order",
            Self::Banner => "Demo news: newsletter banner",
            Self::Coffee => "Demo news: ten thousand coffees",
        }
    }

    /// The body that makes the loop.
    pub fn new_loop(self) -> Value {
        // A minute of wait lets a newcomer see events expire; `earliest` lets them see a reward learned at once.
        let settings = json!({
            "rewardWaitTime": if self == Self::Visitors { "PT10M" } else { "PT1M" },
            "defaultReward": 0.0,
            "rewardAggregation": "earliest",
            "explorationPercentage": 0.2,
            "learningMode": if self == Self::Editor { "LoggingOnly" } else { "Online" },
        });
        let mut body = json!({ "name": self.loop_name(), "settings": settings });
        match self {
            Self::Lead => {
                let arguments = format!("--rankloop --gamma_scale {GAMMA_SCALE}");
                body["policy"] = json!({ "name": "tries a little more", "arguments": arguments });
            }
            Self::Visitors => body["policy"] = json!({ "name": "moves with every click", "arguments": YOUR_ARGUMENTS }),
            Self::Sections => body["multiSlot"] = json!(true),
            _ => {}
        }
        body
    }

    /// The actions that the loop should have, in the order of the editors: id and definition.
    pub fn actions(self) -> Vec<(String, Value)> {
        match self {
            Self::Lead | Self::Editor | Self::Visitors => {
                let stories = articles().iter().filter(|article| article.is_lead_candidate);
                stories.map(|story| (story.slug.clone(), action(&story.features(), &story.headline))).collect()
            }
            Self::Banner => BANNERS
                .iter()
                .map(|banner| (banner.id.to_owned(), action(&json!([{ "offer": banner.id }]), banner.title)))
                .collect(),
            // These Ranks bring their own.
            Self::Sections | Self::Coffee => Vec::new(),
        }
    }
}

/// An action's definition.
pub fn action(features: &Value, notes: &str) -> Value {
    json!({ "features": features, "isActive": true, "validFrom": null, "validTo": null, "notes": notes })
}

fn section_actions() -> Vec<Value> {
    let section = |section: &Section| json!({ "id": section.as_str(), "features": [{ "section": section.as_str() }] });
    Section::ALL.iter().map(section).collect()
}

/// Where the first three sections stand, and what stands there by itself.
pub const SECTION_SLOTS: [(&str, Section); 3] =
    [("first", Section::World), ("second", Section::Business), ("third", Section::Technology)];

/// The body of the multi-slot Rank that orders the sections.
pub fn sections_body(context: &[Value]) -> Value {
    let slots = SECTION_SLOTS.map(|(id, usual)| json!({ "id": id, "baselineAction": usual.as_str() }));
    json!({ "contextFeatures": context, "actions": section_actions(), "slots": slots })
}
