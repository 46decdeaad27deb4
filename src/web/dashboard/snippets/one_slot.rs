//! The calls for one action per Rank, with the clients of v1.0.

use super::{
    CallSample, CallTarget,
    sample::{for_java, for_shell, java_program},
};

/// Both calls with curl.
pub fn curl(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let (context, actions) = (for_shell(&sample.context.json), for_shell(&sample.json_actions("      ")));
    format!(
        r#"curl {endpoint}/personalizer/v1.0/rank \
  -H 'Ocp-Apim-Subscription-Key: {key}' \
  -H 'Content-Type: application/json' \
  -d '{{
    "eventId": "first-event",
    "contextFeatures": [{context}],
    "actions": [
{actions}
    ]
  }}'

# Show the action named rewardActionId. Then say how well it went, from -1 to 1:
curl {endpoint}/personalizer/v1.0/events/first-event/reward \
  -H 'Ocp-Apim-Subscription-Key: {key}' \
  -H 'Content-Type: application/json' \
  -d '{{"value": 1}}'"#
    )
}

/// Both calls with Azure's client for Python.
pub fn python(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let context = &sample.context.python;
    let actions = sample.actions("        ", |action| {
        format!(r#"RankableAction(id="{}", features=[{}])"#, action.id, action.features.python)
    });
    format!(
        r#"# pip install azure-cognitiveservices-personalizer
from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from msrest.authentication import CognitiveServicesCredentials

client = PersonalizerClient("{endpoint}", CognitiveServicesCredentials("{key}"))

answer = client.rank(RankRequest(
    context_features=[{context}],
    actions=[
{actions},
    ],
))
print("show", answer.reward_action_id)

# Later, when you know how well it went:
client.events.reward(answer.event_id, value=1.0)"#
    )
}

/// Both calls with `fetch`.
pub fn javascript(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let (context, actions) = (&sample.context.json, sample.json_actions("    "));
    format!(
        r#"const call = (path, body) =>
  fetch("{endpoint}/personalizer/v1.0/" + path, {{
    method: "POST",
    headers: {{
      "Content-Type": "application/json",
      "Ocp-Apim-Subscription-Key": "{key}",
    }},
    body: JSON.stringify(body),
  }});

const answer = await (await call("rank", {{
  contextFeatures: [{context}],
  actions: [
{actions},
  ],
}})).json();
console.log("show", answer.rewardActionId);

// Later, when you know how well it went:
await call(`events/${{encodeURIComponent(answer.eventId)}}/reward`, {{ value: 1 }});"#
    )
}

/// Both calls with Azure's client for .NET. Features are read from JSON, because not every name is one of C#.
pub fn csharp(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let context = &sample.context.json;
    let actions = sample
        .actions("        ", |action| format!(r#"new("{}", Features("""[{}]"""))"#, action.id, action.features.json));
    format!(
        r#"// dotnet add package Microsoft.Azure.CognitiveServices.Personalizer
using Microsoft.Azure.CognitiveServices.Personalizer;
using Microsoft.Azure.CognitiveServices.Personalizer.Models;
using Newtonsoft.Json;

var client = new PersonalizerClient(new ApiKeyServiceClientCredentials("{key}"))
{{
    Endpoint = "{endpoint}",
}};
List<object> Features(string json) => JsonConvert.DeserializeObject<List<object>>(json)!;

var answer = client.Rank(new RankRequest(
    actions: new List<RankableAction>
    {{
{actions},
    }},
    contextFeatures: Features("""[{context}]""")));
Console.WriteLine($"show {{answer.RewardActionId}}");

// Later, when you know how well it went:
client.Reward(answer.EventId, new RewardRequest(1));"#
    )
}

/// Both calls with what Java has by itself.
pub fn java(target: &CallTarget, sample: &CallSample) -> String {
    let CallTarget { endpoint, key, .. } = target;
    let (context, actions) = (for_java(&sample.context.json), for_java(&sample.json_actions("                ")));
    let calls = format!(
        r#"        // Show the action that the answer names as rewardActionId.
        System.out.println(post("rank", """
            {{
              "eventId": "first-event",
              "contextFeatures": [{context}],
              "actions": [
{actions}
              ]
            }}"""));

        // Later, when you know how well it went:
        post("events/first-event/reward", "{{\"value\": 1}}");"#
    );
    java_program(&format!("{endpoint}/personalizer/v1.0/"), key, &calls)
}
