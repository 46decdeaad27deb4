//! The settings as a form. Sending it changes nothing: it leads to the preview.

use leptos::prelude::*;
use leptos_router::components::Form;

use super::{
    calls::Proposal,
    draft::{OFF, ON, SettingsDraft, UNITS},
    typed::Typed,
};
use crate::{
    terms::{LearningMode, RewardAggregation},
    web::{
        PageError,
        components::{Choice, NumberField, SelectField, TextAreaField},
    },
};

/// The form; `start` is the draft in the address or what is in force.
#[component]
pub fn SettingsForm(
    start: SettingsDraft,
    current: SettingsDraft,
    compatible_arguments: String,
    id: Memo<String>,
    /// Why the last preview was refused.
    error: RwSignal<Option<PageError>>,
    /// What is shown above, with the button that applies it.
    proposal: Memo<Option<Proposal>>,
    may_edit: bool,
) -> impl IntoView {
    let typed = Typed::new(start);
    let in_force = StoredValue::new(current);
    let is_changed = Memo::new(move |_| in_force.with_value(|current| typed.draft() != *current));
    // What is typed is what the preview above shows: there is nothing to preview, and nothing to follow the reader for.
    let is_previewed = Memo::new(move |_| {
        proposal.with(|proposal| matches!(proposal, Some(Proposal::Draft(draft)) if **draft == typed.draft()))
    });
    let words = move || match (is_changed.get(), is_previewed.get()) {
        (false, _) => "These settings are in force.",
        (true, true) => "The preview above shows your changes; they are not applied yet.",
        (true, false) => "You have changes that are not applied.",
    };
    let discard = move |_| typed.set(in_force.get_value());
    let at = move |field: &'static str| Signal::derive(move || error.get().and_then(|error| error.at_field(field)));
    view! {
        <Form method="GET" action="">
            <fieldset class="stack" disabled=!may_edit>
                <legend class="visually-hidden">"Settings of this loop"</legend>
                <Serving typed=typed error=Callback::new(at)/>
                <Rewards typed=typed error=Callback::new(at)/>
                <Learning typed=typed compatible_arguments=compatible_arguments error=Callback::new(at)/>
                <div class="save-bar" class:save-bar--on=move || is_changed.get() && !is_previewed.get()>
                    <span class="muted">{words}</span>
                    <div class="row">
                        <a class="button button--ghost" href=move || format!("/loops/{}/settings", id.get()) on:click=discard>"Discard"</a>
                        <button type="submit" name="draft" value="1" class="button" class:button--primary=move || !is_previewed.get()>"Preview changes"</button>
                    </div>
                </div>
            </fieldset>
        </Form>
    }
    .into_any()
}

type ErrorAt = Callback<&'static str, Signal<Option<String>>>;

