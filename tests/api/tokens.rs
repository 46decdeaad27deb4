//! Tokens of an issuer that the tests play.

use std::{num::NonZeroU32, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use rankloop::api::{
    RateLimit,
    bearer::{IssuerOptions, Requirement, TokenOptions},
};
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    app::{Answer, START_S, TestApp, TestLoop, two_actions},
    played_issuer::{PlayedIssuer, Signer, base64},
};

const AUDIENCE: &str = "https://cognitiveservices.azure.com";
const RANK: &str = "/personalizer/v1.0/rank";

fn options(issuer: &PlayedIssuer) -> TokenOptions {
    TokenOptions {
        issuers: vec![IssuerOptions { issuer: issuer.url.clone(), jwks_url: None }],
        audiences: vec![AUDIENCE.to_owned()],
        loop_claim: None,
        requirements: Vec::new(),
        clock_skew: Duration::from_secs(60),
        least_between_fetches: Duration::ZERO,
        extra_ca: None,
    }
}

fn claims(issuer: &PlayedIssuer) -> Value {
    json!({"iss": issuer.url, "aud": AUDIENCE, "sub": "a program", "nbf": START_S - 10, "exp": START_S + 3_600})
}

/// The same claims with some of them said otherwise.
fn but(mut claims: Value, changed: Value) -> Value {
    let changed = changed.as_object().expect("an object").clone();
    claims.as_object_mut().expect("an object").extend(changed);
    claims
}

async fn rank(app: &TestApp, path: &str, token: &str) -> Answer {
    let request = Request::builder().method(Method::POST).uri(path).header("Authorization", format!("Bearer {token}"));
    app.send(request.body(Body::from(two_actions("e").to_string())).expect("a request")).await
}

async fn rank_behind(app: &TestApp, of: &TestLoop, token: &str) -> StatusCode {
    rank(app, &format!("/loops/{}{RANK}", of.id), token).await.status
}

#[track_caller]
fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!(answer.refusal(), (401, "401".to_owned()), "{}", answer.text);
    let challenge = answer.header("www-authenticate");
    assert_eq!(challenge, format!(r#"Bearer error="invalid_token", error_description="{why}""#));
}

#[tokio::test]
async fn a_good_token_opens_the_data_plane_whatever_its_issuer_signs_with() {
    let signers =
        [Signer::rs256("rs"), Signer::ps512("ps"), Signer::es256("p256"), Signer::es384("p384"), Signer::eddsa("ed")];
    let issuer = PlayedIssuer::start(&signers.each_ref()).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    let of = app.make_loop(json!({})).await;
    for signer in &signers {
        let answer = rank(&app, RANK, &signer.token(&claims(&issuer))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}: {}", signer.algorithm, answer.text);
    }
    assert_eq!(app.stats(&of).await["ranked"], 1);
    for (key, n) in [("token", 1), ("1", 0)] {
        let found = app.manage(Method::GET, &format!("/loops/{}/events?key={key}", of.id), Value::Null).await.json();
        assert_eq!(found["events"].as_array().map(Vec::len), Some(n), "{key}: {found}");
    }
}

#[tokio::test]
async fn a_token_that_is_wrong_in_any_way_is_refused_and_the_challenge_says_why() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    app.make_loop(json!({})).await;
    let good = claims(&issuer);
    let with = |changed: Value| signer.token(&but(good.clone(), changed));
    let audience = "The token is for another audience.";
    assert_refused(&rank(&app, RANK, &with(json!({"aud": "https://management.azure.com"}))).await, audience);
    let elsewhere = with(json!({"iss": format!("{}/", issuer.url)}));
    assert_refused(&rank(&app, RANK, &elsewhere).await, "The token is from another issuer.");
    assert_refused(&rank(&app, RANK, &with(json!({"exp": START_S - 60}))).await, "The token has expired.");
    assert_refused(&rank(&app, RANK, &with(json!({"nbf": START_S + 61}))).await, "The token is not valid yet.");
    assert_eq!(rank(&app, RANK, &with(json!({"exp": START_S - 59}))).await.status, StatusCode::CREATED);
    assert_eq!(rank(&app, RANK, &with(json!({"nbf": START_S + 60}))).await.status, StatusCode::CREATED);

    let token = signer.token(&good);
    let (message, _) = token.rsplit_once('.').expect("three parts");
    let forged = with(json!({"sub": "an administrator"}));
    let (forged, _) = forged.rsplit_once('.').expect("three parts");
    let signature = &token[message.len()..];
    assert_refused(&rank(&app, RANK, &format!("{forged}{signature}")).await, "The token's signature is wrong.");
    let answer = rank(&app, RANK, "no token").await;
    assert_refused(&answer, "The token cannot be read, or its algorithm is not accepted.");
    insta::assert_snapshot!(answer.message(), @"Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.");
}

