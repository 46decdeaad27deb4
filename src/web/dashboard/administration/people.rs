//! `/people`: who may sign in, as what, and who was invited. Plain forms: all of it works without script.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    ServerHead,
    people_calls::{Done, InvitationLine, ManagePeople, PeopleView, PersonLine, load_people},
};
use crate::{
    terms::Role,
    web::{
        components::{
            Chip, Column, FormError, Loaded, PageHeader, SecretField, SubmitButton, TableFrame, TimeText, Tone,
        },
        roles::{role_table, title},
    },
};

type Manage = ServerAction<ManagePeople>;

/// `/people`
#[component]
pub fn PeoplePage() -> impl IntoView {
    let manage = ServerAction::<ManagePeople>::new();
    let people = Resource::new(move || manage.version().get(), |_| load_people());
    view! {
        <Title text="People"/>
        <Loaded resource=people title="People" lines=6 view=move |view| view! { <People view=view manage=manage/> }/>
    }
}

#[component]
fn People(view: PeopleView, manage: Manage) -> impl IntoView {
    let PeopleView { people, invitations, grantable, new_link } = view;
    let message = move || manage.value().get().and_then(Result::err).map(|error| error.to_string());
    let done = move || manage.value().get().and_then(Result::ok);
    let plain = new_link
        .map(|link| Done { words: "The link is below. It works once, within 24 hours.".to_owned(), link: Some(link) });
    let told = move || done().or_else(|| plain.clone()).map(|done| view! { <Told done=done/> });
    let sentence = sentence(&people);
    let roles = StoredValue::new(grantable.clone());
    let columns = vec![
        Column::text("Name"),
        Column::text("Role"),
        Column::text("Last sign-in"),
        Column::text("Sessions"),
        Column::buttons("What can be done"),
    ];
    let row = move |person: PersonLine| view! { <PersonRow person=person roles=roles manage=manage/> };
    view! {
        <ServerHead role=Role::Admin/>
        <PageHeader title="People" sentence=sentence/>
        <div class="people__told">
            <FormError message=Signal::derive(message)/>
            <div aria-live="polite">{told}</div>
        </div>
        <TableFrame caption="Everybody who can sign in" columns=columns>
            {people.into_iter().map(row).collect_view()}
        </TableFrame>
        <InviteForm roles=grantable manage=manage/>
        {(!invitations.is_empty()).then(|| view! { <Invitations invitations=invitations manage=manage/> })}
        <details class="more">
            <summary>"What each role may do"</summary>
            {role_table()}
        </details>
    }
    .into_any()
}

fn sentence(people: &[PersonLine]) -> String {
    let n_here = people.iter().filter(|person| person.n_sessions > 0).count();
    if people.len() == 1 {
        return "Only you can sign in so far. Invite somebody below.".to_owned();
    }
    let n_owners = people.iter().filter(|person| person.role == Role::Owner).count();
    let counted = |n: usize, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
    format!(
        "{}, {} of them {}; {} signed in at the moment.",
        counted(people.len(), "person", "people"),
        n_owners,
        if n_owners == 1 { "an owner" } else { "owners" },
        if n_here == 1 { "1 is".to_owned() } else { format!("{n_here} are") },
    )
}

/// What was done, and the link that is shown this once.
#[component]
fn Told(done: Done) -> impl IntoView {
    let link = done.link.map(|link| {
        view! {
            <SecretField label="Invitation" value=link/>
            <p class="muted">"Send it to whom you invite by a way that only they can read. It is not shown again."</p>
        }
    });
    view! { <section class="card"><p class="notice notice--good">{done.words}</p>{link}</section> }.into_any()
}

