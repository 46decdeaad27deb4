//! The first Rank and Reward of a loop, ready to paste, for four kinds of client.

use leptos::prelude::*;

use crate::web::components::CodeBlock;

/// Where a loop's calls go, and with which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTarget {
    /// With the loop's own prefix: `http://127.0.0.1:8080/loops/<id>`.
    pub endpoint: String,
    pub key: String,
}

impl CallTarget {
    /// For pages that no longer know the key.
    pub fn without_key(endpoint: String) -> Self {
        Self { endpoint, key: "YOUR_KEY".to_owned() }
    }
}

type Snippet = fn(&CallTarget) -> String;
const SNIPPETS: [(&str, Snippet); 4] = [("curl", curl), ("Python", python), ("JavaScript", javascript), ("C#", csharp)];

/// One snippet at a time, chosen by language.
#[component]
pub fn Snippets(target: CallTarget) -> impl IntoView {
    let chosen = RwSignal::new("curl");
    let target = StoredValue::new(target);
    let button = move |(name, _): (&'static str, Snippet)| {
        view! {
            <button type="button" class="segmented__item" on:click=move |_| chosen.set(name)
                aria-pressed=move || (chosen.get() == name).to_string()>{name}</button>
        }
    };
    let block = move |(name, snippet): (&'static str, Snippet)| {
        let code = target.with_value(snippet);
        view! {
            <div hidden=move || chosen.get() != name>
                <CodeBlock title=format!("First Rank and Reward with {name}") code=code/>
            </div>
        }
    };
    view! {
        <div class="stack stack--tight">
            <div class="row">
                <div class="segmented" role="group" aria-label="Language">{SNIPPETS.map(button)}</div>
            </div>
            {SNIPPETS.map(block)}
        </div>
    }
    .into_any()
}

/// Both calls with curl.
pub fn curl(target: &CallTarget) -> String {
    let CallTarget { endpoint, key } = target;
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

fn python(target: &CallTarget) -> String {
    let CallTarget { endpoint, key } = target;
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

fn javascript(target: &CallTarget) -> String {
    let CallTarget { endpoint, key } = target;
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

fn csharp(target: &CallTarget) -> String {
    let CallTarget { endpoint, key } = target;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snippet_calls_this_loop_with_this_key_and_rewards_the_event() {
        let target = CallTarget { endpoint: "http://host:1/loops/abc".into(), key: "secret".into() };
        for (name, snippet) in SNIPPETS {
            let code = snippet(&target);
            assert!(code.contains(&target.endpoint) && code.contains("secret"), "{name}");
            assert!(code.to_lowercase().contains("reward"), "{name}");
        }
    }

    #[test]
    fn the_body_of_the_curl_snippet_is_json() {
        let code = curl(&CallTarget::without_key("http://host".into()));
        let body = code.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).expect("a body");
        assert!(serde_json::from_str::<serde_json::Value>(body).expect("JSON")["actions"].is_array());
    }
}
