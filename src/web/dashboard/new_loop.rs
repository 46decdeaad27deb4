//! A loop in four fields, and its keys, shown this once.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::{
    leave_guard::LeaveGuard,
    snippets::{CallTarget, Snippets},
};
use crate::web::{
    PageError,
    components::{
        Checklist, Choice, FormError, PageHeader, SecretField, SelectField, Step, SubmitButton, TextField,
        copy_to_clipboard, show_page_top,
    },
};

/// What a reward means, and how long after the Rank it may still come.
const WAITS: [(&str, &str); 5] = [
    ("PT10M", "A click or a choice — counts within 10 minutes"),
    ("PT1H", "Reading or watching — counts within 1 hour"),
    ("P1D", "A purchase or a sign-up — counts within 1 day"),
    ("P7D", "Coming back — counts within 7 days"),
    ("P28D", "Staying a customer — counts within 28 days"),
];

/// A loop just made, with its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLoopView {
    pub id: String,
    pub name: String,
    pub endpoint: String,
    pub keys: Vec<String>,
    pub is_multi_slot: bool,
}

/// Makes a loop; `slots` is `one` or `several`.
#[server]
pub async fn create_loop(name: String, wait: String, mode: String, slots: String) -> Result<NewLoopView, PageError> {
    use crate::{
        loops::{Loops, NewLoop},
        terms::{Configuration, IsoDuration, LearningMode, RewardWaitTime, Role},
        web::{PublicUrl, guard},
    };
    let person = guard::require(Role::Editor).await?;
    let wait: IsoDuration = wait.parse().map_err(|error| guard::refused_at("wait", error))?;
    let configuration = Configuration {
        reward_wait_time: RewardWaitTime::try_from(wait).map_err(|error| guard::refused_at("wait", error))?,
        learning_mode: LearningMode::parse(&mode).map_err(|error| guard::refused_at("mode", error))?,
        is_multi_slot: slots == "several",
        ..Configuration::default()
    };
    let new = NewLoop { name: name.trim().to_owned(), configuration, arguments: None };
    let created = guard::given::<Loops>()?.create(new, &person.author()).await?;
    Ok(NewLoopView {
        id: created.live.id().to_string(),
        name: created.live.name(),
        endpoint: format!("{}/loops/{}", guard::given::<PublicUrl>()?.0, created.live.id()),
        keys: created.keys.into(),
        is_multi_slot: created.live.configuration().is_multi_slot,
    })
}

/// `/loops/new`
#[component]
pub fn NewLoopPage() -> impl IntoView {
    let create = ServerAction::<CreateLoop>::new();
    let created = move || create.value().get().and_then(Result::ok);
    view! {
        {move || match created() {
            Some(created) => Either::Left(view! { <Created view=created/> }),
            None => Either::Right(view! { <NewLoopForm create=create/> }),
        }}
    }
}

/// Without script the keys could not be shown, so the form does nothing there and says so.
#[component]
fn NewLoopForm(create: ServerAction<CreateLoop>) -> impl IntoView {
    let query = use_query_map();
    let name = RwSignal::new(query.read_untracked().get("name").unwrap_or_default());
    let wait = RwSignal::new(WAITS[0].0.to_owned());
    let mode = RwSignal::new("Online".to_owned());
    let slots = RwSignal::new("one".to_owned());
    let error = move |field: &'static str| {
        Signal::derive(move || create.value().get().and_then(Result::err).and_then(|error| error.at_field(field)))
    };
    let message = move || create.value().get().and_then(Result::err).and_then(|error| error.for_form());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        create.dispatch(CreateLoop {
            name: name.get_untracked(),
            wait: wait.get_untracked(),
            mode: mode.get_untracked(),
            slots: slots.get_untracked(),
        });
    };
    view! {
        <Title text="New loop"/>
        <PageHeader title="New loop" sentence="One loop learns one decision: which story leads, which banner shows, which offer comes first."/>
        <noscript><p class="notice notice--warning">"This form needs JavaScript: a loop's keys are shown once, right here."</p></noscript>
        <div class="beside">
        <form class="card" on:submit=submit>
            <FormError message=Signal::derive(message)/>
            <TextField name="name" label="Name" hint="For people; it can be changed." placeholder="Front page lead" value=name
                maxlength=100 autofocus=true error=error("name")/>
            <SelectField name="wait" label="What a reward means" value=wait error=error("wait")
                hint="An event without a reward by then counts with the default reward, 0."
                choices=WAITS.map(|(value, label)| Choice::new(value, label)).to_vec()/>
            <fieldset class="stack stack--tight">
                <legend class="field__label">"Each Rank fills"</legend>
                <RadioChoice chosen=slots name="slots" value="one" label="One place"
                    text="It chooses one of your actions: the lead story, the banner, the offer."/>
                <RadioChoice chosen=slots name="slots" value="several" label="Several places"
                    text="It fills all slots of a page at once and shows no action twice; each slot has its own reward. This can be switched at any time."/>
            </fieldset>
            <fieldset class="stack stack--tight">
                <legend class="field__label">"Start as"</legend>
                <RadioChoice chosen=mode name="mode" value="Online" label="Online"
                    text="It decides from the first call on, explores, and learns from rewards. For something new."/>
                <RadioChoice chosen=mode name="mode" value="Apprentice" label="Apprentice"
                    text="Your application's own choice is always answered while the model learns to imitate it. Nobody notices a change; switch to online once it knows the ropes."/>
            </fieldset>
            <div class="row">
                <SubmitButton label="Create loop" pending=create.pending()/>
                <a class="button button--ghost" href="/loops">"Cancel"</a>
            </div>
        </form>
        <NextSteps/>
        </div>
    }
    .into_any()
}

