//! One action of a request, with what is said of it.

use std::{borrow::Cow, sync::Arc};

use crate::{
    bandit::{ActionInput, FeatureError, HashedAction},
    log::RequestAction,
    terms::{ActionId, FeatureObject},
    trainer::KnownAction,
};

/// One action of a request.
#[derive(Debug, Clone)]
pub struct RankableAction<'a> {
    pub id: ActionId,
    said: Said<'a>,
}

#[derive(Debug, Clone)]
enum Said<'a> {
    Features(Vec<FeatureObject<'a>>),
    /// Read before, with at least one feature that has a value.
    Known {
        text: Cow<'a, str>,
        action: Arc<KnownAction>,
    },
}

impl<'a> RankableAction<'a> {
    pub fn new(id: ActionId, features: Vec<FeatureObject<'a>>) -> Self {
        Self { id, said: Said::Features(features) }
    }

    /// The action that this text was found to be before.
    pub fn of_text(text: &'a str) -> Option<Self> {
        let action = KnownAction::of_text(text)?;
        Some(Self { id: action.id.clone(), said: Said::Known { text: text.into(), action } })
    }

    /// The action that this text says it is, for [`Self::of_text`] to find the next time. What is to be refused is not
    /// found.
    pub fn read_from(text: impl Into<Cow<'a, str>>, id: ActionId, features: Vec<FeatureObject<'a>>) -> Self {
        match KnownAction::new(id.clone(), &features) {
            Ok(action) if action.has_value => {
                let text = text.into();
                action.is_text(&text);
                Self { id, said: Said::Known { text, action } }
            }
            _ => Self::new(id, features),
        }
    }

    /// The text of an action in a request.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.said {
            Said::Features(features) => Cow::Owned(write(&self.id, features)),
            Said::Known { text, .. } => Cow::Borrowed(text),
        }
    }

    /// Whether any feature says something.
    pub fn has_value(&self) -> bool {
        match &self.said {
            Said::Features(features) => features.iter().any(FeatureObject::has_value),
            Said::Known { .. } => true,
        }
    }

    /// What is said of it.
    pub fn features(&self) -> Cow<'_, [FeatureObject<'_>]> {
        match &self.said {
            Said::Features(features) => Cow::Borrowed(features),
            Said::Known { text, .. } => {
                let action: RequestAction<'_> = serde_json::from_str(text).expect("the same text was read before");
                Cow::Owned(action.features)
            }
        }
    }

    /// As the learner takes it in.
    pub(super) fn hashed(&self) -> Result<HashedAction, FeatureError> {
        match &self.said {
            Said::Features(features) => HashedAction::new(ActionInput { id: self.id.as_str(), features }),
            Said::Known { action, .. } => Ok(action.hashed.clone()),
        }
    }
}

impl RankableAction<'static> {
    /// An action that many Ranks will offer.
    pub fn to_keep(id: ActionId, features: Vec<FeatureObject<'static>>) -> Self {
        Self::read_from(write(&id, &features), id, features)
    }
}

fn write(id: &ActionId, features: &[FeatureObject<'_>]) -> String {
    let action = RequestAction { id: id.clone(), features: features.to_vec() };
    serde_json::to_string(&action).expect("features came from JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_that_is_kept_says_what_one_that_is_sent_says() {
        let features = |text: &'static str| vec![serde_json::from_str(text).expect("an object")];
        let both = |text| {
            let id: ActionId = "tea".parse().expect("an id");
            (RankableAction::to_keep(id.clone(), features(text)), RankableAction::new(id, features(text)))
        };
        let (kept, sent) = both(r#"{"kind": "hot drink", "price": 2.5}"#);
        assert!(matches!(kept.said, Said::Known { .. }));
        assert_eq!(kept.text(), r#"{"id":"tea","features":[{"kind":"hot drink","price":2.5}]}"#);
        assert_eq!((kept.text(), kept.features()), (sent.text(), sent.features()));
        assert_eq!(kept.hashed(), sent.hashed());
        assert!(RankableAction::of_text(&sent.text()).is_some(), "a request with the same text finds it");

        let (empty, _) = both(r#"{"kind": null}"#);
        assert!(matches!(empty.said, Said::Features(_)) && !empty.has_value());
    }
}
