//! What the pages of evaluations ask of the server.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    reports::{EvaluationLine, EvaluationReport},
    web::{PageError, components::Moment},
};

/// The list, and where a new question starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationsView {
    pub lines: Vec<EvaluationLine>,
    /// The days that a new one spans at first, as date inputs have them.
    pub first_day: String,
    pub last_day: String,
    pub may_edit: bool,
}

/// A report with the ways on from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportView {
    pub report: EvaluationReport,
    /// By the name of a policy that can be taken: the settings page with it as a draft.
    pub drafts: Vec<(String, String)>,
    pub may_edit: bool,
    /// Links that hold, for those who may take them back.
    pub shares: Vec<ShareLine>,
    /// What stands before a link's secret.
    pub share_url: String,
}

/// A link to the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareLine {
    pub id: String,
    pub by: String,
    pub made: Moment,
    pub expires: Moment,
}

/// All evaluations of a loop.
#[server]
pub async fn load_evaluations(id: String) -> Result<EvaluationsView, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{guard, words},
    };
    const WEEK_US: i64 = 7 * 86_400 * 1_000_000;
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    let now_us = live.now_us();
    let first_us = (now_us - WEEK_US).max(live.created_at_us());
    Ok(EvaluationsView {
        lines: ask::evaluations(&live).await?,
        first_day: words::day_of_input(first_us),
        last_day: words::day_of_input(now_us),
        may_edit: person.role >= Role::Analyst,
    })
}

/// One evaluation.
#[server]
pub async fn load_report(id: String, evaluation_id: String) -> Result<ReportView, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{PublicUrl, dashboard::settings::SettingsDraft, guard, settings_file, words},
    };
    // Taken before anything is awaited: see `guard::given`.
    let url = guard::given::<PublicUrl>()?.0;
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    let report = ask::evaluation(&live, &evaluation_id).await?;
    let mut drafts = Vec::new();
    for policy in &report.policies {
        // What cannot be learned by any more has no way to the settings.
        let Some(change) = policy.arguments.as_deref().and_then(|text| live.policy_change(text).ok()) else { continue };
        let configuration = change.configuration.unwrap_or_else(|| (*live.configuration()).clone());
        let arguments = change.arguments.unwrap_or_else(|| live.arguments());
        let draft = SettingsDraft::of(&configuration, arguments.as_deref());
        drafts.push((policy.name.clone(), format!("/loops/{id}/settings?{}", settings_file::query(&draft))));
    }
    let may_edit = person.role >= Role::Editor;
    let (now_us, share_url) = (live.now_us(), format!("{url}/shared/{id}/"));
    let line = |share: crate::loops::EvaluationShare| ShareLine {
        id: share.id,
        by: share.by,
        made: words::moment(share.made_at_us, now_us),
        expires: words::moment(share.expires_at_us, now_us),
    };
    let shares = if may_edit { live.evaluation_shares(&evaluation_id).await? } else { Vec::new() };
    Ok(ReportView { report, drafts, may_edit, shares: shares.into_iter().map(line).collect(), share_url })
}

/// Makes a link that whoever has it can read the report by. It is shown this once.
#[server]
pub async fn share_report(id: String, evaluation_id: String, days: u16) -> Result<(), PageError> {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    let secret = live.share_evaluation(&evaluation_id, days, &person.author()).await?;
    let evaluation_id = utf8_percent_encode(&evaluation_id, NON_ALPHANUMERIC);
    leptos_axum::redirect(&format!("/loops/{id}/evaluations/{evaluation_id}?link={secret}"));
    Ok(())
}

/// Takes a link back.
#[server]
pub async fn stop_sharing(id: String, share_id: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    live.stop_sharing(&share_id, &person.author()).await?;
    Ok(())
}

/// Asks; the answer is worked out in the background.
#[server]
pub async fn start_evaluation(
    id: String,
    name: String,
    first_day: String,
    last_day: String,
    #[server(default)] arguments: String,
    #[server(default)] optimize: bool,
    #[server(default)] segment_by: String,
) -> Result<(), PageError> {
    use crate::{
        loops::{CustomPolicy, EvaluationToMake},
        terms::Role,
        web::{guard, words},
    };
    let (person, live) = guard::require_loop(Role::Analyst, &id).await?;
    let day = |text: &str, field: &str| {
        words::instant_of_day(text).ok_or_else(|| guard::refused_at(field, "This is no day."))
    };
    let policies = match arguments.trim() {
        "" => Vec::new(),
        arguments => vec![CustomPolicy { name: "mine".to_owned(), arguments: arguments.to_owned() }],
    };
    let asked = EvaluationToMake {
        id: None,
        name: name.trim().to_owned(),
        start_us: day(&first_day, "first_day")?,
        end_us: day(&last_day, "last_day")?,
        policies,
        is_optimizing: optimize,
        segment_by: Some(segment_by.trim().to_owned()),
    };
    let made = live.make_evaluation(asked, &person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{id}/evaluations/{}", made.id));
    Ok(())
}
