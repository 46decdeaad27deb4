//! The trainer's machine loses its network: nothing that it sends arrives, and nobody tells it so.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    database::Database,
    faults::Timeline,
    load::{Load, RoundRobin},
    process::{Place, Process, alone, until},
    together::{all_are_one, end, make_loop, not_run},
};

const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(5);
/// The two ends of the cable. The network is one that documentation is written about, so that nobody has it.
const HERE: &str = "198.51.100.1";
const THERE: &str = "198.51.100.2";

/// A machine of its own as far as the network goes, with one cable to this one.
struct Machine {
    name: String,
    cable: String,
}

impl Machine {
    /// `None` where this is not permitted.
    fn new() -> Option<Self> {
        let id = std::process::id();
        let machine = Self { name: format!("rankloop-{id}"), cable: format!("rl{id}") };
        let (name, cable, there) = (machine.name.as_str(), machine.cable.as_str(), format!("{}t", machine.cable));
        let is_made = ip(&["netns", "add", name])
            && ip(&["link", "add", cable, "type", "veth", "peer", "name", &there, "netns", name])
            && ip(&["address", "add", &format!("{HERE}/30"), "dev", cable])
            && ip(&["link", "set", cable, "up"])
            && ip(&["-n", name, "address", "add", &format!("{THERE}/30"), "dev", &there])
            && ip(&["-n", name, "link", "set", &there, "up"])
            && ip(&["-n", name, "link", "set", "lo", "up"]);
        is_made.then_some(machine)
    }

    fn pull_the_cable(&self) {
        assert!(ip(&["link", "set", &self.cable, "down"]));
    }

    fn plug_it_in(&self) {
        assert!(ip(&["link", "set", &self.cable, "up"]));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The cable goes with it.
        ip(&["netns", "delete", &self.name]);
    }
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Lets the other machine reach the PostgreSQL of the test run, which listens on the loopback only. The address of the
/// database there.
async fn reachable_from_there(url: &str) -> (String, JoinHandle<()>) {
    let (_, place) = url.split_once('@').expect("postgres://user@host:port/name");
    let (server, _) = place.split_once('/').expect("postgres://user@host:port/name");
    let (server, listener) = (server.to_owned(), TcpListener::bind((HERE, 0)).await.expect("the cable is there"));
    let here = listener.local_addr().expect("it listens").to_string();
    let there_url = url.replace(&server, &here);
    let passing = tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(async move {
                let mut database = TcpStream::connect(server).await?;
                copy_bidirectional(&mut caller, &mut database).await
            });
        }
    });
    (there_url, passing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trainer_that_is_cut_off_is_replaced_and_comes_back_to_the_same_model() {
    let _alone = alone().await;
    let Some(database) = Database::postgres().await else { return not_run() };
    let Some(machine) = Machine::new() else {
        eprintln!("not run: network namespaces cannot be made here (this needs root and `ip`)");
        return database.end().await;
    };
    let (url, passing) = reachable_from_there(&database.url).await;
    let place = Place { namespace: Some(machine.name.clone()), address: format!("{THERE}:0"), database_url: url };
    // It trains the loop, because there is nobody else when the loop is made.
    let mut processes = vec![Process::start_at('a', place)];
    let (id, key) = make_loop(&processes, json!({})).await;
    processes.extend(['b', 'c'].map(|name| Process::start(name, &database)));
    let servers = RoundRobin::of(processes);
    let timeline = Timeline(Instant::now());
    let load = Load::start(&servers, &key);
    until("the load goes on", async || (load.n_done() >= 60).then_some(())).await;
    assert_eq!(servers.processes[0].trainer(&id).await["isHere"], true);
    timeline.note(&format!("a trains; {} events are rewarded; its cable is pulled", load.n_done()));
    machine.pull_the_cable();
    let pulled = Instant::now();
    let path = format!("/loops/{id}/trainer");
    let others = &servers.processes[1..];
    let name = until("another one trains", async || {
        for process in others {
            let trainer = process.manage(Method::GET, &path, Value::Null).await.json();
            if trainer["isHere"] == true {
                return Some(process.name);
            }
        }
        None
    })
    .await;
    let without = pulled.elapsed();
    timeline.note(&format!("{name} trains, {without:?} later"));
    assert!(without < TAKEN_OVER_WITHIN, "{without:?}");
    let from = load.n_done();
    until("the load goes on", async || (load.n_done() >= from + 100).then_some(())).await;

    machine.plug_it_in();
    timeline.note("the cable is plugged in again");
    until("it knows that it does not train any more", async || {
        (servers.processes[0].trainer(&id).await["isHere"] == false).then_some(())
    })
    .await;
    timeline.note("a follows");
    let events = load.end().await;
    timeline.note(&format!("the load ends with {} events", events.len()));
    let stats = all_are_one(&servers.processes, &id, &key, events.len()).await;
    assert_eq!((&stats["ranked"], &stats["orphanRewards"]), (&json!(events.len()), &json!(0)), "{stats}");
    timeline.note("all have the same model");
    passing.abort();
    end(servers, database).await;
}
