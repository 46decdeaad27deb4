//! Which model ranks, since when and why, what is inside it, and which were kept.

use super::words::{self, Precision};
use crate::{
    bandit::Inside,
    loops::{AnnotationKind, CheckpointInfo, CheckpointReason, LiveLoop, LoopError, N_KEPT_BY_HAND, N_KEPT_BY_ITSELF},
    reports::{Instant, KeptModel, ModelMoment, ModelPart, ModelTrust, ModelsPage, zone::Zone},
    trainer::{Mark, Marked},
};

/// Moments that the page names.
const N_MOMENTS: usize = 12;

/// Names of base learners, as people call what they do.
const LEARNERS: [(&str, &str); 8] = [
    ("mean", "Mean of each action"),
    ("linear", "Linear model"),
    ("network-contest", "Network, actions against each other"),
    ("network-value", "Network, value of each action"),
    ("forest", "Forest"),
    ("forest-coarse", "Forest of coarse trees"),
    ("forest-broad", "Forest of broad trees"),
    ("recent", "Only the recent past"),
];

/// Parts of a model, as people call what they keep.
const PARTS: [(&str, &str); 8] = [
    ("linear", "Weights of features"),
    ("tokens", "Names of features"),
    ("network", "Network"),
    ("window", "Recent events, for trees"),
    ("forest", "Trees"),
    ("recent", "The most recent events"),
    ("weights", "Weights of features"),
    ("marginals", "Means of features"),
];

/// Everything about a loop's models, in the zone of whoever looks.
pub async fn models(live: &LiveLoop, zone: &Zone) -> Result<ModelsPage, LoopError> {
    let now_us = live.now_us();
    let at = |at_us: i64| words::moment(zone, at_us, now_us, Precision::Minutes);
    let (version, inside) = live.model_inside();
    let Inside { arguments, n_learned, memory, mixture, .. } = inside;
    let n_bytes: usize = memory.iter().map(|part| part.n_bytes).sum();
    let annotations = live.annotations(0, i64::MAX).await?;
    let is_alarm = |kind: AnnotationKind| kind == AnnotationKind::Drift;
    let last_alarm = annotations.iter().rev().find(|one| is_alarm(one.kind)).map(|one| at(one.at_us));
    let (origin, origin_at, origin_by) = match live.model_origin() {
        // The first sentence of the page says so.
        None if version == 0 => (String::new(), None, None),
        known => origin(known),
    };
    let kept = live.checkpoints().await?;
    Ok(ModelsPage {
        sentence: sentence(version, n_learned),
        version: words::count(version.max(0).cast_unsigned()),
        n_learned: words::count(n_learned),
        size: words::bytes(n_bytes as u64),
        changed: (version > 0).then(|| at(live.model_changed_us())),
        origin,
        origin_at: origin_at.map(at),
        origin_by,
        relearning_percent: live.relearning().map(|share| (share * 100.0) as u32),
        arguments,
        alarms: mixture.as_ref().map(|mixture| words::count(mixture.n_alarms)),
        last_alarm,
        explored: mixture.as_ref().filter(|_| version > 0).map(|mixture| words::percent(f64::from(mixture.explored))),
        trust: mixture
            .iter()
            .flat_map(|mixture| &mixture.trust)
            .map(|(one, share)| trust(one.name(), *share))
            .collect(),
        parts: memory
            .iter()
            .map(|part| ModelPart { name: named(&PARTS, part.part), size: words::bytes(part.n_bytes as u64) })
            .collect(),
        moments: annotations
            .into_iter()
            .rev()
            .filter(|one| of_model(one.kind))
            .take(N_MOMENTS)
            .map(|one| ModelMoment { at: at(one.at_us), words: one.words, by: one.by })
            .collect(),
        kept: kept.into_iter().map(|info| kept_model(info, version, at)).collect(),
        limits: format!(
            "Of those kept by themselves the newest {N_KEPT_BY_ITSELF} stay; by hand you can keep {N_KEPT_BY_HAND}, until \
             you remove them."
        ),
    })
}

fn sentence(version: i64, n_learned: u64) -> String {
    match version {
        0 => "The model is new: it has learned nothing yet.".to_owned(),
        _ => format!(
            "Version {} ranks now. It has learned from {} decisions.",
            words::count(version.max(0).cast_unsigned()),
            words::count(n_learned)
        ),
    }
}

fn of_model(kind: AnnotationKind) -> bool {
    use AnnotationKind as Kind;
    matches!(kind, Kind::Reset | Kind::Import | Kind::Relearned | Kind::Drift)
}

/// Why it is this one.
fn origin(mark: Option<Mark>) -> (String, Option<i64>, Option<String>) {
    let Some(Mark { at_us, what }) = mark else {
        return ("It has learned ever since the loop was made.".to_owned(), None, None);
    };
    let (words, by) = match what {
        Marked::ModelReset { by } => ("It began anew with a reset, and has learned since.".to_owned(), Some(by)),
        Marked::ModelImported { by } => ("It was imported, and has learned since.".to_owned(), Some(by)),
        Marked::ModelRestored { by, version } => {
            let version = words::count(version.max(0).cast_unsigned());
            (format!("Somebody went back to version {version}, and it has learned since."), Some(by))
        }
        _ => ("It was trained anew from the log, and has learned since.".to_owned(), None),
    };
    (words, Some(at_us), by)
}

fn named(names: &[(&str, &str)], name: &str) -> String {
    names.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words).to_owned()
}

fn trust(name: &str, share: f32) -> ModelTrust {
    ModelTrust { name: named(&LEARNERS, name), words: words::percent(f64::from(share)), share }
}

fn kept_model(info: CheckpointInfo, version: i64, at: impl Fn(i64) -> Instant) -> KeptModel {
    let count = |n: i64| words::count(n.max(0).cast_unsigned());
    KeptModel {
        at: at(info.at_us),
        reason: reason(info.reason).to_owned(),
        is_by_hand: info.reason == CheckpointReason::ByHand,
        by: info.kept_by,
        note: info.note,
        version: count(info.model_version),
        n_learned: count(info.n_learned),
        size: words::bytes(info.n_bytes.max(0).cast_unsigned()),
        is_present: info.model_version == version,
        id: info.id,
    }
}

fn reason(reason: CheckpointReason) -> &'static str {
    match reason {
        CheckpointReason::ByHand => "by hand",
        CheckpointReason::Daily => "daily",
        CheckpointReason::BeforeSettings => "before settings changed",
        CheckpointReason::BeforeReset => "before a reset",
        CheckpointReason::BeforeImport => "before another model took over",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_model_ranks_is_told_in_a_sentence() {
        let told = |what| origin(Some(Mark { at_us: 7, what }));
        let by = || "ada".to_owned();
        assert_eq!(origin(None).1, None);
        assert!(told(Marked::ModelReset { by: by() }).0.contains("reset"));
        let (words, at_us, who) = told(Marked::ModelRestored { by: by(), version: 4_211 });
        assert!(words.contains("version 4,211"), "{words}");
        assert_eq!((at_us, who.as_deref()), (Some(7), Some("ada")));
        assert!(told(Marked::Relearned).0.contains("trained anew"));
    }
}
