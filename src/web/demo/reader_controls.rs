//! The simulated readers: how they are doing, and for editors the pause, the rate and the change of taste.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{
    data::ReaderStatus,
    doors::{change_reader_taste, load_readers, pause_readers, set_reader_rate},
};
use crate::web::PageError;

const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Readers per second that the panel offers.
const RATES: [f64; 4] = [5.0, 20.0, 50.0, 100.0];

/// What an editor pressed.
#[derive(Debug, Clone, Copy)]
enum Order {
    Pause(bool),
    Rate(f64),
    ChangeTaste,
}

/// Shows how the readers are doing, and steers them for whoever may.
#[component]
pub fn ReaderControls(may_steer: bool) -> impl IntoView {
    let readers = Resource::new(|| (), |()| load_readers());
    let trouble = RwSignal::new(None::<String>);
    let give = Callback::new(move |order: Order| {
        spawn_local(async move {
            let answer = match order {
                Order::Pause(is_paused) => pause_readers(is_paused).await,
                Order::Rate(rate_per_second) => set_reader_rate(rate_per_second).await,
                Order::ChangeTaste => change_reader_taste().await,
            };
            let _is_gone = trouble.try_set(answer.err().map(|error| error.to_string()));
            readers.refetch();
        });
    });
    look_again(readers);
    let shown = move || {
        Suspend::new(async move {
            let status = readers.await.ok().flatten();
            status.map(|status| {
                let panel = may_steer.then(|| view! { <Panel status=status.clone() give=give/> });
                view! { <Numbers status=status/>{panel} }
            })
        })
    };
    view! {
        <div class="news-readers">
            <Transition fallback=|| ()>{shown}</Transition>
            {move || trouble.get().map(|text| view! { <p class="news-notice" role="alert">{text}</p> })}
        </div>
    }
    .into_any()
}

fn look_again(readers: Resource<Result<Option<ReaderStatus>, PageError>>) {
    Effect::new(move |_| {
        let look = move || {
            if !document().hidden() {
                readers.refetch();
            }
        };
        let interval = set_interval_with_handle(look, LOOK_AGAIN);
        on_cleanup(move || {
            if let Ok(handle) = interval {
                handle.clear();
            }
        });
    });
}

#[component]
fn Numbers(status: ReaderStatus) -> impl IntoView {
    let state = match (status.is_ready, status.is_paused) {
        (false, _) => "Waiting for the server".to_owned(),
        (true, true) => "Paused".to_owned(),
        (true, false) => format!("{:.0} readers a second", status.rate_per_second),
    };
    let number = |term: &'static str, value: String| view! { <div><dt>{term}</dt><dd>{value}</dd></div> };
    view! {
        <dl class="news-numbers">
            {number("Simulated readers", state)}
            {number("What they like", capitalized(&status.taste))}
            {number("Front pages ranked", status.n_ranked.to_string())}
            {number("Rewards sent", status.n_rewarded.to_string())}
            {number("Left without answer", status.n_unanswered.to_string())}
        </dl>
        {status.trouble.map(|text| view! { <p class="news-notice">{capitalized(&text)} "."</p> })}
    }
    .into_any()
}

#[component]
fn Panel(status: ReaderStatus, give: Callback<Order>) -> impl IntoView {
    let is_paused = status.is_paused;
    let rate = move |rate: f64| {
        let is_chosen = (status.rate_per_second - rate).abs() < 0.01;
        view! {
            <button type="button" class="news-button" aria-pressed=is_chosen.to_string()
                on:click=move |_| give.run(Order::Rate(rate))>
                {format!("{rate:.0} a second")}
            </button>
        }
    };
    view! {
        <div class="news-steer" role="group" aria-label="Steer the simulated readers">
            <button type="button" class="news-button" on:click=move |_| give.run(Order::Pause(!is_paused))>
                {if is_paused { "Let readers in" } else { "Pause readers" }}
            </button>
            {RATES.into_iter().map(rate).collect_view()}
            <button type="button" class="news-button news-button--strong" on:click=move |_| give.run(Order::ChangeTaste)>
                "Change their taste"
            </button>
        </div>
    }
    .into_any()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
