//! The recorder of metrics, with somebody who listens: what pages tell of commits is what was measured for Prometheus.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::metrics::COMMIT_SECONDS;
use crate::vitals::Vitals;

/// Hands everything on, and how long commits take to two.
pub struct Overhearing {
    recorder: PrometheusRecorder,
    vitals: Vitals,
    /// The writer asks for it at each commit.
    commits: OnceLock<Histogram>,
}

// The recorder has no `Debug`.
impl std::fmt::Debug for Overhearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overhearing").finish_non_exhaustive()
    }
}

impl Overhearing {
    pub fn new(recorder: PrometheusRecorder, vitals: Vitals) -> Self {
        Self { recorder, vitals, commits: OnceLock::new() }
    }
}

/// One measurement for two.
struct Both {
    histogram: Histogram,
    vitals: Vitals,
}

impl HistogramFn for Both {
    fn record(&self, seconds: f64) {
        self.histogram.record(seconds);
        // What is no length of time was measured by a clock that was set.
        if let Ok(took) = Duration::try_from_secs_f64(seconds) {
            self.vitals.note_commit(took);
        }
    }
}

impl Recorder for Overhearing {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.recorder.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.recorder.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        if key.name() != COMMIT_SECONDS {
            return self.recorder.register_histogram(key, metadata);
        }
        let both = || {
            let histogram = self.recorder.register_histogram(key, metadata);
            Histogram::from_arc(Arc::new(Both { histogram, vitals: self.vitals.clone() }))
        };
        self.commits.get_or_init(both).clone()
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn how_long_a_commit_took_is_told_to_prometheus_and_to_the_vitals() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let vitals = Vitals::new();
        let overhearing = Overhearing::new(recorder, vitals.clone());
        metrics::with_local_recorder(&overhearing, || {
            metrics::histogram!(COMMIT_SECONDS).record(0.004);
            metrics::histogram!(COMMIT_SECONDS).record(0.002);
            metrics::histogram!("rankloop_log_batch_records").record(7.0);
        });
        let commits = vitals.commits().expect("two");
        assert_eq!((commits.n, commits.p99), (2, Duration::from_millis(4)));
        let text = handle.render();
        assert!(
            text.contains("rankloop_log_commit_seconds_count 2") && text.contains("rankloop_log_batch_records_count 1"),
            "{text}"
        );
    }
}
