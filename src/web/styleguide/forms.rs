//! What people press and fill in.

use leptos::prelude::*;

use crate::web::components::{
    Choice, FilterBar, Icon, IconName, Kbd, NumberField, PasswordField, SelectField, SubmitButton, SwitchField,
    TextAreaField, TextField, ThemeSwitch, View, Views,
};

pub fn buttons() -> AnyView {
    view! {
        <div class="row">
            <button type="button" class="button button--primary">"Primary"</button>
            <button type="button" class="button">"Secondary"</button>
            <button type="button" class="button button--ghost">"Quiet"</button>
            <button type="button" class="button button--danger">"Danger"</button>
            <button type="button" class="button button--danger-solid">"Do the dangerous thing"</button>
            <button type="button" class="button button--small">"Small"</button>
            <button type="button" class="button button--large">"Large"</button>
            <button type="button" class="button button--icon" aria-label="More"><Icon name=IconName::More/></button>
            <button type="button" class="button" disabled=true>"Not now"</button>
            <SubmitButton label="Saving" pending=Signal::stored(true)/>
        </div>
        <div class="row">
            <Kbd keys="Ctrl K"/><Kbd keys="g o"/><Kbd keys="?"/><Kbd keys="Esc"/>
        </div>
    }
    .into_any()
}

pub fn fields() -> AnyView {
    let error = Signal::stored(Some("This name is taken.".to_owned()));
    let choices =
        vec![Choice::new("PT10M", "A click or a choice — counts within 10 minutes"), Choice::new("P1D", "A purchase")];
    view! {
        <div class="card">
            <div class="pair">
                <TextField name="guide-name" label="Name" hint="For people; it can be changed." initial="Front page lead"/>
                <TextField name="guide-wrong" label="Name that was refused" error=error initial="Front page lead"/>
                <PasswordField name="guide-password" label="Password" autocomplete="off"/>
                <SelectField name="guide-wait" label="What a reward means" value=RwSignal::new("PT10M".into()) choices=choices/>
                <NumberField name="guide-number" label="Keep events for" value=RwSignal::new("90".into()) unit="days" min=1.0 max=365.0/>
                <NumberField name="guide-slider" label="Exploration" value=RwSignal::new("20".into()) unit="%" min=0.0 max=100.0
                    slider=true hint="The share of calls that may show something else."/>
                <TextAreaField name="guide-json" label="Features as JSON" mono=true value=RwSignal::new("[{\"topic\": \"sports\"}]".into())/>
            </div>
        </div>
    }
    .into_any()
}

pub fn choices() -> AnyView {
    let views = vec![
        View::new("curl", view! { <p class="muted">"The first view is shown at the start."</p> }.into_any()),
        View::new("Python", view! { <p class="muted">"The second view."</p> }.into_any()),
        View::new("C#", view! { <p class="muted">"The third view."</p> }.into_any()),
    ];
    let query = RwSignal::new(String::new());
    view! {
        <div class="card">
            <FilterBar label="Search loops" query=query count=Signal::stored("12 loops".to_owned())>
                <select class="input select" aria-label="Mode"><option>"Every mode"</option><option>"Online"</option></select>
            </FilterBar>
            <div class="row">
                <label class="row"><input type="checkbox" checked=true/>"Chosen"</label>
                <label class="row"><input type="checkbox"/>"Not chosen"</label>
                <label class="row"><input type="checkbox" disabled=true/>"Not now"</label>
                <SwitchField name="guide-switch" label="On" checked=RwSignal::new(true)/>
                <SwitchField name="guide-switch-off" label="Off" checked=RwSignal::new(false)/>
                <ThemeSwitch/>
            </div>
            <div class="pair">
                <label class="choice">
                    <input type="radio" name="guide-mode" checked=true/>
                    <span><strong>"Online"</strong><span class="choice__text">"It decides from the first call on."</span></span>
                </label>
                <label class="choice">
                    <input type="radio" name="guide-mode"/>
                    <span><strong>"Apprentice"</strong><span class="choice__text">"Your own choice is always answered."</span></span>
                </label>
            </div>
            <Views label="Language" name="guide-language" views=views/>
        </div>
    }
    .into_any()
}
