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
        text: &'a str,
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
        Some(Self { id: action.id.clone(), said: Said::Known { text, action } })
    }

    /// The action that this text says it is, for [`Self::of_text`] to find the next time. What is to be refused is not
    /// found.
    pub fn read_from(text: &'a str, id: ActionId, features: Vec<FeatureObject<'a>>) -> Self {
        match KnownAction::new(id.clone(), &features) {
            Ok(action) if action.has_value => {
                action.is_text(text);
                Self { id, said: Said::Known { text, action } }
            }
            _ => Self::new(id, features),
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
    pub fn features(&self) -> Cow<'_, [FeatureObject<'a>]> {
        match &self.said {
            Said::Features(features) => Cow::Borrowed(features),
            Said::Known { text, .. } => {
                let action: RequestAction<'a> = serde_json::from_str(text).expect("the same text was read before");
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
