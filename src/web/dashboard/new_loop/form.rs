//! The form that makes a loop. A template fills it in; everything can be changed. Without script it is sent as it is, and
//! the answer is a page of its own.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{CreateLoop, LoopWishes, TemplateCard, WAITS};
use crate::{
    terms::Environment,
    web::components::{
        Checklist, Choice, EnvironmentField, FormError, PageHeader, SelectField, Step, SubmitButton, TextField,
    },
};

/// Where the form is sent without script.
const PLAIN_PATH: &str = "/start/loop";

/// What is filled in so far.
#[derive(Debug, Clone, Copy)]
struct Filled {
    name: RwSignal<String>,
    environment: RwSignal<String>,
    wait: RwSignal<String>,
    mode: RwSignal<String>,
    slots: RwSignal<String>,
    template: RwSignal<String>,
}

impl Filled {
    /// As the address says.
    fn begin(templates: &[TemplateCard]) -> Self {
        let query = use_query_map();
        let word = |name: &str| query.read_untracked().get(name).unwrap_or_default();
        let chosen = templates.iter().find(|card| card.slug == word("template"));
        let name = Some(word("name")).filter(|name| !name.is_empty());
        let own = |of: fn(&TemplateCard) -> &String| chosen.map(|card| of(card).clone());
        Self {
            name: RwSignal::new(name.or(own(|card| &card.loop_name)).unwrap_or_default()),
            environment: RwSignal::new(Environment::default().as_str().to_owned()),
            wait: RwSignal::new(own(|card| &card.wait).unwrap_or_else(|| WAITS[0].0.to_owned())),
            mode: RwSignal::new("Online".to_owned()),
            slots: RwSignal::new("one".to_owned()),
            template: RwSignal::new(own(|card| &card.slug).unwrap_or_default()),
        }
    }

    /// A name that somebody typed stays.
    fn take(self, chosen: Option<&TemplateCard>, templates: &[TemplateCard]) {
        let is_ours = |name: &String| name.is_empty() || templates.iter().any(|card| card.loop_name == *name);
        if self.name.with_untracked(is_ours) {
            self.name.set(chosen.map(|card| card.loop_name.clone()).unwrap_or_default());
        }
        if let Some(card) = chosen {
            self.wait.set(card.wait.clone());
        }
        self.template.set(chosen.map(|card| card.slug.clone()).unwrap_or_default());
    }

    fn wishes(self) -> LoopWishes {
        LoopWishes {
            name: self.name.get_untracked(),
            environment: self.environment.get_untracked(),
            wait: self.wait.get_untracked(),
            mode: self.mode.get_untracked(),
            slots: self.slots.get_untracked(),
            template: self.template.get_untracked(),
        }
    }
}

/// Templates, then three fields; what few loops need is folded away.
#[component]
pub fn NewLoopForm(create: ServerAction<CreateLoop>, templates: Vec<TemplateCard>) -> impl IntoView {
    let filled = Filled::begin(&templates);
    let Filled { name, environment, wait, mode, slots, .. } = filled;
    let error = move |field: &'static str| {
        Signal::derive(move || create.value().get().and_then(Result::err).and_then(|error| error.at_field(field)))
    };
    let message = move || create.value().get().and_then(Result::err).and_then(|error| error.for_form());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        create.dispatch(CreateLoop { wishes: filled.wishes() });
    };
    view! {
        <Title text="New loop"/>
        <PageHeader title="New loop" sentence="One loop learns one decision: which story leads, which banner shows, which offer comes first."/>
        <div class="beside">
        <form class="card" method="post" action=PLAIN_PATH on:submit=submit>
            <FormError message=Signal::derive(message)/>
            <TemplateChoice templates=templates filled=filled/>
            <TextField name="name" label="Name" hint="For people; it can be changed." placeholder="Front page lead" value=name
                maxlength=100 error=error("name")/>
            <SelectField name="wait" label="What a reward means" value=wait error=error("wait")
                hint="An event without a reward by then counts with the default reward, 0."
                choices=WAITS.map(|(value, label)| Choice::new(value, label)).to_vec()/>
            <fieldset class="stack stack--tight">
                <legend class="field__label">"Start as"</legend>
                <RadioChoice chosen=mode name="mode" value="Online" label="Online"
                    text="It decides from the first call on, explores, and learns from rewards. For something new."/>
                <RadioChoice chosen=mode name="mode" value="Apprentice" label="Apprentice"
                    text="Your application's own choice is always answered while the model learns to imitate it. Nobody notices a change; switch to online once it knows the ropes."/>
            </fieldset>
            <details class="more">
                <summary>"Environment and slots"</summary>
                <div class="stack">
                    <EnvironmentField value=environment error=error("environment")/>
                    <fieldset class="stack stack--tight">
                        <legend class="field__label">"Each Rank fills"</legend>
                        <RadioChoice chosen=slots name="slots" value="one" label="One place"
                            text="It chooses one of your actions: the lead story, the banner, the offer."/>
                        <RadioChoice chosen=slots name="slots" value="several" label="Several places"
                            text="It fills all slots of a page at once and shows no action twice; each slot has its own reward. This can be switched at any time."/>
                    </fieldset>
                </div>
            </details>
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

/// One press fills the form in; the loop is made with the template's actions.
#[component]
fn TemplateChoice(templates: Vec<TemplateCard>, filled: Filled) -> impl IntoView {
    let all = StoredValue::new(templates.clone());
    let chosen = filled.template;
    let choice = move |card: Option<TemplateCard>| {
        let slug = card.as_ref().map(|card| card.slug.clone()).unwrap_or_default();
        let is_chosen = chosen.with_untracked(|chosen| *chosen == slug);
        let (name, sentence) = match &card {
            Some(card) => (card.name.clone(), card.sentence.clone()),
            None => (
                "Your own".to_owned(),
                "A loop without actions: each Rank brings its own, or they are added later.".to_owned(),
            ),
        };
        let comes_with = card.as_ref().map(|card| {
            view! { <span class="template__actions">{card.actions.join(" · ")}</span> }
        });
        let reward = card.as_ref().map(|card| view! { <span class="choice__text">{card.reward.clone()}</span> });
        let take = move |_| all.with_value(|all| filled.take(card.as_ref(), all));
        view! {
            <label class="template template--choice">
                <input type="radio" name="template" value=slug checked=is_chosen on:change=take/>
                <strong>{name}</strong>
                <span class="choice__text">{sentence}</span>
                {comes_with}
                {reward}
            </label>
        }
    };
    let choices = std::iter::once(None).chain(templates.into_iter().map(Some)).map(choice).collect_view();
    view! {
        <fieldset class="stack stack--tight">
            <legend class="field__label">"Begin with"</legend>
            <div class="templates">{choices}</div>
            <p class="field__hint">"A template brings actions, settings that suit them, and made-up visitors to try it with. Everything can be changed."</p>
        </fieldset>
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
        step("Store its two keys", "They are shown once, with calls in five languages ready to copy."),
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
