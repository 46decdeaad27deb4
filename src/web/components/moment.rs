//! An instant on screen: "3 minutes ago", with the exact time at hand.

use leptos::prelude::*;

/// An instant in the ways in which pages need it. Made by the server, in the zone of whoever looks.
pub use crate::reports::Instant as Moment;

/// The relative words. The exact time, in UTC as well, stands in the tooltip, and comes up where the words get the focus:
/// by a touch, or by the keyboard. With `exact` it stands beside them from the beginning.
#[component]
pub fn TimeText(moment: Moment, #[prop(optional)] exact: bool) -> impl IntoView {
    let beside = exact.then(|| format!(" ({})", moment.local));
    let stop = (!exact).then_some("0");
    view! { <time datetime=moment.iso title=moment.exact tabindex=stop>{moment.relative}{beside}</time> }
}
