//! How long the drawings take: each chart in all its widths, up to 2,000 points.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rankloop::reports::{Unit, chart};

#[path = "../tests/reports/samples.rs"]
mod samples;

use samples::{MINUTE_US, START_US, rising, shares, spans};

fn draw(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("draw");
    for n in [60, 500, 2_000] {
        let now_us = START_US + n * MINUTE_US;
        let points = rising(n);
        group.bench_with_input(BenchmarkId::new("reward_curve", n), &points, |bench, points| {
            bench.iter(|| chart::reward_curve(black_box(points), now_us, MINUTE_US, Unit::Decision, "It rises."));
        });
        let series = shares(&["a", "b", "c", "d", "e", "f", "g", "others"], n as usize);
        let (spans, is_joined) = spans(n as usize, &[10]);
        group.bench_with_input(BenchmarkId::new("action_areas", n), &series, |bench, series| {
            bench.iter(|| chart::action_areas(black_box(series), &spans, &is_joined, now_us, "Who leads."));
        });
    }
    group.finish();
}

criterion_group!(benches, draw);
criterion_main!(benches);
