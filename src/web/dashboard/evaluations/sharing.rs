//! Links by which a report is read without an account. Made by forms that need no script.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::calls::{ShareLine, ShareReport, StopSharing};
use crate::web::components::{CodeBlock, FormError, TimeText};

/// For how long a link may hold, in days.
const DAYS: [(&str, &str); 3] = [("7", "7 days"), ("30", "30 days"), ("90", "90 days")];

/// Making and taking back links.
#[component]
pub fn Sharing(
    /// Of the loop and of the evaluation.
    ids: (String, String),
    shares: Vec<ShareLine>,
    url: String,
    share: ServerAction<ShareReport>,
    stop: ServerAction<StopSharing>,
) -> impl IntoView {
    let query = use_query_map();
    let (id, evaluation_id) = ids;
    let new = move || {
        let secret = query.read().get("link").filter(|secret| secret.chars().all(|c| c.is_ascii_alphanumeric()))?;
        Some(view! { <CodeBlock title="The link; it is shown this once" code=format!("{url}{secret}")/> })
    };
    let refused = move || {
        let results = [share.value().get(), stop.value().get()];
        results.into_iter().flatten().find_map(|result| result.err().map(|error| error.to_string()))
    };
    let loop_id = id.clone();
    let line = move |one: ShareLine| {
        let loop_id = loop_id.clone();
        view! {
            <li class="row row--between">
                <span>"Made "<TimeText moment=one.made/>" by "{one.by}", ends "<TimeText moment=one.expires/></span>
                <ActionForm action=stop>
                    <input type="hidden" name="id" value=loop_id/>
                    <input type="hidden" name="share_id" value=one.id/>
                    <button type="submit" class="button button--small">"Take back"</button>
                </ActionForm>
            </li>
        }
    };
    view! {
        <section class="card stack stack--tight no-print">
            <h2>"Share this report"</h2>
            <p class="card__about">"Whoever has the link can read the report, and nothing else of this server. You can also print it."</p>
            <FormError message=Signal::derive(refused)/>
            {new}
            <ActionForm action=share>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="evaluation_id" value=evaluation_id/>
                <div class="row">
                    <label class="filter__choice"><span>"It holds for"</span>
                        <select class="input select" name="days">
                            {DAYS.map(|(days, words)| view! { <option value=days selected=days == "30">{words}</option> })}
                        </select>
                    </label>
                    <button type="submit" class="button">"Make a link"</button>
                </div>
            </ActionForm>
            <ul class="shares">{shares.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}
