//! Managing people, and the audit history that goes with it, on a real database.

use rankloop::{
    accounts::{AccountError, Accounts, AuditQuery, SignedIn, StoredLine},
    clock::{Clock, ManualClock},
    store::AuditLine,
    terms::{AuditKind, Author, Door, Role},
};

use crate::database::{Database, NOON_US, on_both};

on_both!(
    there_is_always_an_owner_even_when_two_leave_at_once,
    an_admin_manages_everybody_but_owners,
    an_invitation_is_listed_until_it_is_used_or_withdrawn,
    a_removed_person_is_signed_out_and_stays_in_the_history,
    every_change_leaves_one_line_and_a_refused_one_none,
    a_failed_sign_in_is_written_down_without_the_name_that_was_typed,
    the_history_is_read_by_person_kind_loop_and_time_page_by_page,
    old_lines_go_and_newer_ones_stay,
);

const PASSWORD: &str = "correct horse";
const SECOND_US: i64 = 1_000_000;

fn accounts(database: &Database) -> (Accounts, ManualClock) {
    let clock = ManualClock::at(NOON_US);
    (Accounts::new(database.store.clone(), Clock::Manual(clock.clone()), Vec::new()), clock)
}

async fn person(accounts: &Accounts, name: &str, role: Role) -> SignedIn {
    accounts.create_person(name, PASSWORD, role, &Author::command_line()).await.expect("made")
}

async fn lines(accounts: &Accounts, query: AuditQuery) -> Vec<AuditLine> {
    accounts.history(&query, 1_000).await.expect("read").into_iter().map(|stored| stored.line).collect()
}

async fn kinds(accounts: &Accounts) -> Vec<AuditKind> {
    lines(accounts, AuditQuery::default()).await.into_iter().map(|line| line.kind).collect()
}

async fn there_is_always_an_owner_even_when_two_leave_at_once(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let ada = person(&accounts, "ada", Role::Owner).await;
    for refused in
        [accounts.change_role(&ada.id, Role::Editor, &ada).await, accounts.remove_person(&ada.id, &ada).await]
    {
        assert!(matches!(refused, Err(AccountError::LastOwner)), "{refused:?}");
    }

    for round in 0..5 {
        let bob = person(&accounts, &format!("bob {round}"), Role::Owner).await;
        let people = accounts.people().await.expect("read");
        let owner = people.iter().find(|of| of.role == Role::Owner && of.id != bob.id);
        let other = accounts.person(&owner.expect("an owner").id).await.expect("read").expect("known");
        let (one, two) =
            tokio::join!(accounts.remove_person(&other.id, &bob), accounts.change_role(&bob.id, Role::Viewer, &other));
        assert!(one.is_ok() != two.is_ok(), "one of the two has to stay: {one:?} {two:?}");
        let n_owners = accounts.people().await.expect("read").iter().filter(|of| of.role == Role::Owner).count();
        assert_eq!(n_owners, 1);
    }
}

async fn an_admin_manages_everybody_but_owners(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let owner = person(&accounts, "ada", Role::Owner).await;
    let admin = person(&accounts, "grace", Role::Admin).await;
    let viewer = person(&accounts, "alan", Role::Viewer).await;

    accounts.change_role(&viewer.id, Role::Admin, &admin).await.expect("an admin makes admins");
    let refused = [
        accounts.change_role(&viewer.id, Role::Owner, &admin).await,
        accounts.change_role(&owner.id, Role::Viewer, &admin).await,
        accounts.remove_person(&owner.id, &admin).await,
        accounts.end_sessions(&owner.id, &admin).await.map(drop),
        accounts.invite(Role::Owner, &admin).await.map(drop),
    ];
    for refused in refused {
        assert!(
            matches!(refused, Err(AccountError::NotYours { role: Role::Admin, other: Role::Owner })),
            "{refused:?}"
        );
    }
    let editor = person(&accounts, "tim", Role::Editor).await;
    let refused = accounts.invite(Role::Viewer, &editor).await.expect_err("refused");
    assert_eq!(refused.to_string(), "an editor cannot decide about viewers");
    accounts.end_sessions(&editor.id, &editor).await.expect("everybody signs themselves out");

    accounts.change_role(&viewer.id, Role::Owner, &owner).await.expect("an owner makes owners");
    let unknown = accounts.change_role("nobody", Role::Viewer, &owner).await;
    assert!(matches!(unknown, Err(AccountError::UnknownPerson)));
}

