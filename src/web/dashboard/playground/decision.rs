//! A decision with its reasons, as the playground and the page of an event show it.

use leptos::prelude::*;

use crate::reports::{ActionPart, DecisionPart, ReasonPart, WhyPart};

/// Actions whose reasons are open at first.
const N_OPEN: usize = 1;
/// Actions that are shown before the rest is folded away.
const N_SHOWN: usize = 8;

/// Every slot's decision, and who says so.
#[component]
pub fn Reasons(
    why: WhyPart,
    /// The playground's address up to the query, for "try it".
    playground: String,
) -> impl IntoView {
    let decision = |part: DecisionPart| view! { <DecisionView part=part playground=playground.clone()/> };
    view! {
        <div class="stack why">
            <p class="why__origin">{why.origin}</p>
            {why.decisions.into_iter().map(decision).collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn DecisionView(part: DecisionPart, playground: String) -> impl IntoView {
    let slot = part.slot.map(|slot| view! { <h3 class="why__slot"><span class="muted">"Slot "</span>{slot}</h3> });
    let turned = part.counterfactual;
    let try_it = turned.context.map(|context| {
        let separator = if playground.contains('?') { '&' } else { '?' };
        let href = format!("{playground}{separator}context={}", escaped(&context));
        view! { " "<a href=href>"Try it"</a> }
    });
    let mut actions = part.actions;
    let folded = if actions.len() > N_SHOWN + 1 { actions.split_off(N_SHOWN) } else { Vec::new() };
    let n_folded = folded.len();
    let list = |actions: Vec<ActionPart>, first: usize| {
        let item = move |(at, action)| view! { <Action action=action is_open={at + first < N_OPEN}/> };
        actions.into_iter().enumerate().map(item).collect_view()
    };
    view! {
        <section class="why__decision">
            {slot}
            <p class="why__headline">{part.headline}</p>
            <p class="why__turn">
                <span class="why__turn-label">"What would turn it"</span>
                <span>{turned.sentence}{try_it}</span>
                <span class="muted">{turned.note}</span>
            </p>
            <p class="why__legend" aria-hidden="true">
                <span class="why__key why__key--exploit"></span>"known best"
                <span class="why__key why__key--explore"></span>"to find out"
            </p>
            <ol class="why__actions">{list(actions, 0)}</ol>
            {(n_folded > 0).then(|| view! {
                <details class="why__more">
                    <summary>{format!("{n_folded} more actions")}</summary>
                    <ol class="why__actions" start=(N_SHOWN + 1).to_string()>{list(folded, N_SHOWN)}</ol>
                </details>
            })}
        </section>
    }
    .into_any()
}

/// Name, probability in two parts, what is expected, and on demand why.
#[component]
fn Action(action: ActionPart, is_open: bool) -> impl IntoView {
    let class = match () {
        () if action.is_best => "why-action why-action--best",
        () if !action.is_eligible => "why-action why-action--out",
        () => "why-action",
    };
    let then = action.then.map(|then| {
        let shown = if action.was_shown { "shown, " } else { "" };
        view! { <span class="why-action__then">{format!("{shown}{then} then")}</span> }
    });
    let exploit = format!("{:.2}", action.exploit * 100.0);
    let explore = format!("{:.2}", action.explore * 100.0);
    let explored_from = exploit.clone();
    view! {
        <li class=class>
            <span class="why-action__name">{action.id}</span>
            {then}
            <span class="why-action__words">{action.words}</span>
            <svg class="why-action__track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect class="why-action__exploit" width=exploit height="1"></rect>
                <rect class="why-action__explore" x=explored_from width=explore height="1"></rect>
            </svg>
            <details class="why-action__why" open=is_open>
                <summary>"Expects "<strong>{action.expected}</strong>{(!action.split.is_empty()).then(|| format!(" · {}", action.split))}</summary>
                <ReasonList reasons=action.reasons/>
            </details>
        </li>
    }
    .into_any()
}

#[component]
fn ReasonList(reasons: Vec<ReasonPart>) -> impl IntoView {
    if reasons.is_empty() {
        return view! { <p class="muted">"Nothing was learned that speaks for or against it."</p> }.into_any();
    }
    let line = |reason: ReasonPart| {
        let class = if reason.is_for { "reason reason--for" } else { "reason reason--against" };
        let width = format!("{:.1}", 50.0 * reason.length);
        let start = if reason.is_for { "50".to_owned() } else { format!("{:.1}", 50.0 - 50.0 * reason.length) };
        view! {
            <li class=class>
                <span class="reason__name">{reason.name}</span>
                <svg class="reason__track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect x=start width=width height="1"></rect>
                </svg>
                <span class="reason__words">{reason.words}</span>
            </li>
        }
    };
    view! { <ul class="why-reasons">{reasons.into_iter().map(line).collect_view()}</ul> }.into_any()
}

/// What a value of a query may hold as it is; everything else as bytes in hex.
pub(in crate::web::dashboard) fn escaped(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_context_in_an_address_comes_back_as_it_was() {
        assert_eq!(escaped(r#"[{"a b":"é&"}]"#), "%5B%7B%22a%20b%22%3A%22%C3%A9%26%22%7D%5D");
    }
}
