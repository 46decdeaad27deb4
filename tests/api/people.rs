//! People, roles and the audit history over the API.

use std::collections::BTreeMap;

use axum::http::Method;
use rankloop::terms::Role;
use serde_json::{Value, json};

use crate::app::TestApp;

/// Who may do what: every operation of the management API with the least role that it takes. A new operation belongs here
/// and into the table of `docs/authentication.md`.
const LEAST: [(&str, Role); 55] = [
    ("applyEvaluation", Role::Editor),
    ("askWhatIf", Role::Analyst),
    ("changeRole", Role::Admin),
    ("createAnnotation", Role::Editor),
    ("createEvaluation", Role::Analyst),
    ("createLoop", Role::Editor),
    ("deleteAction", Role::Editor),
    ("deleteCheckpoint", Role::Editor),
    ("deleteEvaluation", Role::Analyst),
    ("deleteLoop", Role::Admin),
    ("endSessions", Role::Admin),
    ("explainEvent", Role::Analyst),
    ("exportCheckpoint", Role::Analyst),
    ("exportModel", Role::Analyst),
    ("finishRamp", Role::Editor),
    ("followEvents", Role::Analyst),
    ("getAction", Role::Viewer),
    ("getConfiguration", Role::Viewer),
    ("getEvaluation", Role::Viewer),
    ("getEvent", Role::Analyst),
    ("getFeatureChecks", Role::Viewer),
    ("getFeatureMoves", Role::Viewer),
    ("getLoop", Role::Viewer),
    ("getModel", Role::Viewer),
    ("getServer", Role::Analyst),
    ("getStats", Role::Viewer),
    ("getTrainer", Role::Viewer),
    ("importModel", Role::Editor),
    ("invite", Role::Admin),
    ("keepCheckpoint", Role::Editor),
    ("listActions", Role::Viewer),
    ("listAnnotations", Role::Viewer),
    ("listAudit", Role::Admin),
    ("listCheckpoints", Role::Viewer),
    ("listConfigurations", Role::Viewer),
    ("listEvaluations", Role::Viewer),
    ("listEvents", Role::Analyst),
    ("listInvitations", Role::Admin),
    ("listKeys", Role::Viewer),
    ("listLoops", Role::Viewer),
    ("listPeople", Role::Admin),
    ("pauseLoop", Role::Editor),
    ("previewConfiguration", Role::Viewer),
    ("previewConsequence", Role::Viewer),
    ("removePerson", Role::Admin),
    ("renameLoop", Role::Editor),
    ("resetModel", Role::Editor),
    ("restoreCheckpoint", Role::Editor),
    ("resumeLoop", Role::Editor),
    ("rotateKey", Role::Admin),
    ("saveAction", Role::Editor),
    ("saveActions", Role::Editor),
    ("stopRamp", Role::Editor),
    ("updateConfiguration", Role::Editor),
    ("withdrawInvitation", Role::Admin),
];

#[tokio::test]
async fn every_operation_refuses_the_roles_below_the_least_that_it_takes() {
    let app = TestApp::start().await;
    let document = app.call("", Method::GET, "/api/openapi.json", "").await.json();
    let least: BTreeMap<&str, Role> = LEAST.into_iter().collect();
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((role, app.token(role).await));
    }
    let mut n_operations = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some(below) = path.strip_prefix("/api/v1") else { continue };
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            let least = least.get(name).unwrap_or_else(|| panic!("{name} has no least role in this table"));
            n_operations += 1;
            let of = app.make_loop(json!({})).await;
            let path = below.replace("{id}", &of.id).replace("{slot}", "1");
            let path = path.replace("{actionId}", "a").replace("{eventId}", "e").replace("{evaluationId}", "x");
            let path = path.replace("{checkpointId}", "x");
            let method: Method = method.to_uppercase().parse().expect("a method");
            for (role, token) in &tokens {
                let answer = match name {
                    // Its answer has no end that could be waited for.
                    "followEvents" => app.begin_stream_as(token, &path).await,
                    _ => app.manage_as(token, method.clone(), &path, body_of(name)).await,
                };
                let told = format!("{name} as {}: {} {}", role.as_str(), answer.status, answer.text);
                assert_eq!(answer.status == 403, role < least, "{told}");
                // A model comes as a signed file, which there is none of here.
                let is_no_file = name == "importModel" && answer.status == 400;
                assert!(is_no_file || ![400, 401].contains(&answer.status.as_u16()), "{told}");
                if name == "deleteLoop" && role >= least {
                    break;
                }
            }
        }
    }
    assert_eq!(n_operations, LEAST.len(), "an operation of this table is gone");
}