async fn an_invitation_is_listed_until_it_is_used_or_withdrawn(database: &Database) {
    let (accounts, clock) = accounts(database);
    let owner = person(&accounts, "ada", Role::Owner).await;
    let used = accounts.invite(Role::Editor, &owner).await.expect("made");
    clock.advance_us(SECOND_US);
    let withdrawn = accounts.invite(Role::Admin, &owner).await.expect("made");

    let open = accounts.invitations().await.expect("read");
    assert_eq!(open, [used.invitation.clone(), withdrawn.invitation.clone()]);
    assert_eq!((open[0].made_by.as_str(), open[0].role, open[0].made_at_us), ("ada", Role::Editor, NOON_US));
    assert!(!used.token.starts_with(&used.invitation.id), "what names an invitation does not open it");

    assert_eq!(accounts.role_of_link(&used.token).await.expect("read"), Some(Role::Editor));
    let bob = accounts.accept_link(&used.token, "bob", PASSWORD, "192.0.2.1").await.expect("used");
    assert_eq!(bob.role, Role::Editor);
    accounts.withdraw_invitation(&withdrawn.invitation.id, &owner).await.expect("withdrawn");
    assert!(accounts.invitations().await.expect("read").is_empty());
    assert_eq!(accounts.role_of_link(&withdrawn.token).await.expect("read"), None);
    let again = accounts.withdraw_invitation(&withdrawn.invitation.id, &owner).await;
    assert!(matches!(again, Err(AccountError::UnknownInvitation)));
}

async fn a_removed_person_is_signed_out_and_stays_in_the_history(database: &Database) {
    let (accounts, clock) = accounts(database);
    let owner = person(&accounts, "ada", Role::Owner).await;
    clock.advance_us(SECOND_US / 2);
    let bob = person(&accounts, "bob", Role::Editor).await;
    clock.advance_us(SECOND_US / 2);
    accounts.sign_in("bob", PASSWORD, "192.0.2.7").await.expect("signed in");
    let session = rankloop::store::SessionRow {
        id: "s1".to_owned(),
        person_id: Some(bob.id.clone()),
        data: Vec::new(),
        expires_at_us: NOON_US + 100 * SECOND_US,
    };
    database.store.insert_session(&session).await.expect("stored");
    let row = accounts.people().await.expect("read").pop().expect("bob");
    assert_eq!((row.n_sessions, row.last_sign_in_at_us), (1, Some(NOON_US + SECOND_US)));
    assert_eq!(accounts.n_open_sessions().await.expect("read"), 1);

    clock.advance_us(SECOND_US);
    accounts.remove_person(&bob.id, &owner).await.expect("removed");

    assert_eq!(database.store.session("s1", NOON_US).await.expect("read"), None);
    assert_eq!(accounts.person(&bob.id).await.expect("read"), None);
    let about_bob = lines(&accounts, AuditQuery { person_id: Some(bob.id), ..AuditQuery::default() }).await;
    let told: Vec<_> = about_bob.iter().map(|line| (line.kind, line.by.name.as_str(), line.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            (AuditKind::PersonRemoved, "ada", "bob"),
            (AuditKind::SignedIn, "bob", "bob"),
            (AuditKind::PersonJoined, "operator", "bob"),
        ]
    );
    assert_eq!(about_bob[1].address.as_deref(), Some("192.0.2.7"));
    assert_eq!(about_bob[2].by.door, Door::CommandLine);
}

