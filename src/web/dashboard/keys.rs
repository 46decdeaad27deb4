//! A loop's two keys: what may still be known of them, replacing one, and how to call with them.

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::{
    api_versions::ApiVersions,
    current_loop_id,
    leave_guard::LeaveGuard,
    snippets::{CallSample, CallTarget, Snippets},
};
use crate::web::{
    PageError,
    components::{
        Column, ConfirmDialog, FormError, Loaded, Moment, PageHeader, SecretField, TableFrame, TimeText,
        copy_to_clipboard, show_page_top,
    },
};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeysView {
    /// The server's own address.
    pub root: String,
    /// The same with the loop's prefix.
    pub endpoint: String,
    pub is_multi_slot: bool,
    /// Its own actions, for calls to copy.
    pub sample: CallSample,
    pub keys: Vec<KeyRow>,
    pub may_rotate: bool,
    pub calls: Calls,
}

/// One key after it was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    pub last4: String,
    pub created: Moment,
}

/// What came in with the keys, as it changes while somebody looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    pub has_ranked: bool,
    /// "The first Rank came 3 seconds ago."
    pub sentence: String,
    /// Of each key: "3 seconds ago, from curl"; `None` of one that was never used.
    pub last_uses: Vec<Option<String>>,
}

/// What came in so far.
#[server]
pub async fn load_calls(id: String) -> Result<Calls, PageError> {
    use crate::{
        loops::KeyUse,
        terms::Role,
        web::{guard, words},
    };
    let (_, live) = guard::require_loop(Role::Viewer, &id).await?;
    let uses = live.last_key_uses().await?;
    let now_us = live.now_us();
    let counters = live.counters();
    let newest = (1..).zip(&uses).filter_map(|(number, seen)| Some((number, seen.as_ref()?)));
    let newest = newest.max_by_key(|(_, seen)| seen.at_us);
    let with = |(number, seen): (u32, &KeyUse)| {
        format!(" Last call {} with key {number}, from {}.", words::relative(seen.at_us, now_us), seen.by)
    };
    let ranks = match (counters.ranked, counters.last_rank_us) {
        (0, _) | (_, None) => "No Rank yet. This page notices the first one by itself.".to_owned(),
        (1, Some(at_us)) => format!("The first Rank came {}.", words::relative(at_us, now_us)),
        (_, Some(at_us)) => format!("The last Rank came {}.", words::relative(at_us, now_us)),
    };
    let last_use = |seen: &KeyUse| format!("{}, from {}", words::relative(seen.at_us, now_us), seen.by);
    Ok(Calls {
        has_ranked: counters.ranked > 0,
        sentence: ranks + &newest.map(with).unwrap_or_default(),
        last_uses: uses.iter().map(|seen| seen.as_ref().map(last_use)).collect(),
    })
}

/// Both keys of a loop, as far as they are known.
#[server]
pub async fn load_keys(id: String) -> Result<KeysView, PageError> {
    use crate::{
        terms::Role,
        web::{PublicUrl, beginnings, call_sample::call_sample, guard, words},
    };
    // Taken before anything is awaited: see `guard::given`.
    let root = guard::given::<PublicUrl>()?.0;
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    let calls = load_calls(id).await?;
    let now_us = live.now_us();
    let row =
        |key: crate::loops::KeyInfo| KeyRow { last4: key.last4, created: words::moment(key.created_at_us, now_us) };
    Ok(KeysView {
        endpoint: format!("{root}/loops/{}", live.id()),
        root,
        is_multi_slot: live.configuration().is_multi_slot,
        sample: call_sample(&live, beginnings::context_for(&live, &person)),
        keys: live.keys().into_iter().map(row).collect(),
        may_rotate: person.role >= Role::Admin,
        calls,
    })
}

/// Replaces one key (1 or 2) and answers the new one, this once.
#[server]
pub async fn rotate_key(id: String, number: u8) -> Result<String, PageError> {
    use crate::{
        loops::{KeySlot, Loops},
        terms::Role,
        web::guard,
    };
    let (person, live) = guard::require_loop(Role::Admin, &id).await?;
    let slot = match number {
        1 => KeySlot::First,
        2 => KeySlot::Second,
        _ => return Err(PageError::rejected("A loop has the keys 1 and 2.")),
    };
    Ok(guard::given::<Loops>()?.rotate_key(live.id(), slot, &person.author()).await?)
}

/// `/loops/:id/keys`
#[component]
pub fn KeysPage() -> impl IntoView {
    let id = current_loop_id();
    let rotate = ServerAction::<RotateKey>::new();
    let keys = Resource::new(move || (id.get(), rotate.version().get()), |(id, _)| load_keys(id));
    view! {
        <Title text="Keys"/>
        <PageHeader title="Keys"
            sentence="A key says which loop a call is for. There are two, so that you can replace one while the other goes on working."/>
        <Loaded resource=keys view=move |keys| view! { <Keys view=keys id=id rotate=rotate/> }/>
    }
}

