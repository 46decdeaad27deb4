//! People, links, tokens and sessions on a real database.

use rankloop::{
    accounts::{AccountError, Accounts, PERSON_IN_SESSION},
    clock::{Clock, ManualClock},
    terms::{Author, Role},
};
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    SessionStore as _,
    session::{Id, Record},
};

use crate::database::{Database, NOON_US, on_both};

on_both!(
    a_person_signs_in_with_name_and_password_only,
    names_are_trimmed_and_unique_without_regard_to_case,
    a_link_makes_one_person_even_when_it_is_used_twice_at_once,
    a_link_ends_after_a_day_and_survives_a_wrong_attempt,
    guessing_is_slowed_down_by_name_and_by_address,
    a_token_is_known_until_the_database_forgets_it,
    a_session_ends_by_itself_or_when_it_is_ended,
    a_new_password_ends_the_sessions_of_whoever_has_it,
);

const PASSWORD: &str = "correct horse";
const HOUR_US: i64 = 3_600_000_000;

pub fn operator() -> Author {
    Author::command_line()
}

fn accounts(database: &Database) -> (Accounts, ManualClock) {
    let clock = ManualClock::at(NOON_US);
    let unstored = vec![("environment".to_owned(), "from outside".to_owned()), ("unset".to_owned(), String::new())];
    (Accounts::new(database.store.clone(), Clock::Manual(clock.clone()), unstored), clock)
}

async fn a_person_signs_in_with_name_and_password_only(database: &Database) {
    let (accounts, _clock) = accounts(database);
    assert!(!accounts.has_people().await.expect("read"));
    let ada = accounts.create_person("Ada", PASSWORD, Role::Editor, &operator()).await.expect("made");
    assert!(accounts.has_people().await.expect("read"));

    assert_eq!(accounts.sign_in(" ada ", PASSWORD, "here").await.expect("signed in"), ada);
    assert_eq!(accounts.person(&ada.id).await.expect("read"), Some(ada));
    assert_eq!(accounts.person("nobody").await.expect("read"), None);
    for (name, password) in [("ada", "wrong horse"), ("ada", ""), ("bob", PASSWORD), ("a\0da", PASSWORD)] {
        let error = accounts.sign_in(name, password, "here").await.expect_err("refused");
        assert!(matches!(error, AccountError::WrongPassword), "{name}: {error}");
    }
}

async fn names_are_trimmed_and_unique_without_regard_to_case(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let by = operator();
    let make = |name| accounts.create_person(name, PASSWORD, Role::Viewer, &by);
    assert_eq!(make("  Änne Müller ").await.expect("made").name, "Änne Müller");
    assert!(matches!(make("änne MÜLLER").await, Err(AccountError::NameTaken)));
    assert!(matches!(make("  ").await, Err(AccountError::NameInvalid)));
    assert!(matches!(make("a\nb").await, Err(AccountError::NameInvalid)));
    assert!(matches!(make(&"n".repeat(101)).await, Err(AccountError::NameInvalid)));
    let short = accounts.create_person("bob", "123456789", Role::Viewer, &operator()).await;
    assert!(matches!(short, Err(AccountError::PasswordTooShort)));
}

async fn a_link_makes_one_person_even_when_it_is_used_twice_at_once(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let link = accounts.make_sign_in_link(Role::Owner).await.expect("made");
    let (one, other) = tokio::join!(
        accounts.accept_link(&link, "ada", PASSWORD, "here"),
        accounts.accept_link(&link, "bob", PASSWORD, "here")
    );

    let (accepted, refused): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
    assert_eq!(accepted.into_iter().flatten().map(|person| person.role).collect::<Vec<_>>(), [Role::Owner]);
    assert!(matches!(refused.as_slice(), [Err(AccountError::LinkInvalid)]));
    assert!(accounts.role_of_link(&link).await.expect("read").is_none());
}

async fn a_link_ends_after_a_day_and_survives_a_wrong_attempt(database: &Database) {
    let (accounts, clock) = accounts(database);
    accounts.create_person("ada", PASSWORD, Role::Viewer, &operator()).await.expect("made");
    let link = accounts.make_sign_in_link(Role::Owner).await.expect("made");
    assert!(matches!(accounts.accept_link(&link, "ADA", PASSWORD, "here").await, Err(AccountError::NameTaken)));
    assert!(matches!(accounts.accept_link(&link, "bob", "short", "here").await, Err(AccountError::PasswordTooShort)));
    assert!(matches!(accounts.accept_link("guess", "bob", PASSWORD, "here").await, Err(AccountError::LinkInvalid)));
    clock.advance_us(24 * HOUR_US - 1);
    assert!(accounts.role_of_link(&link).await.expect("read").is_some());

    clock.advance_us(1);
    assert!(accounts.role_of_link(&link).await.expect("read").is_none());
    assert!(matches!(accounts.accept_link(&link, "bob", PASSWORD, "here").await, Err(AccountError::LinkInvalid)));
}

