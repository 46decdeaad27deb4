//! The actions as a table; each can be switched, moved, edited and deleted, and several at once.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{
    ActionCalls, ActionView, Availability,
    features::chips,
    filter::{ORDERS, STATES, Wanted, escape},
    many::{MANY, ManyActions},
};
use crate::{
    reports::{ActionFigures, ActionHintKind},
    web::components::{Chip, Column, FilterBar, Icon, IconName, Menu, TableFrame, Term, TimeText, Tone},
};

/// Features of an action that are shown in its row.
const N_CHIPS: usize = 6;

/// The table with search and order, which stand in the address.
#[component]
pub fn ActionList(
    actions: Vec<ActionView>,
    id: Memo<String>,
    zone: String,
    calls: ActionCalls,
    may_edit: bool,
    base: String,
) -> impl IntoView {
    let query = use_query_map();
    let word = move |name: &'static str| query.with_untracked(|query| query.get(name).unwrap_or_default());
    let text = RwSignal::new(word("q"));
    let (state, order) = (RwSignal::new(word("state")), RwSignal::new(word("sort")));
    let wanted = Memo::new(move |_| Wanted { text: text.get(), state: state.get(), order: order.get() });
    let (navigate, address) = (use_navigate(), base.clone());
    // What was typed stands in the address without a page of history for each letter.
    Effect::watch(
        move || wanted.get(),
        move |wanted, _, _| {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&format!("{address}{}", wanted.query()), options);
        },
        false,
    );
    let n_all = actions.len();
    let stored = StoredValue::new(actions);
    let places = Memo::new(move |_| stored.with_value(|actions| wanted.read().places(actions)));
    let count = move || match places.with(Vec::len) {
        n if n == n_all => format!("{n_all} actions"),
        n => format!("{n} of {n_all} actions"),
    };
    let select =
        move |name: &'static str, label: &'static str, value: RwSignal<String>, all: &'static [(&str, &str)]| {
            let option = move |(word, words): &(&'static str, &'static str)| {
                let (word, words) = (*word, *words);
                view! { <option value=word selected=move || value.with(|value| value == word)>{words}</option> }
            };
            view! {
                <label class="filter__choice"><span>{label}</span>
                    <select class="input select" name=name on:change=move |event| value.set(event_target_value(&event))>
                        {all.iter().map(option).collect_view()}
                    </select>
                </label>
            }
        };
    let row = move |place: usize| {
        let action = stored.with_value(|actions| actions[place].clone());
        view! { <ActionRow action=action place=place n_all=n_all id=id calls=calls may_edit=may_edit/> }
    };
    let mut columns = vec![Column::text("Action"), Column::text("Features"), Column::text("Now")];
    columns.extend([Column::number("Share now"), Column::number("Mean reward"), Column::text("Changed")]);
    columns.push(Column::buttons("What can be done"));
    view! {
        <FilterBar label="Search actions" query=text count=Signal::derive(count)>
            {select("state", "Show", state, &STATES)}
            {select("sort", "Sort by", order, &ORDERS)}
        </FilterBar>
        <div class="actions-list">
            <TableFrame caption="The loop's own actions" columns=columns long=true>
                {move || places.get().into_iter().map(row).collect_view()}
            </TableFrame>
            {may_edit.then(|| view! { <ManyActions base=base zone=zone/> })}
        </div>
        {move || places.with(Vec::is_empty).then(|| view! { <p class="chart-empty">"No action matches."</p> })}
        <p class="muted">
            "A Rank without "<code>"actions"</code>" chooses among those that are active now. "
            "The first one is the baseline: apprentice mode answers it, and reports compare with it. "
            <Term id="share-now" meaning="Of the decisions of the last one to two hours in which the action could be chosen, how many were answered with it. Ranks that brought actions of their own do not count.">"Share now"</Term>
            " and "
            <Term id="mean-reward" meaning="What decisions earned on average that were answered with this action, over the last one to two weeks, with its 95 % interval. An action that is only shown where it does well has a high mean: it is no comparison of actions with each other. Evaluations are.">"mean reward"</Term>
            " are counted as events come in."
        </p>
    }
    .into_any()
}

