//! An instant on screen: "3 minutes ago", with the exact time at hand.

use leptos::prelude::*;

/// An instant in the ways in which pages need it. Made by the server, in the zone of whoever looks.
pub use crate::reports::Instant as Moment;

/// The relative words; the exact time stands in the tooltip together with UTC, and beside them when `exact`.
#[component]
pub fn TimeText(moment: Moment, #[prop(optional)] exact: bool) -> impl IntoView {
    let title = exact_words(&moment);
    let beside = exact.then(|| format!(" ({})", moment.local));
    view! { <time datetime=moment.iso title=title>{moment.relative}{beside}</time> }
}

/// In the zone of whoever looks, and in UTC where that is another.
pub fn exact_words(moment: &Moment) -> String {
    if moment.local == moment.utc { moment.utc.clone() } else { format!("{} ({})", moment.local, moment.utc) }
}
