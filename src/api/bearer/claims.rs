//! What a token says, and whether that is enough.

use std::{str::FromStr, time::Duration};

use serde_json::{Map, Value};

use super::TokenError;

/// The content of a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Whether this issuer made it; compared to the letter, as OpenID Connect asks for.
    pub(super) fn is_from(&self, issuer: &str) -> bool {
        self.0.get("iss").and_then(Value::as_str) == Some(issuer)
    }

    pub(super) fn check_audience(&self, ours: &[String]) -> Result<(), TokenError> {
        let is_ours = self.values("aud").iter().any(|audience| ours.contains(audience));
        if is_ours { Ok(()) } else { Err(TokenError::Audience) }
    }

    /// A token must end some time; one without `nbf` began long ago.
    pub(super) fn check_times(&self, now_us: i64, skew: Duration) -> Result<(), TokenError> {
        let now_s = now_us.div_euclid(1_000_000) as f64;
        let at = |name: &str| match self.0.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or(TokenError::Malformed),
        };
        let expires = at("exp")?.ok_or(TokenError::Malformed)?;
        if now_s >= expires + skew.as_secs_f64() {
            return Err(TokenError::Expired);
        }
        match at("nbf")? {
            Some(begins) if now_s < begins - skew.as_secs_f64() => Err(TokenError::NotYet),
            _ => Ok(()),
        }
    }

    pub(super) fn check_requirements(&self, requirements: &[Requirement]) -> Result<(), TokenError> {
        let unmet = requirements.iter().find(|requirement| !requirement.is_met_by(self));
        unmet.map_or(Ok(()), |unmet| Err(TokenError::Requirement(unmet.to_string())))
    }

    /// The values of a claim: a list, a single one, or the words of a scope.
    ///
    /// A name with dots that is no claim itself is a way through objects: `realm_access.roles`.
    pub fn values(&self, name: &str) -> Vec<String> {
        match self.find(name) {
            Some(Value::String(text)) if matches!(name, "scp" | "scope") => {
                text.split_whitespace().map(str::to_owned).collect()
            }
            Some(Value::Array(values)) => values.iter().filter_map(as_text).collect(),
            Some(value) => as_text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    fn find(&self, name: &str) -> Option<&Value> {
        self.0.get(name).or_else(|| {
            let (first, rest) = name.split_once('.')?;
            rest.split('.').try_fold(self.0.get(first)?, |value, step| value.get(step))
        })
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A value that one of some claims must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    claims: Vec<String>,
    /// One of these is enough.
    values: Vec<String>,
}

impl Requirement {
    /// A role or a scope, wherever issuers write them: Entra ID in `roles` and `scp`, Keycloak in `realm_access.roles`
    /// and `scope`.
    pub fn role(name: &str) -> Self {
        let claims = ["roles", "scp", "scope", "realm_access.roles"].map(str::to_owned).to_vec();
        Self { claims, values: vec![name.to_owned()] }
    }

    fn is_met_by(&self, claims: &Claims) -> bool {
        self.claims.iter().flat_map(|name| claims.values(name)).any(|value| self.values.contains(&value))
    }
}

impl std::fmt::Display for Requirement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Which value would do is not for whoever asks.
        write!(f, "{}", self.claims.join(" or "))
    }
}

/// A requirement that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a required claim is written CLAIM=VALUE, or CLAIM=VALUE|VALUE")]
pub struct RequirementError;

impl FromStr for Requirement {
    type Err = RequirementError;

    /// `CLAIM=VALUE`, or `CLAIM=VALUE|VALUE` when one of several is enough.
    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let (claim, values) = text.split_once('=').ok_or(RequirementError)?;
        let values: Vec<String> = values.split('|').map(|value| value.trim().to_owned()).collect();
        if claim.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(RequirementError);
        }
        Ok(Self { claims: vec![claim.trim().to_owned()], values })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOON_S: i64 = 1_800_000_000;
    const SKEW: Duration = Duration::from_secs(60);

    fn claims(value: Value) -> Claims {
        Claims::new(value.as_object().expect("an object").clone())
    }

    #[test]
    fn a_token_is_good_until_the_skew_after_its_end_and_not_a_second_longer() {
        let token = claims(json!({"exp": NOON_S, "nbf": NOON_S - 100}));
        let at = |s: i64| token.check_times(s * 1_000_000, SKEW);
        assert_eq!(at(NOON_S - 161), Err(TokenError::NotYet));
        assert_eq!(at(NOON_S - 160), Ok(()));
        assert_eq!(at(NOON_S + 59), Ok(()));
        assert_eq!(at(NOON_S + 60), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_without_an_end_or_with_times_that_are_no_numbers_is_refused() {
        for token in [json!({}), json!({"exp": "soon"}), json!({"exp": NOON_S, "nbf": "now"})] {
            assert_eq!(claims(token).check_times(NOON_S, SKEW), Err(TokenError::Malformed));
        }
    }

    #[test]
    fn one_of_several_audiences_is_enough() {
        let ours = ["a".to_owned(), "b".to_owned()];
        assert_eq!(claims(json!({"aud": ["x", "b"]})).check_audience(&ours), Ok(()));
        assert_eq!(claims(json!({"aud": "a"})).check_audience(&ours), Ok(()));
        assert_eq!(claims(json!({"aud": "ab"})).check_audience(&ours), Err(TokenError::Audience));
        assert_eq!(claims(json!({})).check_audience(&ours), Err(TokenError::Audience));
    }

    #[test]
    fn a_role_is_found_where_entra_and_keycloak_write_it() {
        let role = Requirement::role("rank");
        for token in [
            json!({"roles": ["other", "rank"]}),
            json!({"scp": "read rank"}),
            json!({"scope": "openid rank"}),
            json!({"realm_access": {"roles": ["rank"]}}),
        ] {
            assert!(role.is_met_by(&claims(token.clone())), "{token}");
        }
        for token in [json!({}), json!({"roles": "ranking"}), json!({"scp": "ranker"}), json!({"realm_access": "rank"})]
        {
            assert!(!role.is_met_by(&claims(token.clone())), "{token}");
        }
    }

    #[test]
    fn a_required_claim_names_one_value_or_several() {
        let either: Requirement = "appid=one|two".parse().expect("readable");
        assert!(either.is_met_by(&claims(json!({"appid": "two"}))));
        assert!(!either.is_met_by(&claims(json!({"appid": "three"}))));
        let with_dots: Requirement = "https://example.com/roles=x".parse().expect("readable");
        assert!(with_dots.is_met_by(&claims(json!({"https://example.com/roles": ["x"]}))));
        for text in ["appid", "=x", "appid=", "appid=a|"] {
            assert_eq!(text.parse::<Requirement>(), Err(RequirementError), "{text}");
        }
    }
}
