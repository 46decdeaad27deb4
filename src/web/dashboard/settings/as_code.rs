//! Settings as code: the file to keep, and a file to be taken over. Taking one over makes a draft, as typing does.

use leptos::prelude::*;

use super::SettingsCalls;
use crate::web::components::{CodeBlock, SubmitButton};

/// Download and import.
#[component]
pub fn AsCode(
    file: String,
    file_href: String,
    id: Memo<String>,
    calls: SettingsCalls,
    may_edit: bool,
) -> impl IntoView {
    let name = move || format!("{}-settings.json", id.get());
    let import = calls.import;
    let refused = move || import.value().get().and_then(Result::err).map(|error| error.to_string());
    let form = may_edit.then(|| {
        view! {
            <ActionForm action=import attr:class="stack stack--tight">
                <input type="hidden" name="id" value=move || id.get()/>
                <div class="field" class:field--invalid=move || refused().is_some()>
                    <label class="field__label" for="settings-file">"Take over a file"</label>
                    <textarea class="input textarea input--mono" id="settings-file" name="file" rows="5" spellcheck="false" required
                        aria-describedby="settings-file-hint settings-file-error"></textarea>
                    <p class="field__hint" id="settings-file-hint">"Paste it here. It becomes a draft: you see the difference and what it would have meant, and then apply it. Settings that it does not name stay as they are."</p>
                    <p class="field__error" id="settings-file-error" aria-live="polite">{refused}</p>
                </div>
                <SubmitButton label="Preview this file" pending=import.pending()/>
            </ActionForm>
        }
    });
    view! {
        <section class="card card--split" id="as-code">
            <div>
                <h2>"As code"</h2>
                <p class="card__about">"The same file works here, in another loop, and as the body of PUT /api/v1/loops/…/configuration."</p>
            </div>
            <div class="stack">
                <p><a class="button" href=file_href download=name>"Download settings"</a></p>
                <details class="as-code__file">
                    <summary>"Show the file"</summary>
                    <CodeBlock title="Settings in force" code=file/>
                </details>
                {form}
            </div>
        </section>
    }
    .into_any()
}