/// What people let themselves in for.
#[component]
fn NextSteps() -> impl IntoView {
    let step = |title: &str, detail: &'static str| Step {
        title: title.to_owned(),
        is_done: false,
        detail: Some(view! { <p>{detail}</p> }.into_any()),
    };
    let steps = vec![
        step("Make the loop", "It answers at once; settings and actions can be changed later."),
        step("Store its two keys", "They are shown once, with calls in four languages ready to copy."),
        step("Send a Rank", "With the context and a few actions. Show the one that is answered."),
        step("Send a Reward", "When you know how it went: a number from −1 to 1."),
    ];
    view! {
        <aside class="card">
            <h2>"What comes next"</h2>
            <Checklist steps=steps/>
        </aside>
    }
    .into_any()
}

#[component]
fn RadioChoice(
    chosen: RwSignal<String>,
    name: &'static str,
    value: &'static str,
    label: &'static str,
    text: &'static str,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=move || chosen.with(|chosen| chosen == value)
                on:change=move |_| chosen.set(value.to_owned())/>
            <span><strong>{label}</strong><span class="choice__text">{text}</span></span>
        </label>
    }
}

/// The answer is another page at the same address, so it is begun at its top, and read from there.
#[component]
fn Created(view: NewLoopView) -> impl IntoView {
    let NewLoopView { id, name, endpoint, keys, is_multi_slot } = view;
    let first_key = keys.first().cloned().unwrap_or_default();
    let numbered: Vec<(u8, String)> = (1..).zip(keys).collect();
    let target = CallTarget { endpoint: endpoint.clone(), key: first_key.clone(), is_multi_slot };
    let is_copied = RwSignal::new(false);
    let on_copy = Callback::new(move |()| is_copied.set(true));
    let copy_first = Callback::new(move |()| {
        copy_to_clipboard(&first_key);
        is_copied.set(true);
    });
    Effect::new(|_| show_page_top());
    view! {
        <Title text=format!("{name} is ready")/>
        <PageHeader title=format!("{name} is ready") sentence="It can be called right now. Store the keys first: they are shown this once.">
            <a class="button button--primary" href=format!("/loops/{id}")>"Open the loop"</a>
        </PageHeader>
        <section class="card">
            <h2>"Keys"</h2>
            {numbered.into_iter().map(|(number, key)| view! {
                <SecretField label=format!("Key {number}") value=key on_copy=on_copy/>
            }).collect_view()}
            <p class="muted">"Use either. The second is there so that you can replace one without a pause."</p>
            <SecretField label="Endpoint" value=endpoint/>
        </section>
        <section class="card">
            <h2>"Send the first Rank and Reward"</h2>
            <Snippets target=target/>
            <p class="muted">"The page Keys lists every API version that is served, and the addresses that lead to it."</p>
        </section>
        <LeaveGuard is_armed=Signal::derive(move || !is_copied.get()) what="these keys" on_copy=copy_first/>
    }
    .into_any()
}
