//! How long the drawings take, up to 2,000 points. A page has one of each.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use rankloop::reports::chart;

#[path = "../tests/reports/samples.rs"]
mod samples;

use samples::{mark, rising, shares};

fn draw(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("draw");
    for n in [60, 500, 2_000] {
        let mut reward = rising(n);
        reward.data.annotations.push(mark());
        group.bench_with_input(BenchmarkId::new("lines", n), &reward, |bench, reward| {
            bench.iter_batched(
                || reward.clone(),
                |mut reward| chart::lines(black_box(&mut reward)),
                BatchSize::SmallInput,
            );
        });
        let mut actions = shares(&["a", "b", "c", "d", "e", "f", "g", "others"], n as usize, &[10]);
        actions.data.annotations.push(mark());
        group.bench_with_input(BenchmarkId::new("areas", n), &actions, |bench, actions| {
            bench.iter_batched(
                || actions.clone(),
                |mut actions| chart::areas(black_box(&mut actions)),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, draw);
criterion_main!(benches);
