//! The calls for several slots per Rank, with the clients that know them.

use super::{
    CallSample, CallTarget,
    sample::{for_java, for_shell, java_program},
};

/// Both calls with curl.
pub fn curl(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let (context, actions) = (for_shell(&sample.context.json), for_shell(&sample.json_actions("      ")));
    let (one, other) = sample.two_ids();
    format!(
        r#"curl {endpoint}/personalizer/v1.1-preview.3/multislot/rank \
  -H 'Ocp-Apim-Subscription-Key: {key}' \
  -H 'Content-Type: application/json' \
  -d '{{
    "eventId": "first-page",
    "contextFeatures": [{context}],
    "actions": [
{actions}
    ],
    "slots": [
      {{"id": "Main",     "features": [{{"size": "large"}}], "baselineAction": "{other}"}},
      {{"id": "Side Bar", "features": [{{"size": "small"}}], "baselineAction": "{one}"}}
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
pub fn python(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let context = &sample.context.python;
    let actions = sample.actions("        ", |action| {
        format!(r#"{{"id": "{}", "features": [{}]}}"#, action.id, action.features.python)
    });
    let (one, other) = sample.two_ids();
    format!(
        r#"# pip install azure-ai-personalizer
from azure.ai.personalizer import PersonalizerClient
from azure.core.credentials import AzureKeyCredential

client = PersonalizerClient("{endpoint}", AzureKeyCredential("{key}"))

answer = client.rank_multi_slot({{
    "contextFeatures": [{context}],
    "actions": [
{actions},
    ],
    "slots": [
        {{"id": "Main", "features": [{{"size": "large"}}], "baselineAction": "{other}"}},
        {{"id": "Side Bar", "features": [{{"size": "small"}}], "baselineAction": "{one}"}},
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
pub fn javascript(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let (context, actions) = (&sample.context.json, sample.json_actions("      "));
    let (one, other) = sample.two_ids();
    let options = if endpoint.starts_with("http://") { ", { allowInsecureConnection: true }" } else { "" };
    format!(
        r#"// npm install @azure-rest/ai-personalizer
import personalizer from "@azure-rest/ai-personalizer";

const client = personalizer.default("{endpoint}", {{ key: "{key}" }}{options});

const {{ body: answer }} = await client.path("/multislot/rank").post({{
  body: {{
    contextFeatures: [{context}],
    actions: [
{actions},
    ],
    slots: [
      {{ id: "Main", features: [{{ size: "large" }}], baselineAction: "{other}" }},
      {{ id: "Side Bar", features: [{{ size: "small" }}], baselineAction: "{one}" }},
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

/// Both calls with what Java has by itself.
pub fn java(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let (context, actions) = (for_java(&sample.context.json), for_java(&sample.json_actions("                ")));
    let (one, other) = sample.two_ids();
    let calls = format!(
        r#"        // Show in each slot the action that the answer names as rewardActionId.
        System.out.println(post("rank", """
            {{
              "eventId": "first-page",
              "contextFeatures": [{context}],
              "actions": [
{actions}
              ],
              "slots": [
                {{"id": "Main", "features": [{{"size": "large"}}], "baselineAction": "{other}"}},
                {{"id": "Side Bar", "features": [{{"size": "small"}}], "baselineAction": "{one}"}}
              ]
            }}"""));

        // Later, when you know how well each went:
        post("events/first-page/reward", """
            {{"reward": [{{"slotId": "Main", "value": 1}}, {{"slotId": "Side Bar", "value": 0}}]}}""");"#
    );
    java_program(&format!("{endpoint}/personalizer/v1.1-preview.3/multislot/"), key, &calls)
}
