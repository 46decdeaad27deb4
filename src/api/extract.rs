//! JSON bodies, read strictly as to size and depth, and with refusals that name the field.
//!
//! What is accepted is wide: any content type or none (the old service never answered 415), unknown properties, null
//! for what is optional.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, request::Parts},
};
use futures::StreamExt;
use memchr::memchr2;
use serde::{Deserialize, de::DeserializeOwned};

use super::{ApiError, ApiState};

/// Objects and arrays within each other, in any body. Features may nest 5 levels, which stand 5 levels down.
const MAX_DEPTH: usize = 32;
/// How much of a body that is too large is read before the refusal. Clients that send everything before they read the
/// answer would otherwise only see a broken connection.
const N_DRAINED_BYTES: usize = 64 * 1024 * 1024;

/// A body as `T`.
#[derive(Debug)]
pub struct ApiJson<T>(pub T);

/// The parameters of the query.
#[derive(Debug)]
pub struct ApiQuery<T>(pub T);

/// A body as it is: a file, which may be larger than other bodies.
#[derive(Debug)]
pub struct ApiFile(pub Vec<u8>);

/// A body that is text, to be read with [`parse`] by whoever wants parts of it to stay where they are.
#[derive(Debug)]
pub struct ApiText(pub String);

/// The parameters of the path, percent-decoded.
#[derive(Debug)]
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        let Path(value) = path.map_err(|error| ApiError::bad("BadRequest", error.body_text()))?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(value) = query.map_err(|error| ApiError::bad("BadRequest", error.body_text()))?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        parse(&read_text(request, state).await?).map(Self)
    }
}

impl FromRequest<ApiState> for ApiText {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        read_text(request, state).await.map(Self)
    }
}

async fn read_text(request: Request, state: &ApiState) -> Result<String, ApiError> {
    let bytes = read_body(request.into_body(), state.limits.max_body_bytes()).await?;
    String::from_utf8(bytes).map_err(|_| ApiError::bad("BadRequest", "The body is not JSON, which is UTF-8."))
}

impl FromRequest<ApiState> for ApiFile {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        read_body(request.into_body(), state.limits.max_file_bytes()).await.map(Self)
    }
}

async fn read_body(body: Body, most: usize) -> Result<Vec<u8>, ApiError> {
    let mut chunks = body.into_data_stream();
    let (mut bytes, mut n_bytes) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::bad("BadRequest", "The body ended before it was complete."))?;
        n_bytes = n_bytes.saturating_add(chunk.len());
        if n_bytes <= most {
            bytes.extend_from_slice(&chunk);
        } else if n_bytes > N_DRAINED_BYTES {
            break;
        }
    }
    if n_bytes <= most {
        return Ok(bytes);
    }
    let message = format!("Exceeds maximum allowed payload size. A body may have at most {most} bytes.");
    Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "PayloadSizeExceeded", message))
}

/// Reads JSON; a refusal names the field.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ApiError> {
    let bytes = text.as_bytes();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ApiError::bad("BadRequest", "The call needs a JSON body."));
    }
    // Every body of the two APIs is one. A list would be read field by field in their order, which nobody means.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte == b'[') {
        return Err(ApiError::bad("BadRequest", "The body must be a JSON object, and this is a list."));
    }
    if depth(bytes) > MAX_DEPTH {
        let message = format!("The body nests objects and arrays more than {MAX_DEPTH} levels deep.");
        return Err(ApiError::bad("BadRequest", message));
    }
    // Where a body is wrong is only asked of those that are: knowing the path costs as much as reading.
    serde_json::from_str(text).or_else(|_| parse_with_path(text, ""))
}

/// Reads one value of a body that [`parse`] left as its text; `place` says where in the body it stands.
pub fn parse_part<'a, T: Deserialize<'a>>(text: &'a str, place: impl FnOnce() -> String) -> Result<T, ApiError> {
    serde_json::from_str(text).or_else(|_| parse_with_path(text, &place()))
}

fn parse_with_path<'a, T: Deserialize<'a>>(text: &'a str, place: &str) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = path_in(place, &error.path().to_string());
        let inner = error.into_inner();
        match (inner.classify(), path.as_str()) {
            (serde_json::error::Category::Data, "." | "?") => ApiError::bad("BadRequest", sentence(&inner)),
            (serde_json::error::Category::Data, _) => {
                ApiError::bad("BadRequest", format!("`{path}`: {}", sentence(&inner))).at(path)
            }
            _ if place.is_empty() => ApiError::bad("BadRequest", format!("The body is not JSON: {inner}")),
            _ => ApiError::bad("BadRequest", format!("`{place}` is not JSON: {inner}")).at(place),
        }
    })?;
    json.end().map_err(|error| ApiError::bad("BadRequest", format!("The body is not JSON: {error}")))?;
    Ok(value)
}

/// The path of a value's part in the whole body.
fn path_in(place: &str, path: &str) -> String {
    match (place, path) {
        ("", _) => path.to_owned(),
        (_, "." | "?") => place.to_owned(),
        _ => format!("{place}.{path}"),
    }
}

/// "invalid type: string "a", expected f32 at line 1 column 9", said for people who do not write Rust.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    text.replace("f32", "a number").replace("u64", "a whole number").replace("i64", "a whole number")
}

/// How deep the brackets of a JSON text nest. serde_json's own limit does not hold for what it skips.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut at) = (0_usize, 0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at += n_to_end_of_text(&bytes[at..]),
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// How many bytes are left of a text in quotes, whose first one is behind; the last one counts.
fn n_to_end_of_text(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(n) = bytes.get(at..).and_then(|left| memchr2(b'"', b'\\', left)) {
        at += n + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        // Whatever is escaped is part of the text.
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_do_not_count_as_depth() {
        assert_eq!(depth(br#"{"a": "[[[\"[[[", "b": [{}]}"#), 3);
        assert_eq!(depth(b"1"), 0);
        assert_eq!(depth(br#"["\\", [["\\\"["]]]"#), 3);
        for unfinished in [&br#"["[["#[..], br#"["[[\"#, br#"["[[\""#] {
            assert_eq!(depth(unfinished), 1);
        }
    }

    #[derive(Debug, serde::Deserialize)]
    struct Reward {
        #[expect(dead_code, reason = "only the refusal is looked at")]
        value: f32,
    }

    #[test]
    fn a_wrong_type_is_refused_with_the_name_of_its_field() {
        let error = parse::<Reward>(r#"{"value": "much"}"#).expect_err("a text is no number");
        assert!(format!("{error:?}").contains("`value`: invalid type: string \\\"much\\\", expected a number"));
    }

    #[test]
    fn a_list_is_no_body() {
        assert!(parse::<Reward>(" [1.0]").is_err());
    }

    #[test]
    fn a_number_that_no_float_holds_is_refused() {
        assert!(parse::<Reward>(r#"{"value": 1e999}"#).is_err());
        assert!(parse::<Reward>(r#"{"value": NaN}"#).is_err());
        assert!(parse::<Reward>(r#"{"value": 1} trailing"#).is_err());
    }
}