#[component]
fn Serving(typed: Typed, error: ErrorAt) -> impl IntoView {
    let mode = |mode: LearningMode| {
        let words = match mode {
            LearningMode::Online => "Online: decides and learns",
            LearningMode::Apprentice => "Apprentice: imitates you",
            LearningMode::LoggingOnly => "Logging only: learns nothing",
            LearningMode::Frozen => "Frozen: decides, learns no more",
        };
        Choice::new(mode.as_str(), words)
    };
    view! {
        <section class="card card--split">
            <div><h2>"Deciding"</h2><p class="card__about">"Who chooses the action, how often it tries something new, and for how many places at once."</p></div>
            <div class="stack">
            <SelectField name="mode" label="Mode" value=typed.mode choices=LearningMode::ALL.map(mode).to_vec()
                hint="Online and frozen, the learned policy decides. As an apprentice or when only logging, your first action is answered."
                error=error.run("mode")/>
            <NumberField name="exploration" label="Exploration" unit="%" min=0.0 max=100.0 value=typed.exploration slider=true
                hint="The share of Ranks that may show something else than the best known action; 5 to 20 % is usual, and without any nothing new is learned. To rankloop’s own learner it is a limit: it explores where it is unsure, often far less. With arguments it is the share itself. The preview says what really would."
                error=error.run("exploration")/>
            <SelectField name="slots" label="Slots" value=typed.slots error=error.run("slots")
                hint="With several, one multi-slot Rank fills all places of a page: it shows no action twice, and each slot has its own reward and learns what is right there. Plain Ranks work as well. Switching is instant, keeps the model, and can be taken back at any time."
                choices=vec![Choice::new("one", "One action per Rank"), Choice::new("several", "Several slots per Rank")]/>
            <SelectField name="explain" label="Explain every answer" value=typed.explain error=error.run("explain")
                hint="Each answer then says which features raised or lowered the score of each action. It makes answers longer and Ranks some milliseconds slower. Off, a single Rank can still ask for it with the header x-rankloop-explain: true."
                choices=vec![Choice::new(OFF, "Off"), Choice::new(ON, "On")]/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Rewards(typed: Typed, error: ErrorAt) -> impl IntoView {
    let aggregation = |aggregation: RewardAggregation| {
        let words = match aggregation {
            RewardAggregation::Earliest => "The first one — learned at once",
            RewardAggregation::Sum => "Their sum",
            RewardAggregation::Average => "Their average",
            RewardAggregation::Median => "Their median",
            RewardAggregation::Min => "The smallest",
            RewardAggregation::Max => "The largest",
        };
        Choice::new(aggregation.as_str(), words)
    };
    view! {
        <section class="card card--split">
            <div><h2>"Rewards"</h2><p class="card__about">"When a reward counts, what stands in for a missing one, and how long events are kept."</p></div>
            <div class="stack">
            <div class="pair">
                <NumberField name="wait" label="Reward wait time" min=1.0 max=7_776_000.0 step="1" value=typed.wait
                    hint="How long after its Rank a reward counts: 5 seconds to 90 days." error=error.run("wait")/>
                <SelectField name="wait_unit" label="Unit of the wait time" value=typed.wait_unit
                    choices=UNITS.map(|(unit, _)| Choice::new(unit, unit)).to_vec()/>
            </div>
            <div class="pair">
                <NumberField name="default_reward" label="Default reward" min=-1.0 max=1.0 value=typed.default_reward
                    hint="What an event counts as when no reward came in time: −1 to 1." error=error.run("default_reward")/>
                <SelectField name="aggregation" label="Several rewards for one event" value=typed.aggregation
                    hint="All but the first one are learned when the wait time is over."
                    choices=RewardAggregation::ALL.map(aggregation).to_vec() error=error.run("aggregation")/>
            </div>
            <NumberField name="retention" label="Keep events for" unit="days" min=-1.0 max=36_500.0 step="1" value=typed.retention
                hint="−1 keeps them for ever. At least the wait time and a day: relearning reads this log." error=error.run("retention")/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Learning(typed: Typed, compatible_arguments: String, error: ErrorAt) -> impl IntoView {
    let learner = typed.learner;
    let arguments = typed.arguments;
    // Someone who switches to arguments starts from those of the old service instead of an empty line.
    Effect::watch(
        move || learner.get(),
        move |learner, _, _| {
            if learner == "arguments" && arguments.with_untracked(String::is_empty) {
                arguments.set(compatible_arguments.clone());
            }
        },
        false,
    );
    view! {
        <section class="card card--split">
            <div><h2>"Learning"</h2><p class="card__about">"How the model is trained from rewarded events."</p></div>
            <div class="stack">
            <SelectField name="learner" label="Learner" value=learner
                hint="Learning settings of Azure Personalizer are taken as they are; an argument that is not known here is refused by name."
                choices=vec![
                    Choice::new("own", "rankloop's own learner"),
                    Choice::new("arguments", "As these Vowpal Wabbit arguments say"),
                ]/>
            <div hidden=move || learner.get() != "arguments">
                <TextAreaField name="arguments" label="Arguments" value=arguments rows=2 mono=true error=error.run("arguments")/>
            </div>
            <Optimizing typed=typed error=error/>
            </div>
        </section>
    }
    .into_any()
}

/// Out of reach while a Rank has several slots; why, stands beside it.
#[component]
fn Optimizing(typed: Typed, error: ErrorAt) -> impl IntoView {
    let is_multi_slot = Memo::new(move |_| typed.slots.with(|slots| slots == "several"));
    let why = move || {
        is_multi_slot.get().then_some("Not with several slots per Rank: automatic optimisation compares learning settings by the choice for one slot.")
    };
    view! {
        <fieldset class="stack stack--tight" disabled=move || is_multi_slot.get() aria-describedby="optimization-why">
            <legend class="visually-hidden">"Automatic optimisation"</legend>
            <div class="pair">
                <SelectField name="optimization" label="Automatic optimisation" value=typed.optimization
                    hint="Evaluates other learning settings on the kept events, and takes those that would have earned clearly more. Each change stands in the history."
                    choices=vec![Choice::new(OFF, "Off"), Choice::new(ON, "On")] error=error.run("optimization")/>
                <NumberField name="optimization_days" label="Optimise every" unit="days" min=1.0 max=3_650.0 step="1"
                    value=typed.optimization_days error=error.run("optimization_days")/>
            </div>
            <p class="field__hint" id="optimization-why">{why}</p>
        </fieldset>
    }
    .into_any()
}