/// Bodies are read before roles are asked for, so they have to be good ones.
fn body_of(operation: &str) -> Value {
    let decision = json!({"contextFeatures": [], "actions": [{"id": "a", "features": [{"x": 1}]}]});
    match operation {
        "applyEvaluation" => json!({"policyName": "Online"}),
        "askWhatIf" => decision,
        "changeRole" | "invite" => json!({"role": "viewer"}),
        "createAnnotation" => json!({"text": "A campaign began."}),
        "createEvaluation" => json!({
            "name": "x", "startTime": "2025-12-01T00:00:00Z", "endTime": "2025-12-05T00:00:00Z",
        }),
        "createLoop" | "renameLoop" => json!({"name": "tea"}),
        "explainEvent" => json!({"eventId": "e"}),
        "previewConfiguration" | "previewConsequence" | "updateConfiguration" => {
            json!({"explorationPercentage": 0.1})
        }
        "keepCheckpoint" => json!({"note": "before the sale"}),
        "saveActions" => json!({"actions": [{"id": "a", "features": [{"x": 1}]}]}),
        "saveAction" => json!({"features": [{"x": 1}]}),
        _ => Value::Null,
    }
}

#[tokio::test]
async fn an_invited_person_is_listed_and_can_be_given_another_role_and_removed() {
    let app = TestApp::start().await;
    let made = app.manage(Method::POST, "/invitations", json!({"role": "editor"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let token = made["path"].as_str().and_then(|path| path.strip_prefix("/welcome/")).expect("a path").to_owned();
    let listed = app.manage(Method::GET, "/invitations", Value::Null).await;
    assert_eq!(listed.json()["invitations"][0]["id"], made["id"]);
    assert!(!listed.text.contains(&token), "the link is shown once");

    let person = app.accounts().accept_link(&token, "Bob", "correct horse", "192.0.2.1").await.expect("used");
    let people = app.manage(Method::GET, "/people", Value::Null).await.json();
    assert_eq!((&people["people"][0]["name"], &people["people"][0]["role"]), (&json!("Bob"), &json!("editor")));

    let path = format!("/people/{}", person.id);
    assert_eq!(app.manage(Method::PATCH, &path, json!({"role": "owner"})).await.status, 204);
    let refused = app.manage(Method::DELETE, &path, Value::Null).await;
    assert_eq!(refused.refusal(), (409, "LastOwner".to_owned()));
    assert_eq!(refused.message(), "This is the only owner; make somebody else an owner first.");
    let refused = app.manage(Method::PATCH, &path, json!({"role": "king"})).await;
    assert_eq!(refused.refusal(), (400, "InvalidRole".to_owned()));
    let refused = app.manage(Method::PATCH, "/people/nobody", json!({"role": "viewer"})).await;
    assert_eq!(refused.refusal().0, 404);
    let ended = app.manage(Method::DELETE, &format!("{path}/sessions"), Value::Null).await;
    assert_eq!(ended.json(), json!({"ended": 0}));
}

#[tokio::test]
async fn an_admin_s_token_makes_no_owners() {
    let app = TestApp::start().await;
    let admin = app.token(Role::Admin).await;
    let refused = app.manage_as(&admin, Method::POST, "/invitations", json!({"role": "owner"})).await;
    assert_eq!(refused.refusal(), (403, "Forbidden".to_owned()));
    assert_eq!(refused.message(), "An admin cannot decide about owners.");
    let made = app.manage_as(&admin, Method::POST, "/invitations", json!({"role": "admin"})).await;
    assert_eq!(made.status, 201);
}

#[tokio::test]
async fn each_change_of_a_loop_is_told_with_who_did_it_through_which_door() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    let path = format!("/loops/{}", of.id);
    let editor = app.token(Role::Editor).await;
    let settings = json!({"explorationPercentage": 0.1});
    app.manage_as(&editor, Method::PUT, &format!("{path}/configuration"), settings).await;
    app.manage(Method::PATCH, &path, json!({"name": "tea"})).await;
    app.manage(Method::POST, &format!("{path}/keys/2/rotate"), Value::Null).await;
    app.manage(Method::PUT, &format!("{path}/actions/a"), json!({"features": [{"x": 1}]})).await;
    app.manage(Method::DELETE, &format!("{path}/actions/a"), Value::Null).await;
    app.manage(Method::POST, &format!("{path}/annotations"), json!({"text": "A campaign began."})).await;
    app.call(&of.keys[0], Method::DELETE, "/personalizer/v1.0/model", "").await;
    app.call(&of.keys[0], Method::GET, "/personalizer/v1.0/model", "").await;
    app.call(&of.keys[0], Method::DELETE, "/personalizer/v1.0/logs", "").await;
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, 204);

    let lines = app.manage(Method::GET, &format!("/audit?loop={}", of.id), Value::Null).await.json();
    let mut told: Vec<String> = lines["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} {} {}", text("kind"), text("by"), text("door"), text("subject"), text("details"))
        })
        .collect();
    told.sort();
    let key_end =
        app.manage(Method::GET, "/audit?kind=keyReplaced", Value::Null).await.json()["lines"][0]["details"].clone();
    let expected = [
        "actionDeleted owner api a ".to_owned(),
        "actionSaved owner api a new".to_owned(),
        format!("keyReplaced owner api key 2 {}", key_end.as_str().expect("text")),
        "logsDeleted key key  ".to_owned(),
        "loopDeleted owner api  ".to_owned(),
        "loopMade owner api  ".to_owned(),
        "loopRenamed owner api  test → tea".to_owned(),
        "modelExported key key  ".to_owned(),
        "modelReset key key  ".to_owned(),
        "noteAdded owner api  A campaign began.".to_owned(),
        "settingsApplied editor api  explorationPercentage 20 % → 10 %".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn the_history_comes_in_pages_and_says_what_of_a_question_is_wrong() {
    let app = TestApp::start().await;
    for n in 0..5 {
        app.manage(Method::POST, "/loops", json!({"name": format!("loop {n}")})).await;
        app.clock.advance_us(1);
    }
    let mut names = Vec::new();
    let mut path = "/audit?limit=2&kind=loopMade".to_owned();
    loop {
        let page = app.manage(Method::GET, &path, Value::Null).await.json();
        let lines = page["lines"].as_array().expect("lines").clone();
        names.extend(lines.iter().map(|line| line["loopName"].as_str().expect("a name").to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/audit?limit=2&kind=loopMade&after={next}");
    }
    assert_eq!(names, ["loop 4", "loop 3", "loop 2", "loop 1", "loop 0"]);

    let both = app.manage(Method::GET, "/audit?from=2026-01-01&to=2026-01-01T00:00:00.000002Z", Value::Null).await;
    assert_eq!(both.json()["lines"].as_array().expect("lines").len(), 2);
    for wrong in ["kind=danced", "from=yesterday", "to=soon", "limit=0", "limit=1001", "after=x"] {
        let refused = app.manage(Method::GET, &format!("/audit?{wrong}"), Value::Null).await;
        assert_eq!(refused.refusal(), (400, "InvalidAuditQuery".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn the_server_tells_what_it_knows_and_leaves_out_what_it_does_not() {
    let app = TestApp::start().await;
    let of = app.make_loop(json!({})).await;
    app.rank_two(&of, "e1").await;
    app.stats(&of).await;
    let told = app.manage(Method::GET, "/server", Value::Null).await.json();
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(told["database"]["kind"], "SQLite");
    assert!(told["database"]["sizeBytes"].as_u64().is_some_and(|n_bytes| n_bytes > 4_096), "{told}");
    let row = &told["loops"][0];
    assert_eq!((&row["id"], &row["lagRecords"]), (&json!(of.id), &json!(0)));
    assert!(row["ranksPerSecond"].as_f64().is_some_and(|rate| rate > 0.0), "{told}");
    assert_eq!(row["trainer"], told["process"], "the only process trains");
    for unknown in ["commits", "lastBackupAt"] {
        assert!(told.get(unknown).is_none(), "nothing is known of {unknown}: {told}");
    }
}
