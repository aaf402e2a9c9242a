use super::super::fixture::Made;
use super::*;

fn shelf(made: &Made, most: usize) -> Arc<Shelf> {
    Arc::new(Shelf::new(Box::new(made.clone()), most, |_| Router::new()).unwrap())
}

fn id(text: &str) -> Slug {
    text.parse().unwrap()
}

#[tokio::test]
async fn opens_a_release_when_it_is_asked_for_and_holds_no_more_than_so_many() {
    let made = Made::of(&["r1", "r2", "r3", "r4"]);
    let shelf = shelf(&made, 3);
    for name in ["r2", "r1", "r3", "r2", "r4", "r2", "r3"] {
        assert_eq!(shelf.get(&id(name)).await.unwrap().id(), &id(name));
        assert!(shelf.open_releases() <= 3);
    }
    // When r4 came, r3 was the one asked for longest ago.
    assert_eq!(made.opened(), ["r1", "r2", "r3", "r4", "r3"]);
}

#[tokio::test]
async fn opens_a_release_once_for_all_who_ask_at_the_same_time() {
    let made = Made::of(&["r1", "r2"]);
    let (shelf, r2) = (shelf(&made, 3), id("r2"));
    let asked = futures::future::join_all((0..20).map(|_| shelf.get(&r2))).await;
    assert!(asked.iter().all(Result::is_ok));
    assert_eq!(made.opened(), ["r1", "r2"]);
}

#[tokio::test]
async fn says_which_releases_there_are_where_one_is_not() {
    let shelf = shelf(&Made::of(&["r1", "r2"]), 3);
    let refusal = shelf.get(&id("r9")).await.err().unwrap();
    assert!(format!("{refusal:?}").contains("no release `r9`; there are: r1, r2."), "{refusal:?}");
}

#[tokio::test]
async fn switches_to_the_release_that_became_current_and_keeps_the_one_before() {
    let made = Made::of(&["r1", "r2"]);
    let shelf = shelf(&made, 3);
    let before = shelf.current().unwrap();
    made.change(|state| state.current = "r2".to_owned());
    assert_eq!(shelf.current().unwrap().id(), &id("r1"));
    shelf.look();
    assert_eq!((shelf.current().unwrap().id(), before.id()), (&id("r2"), &id("r1")));
    assert_eq!(shelf.get(&id("r1")).await.unwrap().id(), &id("r1"));
    assert_eq!(made.opened(), ["r1", "r2"]);
}

#[tokio::test]
async fn stays_where_it_was_while_the_new_release_is_damaged_or_gone() {
    let made = Made::of(&["r1", "r2"]);
    let shelf = shelf(&made, 3);
    made.change(|state| {
        state.current = "r2".to_owned();
        state.damaged.insert("r2".to_owned());
    });
    for _ in 0..5 {
        shelf.look();
    }
    assert_eq!(shelf.current().unwrap().id(), &id("r1"));
    // It is not tried every time.
    assert_eq!(made.opened(), ["r1", "r2"]);
    assert!(shelf.get(&id("r2")).await.is_err());
    // Once it is put back it is another one.
    made.change(|state| {
        state.damaged.clear();
        state.there.insert("r2".to_owned(), 2);
    });
    shelf.look();
    assert_eq!(shelf.current().unwrap().id(), &id("r2"));
    made.change(|state| state.current = "r3".to_owned());
    shelf.look();
    made.change(|state| state.there.remove("r2"));
    shelf.look();
    assert_eq!(shelf.current().unwrap().id(), &id("r2"));
}

#[tokio::test]
async fn forgets_a_release_that_was_removed_and_opens_anew_one_that_was_replaced() {
    let made = Made::of(&["r1", "r2", "r3"]);
    let shelf = shelf(&made, 3);
    shelf.get(&id("r2")).await.unwrap();
    shelf.get(&id("r3")).await.unwrap();
    made.change(|state| {
        state.there.remove("r2");
        state.there.insert("r1".to_owned(), 2);
    });
    made.opened();
    shelf.look();
    assert!(shelf.get(&id("r2")).await.is_err() && shelf.get(&id("r3")).await.is_ok());
    assert_eq!(made.opened(), ["r1"]);
}

#[tokio::test]
async fn a_release_that_failed_is_not_opened_again_until_its_files_change() {
    let made = Made::of(&["r1", "r2", "r3"]);
    let shelf = shelf(&made, 3);
    made.change(|state| {
        state.damaged.insert("r2".to_owned());
        state.panics.insert("r3".to_owned());
    });
    made.opened();
    for _ in 0..4 {
        for name in ["r2", "r3"] {
            let refusal = format!("{:?}", shelf.get(&id(name)).await.err().unwrap());
            assert!(refusal.contains("can't be opened"), "{refusal}");
            made.change(|state| state.current = name.to_owned());
            shelf.look();
        }
    }
    assert_eq!(made.opened(), ["r2", "r3"]);
    assert_eq!(shelf.current().unwrap().id(), &id("r1"));
    made.change(|state| {
        state.panics.clear();
        state.there.insert("r3".to_owned(), 2);
    });
    shelf.look();
    assert_eq!(shelf.current().unwrap().id(), &id("r3"));
    assert_eq!(made.opened(), ["r3"]);
}

#[tokio::test]
async fn nothing_is_answered_from_a_release_that_is_damaged_from_the_start() {
    let made = Made::of(&["r1", "r2"]);
    made.change(|state| state.damaged.insert("r1".to_owned()));
    let shelf = shelf(&made, 3);
    let refusal = format!("{:?}", shelf.serving().err().unwrap());
    assert!(refusal.contains("503") && refusal.contains("is damaged"), "{refusal}");
    assert_eq!((shelf.open_releases(), shelf.list().len()), (0, 2));
    assert_eq!(shelf.get(&id("r2")).await.unwrap().id(), &id("r2"));
    for _ in 0..3 {
        shelf.look();
    }
    assert!(shelf.current().is_none());
    assert_eq!(made.opened(), ["r1", "r2"]);
    made.change(|state| {
        state.damaged.clear();
        state.there.insert("r1".to_owned(), 2);
    });
    shelf.look();
    assert_eq!(shelf.current().unwrap().id(), &id("r1"));
}

#[tokio::test]
async fn a_release_that_can_not_be_served_at_all_stops_the_start() {
    let made = Made::of(&["r1"]);
    made.change(|state| {
        state.damaged.insert("r1".to_owned());
        state.fault = Fault::Unfit;
    });
    assert!(Shelf::new(Box::new(made), 3, |_| Router::new()).is_err());
}