#[tokio::test]
async fn neither_no_signature_nor_one_with_the_public_key_as_a_secret_is_taken() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    app.make_loop(json!({})).await;
    let message = |header: Value| format!("{}.{}", base64(header.to_string()), base64(claims(&issuer).to_string()));
    let unread = "The token cannot be read, or its algorithm is not accepted.";
    for none in ["none", "None", "NONE"] {
        let message = message(json!({"alg": none, "kid": "one"}));
        assert_refused(&rank(&app, RANK, &format!("{message}.")).await, unread);
    }
    let message = message(json!({"alg": "HS256", "kid": "one"}));
    let public = signer.published()["n"].as_str().expect("a modulus").to_owned();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes()), message.as_bytes());
    let token = format!("{message}.{}", base64(tag));
    assert_refused(&rank(&app, RANK, &token).await, "The token's signature is wrong.");
    let critical = signer
        .token_with_header(&json!({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false}), &claims(&issuer));
    assert_refused(&rank(&app, RANK, &critical).await, unread);
}

#[tokio::test]
async fn new_keys_are_fetched_when_a_token_names_one_and_the_old_ones_end_with_their_publication() {
    let (old, new) = (Signer::rs256("old"), Signer::es256("new"));
    let issuer = PlayedIssuer::start(&[&old]).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    app.make_loop(json!({})).await;
    assert_eq!(rank(&app, RANK, &old.token(&claims(&issuer))).await.status, StatusCode::CREATED);
    let unknown = "The issuer does not know the key that signed the token.";
    assert_refused(&rank(&app, RANK, &new.token(&claims(&issuer))).await, unknown);
    issuer.publish(&[&new]);
    assert_eq!(rank(&app, RANK, &new.token(&claims(&issuer))).await.status, StatusCode::CREATED);
    assert_refused(&rank(&app, RANK, &old.token(&claims(&issuer))).await, unknown);
}

#[tokio::test]
async fn tokens_with_unknown_keys_do_not_make_us_hammer_the_issuer() {
    let (known, unknown) = (Signer::rs256("known"), Signer::es256("unknown"));
    let issuer = PlayedIssuer::start(&[&known]).await;
    let app = TestApp::start_with_tokens(TokenOptions {
        least_between_fetches: Duration::from_secs(3_600),
        ..options(&issuer)
    });
    let app = app.await;
    app.make_loop(json!({})).await;
    assert_eq!(rank(&app, RANK, &known.token(&claims(&issuer))).await.status, StatusCode::CREATED);
    let n_asked = issuer.n_asked();
    let forged = unknown.token(&claims(&issuer));
    let attempts = (0..50).map(|_| rank(&app, RANK, &forged));
    for answer in futures::future::join_all(attempts).await {
        assert_refused(&answer, "The issuer does not know the key that signed the token.");
    }
    assert_eq!(issuer.n_asked(), n_asked);
}

