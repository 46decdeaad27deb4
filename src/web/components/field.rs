//! Inputs of a form: a label above, a hint below it, and what is wrong at the input itself.

use leptos::{either::Either, prelude::*};

use crate::terms::Environment;

/// A value of a select, and its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// Label, hint and error around an input with the id `id`.
#[component]
fn Field(id: String, label: String, hint: String, error: Signal<Option<String>>, children: Children) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    view! {
        <div class="field" class:field--invalid=move || error.read().is_some()>
            <label class="field__label" for=id>{label}</label>
            {children()}
            {(!hint.is_empty()).then(|| view! { <p class="field__hint" id=hint_id>{hint}</p> })}
            <p class="field__error" id=error_id aria-live="polite">{move || error.get()}</p>
        </div>
    }
    .into_any()
}

fn described_by(id: &str) -> String {
    format!("{id}-hint {id}-error")
}

/// One line of text.
#[component]
pub fn TextField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// Kept in step with the input when given; else `initial` is where it starts.
    #[prop(optional)]
    value: Option<RwSignal<String>>,
    #[prop(optional, into)] initial: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(default = 256)] maxlength: u16,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let start = value.map_or(initial, |value| value.get_untracked());
    let invalid = move || error.read().is_some().to_string();
    let input = view! {
        <input class="input" id=name.clone() name=name.clone() type=kind placeholder=placeholder autocomplete=autocomplete
            required=required maxlength=maxlength.to_string() autofocus=autofocus aria-describedby=described_by(&name)
            aria-invalid=invalid value=start/>
    };
    // Without a signal the input is the browser's own: what was typed before the page woke up stays.
    let input = match value {
        Some(value) => Either::Left(input.bind(leptos::attr::Value, value)),
        None => Either::Right(input),
    };
    view! {
        <Field id=name label=label hint=hint error=error>
            {input}
        </Field>
    }
    .into_any()
}

/// A password; friendly to managers and pasting.
#[component]
pub fn PasswordField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
) -> impl IntoView {
    let is_shown = RwSignal::new(false);
    let description = described_by(&name);
    let toggle = move |_| is_shown.update(|is_shown| *is_shown = !*is_shown);
    view! {
        <Field id=name.clone() label=label hint=hint error=error>
            <div class="input-group">
                <input class="input" id=name.clone() name=name autocomplete=autocomplete required maxlength="1000"
                    type=move || if is_shown.get() { "text" } else { "password" } aria-describedby=description
                    aria-invalid=move || error.read().is_some().to_string()/>
                <button type="button" class="button" on:click=toggle aria-pressed=move || is_shown.get().to_string()>
                    {move || if is_shown.get() { "Hide" } else { "Show" }}
                </button>
            </div>
        </Field>
    }
    .into_any()
}

/// A number with its unit. The browser checks the limits while typing, the server again.
#[component]
pub fn NumberField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    value: RwSignal<String>,
    #[prop(optional, into)] unit: String,
    min: f64,
    max: f64,
    #[prop(default = "any")] step: &'static str,
    /// Also as a slider.
    #[prop(optional)]
    slider: bool,
) -> impl IntoView {
    let description = described_by(&name);
    let slider_label = format!("{label}, slider");
    let with_slider = slider.then(|| {
        view! {
            <input class="slider" type="range" min=min max=max step=step aria-label=slider_label
                value=value.get_untracked() bind:value=value/>
        }
    });
    view! {
        <Field id=name.clone() label=label hint=hint error=error>
            <div class="number">
                {with_slider}
                <div class="input-group">
                    <input class="input input--number" id=name.clone() name=name type="number" inputmode="decimal" required
                        min=min max=max step=step aria-describedby=description
                        aria-invalid=move || error.read().is_some().to_string() value=value.get_untracked()
                        bind:value=value/>
                    {(!unit.is_empty()).then(|| view! { <span class="input-group__unit">{unit}</span> })}
                </div>
            </div>
        </Field>
    }
    .into_any()
}

/// One of several.
#[component]
pub fn SelectField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    value: RwSignal<String>,
    choices: Vec<Choice>,
) -> impl IntoView {
    let description = described_by(&name);
    let option = move |choice: Choice| {
        let own = choice.value.clone();
        view! { <option value=choice.value selected=move || value.with(|value| *value == own)>{choice.label}</option> }
    };
    view! {
        <Field id=name.clone() label=label hint=hint error=error>
            <select class="input select" id=name.clone() name=name aria-describedby=description
                on:change=move |event| value.set(event_target_value(&event)) prop:value=move || value.get()>
                {choices.into_iter().map(option).collect_view()}
            </select>
        </Field>
    }
    .into_any()
}

/// Where the callers of a loop live.
#[component]
pub fn EnvironmentField(
    value: RwSignal<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let choice = |environment: Environment| Choice::new(environment.as_str(), environment.title());
    view! {
        <SelectField name="environment" label="Environment" value=value error=error choices=Environment::ALL.map(choice).to_vec()
            hint="Where its callers live. It stands beside the name everywhere and changes nothing of how the loop decides."/>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn TextAreaField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    value: RwSignal<String>,
    #[prop(default = 4)] rows: u8,
    /// In the type of code.
    #[prop(optional)]
    mono: bool,
    #[prop(optional, into)] placeholder: String,
) -> impl IntoView {
    let description = described_by(&name);
    view! {
        <Field id=name.clone() label=label hint=hint error=error>
            <textarea class="input textarea" class:input--mono=mono id=name.clone() name=name rows=rows.to_string()
                placeholder=placeholder spellcheck=(!mono).to_string() aria-describedby=description
                aria-invalid=move || error.read().is_some().to_string() prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))>{value.get_untracked()}</textarea>
        </Field>
    }
    .into_any()
}

/// On or off.
#[component]
pub fn SwitchField(#[prop(into)] name: String, #[prop(into)] label: String, checked: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="switch">
            <input type="checkbox" role="switch" name=name value="true" checked=checked.get_untracked()
                bind:checked=checked/>
            <span class="switch__track" aria-hidden="true"></span>
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// What is wrong with a form as a whole.
#[component]
pub fn FormError(#[prop(into)] message: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="form-error" role="alert">
            {move || message.get().map(|message| view! { <p class="notice notice--bad">{message}</p> })}
        </div>
    }
}

/// Sends the form; says so while it is on its way.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: String,
    #[prop(into)] pending: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="submit" class="button button--primary" class:button--busy=pending
            disabled=move || pending.get() || disabled.get() aria-busy=move || pending.get().to_string()>
            {label}
        </button>
    }
}
