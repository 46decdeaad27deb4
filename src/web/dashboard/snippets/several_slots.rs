//! The calls for several slots per Rank, with the clients that know them.

use super::CallTarget;

/// Both calls with curl.
pub fn curl(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
    format!(
        r#"curl {endpoint}/personalizer/v1.1-preview.3/multislot/rank \
  -H 'Ocp-Apim-Subscription-Key: {key}' \
  -H 'Content-Type: application/json' \
  -d '{{
    "eventId": "first-page",
    "contextFeatures": [{{"device": "mobile", "timeOfDay": "evening"}}],
    "actions": [
      {{"id": "sports",   "features": [{{"topic": "sports",   "length": 3}}]}},
      {{"id": "politics", "features": [{{"topic": "politics", "length": 8}}]}},
      {{"id": "music",    "features": [{{"topic": "music",    "length": 4}}]}}
    ],
    "slots": [
      {{"id": "Main",     "features": [{{"size": "large"}}], "baselineAction": "politics"}},
      {{"id": "Side Bar", "features": [{{"size": "small"}}], "baselineAction": "sports"}}
    ]
  }}'

# Show in each slot the action named rewardActionId. Then say how well each went, from -1 to 1:
curl {endpoint}/personalizer/v1.1-preview.3/multislot/events/first-page/reward \
  -H 'Ocp-Apim-Subscription-Key: {key}' \
  -H 'Content-Type: application/json' \
  -d '{{"reward": [{{"slotId": "Main", "value": 1}}, {{"slotId": "Side Bar", "value": 0}}]}}'"#
    )
}

/// Both calls with Azure's newest client for Python.
pub fn python(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
    format!(
        r#"# pip install azure-ai-personalizer
from azure.ai.personalizer import PersonalizerClient
from azure.core.credentials import AzureKeyCredential

client = PersonalizerClient("{endpoint}", AzureKeyCredential("{key}"))

answer = client.rank_multi_slot({{
    "contextFeatures": [{{"device": "mobile", "timeOfDay": "evening"}}],
    "actions": [
        {{"id": "sports", "features": [{{"topic": "sports", "length": 3}}]}},
        {{"id": "politics", "features": [{{"topic": "politics", "length": 8}}]}},
        {{"id": "music", "features": [{{"topic": "music", "length": 4}}]}},
    ],
    "slots": [
        {{"id": "Main", "features": [{{"size": "large"}}], "baselineAction": "politics"}},
        {{"id": "Side Bar", "features": [{{"size": "small"}}], "baselineAction": "sports"}},
    ],
}})
for slot in answer["slots"]:
    print("show", slot["rewardActionId"], "in", slot["id"])

# Later, when you know how well each went:
client.reward_multi_slot(answer["eventId"], {{
    "reward": [{{"slotId": "Main", "value": 1.0}}, {{"slotId": "Side Bar", "value": 0.0}}],
}})"#
    )
}

/// Both calls with Azure's newest client for JavaScript.
pub fn javascript(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let options = if endpoint.starts_with("http://") { ", { allowInsecureConnection: true }" } else { "" };
    format!(
        r#"// npm install @azure-rest/ai-personalizer
import personalizer from "@azure-rest/ai-personalizer";

const client = personalizer.default("{endpoint}", {{ key: "{key}" }}{options});

const {{ body: answer }} = await client.path("/multislot/rank").post({{
  body: {{
    contextFeatures: [{{ device: "mobile", timeOfDay: "evening" }}],
    actions: [
      {{ id: "sports", features: [{{ topic: "sports", length: 3 }}] }},
      {{ id: "politics", features: [{{ topic: "politics", length: 8 }}] }},
      {{ id: "music", features: [{{ topic: "music", length: 4 }}] }},
    ],
    slots: [
      {{ id: "Main", features: [{{ size: "large" }}], baselineAction: "politics" }},
      {{ id: "Side Bar", features: [{{ size: "small" }}], baselineAction: "sports" }},
    ],
  }},
}});
for (const slot of answer.slots) console.log("show", slot.rewardActionId, "in", slot.id);

// Later, when you know how well each went:
await client.path("/multislot/events/{{eventId}}/reward", answer.eventId).post({{
  body: {{ reward: [{{ slotId: "Main", value: 1 }}, {{ slotId: "Side Bar", value: 0 }}] }},
}});"#
    )
}
