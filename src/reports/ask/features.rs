//! What is odd about the features of a loop's recent events.

use crate::{
    checks::{Finding, Place},
    loops::{LiveLoop, LoopError},
    reports::{FeaturePage, FindingGroup, FindingRow, words},
};

/// The page Features.
pub async fn features(live: &LiveLoop) -> Result<FeaturePage, LoopError> {
    let found = live.feature_findings().await?;
    let basis = found.since_us.map(|since_us| {
        let ago = words::ago(since_us, live.now_us());
        format!("{} events looked at, the first from {ago}.", words::count(found.n_events))
    });
    Ok(FeaturePage { sentence: sentence(&found.findings, found.n_events), basis, groups: groups(found.findings) })
}

fn sentence(findings: &[Finding], n_events: u64) -> String {
    match findings.len() {
        _ if n_events == 0 => "No event was looked at yet.".to_owned(),
        0 => "Nothing odd was found in the features of this loop.".to_owned(),
        1 => "One thing about the features could keep this loop from learning.".to_owned(),
        n => format!("{n} things about the features could keep this loop from learning."),
    }
}

fn groups(findings: Vec<Finding>) -> Vec<FindingGroup> {
    let mut groups: Vec<FindingGroup> = Vec::new();
    for finding in findings {
        let kind = finding.kind;
        if groups.last().is_none_or(|group| group.kind != kind.as_str()) {
            let (title, advice) = (kind.title().to_owned(), kind.advice().to_owned());
            groups.push(FindingGroup { kind: kind.as_str().to_owned(), title, advice, rows: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(row(finding));
        }
    }
    groups
}

fn row(finding: Finding) -> FindingRow {
    let within = |key: &str| match finding.namespace.as_str() {
        "" => key.to_owned(),
        namespace => format!("{namespace}.{key}"),
    };
    let place = match finding.place {
        Place::Context => "context features",
        Place::Action => "actions",
        Place::Slot => "slots",
    };
    FindingRow {
        name: if finding.key.is_empty() { String::new() } else { within(&finding.key) },
        place: place.to_owned(),
        seen: format!("{} of {}", words::count(finding.n_seen), words::count(finding.n_of)),
        other_name: finding.other_key.as_deref().map(within),
        examples: finding.examples,
    }
}
