//! Settings as a file: what the settings page shows, under the names that the management API has for it. The same file is
//! a body of `PUT /api/v1/loops/{id}/configuration`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{PageError, dashboard::settings::SettingsDraft};
use crate::terms::{Configuration, IsoDuration};

/// Settings in force, to be kept elsewhere. A ramp is the way of one loop at one time and not part of them: the file holds
/// the share that it leads to, and taking the file over again leaves a ramp to that share alone.
pub fn write(configuration: &Configuration, arguments: Option<&str>) -> String {
    // Through text, so that 0.2 stays 0.2 and does not become 0.20000000298.
    let number = |value: f32| serde_json::from_str::<Value>(&value.to_string()).unwrap_or_default();
    let file = json!({
        "learningMode": configuration.learning_mode.as_str(),
        "explorationPercentage": number(configuration.exploration_percentage.get()),
        "multiSlot": configuration.is_multi_slot,
        "isInferenceExplainabilityEnabled": configuration.explains_inference,
        "rewardWaitTime": configuration.reward_wait_time.get().to_string(),
        "defaultReward": number(configuration.default_reward.get()),
        "rewardAggregation": configuration.reward_aggregation.as_str(),
        "logRetentionDays": i32::from(configuration.log_retention_days),
        "isAutoOptimizationEnabled": configuration.auto_optimization.is_enabled,
        "autoOptimizationFrequency": configuration.auto_optimization.frequency.to_string(),
        "policy": {"arguments": arguments},
    });
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// An address that holds the file itself: a download needs no route, and no script.
pub fn address(file: &str) -> String {
    format!("data:application/json;charset=utf-8,{}", utf8_percent_encode(file, NON_ALPHANUMERIC))
}

/// A file as a draft: what it does not name stays as it is, what it names and we do not know is refused.
pub fn read(text: &str, current: SettingsDraft) -> Result<SettingsDraft, PageError> {
    let file: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| refused(&format!("This is not a settings file: {error}.")))?;
    let mut draft = current;
    for (name, value) in &file {
        take(&mut draft, name, value)?;
    }
    Ok(draft)
}

/// The draft as a query of the settings page.
pub fn query(draft: &SettingsDraft) -> String {
    let pair = |(name, value): (&str, String)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC));
    draft.pairs().map(pair).join("&")
}

fn take(draft: &mut SettingsDraft, name: &str, value: &Value) -> Result<(), PageError> {
    let wrong = |what: &str| refused(&format!("`{name}` should be {what}."));
    let text = || value.as_str().map(str::to_owned).ok_or_else(|| wrong("a text"));
    let number = || value.as_f64().ok_or_else(|| wrong("a number"));
    let switch = || {
        let is_on = value.as_bool().ok_or_else(|| wrong("true or false"))?;
        Ok::<_, PageError>(if is_on { "on" } else { "off" }.to_owned())
    };
    let span = || text()?.parse::<IsoDuration>().map_err(|error| refused(&format!("`{name}`: {error}.")));
    match name {
        "learningMode" => draft.mode = text()?,
        // Rounded, because a share such as 0.07 is no whole percent in binary.
        "explorationPercentage" => draft.exploration = ((number()? * 1e8).round() / 1e6).to_string(),
        "multiSlot" => draft.slots = if switch()? == "on" { "several" } else { "one" }.to_owned(),
        "isInferenceExplainabilityEnabled" => draft.explain = switch()?,
        "rewardWaitTime" => {
            draft.wait = span()?.get().as_secs().to_string();
            draft.wait_unit = "seconds".to_owned();
        }
        "defaultReward" => draft.default_reward = number()?.to_string(),
        "rewardAggregation" => draft.aggregation = text()?,
        "logRetentionDays" => draft.retention = number()?.to_string(),
        "isAutoOptimizationEnabled" => draft.optimization = switch()?,
        "autoOptimizationFrequency" => draft.optimization_days = (span()?.get().as_secs() / 86_400).to_string(),
        "policy" => {
            let arguments = value.as_object().and_then(|policy| policy.get("arguments"));
            match arguments {
                Some(Value::String(arguments)) => {
                    draft.learner = "arguments".to_owned();
                    draft.arguments.clone_from(arguments);
                }
                Some(Value::Null) => draft.learner = "own".to_owned(),
                _ => return Err(wrong("an object with `arguments`, which is a text or null")),
            }
        }
        _ => {
            return Err(refused(&format!(
                "`{name}` is no setting of this page. Others are changed with PUT /api/v1/loops/{{id}}/configuration."
            )));
        }
    }
    Ok(())
}

fn refused(message: &str) -> PageError {
    PageError::at("file", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{ExplorationRamp, ExplorationShare};

    #[test]
    fn what_is_written_reads_back_as_the_same_draft() {
        let configuration = Configuration::default();
        for arguments in [None, Some("--cb_explore_adf --epsilon 0.2")] {
            let file = write(&configuration, arguments);
            let before = SettingsDraft::of(&configuration, arguments);
            let read = read(&file, SettingsDraft::default()).expect("our own file");
            assert_eq!(read.to_configuration(&configuration).ok(), before.to_configuration(&configuration).ok());
            assert_eq!(read.learning_arguments(), before.learning_arguments());
        }
    }

    #[test]
    fn a_ramp_leaves_the_file_as_it_will_be_at_its_end() {
        let settings = Configuration::default();
        let from = ExplorationShare::try_from(0.5).expect("a share");
        let ramp = ExplorationRamp { from, began_us: 0, ends_us: i64::MAX };
        let on_the_way = Configuration { exploration_ramp: Some(ramp), ..settings.clone() };
        assert_eq!(write(&on_the_way, None), write(&settings, None));
        let draft = read(&write(&on_the_way, None), SettingsDraft::of(&on_the_way, None)).expect("our own file");
        assert_eq!(draft.to_configuration(&on_the_way), Ok(on_the_way), "the same file once more changes nothing");
    }

    #[test]
    fn a_file_may_name_a_few_settings_and_no_unknown_ones() {
        let current = SettingsDraft::of(&Configuration::default(), None);
        let read = |text: &str| read(text, current.clone());
        let changed = read(r#"{"explorationPercentage": 0.07}"#).expect("a setting");
        assert_eq!(changed, SettingsDraft { exploration: "7".to_owned(), ..current.clone() });
        for wrong in ["[]", "{", r#"{"explore": 1}"#, r#"{"multiSlot": "yes"}"#, r#"{"rewardWaitTime": "soon"}"#] {
            assert!(matches!(read(wrong), Err(PageError::Rejected { field: Some(_), .. })), "{wrong}");
        }
    }

    #[test]
    fn a_draft_in_the_address_is_the_draft() {
        let draft = SettingsDraft { arguments: "--a b&c".to_owned(), ..SettingsDraft::default() };
        assert!(query(&draft).contains("arguments=%2D%2Da%20b%26c&"));
    }
}
