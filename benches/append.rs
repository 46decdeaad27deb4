//! How many durable appends a second: callers share commits, so throughput should rise with their number.
//!
//! Each append waits for a real sync of the device that holds the temporary folder (`TMPDIR`), so the figures say as
//! much about that device as about the program.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rankloop::{
    clock::Clock,
    store::{AuditLine, Came, Durability, KeyRow, LogHead, LogWriter, LoopRow, NewRecord, Store},
    terms::{Author, Environment, LoopId},
};

/// About what a Rank with ten actions leaves in the log.
const N_BODY_BYTES: usize = 1_500;

/// A loop in a fresh database, and its writer.
async fn start(url: &str, durability: Durability) -> (LogWriter, LoopId) {
    let store = Store::open(url).await.expect("a database");
    store.migrate().await.expect("the schema");
    let key = KeyRow { hash: [1; 32], last4: "last".to_owned(), created_at_us: 0 };
    let id: LoopId = "bench".parse().expect("a good id");
    let row = LoopRow {
        id: id.clone(),
        name: "bench".to_owned(),
        environment: Environment::Production,
        created_at_us: 0,
        salt: 0,
        keys: [key.clone(), key],
        revision: 0,
    };
    let first = NewRecord::new(4, None, Vec::new());
    store.insert_loop(&row, &first, &AuditLine::of_new_loop(&row, &Author::server("test"))).await.expect("a loop");
    let writer = LogWriter::start(store, Clock::System, durability, 10_000);
    let mut follower = writer.follow(&id, LogHead { seq: 1, at_us: 0 }).await.expect("a follower");
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while follower.next(&mut taken, 64).await != Came::End {
            taken.clear();
        }
    });
    (writer, id)
}

/// `n_callers` append together `n_appends` Ranks, each caller one after the other.
async fn append(writer: &LogWriter, id: &LoopId, n_callers: u64, n_appends: u64, round: u64) -> Duration {
    let began = Instant::now();
    let callers = (0..n_callers).map(|caller| {
        let (writer, id) = (writer.clone(), id.clone());
        tokio::spawn(async move {
            for n in (caller..n_appends).step_by(n_callers as usize) {
                let event_id = format!("{round:016x}-{n:016x}").parse().expect("a good id");
                let record = NewRecord::new(1, Some(event_id), vec![b'x'; N_BODY_BYTES]);
                writer.append(&id, record).await.expect("appended");
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("a caller that did not panic");
    }
    began.elapsed()
}

fn appends(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut round = 0;
    for (name, durability) in [("commit", Durability::Commit), ("relaxed", Durability::Relaxed)] {
        let url = format!("sqlite:{}", folder.path().join(name).join("rankloop.db").display());
        let (writer, id) = runtime.block_on(start(&url, durability));
        let mut group = criterion.benchmark_group(format!("append to SQLite, {name}"));
        group.throughput(Throughput::Elements(1)).sample_size(10).measurement_time(Duration::from_secs(3));
        for n_callers in [1, 8, 32, 128] {
            group.bench_function(BenchmarkId::new("callers", n_callers), |bencher| {
                bencher.iter_custom(|n_appends| {
                    round += 1;
                    runtime.block_on(append(&writer, &id, n_callers, n_appends, round))
                });
            });
        }
        group.finish();
        runtime.block_on(writer.shut_down());
    }
}

criterion_group!(benches, appends);
criterion_main!(benches);
