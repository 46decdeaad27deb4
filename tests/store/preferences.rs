//! What people put away is theirs alone.

use rankloop::{
    accounts::Accounts,
    clock::{Clock, ManualClock},
    terms::Role,
};

use crate::{
    accounts::operator,
    database::{Database, NOON_US, on_both},
};

on_both!(what_a_person_puts_away_is_away_for_them_alone_until_they_bring_it_back);

async fn what_a_person_puts_away_is_away_for_them_alone_until_they_bring_it_back(database: &Database) {
    let accounts = Accounts::new(database.store.clone(), Clock::Manual(ManualClock::at(NOON_US)), Vec::new());
    assert_eq!(accounts.n_people().await.expect("counted"), 0);
    let by = operator();
    let make = |name| accounts.create_person(name, "a sentence is fine", Role::Editor, &by);
    let (ada, bob) = (make("Ada").await.expect("made"), make("Bob").await.expect("made"));
    assert_eq!(accounts.n_people().await.expect("counted"), 2);
    let away = async |person| accounts.has_put_away(person, "list").await.expect("read");
    assert!(!away(&ada).await);

    for _ in 0..2 {
        accounts.put_away(&ada, "list", true).await.expect("kept");
        assert!(away(&ada).await && !away(&bob).await);
    }
    assert!(!accounts.has_put_away(&ada, "another list").await.expect("read"));
    accounts.put_away(&ada, "list", false).await.expect("forgotten");
    assert!(!away(&ada).await);

    let nobody = rankloop::accounts::SignedIn { id: "gone".to_owned(), ..ada.clone() };
    accounts.put_away(&nobody, "list", true).await.expect("nothing to keep");
    assert!(!away(&nobody).await);
}