#[component]
fn Keys(view: KeysView, id: Memo<String>, rotate: ServerAction<RotateKey>) -> impl IntoView {
    let message = move || rotate.value().get().and_then(Result::err).and_then(|error| error.for_form());
    let new_key = move || rotate.value().get().and_then(Result::ok);
    let (may_rotate, is_multi_slot) = (view.may_rotate, view.is_multi_slot);
    let root = view.root;
    let endpoint = StoredValue::new(view.endpoint);
    let sample = StoredValue::new(view.sample);
    let calls = RwSignal::new(view.calls);
    keep_looking(id, calls);
    let last_use = move |number: u8| {
        let seen = calls.with(|calls| calls.last_uses.get(usize::from(number) - 1).cloned().flatten());
        match seen {
            Some(seen) => view! { <span>{seen}</span> }.into_any(),
            None => view! { <span class="muted">"never"</span> }.into_any(),
        }
    };
    let has_ranked = Memo::new(move |_| calls.with(|calls| calls.has_ranked));
    let row = move |(number, key): (u8, KeyRow)| {
        let on_confirm = Callback::new(move |()| {
            rotate.dispatch(RotateKey { id: id.get_untracked(), number });
        });
        view! {
            <tr>
                <th scope="row">"Key "{number}</th>
                <td data-label="Ends with"><code>"…"{key.last4}</code></td>
                <td data-label="Made"><TimeText moment=key.created/></td>
                <td data-label="Last used">{move || last_use(number)}</td>
                <td class="actions">
                    <Show when=move || may_rotate>
                        <ConfirmDialog open_label="Replace" title=format!("Replace key {number}?")
                            confirm_label="Replace it" on_confirm=on_confirm>
                            <p>"Calls with the old key are refused from that moment on. Move your application to the other key first."</p>
                        </ConfirmDialog>
                    </Show>
                </td>
            </tr>
        }
    };
    let numbered: Vec<(u8, KeyRow)> = (1..).zip(view.keys).collect();
    view! {
        <FormError message=Signal::derive(message)/>
        {move || new_key().map(|key| view! { <NewKey key=key/> })}
        <p class="detector" class:detector--on=has_ranked>
            <span class="detector__dot" aria-hidden="true"></span>
            <span>{move || calls.with(|calls| calls.sentence.clone())}</span>
            // The sentence counts seconds; whoever hears the page is told once.
            <span class="visually-hidden" role="status">{move || has_ranked.get().then_some("Ranks have come in.")}</span>
        </p>
        <TableFrame caption="The keys of this loop"
            columns=vec![Column::text("Key"), Column::text("Ends with"), Column::text("Made"), Column::text("Last used"), Column::buttons("Replace")]>
            {numbered.into_iter().map(row).collect_view()}
        </TableFrame>
        <section class="card">
            <h2>"Call this loop"</h2>
            <SecretField label="Endpoint" value=endpoint.get_value()/>
            <p class="muted">"Every Azure Personalizer client works against this endpoint. Keys are kept as hashes, so put yours in place of YOUR_KEY."</p>
            {move || {
                let endpoint = endpoint.get_value();
                let target = match new_key() {
                    Some(key) => CallTarget { endpoint, key, is_multi_slot },
                    None => CallTarget::without_key(endpoint, is_multi_slot),
                };
                view! { <Snippets target=target sample=sample.get_value()/> }
            }}
        </section>
        <details class="more">
            <summary>"Every API version and its addresses"</summary>
            <ApiVersions root=root/>
        </details>
    }
    .into_any()
}

/// Looks every other second while the page is seen: whoever pastes the first call sees it arrive.
fn keep_looking(id: Memo<String>, calls: RwSignal<Calls>) {
    const EVERY: std::time::Duration = std::time::Duration::from_secs(2);
    let look = move || {
        let Some(id) = id.try_get_untracked().filter(|_| !document().hidden()) else { return };
        leptos::task::spawn_local(async move {
            // A look that fails changes nothing, and what has not changed is not announced again.
            if let Ok(found) = load_calls(id).await
                && calls.try_with_untracked(|calls| *calls != found) == Some(true)
            {
                calls.try_set(found);
            }
        });
    };
    Effect::new(move |_| {
        let timer = set_interval_with_handle(look, EVERY);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
}

/// A key just made. It is shown this once, so the page is not left by accident.
#[component]
fn NewKey(key: String) -> impl IntoView {
    let is_copied = RwSignal::new(false);
    let copied = key.clone();
    let copy = Callback::new(move |()| {
        copy_to_clipboard(&copied);
        is_copied.set(true);
    });
    Effect::new(|_| show_page_top());
    view! {
        <section class="card">
            <p class="notice notice--good">"This is the new key. It is shown this once: store it now."</p>
            <SecretField label="New key" value=key on_copy=Callback::new(move |()| is_copied.set(true))/>
        </section>
        <LeaveGuard is_armed=Signal::derive(move || !is_copied.get()) what="this key" on_copy=copy/>
    }
    .into_any()
}