async fn guessing_is_slowed_down_by_name_and_by_address(database: &Database) {
    let (accounts, clock) = accounts(database);
    accounts.create_person("ada", PASSWORD, Role::Owner, &operator()).await.expect("made");
    for n in 0..5 {
        let error = accounts.sign_in("ada", "guess", &format!("address {n}")).await.expect_err("refused");
        assert!(matches!(error, AccountError::WrongPassword));
    }
    // Neither another spelling nor another address nor the right password helps.
    let error = accounts.sign_in("ADA", PASSWORD, "elsewhere").await.expect_err("refused");
    assert!(matches!(error, AccountError::Throttled { retry_after_seconds: 1 }), "{error}");
    clock.advance_us(1_000_000);
    accounts.sign_in("ada", PASSWORD, "elsewhere").await.expect("the wait is over");

    let guesses: Vec<_> = (0..25).map(|n| format!("name {n}")).collect();
    let guesses = guesses.iter().map(|name| accounts.sign_in(name, "guess", "one address"));
    let outcomes = futures::future::join_all(guesses).await;
    let is_throttled = |outcome: &&Result<_, _>| matches!(outcome, Err(AccountError::Throttled { .. }));
    assert_eq!(outcomes.iter().filter(is_throttled).count(), 5, "all at once is no way around");
}

async fn a_token_is_known_until_the_database_forgets_it(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let bare = Accounts::new(database.store.clone(), Clock::System, Vec::new());
    assert!(!bare.has_tokens().await.expect("read"));
    let token = accounts.create_token("deploy", Role::Editor, &operator()).await.expect("made");
    assert!(token.starts_with("rlt_") && token.len() == 68);

    let deploy = bare.by_token(&token).await.expect("read").expect("known");
    assert_eq!((deploy.name.as_str(), deploy.role), ("deploy", Role::Editor));
    let outside = accounts.by_token("from outside").await.expect("read").expect("known");
    assert_eq!((outside.name.as_str(), outside.role), ("environment", Role::Owner));
    assert_eq!(bare.by_token("from outside").await.expect("read"), None);
    assert_eq!(accounts.by_token("").await.expect("read"), None);
    let forget = "delete from management_token";
    database.meddle(forget, forget).await;
    assert_eq!(accounts.by_token(&token).await.expect("read"), None);
}

fn new_session(person: Option<&str>) -> Record {
    let data = person.map(|id| (PERSON_IN_SESSION.to_owned(), id.into())).into_iter().collect();
    let noon = OffsetDateTime::from_unix_timestamp(NOON_US / 1_000_000).expect("a date");
    Record { id: Id::default(), data, expiry_date: noon + Duration::HOUR }
}

async fn a_session_ends_by_itself_or_when_it_is_ended(database: &Database) {
    let (accounts, clock) = accounts(database);
    let sessions = accounts.sessions();
    let (mut one, mut other, mut third) = (new_session(None), new_session(None), new_session(None));
    sessions.create(&mut one).await.expect("made");
    sessions.create(&mut other).await.expect("made");
    third.id = one.id;
    sessions.create(&mut third).await.expect("made");
    assert_ne!(third.id, one.id, "two sessions never share an id");
    one.data.insert("theme".to_owned(), "dark".into());
    sessions.save(&one).await.expect("saved");
    assert_eq!(sessions.load(&one.id).await.expect("read"), Some(one.clone()));

    sessions.delete(&other.id).await.expect("ended");
    sessions.save(&other).await.expect("nothing to save");
    assert_eq!(sessions.load(&other.id).await.expect("read"), None, "what was ended stays so");
    clock.advance_us(HOUR_US);
    assert_eq!(sessions.load(&one.id).await.expect("read"), None);
    assert_eq!(sessions.remove_expired().await.expect("removed"), 2);
    assert_eq!(sessions.remove_expired().await.expect("nothing left"), 0);
}

async fn a_new_password_ends_the_sessions_of_whoever_has_it(database: &Database) {
    let (accounts, _clock) = accounts(database);
    let sessions = accounts.sessions();
    let ada = accounts.create_person("ada", PASSWORD, Role::Owner, &operator()).await.expect("made");
    let (mut hers, mut his) = (new_session(Some(&ada.id)), new_session(Some("bob's id")));
    sessions.create(&mut hers).await.expect("made");
    sessions.create(&mut his).await.expect("made");
    accounts.reset_password("ADA", "battery staple", &operator()).await.expect("replaced");

    assert_eq!(sessions.load(&hers.id).await.expect("read"), None);
    assert_eq!(sessions.load(&his.id).await.expect("read"), Some(his));
    assert!(matches!(accounts.sign_in("ada", PASSWORD, "here").await, Err(AccountError::WrongPassword)));
    accounts.sign_in("ada", "battery staple", "here").await.expect("signed in");
    assert!(matches!(accounts.reset_password("bob", PASSWORD, &operator()).await, Err(AccountError::Unknown)));
}