async fn every_change_leaves_one_line_and_a_refused_one_none(database: &Database) {
    let (accounts, clock) = accounts(database);
    let tick = || clock.advance_us(1);
    let owner = person(&accounts, "ada", Role::Owner).await;
    tick();
    let bob = person(&accounts, "bob", Role::Viewer).await;
    tick();
    accounts.change_role(&bob.id, Role::Editor, &owner).await.expect("changed");
    accounts.change_role(&bob.id, Role::Editor, &owner).await.expect("nothing to change");
    accounts.change_role(&owner.id, Role::Viewer, &owner).await.expect_err("the last owner");
    accounts.end_sessions(&bob.id, &owner).await.expect("there is none to end");
    tick();
    accounts.reset_password("bob", "another horse", &Author::command_line()).await.expect("replaced");
    tick();
    accounts.create_token("deploy", Role::Editor, &Author::server("server")).await.expect("made");

    use AuditKind::{PasswordReset, PersonJoined, RoleChanged, TokenMade};
    assert_eq!(kinds(&accounts).await, [TokenMade, PasswordReset, RoleChanged, PersonJoined, PersonJoined]);
    let changed = &lines(&accounts, AuditQuery::default()).await[2];
    assert_eq!((changed.details.as_str(), changed.by.id.as_str()), ("viewer → editor", owner.id.as_str()));
}

async fn a_failed_sign_in_is_written_down_without_the_name_that_was_typed(database: &Database) {
    let (accounts, clock) = accounts(database);
    person(&accounts, "ada", Role::Owner).await;
    clock.advance_us(1);
    accounts.sign_in("my secret password", "ada", "192.0.2.1").await.expect_err("refused");
    clock.advance_us(1);
    accounts.sign_in("ADA", "wrong horse", "192.0.2.1").await.expect_err("refused");

    let failed = lines(&accounts, AuditQuery { kind: Some(AuditKind::SignInFailed), ..AuditQuery::default() }).await;
    let told: Vec<_> = failed.iter().map(|line| (line.subject.as_str(), line.details.as_str())).collect();
    assert_eq!(told, [("ada", "wrong password"), ("a name that nobody has", "")]);
    assert!(failed.iter().all(|line| line.address.as_deref() == Some("192.0.2.1") && line.by.name == "nobody"));
}

async fn the_history_is_read_by_person_kind_loop_and_time_page_by_page(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let id = "loop1".parse().expect("an id");
    for n in 0..10_i64 {
        let by = if n % 2 == 0 { Author::key("key") } else { Author::server("server") };
        let kind = if n < 5 { AuditKind::NoteAdded } else { AuditKind::ModelReset };
        // Two lines of each moment.
        let line = AuditLine::new(NOON_US + n / 2, kind, &by).telling(n.to_string());
        let line = if n == 7 { line.about(&id, "coffee") } else { line };
        database.store.add_audit_line(&line).await.expect("written");
    }
    let n_of = async |query: AuditQuery| lines(&accounts, query).await.len();
    let all = AuditQuery::default();
    assert_eq!(n_of(AuditQuery { person_id: Some("key".into()), ..all.clone() }).await, 5);
    assert_eq!(n_of(AuditQuery { kind: Some(AuditKind::NoteAdded), ..all.clone() }).await, 5);
    assert_eq!(n_of(AuditQuery { loop_id: Some("loop1".into()), ..all.clone() }).await, 1);
    let between = AuditQuery { from_us: Some(NOON_US + 1), to_us: Some(NOON_US + 3), ..all.clone() };
    assert_eq!(n_of(between).await, 4);

    let (mut told, mut after) = (Vec::new(), None);
    loop {
        let page: Vec<StoredLine> =
            accounts.history(&AuditQuery { after: after.clone(), ..all.clone() }, 3).await.expect("read");
        let Some(last) = page.last() else { break };
        after = Some((last.line.at_us, last.id.clone()));
        assert!(page.iter().map(|stored| stored.line.at_us).is_sorted_by(|a, b| a >= b));
        told.extend(page.into_iter().map(|stored| stored.line.details));
    }
    told.sort();
    assert_eq!(told, (0..10).map(|n| n.to_string()).collect::<Vec<_>>(), "each line stands on one page");
}

async fn old_lines_go_and_newer_ones_stay(database: &Database) {
    let (accounts, clock) = accounts(database);
    person(&accounts, "ada", Role::Owner).await;
    clock.advance_us(3 * 86_400 * SECOND_US);
    person(&accounts, "bob", Role::Viewer).await;
    assert_eq!(accounts.forget_history(4).await.expect("nothing is that old"), 0);
    assert_eq!(accounts.forget_history(2).await.expect("removed"), 1);
    assert_eq!(lines(&accounts, AuditQuery::default()).await.len(), 1);
}