#[component]
fn PersonRow(person: PersonLine, roles: StoredValue<Vec<Role>>, manage: Manage) -> impl IntoView {
    let PersonLine { id, name, role, since, last_sign_in, n_sessions, is_you, is_yours, is_last_owner } = person;
    let may_change = is_yours && !is_last_owner;
    let (id_of_role, id_of_end) = (id.clone(), id.clone());
    let role_cell = if may_change {
        let label = format!("Role of {name}");
        view! {
            <ActionForm action=manage attr:class="people__role">
                <input type="hidden" name="order" value="role"/>
                <input type="hidden" name="id" value=id_of_role/>
                <RoleSelect label=label chosen=role roles=roles.get_value()/>
                <button type="submit" class="button button--small">"Change"</button>
            </ActionForm>
        }
        .into_any()
    } else {
        let why = is_last_owner.then(|| view! { <span class="muted">" – the only one, so it stays"</span> });
        view! { <span>{title(role)}{why}</span> }.into_any()
    };
    let signed_in = match last_sign_in {
        Some(moment) => view! { <TimeText moment=moment/> }.into_any(),
        None => view! { <span class="muted">"not yet; here since "<TimeText moment=since/></span> }.into_any(),
    };
    let end = (n_sessions > 0 && (is_yours || is_you)).then(|| {
        let words = format!("Sign {name} out everywhere?");
        view! { <Asking words="End sessions" question=words order="signOut" id=id_of_end confirm="End them" manage=manage/> }
    });
    let remove = (may_change && !is_you).then(|| {
        let words = format!("{name} can then not sign in any more. What they did stays in the audit history.");
        view! { <Asking words="Remove" question=words order="remove" id=id confirm="Remove" manage=manage/> }
    });
    view! {
        <tr>
            <th scope="row">{name}{is_you.then(|| view! { " " <Chip>"you"</Chip> })}</th>
            <td data-label="Role">{role_cell}</td>
            <td data-label="Last sign-in">{signed_in}</td>
            <td data-label="Sessions">{n_sessions}</td>
            <td class="actions"><div class="people__actions">{end}{remove}</div></td>
        </tr>
    }
    .into_any()
}

#[component]
fn RoleSelect(label: String, chosen: Role, roles: Vec<Role>) -> impl IntoView {
    let option = move |role: Role| view! { <option value=role.as_str() selected=role == chosen>{title(role)}</option> };
    view! {
        <select class="input select" name="role" aria-label=label>{roles.into_iter().map(option).collect_view()}</select>
    }
    .into_any()
}

/// A question that opens in place, with or without script, and the button that answers it.
#[component]
fn Asking(
    words: &'static str,
    question: String,
    order: &'static str,
    id: String,
    confirm: &'static str,
    manage: Manage,
) -> impl IntoView {
    view! {
        <details class="asking">
            <summary class="button button--small button--danger">{words}</summary>
            <ActionForm action=manage attr:class="asking__form">
                <p>{question}</p>
                <input type="hidden" name="order" value=order/>
                <input type="hidden" name="id" value=id/>
                <button type="submit" class="button button--small button--danger-solid">{confirm}</button>
            </ActionForm>
        </details>
    }
    .into_any()
}

#[component]
fn InviteForm(roles: Vec<Role>, manage: Manage) -> impl IntoView {
    let choice = |role: Role| {
        view! {
            <label class="choice">
                <input type="radio" name="role" value=role.as_str() checked=role == Role::Editor/>
                <span><strong>{title(role)}</strong><span class="choice__text">{role.may()}</span></span>
            </label>
        }
    };
    view! {
        <section class="card card--split" id="invite">
            <div>
                <h2>"Invite somebody"</h2>
                <p class="card__about">"You get a link to send. Whoever opens it chooses a name and a password. It works once, within 24 hours."</p>
            </div>
            <ActionForm action=manage>
                <div class="stack">
                    <input type="hidden" name="order" value="invite"/>
                    <fieldset class="stack stack--tight">
                        <legend class="field__label">"As"</legend>
                        {roles.into_iter().map(choice).collect_view()}
                    </fieldset>
                    <div><SubmitButton label="Make a link" pending=manage.pending()/></div>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Invitations(invitations: Vec<InvitationLine>, manage: Manage) -> impl IntoView {
    let row = move |invitation: InvitationLine| {
        let withdraw = invitation.is_yours.then(|| {
            view! {
                <ActionForm action=manage>
                    <input type="hidden" name="order" value="withdraw"/>
                    <input type="hidden" name="id" value=invitation.id.clone()/>
                    <button type="submit" class="button button--small">"Withdraw"</button>
                </ActionForm>
            }
        });
        view! {
            <tr>
                <th scope="row"><Chip tone=Tone::Accent>{title(invitation.role)}</Chip></th>
                <td data-label="Invited by">{invitation.made_by}</td>
                <td data-label="Ends"><TimeText moment=invitation.expires/></td>
                <td class="actions">{withdraw}</td>
            </tr>
        }
        .into_any()
    };
    let columns =
        vec![Column::text("As"), Column::text("Invited by"), Column::text("Ends"), Column::buttons("Withdraw")];
    view! {
        <section class="stack stack--tight">
            <h2>"Open invitations"</h2>
            <TableFrame caption="Links that nobody has used yet" columns=columns>
                {invitations.into_iter().map(row).collect_view()}
            </TableFrame>
        </section>
    }
    .into_any()
}
