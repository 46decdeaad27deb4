//! The calls for one action per Rank, with the clients of v1.0.

use super::CallTarget;

/// Both calls with curl.
pub fn curl(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
    format!(
        r#"curl {endpoint}/personalizer/v1.0/rank \
  -H 'Ocp-Apim-Subscription-Key: {key}' \
  -H 'Content-Type: application/json' \
  -d '{{
    "eventId": "first-event",
    "contextFeatures": [{{"device": "mobile", "timeOfDay": "evening"}}],
    "actions": [
      {{"id": "sports",   "features": [{{"topic": "sports",   "length": 3}}]}},
      {{"id": "politics", "features": [{{"topic": "politics", "length": 8}}]}}
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
pub fn python(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
    format!(
        r#"# pip install azure-cognitiveservices-personalizer
from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from msrest.authentication import CognitiveServicesCredentials

client = PersonalizerClient("{endpoint}", CognitiveServicesCredentials("{key}"))

answer = client.rank(RankRequest(
    context_features=[{{"device": "mobile", "timeOfDay": "evening"}}],
    actions=[
        RankableAction(id="sports", features=[{{"topic": "sports", "length": 3}}]),
        RankableAction(id="politics", features=[{{"topic": "politics", "length": 8}}]),
    ],
))
print("show", answer.reward_action_id)

# Later, when you know how well it went:
client.events.reward(answer.event_id, value=1.0)"#
    )
}

/// Both calls with `fetch`.
pub fn javascript(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
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
  contextFeatures: [{{ device: "mobile", timeOfDay: "evening" }}],
  actions: [
    {{ id: "sports", features: [{{ topic: "sports", length: 3 }}] }},
    {{ id: "politics", features: [{{ topic: "politics", length: 8 }}] }},
  ],
}})).json();
console.log("show", answer.rewardActionId);

// Later, when you know how well it went:
await call(`events/${{encodeURIComponent(answer.eventId)}}/reward`, {{ value: 1 }});"#
    )
}

/// Both calls with Azure's client for .NET.
pub fn csharp(target: &CallTarget) -> String {
    let CallTarget { endpoint, key, .. } = target;
    format!(
        r#"// dotnet add package Microsoft.Azure.CognitiveServices.Personalizer
using Microsoft.Azure.CognitiveServices.Personalizer;
using Microsoft.Azure.CognitiveServices.Personalizer.Models;

var client = new PersonalizerClient(new ApiKeyServiceClientCredentials("{key}"))
{{
    Endpoint = "{endpoint}",
}};

var answer = client.Rank(new RankRequest(
    actions: new List<RankableAction>
    {{
        new("sports", new List<object> {{ new {{ topic = "sports", length = 3 }} }}),
        new("politics", new List<object> {{ new {{ topic = "politics", length = 8 }} }}),
    }},
    contextFeatures: new List<object> {{ new {{ device = "mobile", timeOfDay = "evening" }} }}));
Console.WriteLine($"show {{answer.RewardActionId}}");

// Later, when you know how well it went:
client.Reward(answer.EventId, new RewardRequest(1));"#
    )
}
