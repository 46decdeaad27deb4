//! What is done to several actions at once. A plain form: the boxes in the list belong to it by its id, and it is in sight
//! as long as one of them is checked.

use leptos::prelude::*;

/// The form's id.
pub const MANY: &str = "many-actions";

/// The bar at the foot of the list.
#[component]
pub fn ManyActions(base: String, zone: String) -> impl IntoView {
    let button = |what: &'static str, words: &'static str, class: &'static str| {
        view! { <button type="submit" class=class name="what" value=what>{words}</button> }
    };
    view! {
        <form id=MANY class="many" method="post" action=format!("{base}/many") aria-label="With those that are chosen">
            <strong>"With those chosen:"</strong>
            {button("activate", "Switch on", "button button--small")}
            {button("deactivate", "Switch off", "button button--small")}
            <details class="many__more">
                <summary class="button button--small">"Dates"</summary>
                <div class="many__fields">
                    <label>"Valid from ("{zone.clone()}")"<input class="input" type="datetime-local" name="valid_from"/></label>
                    <label>"Valid to ("{zone}")"<input class="input" type="datetime-local" name="valid_to"/></label>
                    {button("dates", "Set dates", "button")}
                    <p class="field__hint">"Empty is open: at once, or without end."</p>
                </div>
            </details>
            <details class="many__more">
                <summary class="button button--small">"Feature"</summary>
                <div class="many__fields">
                    <label>"Name"<input class="input" name="feature_name" placeholder="season" maxlength="200" autocomplete="off"/></label>
                    <label>"Value"<input class="input" name="feature_value" placeholder="summer" maxlength="2000" autocomplete="off"/></label>
                    {button("add_feature", "Add or replace", "button")}
                    {button("remove_feature", "Remove", "button")}
                </div>
            </details>
            {button("delete", "Delete", "button button--small button--danger")}
            <span class="muted">"One change, which can be taken back."</span>
        </form>
    }
    .into_any()
}