#[tokio::test]
async fn what_is_wrong_on_its_face_never_makes_us_ask_the_issuer() {
    let (known, unknown) = (Signer::rs256("known"), Signer::es256("unknown"));
    let issuer = PlayedIssuer::start(&[&known]).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    app.make_loop(json!({})).await;
    assert_eq!(rank(&app, RANK, &known.token(&claims(&issuer))).await.status, StatusCode::CREATED);
    let n_asked = issuer.n_asked();
    for wrong in [json!({"aud": "x"}), json!({"exp": 1}), json!({"iss": "https://evil.example.com"})] {
        let answer = rank(&app, RANK, &unknown.token(&but(claims(&issuer), wrong))).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(issuer.n_asked(), n_asked);
}

#[tokio::test]
async fn while_the_issuer_is_down_known_keys_go_on_working_and_without_any_the_answer_is_503() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    issuer.fall_silent(true);
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    app.make_loop(json!({})).await;
    let token = signer.token(&claims(&issuer));
    let answer = rank(&app, RANK, &token).await;
    assert_eq!(answer.refusal(), (503, "OperationNotAllowed".to_owned()));
    assert_eq!(answer.header("retry-after"), "1");
    issuer.fall_silent(false);
    assert_eq!(rank(&app, RANK, &token).await.status, StatusCode::CREATED);
    issuer.fall_silent(true);
    let other = Signer::es256("other").token(&claims(&issuer));
    assert_refused(&rank(&app, RANK, &other).await, "The issuer does not know the key that signed the token.");
    assert_eq!(rank(&app, RANK, &token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_token_means_the_loop_of_the_prefix_or_the_only_one_there_is() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    let token = signer.token(&claims(&issuer));
    let one = app.make_loop(json!({})).await;
    assert_eq!(rank(&app, RANK, &token).await.status, StatusCode::CREATED);
    let other = app.make_loop(json!({})).await;
    let answer = rank(&app, RANK, &token).await;
    assert_eq!(answer.refusal(), (400, "BadRequest".to_owned()));
    assert!(answer.message().contains("/loops/{id}/personalizer"), "{}", answer.text);
    assert_eq!(rank_behind(&app, &other, &token).await, StatusCode::CREATED);
    assert_eq!(app.stats(&other).await["ranked"], 1);
    assert_eq!(rank_behind(&app, &one, &token).await, StatusCode::CREATED);
    let nowhere = TestLoop { id: "nowhere".to_owned(), keys: one.keys.clone() };
    assert_eq!(rank_behind(&app, &nowhere, &token).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_claim_can_confine_tokens_to_their_loops() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let confined = TokenOptions { loop_claim: Some("loops".to_owned()), ..options(&issuer) };
    let app = TestApp::start_with_tokens(confined).await;
    let (one, other) = (app.make_loop(json!({})).await, app.make_loop(json!({})).await);
    let for_loops = |loops: Value| signer.token(&but(claims(&issuer), json!({"loops": loops})));
    let for_one = for_loops(json!(one.id));
    assert_eq!(rank(&app, RANK, &for_one).await.status, StatusCode::CREATED);
    assert_eq!(app.stats(&one).await["ranked"], 1);
    assert_eq!(rank_behind(&app, &one, &for_one).await, StatusCode::CREATED);
    assert_eq!(rank_behind(&app, &other, &for_one).await, StatusCode::FORBIDDEN);
    assert_eq!(rank(&app, RANK, &signer.token(&claims(&issuer))).await.status, StatusCode::FORBIDDEN);
    assert_eq!(rank_behind(&app, &one, &signer.token(&claims(&issuer))).await, StatusCode::FORBIDDEN);
    let for_both = for_loops(json!([one.id, other.id]));
    assert_eq!(rank(&app, RANK, &for_both).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(rank_behind(&app, &other, &for_both).await, StatusCode::CREATED);
    assert_eq!(rank(&app, RANK, &for_loops(json!("gone"))).await.refusal(), (404, "ResourceNotFound".to_owned()));
}

#[tokio::test]
async fn a_token_without_the_required_role_is_forbidden() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let with_role = TokenOptions { requirements: vec![Requirement::role("Rank.Use")], ..options(&issuer) };
    let app = TestApp::start_with_tokens(with_role).await;
    app.make_loop(json!({})).await;
    let answer = rank(&app, RANK, &signer.token(&but(claims(&issuer), json!({"roles": ["Rank.Look"]})))).await;
    assert_eq!(answer.refusal(), (403, "PermissionDenied".to_owned()));
    assert_eq!(answer.header("www-authenticate"), r#"Bearer error="insufficient_scope""#);
    assert!(answer.message().starts_with("Principal does not have access to API/Operation."), "{}", answer.text);
    let token = signer.token(&but(claims(&issuer), json!({"roles": ["Rank.Look", "Rank.Use"]})));
    assert_eq!(rank(&app, RANK, &token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn with_a_key_and_a_token_the_key_decides() {
    let signer = Signer::rs256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let app = TestApp::start_with_tokens(options(&issuer)).await;
    let of = app.make_loop(json!({})).await;
    let both = |key: &str, token: &str| {
        let request = Request::builder().method(Method::POST).uri(RANK).header("Ocp-Apim-Subscription-Key", key);
        let request = request.header("Authorization", format!("Bearer {token}"));
        request.body(Body::from(two_actions("e").to_string())).expect("a request")
    };
    assert_eq!(app.send(both(&of.keys[0], "no token")).await.status, StatusCode::CREATED);
    let refused = app.send(both("no key", &signer.token(&claims(&issuer)))).await;
    assert_eq!(refused.refusal(), (401, "401".to_owned()));
}

#[tokio::test]
async fn an_issuer_may_have_its_keys_anywhere() {
    let signer = Signer::es256("one");
    let played = PlayedIssuer::start(&[&signer]).await;
    let issuers = vec![
        IssuerOptions { issuer: "https://other.example.com".to_owned(), jwks_url: None },
        IssuerOptions {
            issuer: "https://sts.example.com/tenant/".to_owned(),
            jwks_url: Some(format!("{}/keys", played.url)),
        },
    ];
    let app = TestApp::start_with_tokens(TokenOptions { issuers, ..options(&played) }).await;
    app.make_loop(json!({})).await;
    let token = signer.token(&but(claims(&played), json!({"iss": "https://sts.example.com/tenant/"})));
    assert_eq!(rank(&app, RANK, &token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_configuration_that_is_of_another_issuer_is_not_believed() {
    let signer = Signer::es256("one");
    let played = PlayedIssuer::start(&[&signer]).await;
    let with_slash = format!("{}/", played.url);
    let issuers = vec![IssuerOptions { issuer: with_slash.clone(), jwks_url: None }];
    let app = TestApp::start_with_tokens(TokenOptions { issuers, ..options(&played) }).await;
    app.make_loop(json!({})).await;
    let answer = rank(&app, RANK, &signer.token(&but(claims(&played), json!({"iss": with_slash})))).await;
    assert_eq!(answer.refusal(), (503, "OperationNotAllowed".to_owned()));
    assert_eq!(played.n_asked(), 0);
}

#[tokio::test]
async fn calls_with_tokens_count_against_their_loop_too() {
    let signer = Signer::es256("one");
    let issuer = PlayedIssuer::start(&[&signer]).await;
    let one = NonZeroU32::MIN;
    let rate = RateLimit { per_second: one, burst: one };
    let app = TestApp::open(Some(rate), Some(options(&issuer))).await;
    app.make_loop(json!({})).await;
    let token = signer.token(&claims(&issuer));
    assert_eq!(rank(&app, RANK, &token).await.status, StatusCode::CREATED);
    assert_eq!(rank(&app, RANK, &token).await.refusal(), (429, "TooManyRequests".to_owned()));
}

#[tokio::test]
async fn a_server_without_issuers_takes_keys_only() {
    let app = TestApp::start().await;
    app.make_loop(json!({})).await;
    let answer = rank(&app, RANK, "a.b.c").await;
    assert_eq!(answer.refusal(), (401, "401".to_owned()));
    insta::assert_snapshot!(answer.message(), @"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}
