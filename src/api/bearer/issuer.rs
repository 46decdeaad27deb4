//! One issuer and its keys: fetched ahead of time, and once more when a token names a key that is new.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use jsonwebtoken::Header;
use reqwest::Client;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use tracing::{debug, info, warn};

use super::{
    super::error::causes,
    IssuerOptions, TokenError,
    fetch::{self, FetchError},
    keys::KeySet,
};

/// After a failure it is tried again this soon, and then ever later up to a limit.
const FIRST_RETRY: Duration = Duration::from_secs(5);
const LAST_RETRY: Duration = Duration::from_secs(300);
/// Keys go on working for so long while their issuer is out of reach. It makes no new tokens then, and old ones end.
const STALE_FOR: Duration = Duration::from_secs(24 * 3_600);

/// Somebody who makes tokens, with the keys that they are signed with.
#[derive(Debug)]
pub(super) struct Issuer {
    options: IssuerOptions,
    client: Client,
    least_between_fetches: Duration,
    known: ArcSwapOption<Known>,
    /// Held while the issuer is asked, so that it is asked once for all who wait.
    last_asked: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Known {
    keys: KeySet,
    fresh_until: Instant,
}

impl Known {
    fn is_usable(&self, now: Instant) -> bool {
        now < self.fresh_until + STALE_FOR
    }
}

impl Issuer {
    /// Starts to fetch the keys in the background.
    pub fn start(options: IssuerOptions, client: Client, least_between_fetches: Duration) -> Arc<Self> {
        let issuer = Arc::new(Self {
            options,
            client,
            least_between_fetches,
            known: ArcSwapOption::empty(),
            last_asked: Mutex::new(None),
        });
        tokio::spawn(keep_fresh(Arc::downgrade(&issuer)));
        issuer
    }

    /// What its tokens say in `iss`.
    pub fn name(&self) -> &str {
        &self.options.issuer
    }

    /// Whether this issuer signed the token. A key that we do not know may be new: then the issuer is asked again, but
    /// not more often than agreed, because anybody can write an unknown key into a token.
    pub async fn check_signature(&self, header: &Header, token: &str) -> Result<(), TokenError> {
        let checked = self.check_with_known(header, token);
        if !matches!(checked, Err(TokenError::UnknownKey | TokenError::KeysUnavailable)) {
            return checked;
        }
        {
            let mut last_asked = self.last_asked.lock().await;
            let is_too_soon = last_asked.is_some_and(|at| at.elapsed() < self.least_between_fetches);
            if !is_too_soon {
                // Whatever went wrong was logged; the answer is what the keys at hand say.
                let _ = self.ask(&mut last_asked).await;
            }
        }
        self.check_with_known(header, token)
    }

    fn check_with_known(&self, header: &Header, token: &str) -> Result<(), TokenError> {
        match &*self.known.load() {
            Some(known) if known.is_usable(Instant::now()) => known.keys.check(header, token),
            _ => Err(TokenError::KeysUnavailable),
        }
    }

    /// Fetches the keys and says for how long they are fresh.
    async fn ask(&self, last_asked: &mut Option<Instant>) -> Result<Duration, FetchError> {
        let fetched = fetch::keys(&self.client, &self.options).await;
        // From the end on: an issuer that answers slowly is not asked without a pause.
        *last_asked = Some(Instant::now());
        let issuer = self.name();
        match fetched {
            Ok(fetched) => {
                let known = Known { keys: fetched.keys, fresh_until: Instant::now() + fetched.fresh_for };
                let n_keys = known.keys.len();
                if self.known.swap(Some(Arc::new(known))).is_none() {
                    info!(issuer, n_keys, "Fetched the keys of a token issuer");
                } else {
                    debug!(issuer, n_keys, "Fetched the keys of a token issuer again");
                }
                Ok(fetched.fresh_for)
            }
            Err(error) => {
                let has_keys = self.known.load().is_some();
                warn!(issuer, error = causes(&error), has_keys, "The keys of a token issuer could not be fetched");
                Err(error)
            }
        }
    }
}

/// Asks whenever the keys are no longer fresh, until nobody needs them.
async fn keep_fresh(issuer: Weak<Issuer>) {
    let mut retry = FIRST_RETRY;
    while let Some(issuer) = issuer.upgrade() {
        let asked = {
            let mut last_asked = issuer.last_asked.lock().await;
            issuer.ask(&mut last_asked).await
        };
        drop(issuer);
        let pause = match asked {
            Ok(fresh_for) => {
                retry = FIRST_RETRY;
                fresh_for
            }
            Err(_) => {
                let pause = retry;
                retry = (retry * 2).min(LAST_RETRY);
                pause
            }
        };
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_on_working_for_a_day_after_they_should_have_been_fetched_again() {
        let now = Instant::now();
        let keys = KeySet::parse(br#"{"keys": []}"#).expect("a set");
        let known = Known { keys, fresh_until: now + Duration::from_secs(3_600) };
        assert!(known.is_usable(now + Duration::from_secs(24 * 3_600)));
        assert!(!known.is_usable(now + Duration::from_secs(26 * 3_600)));
    }
}
