//! A process that is killed right after somebody went back to a kept model: it ranks by that one, and goes on learning.

use serde_json::{Value, json};

use crate::server::Server;

fn play(server: &Server, key: &str, prefix: &str, n: usize) {
    for number in 0..n {
        let event_id = format!("{prefix}-{number}");
        assert_eq!(server.rank(key, &event_id).status, 201);
        assert_eq!(server.reward(key, &event_id).status, 204);
    }
}

fn told(server: &Server, path: &str) -> Value {
    let answer = server.manage("GET", path, None);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[test]
fn going_back_to_a_kept_model_outlives_a_kill_and_so_does_the_way_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(folder.path(), |_| {});
    let (loop_id, key) = server.make_loop();
    let (model, kept) = (format!("/api/v1/loops/{loop_id}/model"), format!("/api/v1/loops/{loop_id}/checkpoints"));
    play(&server, &key, "before", 5);
    let made = server.manage("POST", &kept, Some(json!({"note": "before the sale"})));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    server.kill();

    let server = Server::start(folder.path(), |_| {});
    play(&server, &key, "after", 4);
    assert_eq!(told(&server, &model)["eventsLearned"], 9);
    let restored = server.manage("POST", &format!("{kept}/{id}/restore"), None);
    assert_eq!(restored.status, 204, "{restored:?}");
    let before_kill = told(&server, &model);
    server.kill();

    let server = Server::start(folder.path(), |_| {});
    let after_kill = told(&server, &model);
    assert_eq!((&after_kill["eventsLearned"], &after_kill), (&json!(5), &before_kill));
    play(&server, &key, "on", 1);
    assert_eq!(told(&server, &model)["eventsLearned"], 6, "it goes on learning from there");

    let all = told(&server, &kept)["checkpoints"].as_array().expect("a list").clone();
    let reasons: Vec<&str> = all.iter().map(|kept| kept["reason"].as_str().expect("a reason")).collect();
    assert_eq!(reasons, ["beforeImport", "byHand"], "the one that was left is there, to come back");
    let newest = all[0]["id"].as_str().expect("an id");
    assert_eq!(server.manage("POST", &format!("{kept}/{newest}/restore"), None).status, 204);
    server.kill();
    let server = Server::start(folder.path(), |_| {});
    assert_eq!(told(&server, &model)["eventsLearned"], 9);
}
