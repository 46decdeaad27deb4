//! Lists in pages, as 2022-09-01-preview has them: `top` in all, `skip` before them, `maxpagesize` at once.

use axum::{
    extract::{FromRequestParts, OriginalUri, Query},
    http::{HeaderMap, Uri, header, request::Parts},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::api::{ApiError, ApiState};

const USUAL_PAGE: i64 = 100;
const LARGEST_PAGE: i64 = 1_000;
const MOST: i64 = i32::MAX as i64;
/// What may stand in a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Which part of a list somebody wants.
#[derive(Debug)]
pub struct Paging {
    top: i64,
    skip: i64,
    page: i64,
    filter: Option<String>,
    /// Where the list is, up to the query.
    address: String,
    api_version: String,
}

#[derive(Debug, Deserialize)]
struct PagingQuery {
    top: Option<i64>,
    skip: Option<i64>,
    maxpagesize: Option<i64>,
    filter: Option<String>,
    #[serde(rename = "api-version")]
    api_version: Option<String>,
}

impl FromRequestParts<ApiState> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let query = Query::<PagingQuery>::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|error| ApiError::bad("BadRequest", error.body_text()))?;
        let uri = OriginalUri::from_request_parts(parts, state).await.map_or_else(|_| parts.uri.clone(), |uri| uri.0);
        Ok(Self {
            top: checked(query.top.unwrap_or(MOST), "top", 0)?,
            skip: checked(query.skip.unwrap_or(0), "skip", 0)?,
            page: checked(query.maxpagesize.unwrap_or(USUAL_PAGE), "maxpagesize", 1)?.min(LARGEST_PAGE),
            filter: query.filter.filter(|filter| !filter.trim().is_empty()),
            address: address(&uri, &parts.headers),
            api_version: query.api_version.unwrap_or_default(),
        })
    }
}

fn checked(value: i64, name: &'static str, least: i64) -> Result<i64, ApiError> {
    if (least..=MOST).contains(&value) {
        return Ok(value);
    }
    Err(ApiError::bad("BadRequest", format!("{name} must be a whole number from {least} to {MOST}.")).at(name))
}

impl Paging {
    /// What the list is to be filtered by.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// The wanted page, and the absolute address of the next one, if there is one.
    pub fn page<T>(&self, items: Vec<T>) -> (Vec<T>, Option<String>) {
        let n_wanted = self.top.min(items.len() as i64 - self.skip).max(0);
        let n_here = n_wanted.min(self.page);
        let here = items.into_iter().skip(self.skip as usize).take(n_here as usize).collect();
        (here, (n_here < n_wanted).then(|| self.next_link(n_here)))
    }

    fn next_link(&self, n_here: i64) -> String {
        let Self { address, api_version, page, .. } = self;
        let (top, skip) = (self.top - n_here, self.skip + n_here);
        let link = format!("{address}?api-version={api_version}&top={top}&skip={skip}&maxpagesize={page}");
        match &self.filter {
            Some(filter) => format!("{link}&filter={}", utf8_percent_encode(filter, PLAIN)),
            None => link,
        }
    }
}

/// The address as the caller wrote it. Behind a proxy that ends TLS, the proxy says so.
fn address(uri: &Uri, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let first = |text: &str| text.split(',').next().unwrap_or_default().trim().to_owned();
    let scheme = text("x-forwarded-proto").map(first).filter(|scheme| scheme == "https" || scheme == "http");
    let scheme = scheme.or_else(|| uri.scheme_str().map(str::to_owned)).unwrap_or_else(|| "http".to_owned());
    let host = text("x-forwarded-host").map(first).or_else(|| text(header::HOST.as_str()).map(str::to_owned));
    let host = host.or_else(|| uri.authority().map(ToString::to_string)).unwrap_or_else(|| "localhost".to_owned());
    format!("{scheme}://{host}{}", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(top: i64, skip: i64, page: i64) -> Paging {
        let address = "http://localhost/personalizer/evaluations".to_owned();
        Paging { top, skip, page, filter: None, address, api_version: "2022-09-01-preview".to_owned() }
    }

    #[test]
    fn following_the_links_gives_every_item_once() {
        let (mut top, mut skip, mut found) = (5, 1, Vec::new());
        loop {
            let (here, next) = paging(top, skip, 2).page((0..10).collect::<Vec<i32>>());
            found.extend(here);
            let Some(next) = next else { break };
            let number = |name: &str| {
                let (_, rest) = next.split_once(&format!("{name}=")).expect("in the link");
                rest.split('&').next().and_then(|text| text.parse().ok()).expect("a number")
            };
            (top, skip) = (number("top"), number("skip"));
        }
        assert_eq!(found, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn nothing_lies_beyond_the_end() {
        assert_eq!(paging(MOST, 20, 2).page(vec![1, 2]), (vec![], None));
        assert_eq!(paging(0, 0, 2).page(vec![1, 2]), (vec![], None));
    }

    #[test]
    fn the_address_is_the_one_that_the_caller_used() {
        let uri: Uri = "/loops/a/personalizer/evaluations?x=1".parse().expect("a path");
        let mut headers = HeaderMap::new();
        headers.insert("host", "ranks.example:8080".parse().expect("a host"));
        assert_eq!(address(&uri, &headers), "http://ranks.example:8080/loops/a/personalizer/evaluations");
        headers.insert("x-forwarded-proto", "https".parse().expect("a scheme"));
        assert!(address(&uri, &headers).starts_with("https://ranks.example:8080/"));
    }
}