#[component]
fn ActionRow(
    action: ActionView,
    place: usize,
    n_all: usize,
    id: Memo<String>,
    calls: ActionCalls,
    may_edit: bool,
) -> impl IntoView {
    let name = action.title.clone().unwrap_or_else(|| action.id.clone());
    let id_below = action.title.as_ref().map(|_| view! { <code class="action__id">{action.id.clone()}</code> });
    let notes = (!action.notes.is_empty()).then(|| view! { <span class="action__notes">{action.notes.clone()}</span> });
    let choose = may_edit.then(|| {
        view! {
            <input type="checkbox" class="action__choose" form=MANY name="id" value=action.id.clone()
                aria-label=format!("Choose {name}")/>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <div class="action__name">
                    {choose}
                    <span class="action__words">
                        <span class="action__title">{name}</span>
                        {id_below}
                        {(place == 0).then(|| view! { <Chip tone=Tone::Accent>"Baseline"</Chip> })}
                        {notes}
                        <Hint figures=action.figures.clone()/>
                    </span>
                </div>
            </th>
            <td data-label="Features"><FeatureChips features=action.features.clone()/></td>
            <td data-label="Now"><AvailabilityChip availability=action.availability.clone()/></td>
            <td data-label="Share now" class="numeric" title=action.figures.share_basis.clone()>
                {action.figures.share_words.clone()}
                {action.figures.share.map(share_bar)}
            </td>
            <td data-label="Mean reward" class="numeric">{action.figures.reward_words.clone()}</td>
            <td data-label="Changed" class="muted"><span><TimeText moment=action.updated.clone()/>" by "{action.updated_by.clone()}</span></td>
            <td class="actions">
                {may_edit.then(|| view! { <RowMenu action=action place=place n_all=n_all id=id calls=calls/> })}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Hint(figures: ActionFigures) -> impl IntoView {
    figures.hint.map(|hint| {
        let tone = match hint.kind {
            ActionHintKind::NeverShown => Tone::Warning,
            ActionHintKind::AlwaysWins => Tone::Accent,
        };
        view! { <Chip tone=tone>{hint.words}</Chip> }
    })
}

/// The number beside it says the same.
fn share_bar(share: f64) -> impl IntoView {
    view! {
        <svg class="action__share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width=format!("{:.1}", share * 100.0) height="4"></rect>
        </svg>
    }
}

#[component]
fn FeatureChips(features: String) -> impl IntoView {
    let chips = chips(&features);
    let n_more = chips.len().saturating_sub(N_CHIPS);
    let chip = |(name, value): (String, String)| {
        let title = format!("{name}={value}");
        view! { <li class="feature-chip" title=title><span>{name}"="</span>{value}</li> }
    };
    view! {
        <ul class="feature-chips">
            {chips.into_iter().take(N_CHIPS).map(chip).collect_view()}
            {(n_more > 0).then(|| view! { <li class="feature-chip feature-chip--more">"and "{n_more}" more"</li> })}
        </ul>
    }
    .into_any()
}

#[component]
fn AvailabilityChip(availability: Availability) -> impl IntoView {
    match availability {
        Availability::Active => view! { <Chip tone=Tone::Good>"Active"</Chip> }.into_any(),
        Availability::Off => view! { <Chip>"Off"</Chip> }.into_any(),
        Availability::Starts(at) => view! { <Chip tone=Tone::Warning>"Starts "<TimeText moment=at/></Chip> }.into_any(),
        Availability::Ended(at) => view! { <Chip>"Ended "<TimeText moment=at/></Chip> }.into_any(),
    }
}

#[component]
fn RowMenu(action: ActionView, place: usize, n_all: usize, id: Memo<String>, calls: ActionCalls) -> impl IntoView {
    let loop_id = id.get_untracked();
    let edit = format!("/loops/{loop_id}/actions?edit={}", escape(&action.id));
    let switched = (!action.is_active).to_string();
    let switch_words = if action.is_active { "Switch off" } else { "Switch on" };
    let hidden = || {
        view! {
            <input type="hidden" name="loop_id" value=loop_id.clone()/>
            <input type="hidden" name="action_id" value=action.id.clone()/>
        }
        .into_any()
    };
    let shift = |words: &'static str, is_up: bool| {
        let hidden = hidden();
        view! {
            <ActionForm action=calls.shift>
                {hidden}
                <input type="hidden" name="is_up" value=is_up.to_string()/>
                <button type="submit" class="menu__item">{words}</button>
            </ActionForm>
        }
        .into_any()
    };
    let up = (place > 0).then(|| shift("Move up", true));
    let down = (place + 1 < n_all).then(|| shift("Move down", false));
    let (of_switch, of_delete) = (hidden(), hidden());
    view! {
        <Menu id=format!("action-{place}") class="button button--ghost button--icon" label=format!("What to do with {}", action.id)
            button=|| view! { <Icon name=IconName::More/> }>
            <a class="menu__item" href=edit>"Edit"</a>
            <ActionForm action=calls.switch>
                {of_switch}
                <input type="hidden" name="is_active" value=switched/>
                <button type="submit" class="menu__item">{switch_words}</button>
            </ActionForm>
            {up}
            {down}
            <div class="menu__line"></div>
            <ActionForm action=calls.delete>
                {of_delete}
                <button type="submit" class="menu__item menu__item--danger">"Delete"</button>
            </ActionForm>
        </Menu>
    }
    .into_any()
}
