//! The one-time link: its holder chooses a name and a password and is signed in.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    terms::Role,
    web::{
        PageError,
        components::{FormError, Loaded, Logo, PasswordField, SubmitButton, TextField},
    },
};

/// What the link makes of its holder, if it can still be used. Anyone may ask: the token itself is the permission.
#[server]
pub async fn check_link(token: String) -> Result<Option<Role>, PageError> {
    use crate::{accounts::Accounts, web::guard};
    Ok(guard::given::<Accounts>()?.role_of_link(&token).await?)
}

/// Uses the link up. Anyone may call this: the token itself is the permission.
#[server]
pub async fn accept_link(token: String, name: String, password: String) -> Result<(), PageError> {
    use crate::{accounts::Accounts, web::guard};
    let person = guard::given::<Accounts>()?.accept_link(&token, &name, &password, &guard::caller_address()).await?;
    guard::start_session(&person).await?;
    leptos_axum::redirect("/loops");
    Ok(())
}

/// `/welcome/:token`
#[component]
pub fn WelcomePage() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.read().get("token").unwrap_or_default());
    let link = Resource::new_blocking(move || token.get(), check_link);
    view! {
        <Title text="Welcome"/>
        <main id="main" class="centered">
            <a href="/" class="centered__logo"><Logo/></a>
            <section class="card centered__card">
                <Loaded resource=link view=move |role| match role {
                    Some(role) => Either::Left(view! { <WelcomeForm token=token.get_untracked() role=role/> }),
                    None => Either::Right(view! { <UsedUp/> }),
                }/>
            </section>
        </main>
    }
}

#[component]
fn WelcomeForm(token: String, role: Role) -> impl IntoView {
    let action = ServerAction::<AcceptLink>::new();
    let error = move |field: &'static str| {
        Signal::derive(move || action.value().get().and_then(Result::err).and_then(|error| error.at_field(field)))
    };
    let message = move || action.value().get().and_then(Result::err).and_then(|error| error.for_form());
    view! {
        <h1>"Welcome to rankloop"</h1>
        <p class="muted">"This link lets you in as "<strong>{role.as_str()}</strong>". Choose how you will sign in from now on."</p>
        <p class="muted">{may(role)}</p>
        <ActionForm action=action>
            <div class="stack">
                <FormError message=Signal::derive(message)/>
                <input type="hidden" name="token" value=token/>
                <TextField name="name" label="Name" hint="Shown beside the changes you make." autocomplete="username"
                    maxlength=100 autofocus=true error=error("name")/>
                <PasswordField name="password" label="Password" hint="At least 10 characters; a sentence is fine."
                    autocomplete="new-password" error=error("password")/>
                <SubmitButton label="Create account and sign in" pending=action.pending()/>
            </div>
        </ActionForm>
    }
}

/// The roles build on each other, but nobody who comes by a link has read of the others.
fn may(role: Role) -> &'static str {
    match role {
        Role::Viewer => "You can read dashboards: curves, settings, actions and reports, but no single events.",
        Role::Analyst => "You can read everything about loops, try contexts in the playground, and run evaluations.",
        Role::Editor => {
            "You can read everything about loops, make them, and change their actions, settings and models."
        }
        Role::Admin => "You can do everything here but appoint and remove owners.",
        Role::Owner => "You can do everything here.",
    }
}

#[component]
fn UsedUp() -> impl IntoView {
    view! {
        <h1>"This link was used or is too old"</h1>
        <p class="muted">"A sign-in link works once, for 24 hours. Sign in with the name and password you chose, or ask whoever invited you for another link. Whoever runs the server can make one more person there:"</p>
        <p><code>"rankloop admin create-user"</code></p>
        <p><a class="button button--primary" href="/sign-in">"Sign in"</a></p>
    }
}
