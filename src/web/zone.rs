//! The time zone of the browser that asks: from the cookie that the document's first script sets, unless the person chose
//! UTC.

use axum::{
    Router,
    extract::{Path, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use leptos::prelude::use_context;
use serde::Deserialize;

use super::guard;
use crate::reports::zone::Zone;

/// What the browser says of itself.
const OWN: &str = "tz";
/// What the person chose: `utc`, or nothing.
const CHOICE: &str = "tz_choice";
const YEAR_S: u32 = 365 * 24 * 3_600;

/// The zone of the page that is being made, or of the call that is being answered. UTC where nobody asks.
pub fn zone() -> Zone {
    use_context::<Parts>().map_or_else(Zone::default, |parts| zone_of(&parts.headers))
}

/// The zone that the page is not in although it could be: the end of its address, and its name.
pub fn other_zone() -> Option<(String, String)> {
    let parts = use_context::<Parts>()?;
    let own = own_zone(&parts.headers).filter(|own| !own.is_utc())?;
    Some(match has_chosen_utc(&parts.headers) {
        true => ("own".to_owned(), own.name().to_owned()),
        false => ("utc".to_owned(), "UTC".to_owned()),
    })
}

/// The zone of a request.
pub fn zone_of(headers: &HeaderMap) -> Zone {
    if has_chosen_utc(headers) {
        return Zone::default();
    }
    own_zone(headers).unwrap_or_default()
}

/// The zone that the browser told, whatever the person chose.
fn own_zone(headers: &HeaderMap) -> Option<Zone> {
    Zone::named(&cookie(headers, OWN)?)
}

/// Whether the person wants UTC.
fn has_chosen_utc(headers: &HeaderMap) -> bool {
    cookie(headers, CHOICE).as_deref() == Some("utc")
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// Where to go on.
#[derive(Debug, Deserialize)]
struct Back {
    back: Option<String>,
}

/// `GET /time-zone/utc` and `GET /time-zone/own`: which times this browser wants, and back to where it was.
pub fn zone_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/time-zone/{choice}", get(choose))
}

async fn choose(Path(choice): Path<String>, Query(words): Query<Back>) -> Result<Response, StatusCode> {
    let age_s = match choice.as_str() {
        "utc" => YEAR_S,
        "own" => 0,
        _ => return Err(StatusCode::NOT_FOUND),
    };
    let cookie = format!("{CHOICE}=utc; Path=/; Max-Age={age_s}; SameSite=Lax");
    let mut response = Redirect::to(guard::local_path(words.back.as_deref())).into_response();
    let cookie = HeaderValue::try_from(cookie).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone_with(cookies: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookies).expect("plain"));
        zone_of(&headers).name().to_owned()
    }

    #[test]
    fn the_browser_tells_its_zone_and_the_person_may_prefer_utc() {
        assert_eq!(zone_with("tz=Europe/Berlin"), "Europe/Berlin");
        assert_eq!(zone_with("rankloop_session=x; tz=America%2FNew_York; other=1"), "America/New_York");
        assert_eq!(zone_with("tz=Europe/Berlin; tz_choice=utc"), "UTC");
        assert_eq!(zone_with("tz=Atlantis/Capital"), "UTC");
        assert_eq!(zone_with("tz="), "UTC");
        assert_eq!(zone_of(&HeaderMap::new()).name(), "UTC");
    }
}
