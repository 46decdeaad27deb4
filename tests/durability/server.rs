//! The program as a process, and the few calls that the tests make.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

const TOKEN: &str = "a token of the test";

/// A server that ends with the test.
pub struct Server {
    child: Child,
    addr: SocketAddr,
}

/// An answer, and how long it took.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: String,
    pub took: Duration,
}

impl Answer {
    pub fn has_header(&self, line: &str) -> bool {
        self.headers.lines().any(|header| header.eq_ignore_ascii_case(line))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rankloop"))
}

impl Server {
    /// Starts it on these data, and waits until it can rank.
    pub fn start(data: &Path, prepare: impl FnOnce(&mut Command)) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = program();
        command.args(["serve", "--no-demo", "--addr", &port.to_string(), "--data-dir"]).arg(data);
        command.env("RANKLOOP_ADMIN_TOKEN", TOKEN).env_remove("DATABASE_URL").stdout(Stdio::null());
        command.stderr(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        // Shown with a test that fails.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("server: {line}")));
        let mut server = Self { child, addr: port };
        let deadline = Instant::now() + Duration::from_secs(30);
        while server.try_call("GET", "/readyz", "", None).is_none_or(|answer| answer.status != 200) {
            assert!(Instant::now() < deadline, "it is not ready");
            assert!(server.child.try_wait().expect("its state").is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Ends it as a power cut would end the process.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }

    /// A new loop's id and key.
    pub fn make_loop(&self) -> (String, String) {
        let made = self.manage("POST", "/api/v1/loops", Some(json!({"name": "test"})));
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.json();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&made["id"]), text(&made["keys"][0]))
    }

    pub fn manage(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, path, &format!("Authorization: Bearer {TOKEN}"), body)
    }

    pub fn rank(&self, key: &str, event_id: &str) -> Answer {
        let body = json!({
            "eventId": event_id,
            "contextFeatures": [{"device": "mobile"}],
            "actions": [{"id": "a", "features": [{"kind": "x"}]}, {"id": "b", "features": [{"kind": "y"}]}],
        });
        self.call("POST", "/personalizer/v1.0/rank", &format!("Ocp-Apim-Subscription-Key: {key}"), Some(body))
    }

    pub fn reward(&self, key: &str, event_id: &str) -> Answer {
        let path = format!("/personalizer/v1.0/events/{event_id}/reward");
        self.call("POST", &path, &format!("Ocp-Apim-Subscription-Key: {key}"), Some(json!({"value": 1.0})))
    }

    /// How many rewards of this event are stored; `None` when the event is unknown.
    pub fn n_rewards(&self, loop_id: &str, event_id: &str) -> Option<usize> {
        let found = self.manage("GET", &format!("/api/v1/loops/{loop_id}/events/{event_id}"), None);
        (found.status == 200).then(|| found.json()["rewards"].as_array().expect("a list").len())
    }

    pub fn call(&self, method: &str, path: &str, header: &str, body: Option<Value>) -> Answer {
        self.try_call(method, path, header, body).expect("an answer")
    }

    fn try_call(&self, method: &str, path: &str, header: &str, body: Option<Value>) -> Option<Answer> {
        let began = Instant::now();
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let mut connection = TcpStream::connect(self.addr).ok()?;
        connection.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{header}\r\n{body}",
            self.addr,
            body.len()
        );
        connection.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).ok()?;
        let (headers, body) = answer.split_once("\r\n\r\n")?;
        let status = headers.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, headers: headers.to_owned(), body: body.to_owned(), took: began.elapsed() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
