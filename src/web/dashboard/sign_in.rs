//! Signing in and out. Works without script; managers and pasting are welcome.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::web::{
    PageError,
    components::{FormError, HelpLink, Logo, PasswordField, SubmitButton, TextField},
};

/// Opens a session. Anyone may call this; attempts are throttled.
#[server]
pub async fn sign_in(name: String, password: String, next: Option<String>) -> Result<(), PageError> {
    use crate::{accounts::Accounts, web::guard};
    let accounts = guard::given::<Accounts>()?;
    let person = accounts.sign_in(&name, &password, &guard::caller_address()).await?;
    guard::start_session(&person).await?;
    leptos_axum::redirect(guard::local_path(next.as_deref()));
    Ok(())
}

/// Ends the session of whoever calls.
#[server]
pub async fn sign_out() -> Result<(), PageError> {
    use crate::{accounts::Accounts, web::guard};
    let accounts = guard::given::<Accounts>()?;
    let person = guard::signed_in().await?;
    guard::end_session().await?;
    if let Some(person) = person {
        accounts.note_sign_out(&person).await?;
    }
    leptos_axum::redirect("/sign-in");
    Ok(())
}

/// `/sign-in`
#[component]
pub fn SignInPage() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let query = use_query_map();
    let next = move || query.read().get("next").unwrap_or_default();
    let message = move || action.value().get().and_then(Result::err).map(|error| error.to_string());
    view! {
        <Title text="Sign in"/>
        <main id="main" class="centered">
            <a href="/" class="centered__logo"><Logo/></a>
            <section class="card centered__card">
                <h1>"Sign in"</h1>
                <ActionForm action=action>
                    <div class="stack">
                        <FormError message=Signal::derive(message)/>
                        <input type="hidden" name="next" value=next/>
                        <TextField name="name" label="Name" autocomplete="username" autofocus=true/>
                        <PasswordField name="password" label="Password" autocomplete="current-password"/>
                        <SubmitButton label="Sign in" pending=action.pending()/>
                    </div>
                </ActionForm>
            </section>
            <p class="muted">"Forgotten? On the server, run "<code>"rankloop admin reset-password"</code>"."</p>
            <HelpLink/>
        </main>
    }
}
