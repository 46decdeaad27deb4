//! How a loop behaves: draft, preview of what it costs, apply, and the way back.

mod as_code;
mod calls;
mod consequence;
mod danger;
mod draft;
mod form;
mod history;
mod preview;
mod ramp;
mod typed;

pub use calls::{ChangeView, Proposal};
pub use draft::SettingsDraft;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
pub use ramp::RampView;

use self::{
    as_code::AsCode,
    calls::{
        ApplyDraft, ApplyRestore, DeleteLoop, ImportSettings, RenameLoop, ResetModel, SettingsView, load_settings,
    },
    consequence::{ConsequenceResource, consequence_of},
    danger::{DangerZone, NameForm},
    form::SettingsForm,
    history::History,
    preview::{Preview, PreviewResource, preview_of},
    ramp::{keep_up, ramp_notice},
};
use super::{current_loop_id, loop_frame::HeaderRefresh};
use crate::web::components::{Loaded, PageHeader, show_toast};

/// What can be done here.
#[derive(Clone, Copy)]
struct SettingsCalls {
    apply: ServerAction<ApplyDraft>,
    restore: ServerAction<ApplyRestore>,
    import: ServerAction<ImportSettings>,
    rename: ServerAction<RenameLoop>,
    reset: ServerAction<ResetModel>,
    delete: ServerAction<DeleteLoop>,
}

/// `/loops/:id/settings`; a draft stands in the query, `?restore=<seq>` proposes an earlier configuration.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let id = current_loop_id();
    let calls = SettingsCalls {
        apply: ServerAction::new(),
        restore: ServerAction::new(),
        import: ServerAction::new(),
        rename: ServerAction::new(),
        reset: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let n_done = move || {
        (
            calls.apply.version().get(),
            calls.restore.version().get(),
            calls.rename.version().get(),
            calls.reset.version().get(),
        )
    };
    let settings = Resource::new(move || (id.get(), n_done()), |(id, _)| load_settings(id));
    let query = use_query_map();
    let proposal = Memo::new(move |_| {
        let query = query.read();
        let restored = query.get("restore").and_then(|seq| seq.parse().ok()).map(Proposal::Restore);
        restored.or_else(|| SettingsDraft::of_query(&query).map(|draft| Proposal::Draft(Box::new(draft))))
    });
    let preview = preview_of(id, proposal);
    let consequence = consequence_of(id, proposal);
    say_what_was_done(calls);
    view! {
        <Title text="Settings"/>
        <Loaded resource=settings lines=8 title="Settings" view=move |view| view! { <Settings view=view id=id proposal=proposal preview=preview consequence=consequence calls=calls/> }/>
    }
}

/// Toasts, and the loop's header anew when name or mode may have changed.
fn say_what_was_done(calls: SettingsCalls) {
    let header = expect_context::<HeaderRefresh>();
    let say = move |is_done: bool, words: &'static str| {
        if is_done {
            show_toast(words);
            header.notify();
        }
    };
    Effect::new(move |_| say(matches!(calls.apply.value().get(), Some(Ok(()))), "Applied. The next Rank uses it."));
    Effect::new(move |_| say(matches!(calls.restore.value().get(), Some(Ok(()))), "Back to the earlier settings."));
    Effect::new(move |_| say(matches!(calls.rename.value().get(), Some(Ok(()))), "Saved: name and environment."));
    Effect::new(move |_| {
        say(matches!(calls.reset.value().get(), Some(Ok(()))), "Model reset. It learns from here on.")
    });
}

/// The page's answer: how the loop behaves now, and that looking around costs nothing.
fn in_force(current: &SettingsDraft, ramp: Option<&RampView>) -> String {
    let share = ramp.map_or_else(|| format!("{} %", current.exploration), |ramp| ramp.now.clone());
    let decides = match current.mode.as_str() {
        "Online" => format!("The learned policy decides and explores up to {share}"),
        "Apprentice" => "Your first action is answered while the model learns to imitate it".to_owned(),
        "LoggingOnly" => "Your first action is answered, and nothing is learned".to_owned(),
        _ => "The learned policy decides and stays as it is".to_owned(),
    };
    let unit = if current.wait == "1" { current.wait_unit.trim_end_matches('s') } else { &current.wait_unit };
    format!(
        "{decides}; a reward counts within {} {unit}. Nothing changes until you have seen what it costs and apply it.",
        current.wait
    )
}

#[component]
fn Settings(
    view: SettingsView,
    id: Memo<String>,
    proposal: Memo<Option<Proposal>>,
    preview: PreviewResource,
    consequence: ConsequenceResource,
    calls: SettingsCalls,
) -> impl IntoView {
    let SettingsView { name, environment, current, ramp, compatible_arguments, history, file, file_href, may_edit } =
        view;
    let query = use_query_map();
    let told = move || {
        let query = query.read();
        query
            .get("done")
            .or_else(|| query.get("problem"))
            .map(|words| view! { <p class="notice" role="status">{words}</p> })
    };
    let ramp = RwSignal::new(ramp);
    keep_up(ramp, id);
    let now = current.clone();
    let sentence = Signal::derive(move || ramp.with(|ramp| in_force(&now, ramp.as_ref())));
    let preview_error = RwSignal::new(None);
    let start = match proposal.get_untracked() {
        Some(Proposal::Draft(draft)) => *draft,
        _ => current.clone(),
    };
    view! {
        <PageHeader title="Settings" sentence=sentence/>
        {told}
        {ramp_notice(ramp, id, may_edit)}
        <Show when=move || proposal.get().is_some()>
            <Preview id=id proposal=proposal preview=preview consequence=consequence calls=calls may_edit=may_edit error=preview_error/>
        </Show>
        <SettingsForm start=start current=current compatible_arguments=compatible_arguments id=id error=preview_error proposal=proposal may_edit=may_edit/>
        <History history=history id=id may_edit=may_edit/>
        <AsCode file=file file_href=file_href id=id calls=calls may_edit=may_edit/>
        {may_edit.then(|| view! {
            <NameForm name=name.clone() environment=environment id=id calls=calls/>
            <DangerZone name=name id=id calls=calls/>
        })}
    }
}
