//! A loop that was just made: its keys, shown this once, and its first calls.

use leptos::prelude::*;
use leptos_meta::Title;
use wasm_bindgen::JsCast;

use super::NewLoopView;
use crate::web::{
    components::{PageHeader, SecretField, copy_to_clipboard, show_page_top},
    dashboard::{
        leave_guard::LeaveGuard,
        onboarding::{FirstSteps, GettingStarted},
        snippets::{CallTarget, Snippets},
    },
};

/// The answer is another page at the same address, so it is begun at its top, and read from there.
#[component]
pub fn Created(view: NewLoopView) -> impl IntoView {
    let NewLoopView { id, name, endpoint, keys, is_multi_slot, sample, is_from_template } = view;
    let first_key = keys.first().cloned().unwrap_or_default();
    let numbered: Vec<(u8, String)> = (1..).zip(keys).collect();
    let target = CallTarget { endpoint: endpoint.clone(), key: first_key.clone(), is_multi_slot };
    let is_copied = RwSignal::new(false);
    let on_copy = Callback::new(move |()| is_copied.set(true));
    let copy_first = Callback::new(move |()| {
        copy_to_clipboard(&first_key);
        is_copied.set(true);
    });
    let copied_calls = move |event: leptos::ev::MouseEvent| {
        let pressed = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if pressed.is_some_and(|pressed| pressed.closest(".copy").is_ok_and(|button| button.is_some())) {
            is_copied.set(true);
        }
    };
    Effect::new(|_| show_page_top());
    let steps = is_from_template.then(|| FirstSteps::ask(Some(Signal::stored(id.clone()))));
    view! {
        <Title text=format!("{name} is ready")/>
        <PageHeader title=format!("{name} is ready") sentence="It can be called right now. Store the keys first: they are shown this once.">
            <a class="button button--primary" href=format!("/loops/{id}")>"Open the loop"</a>
        </PageHeader>
        <section class="card" on:copy=move |_| is_copied.set(true)>
            <h2>"Keys"</h2>
            {numbered.into_iter().map(|(number, key)| view! {
                <SecretField label=format!("Key {number}") value=key on_copy=on_copy/>
            }).collect_view()}
            <p class="muted">"Use either. The second is there so that you can replace one without a pause."</p>
            <SecretField label="Endpoint" value=endpoint/>
        </section>
        {steps.map(|steps| view! { <GettingStarted steps=steps/> })}
        // The calls have the first key in them: whoever takes them along has it.
        <section class="card" id="first-calls" on:click=copied_calls on:copy=move |_| is_copied.set(true)>
            <h2>"Send the first Rank and Reward"</h2>
            <Snippets target=target sample=sample/>
            <p class="muted">"The page Keys lists every API version that is served, and the addresses that lead to it."</p>
        </section>
        <LeaveGuard is_armed=Signal::derive(move || !is_copied.get()) what="these keys" on_copy=copy_first/>
    }
    .into_any()
}
