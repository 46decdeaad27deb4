//! How a page's browser half gets to the browser: after what is to be seen, and all its files at once.
//!
//! Leptos would name the files in the head of the page, where they are fetched beside style and type: on a slow line every
//! page was seen later for it.

use std::{collections::HashMap, path::Path, sync::OnceLock};

use leptos::prelude::*;

/// Fetches the files once the page is painted, and starts them.
const WAKE_SCRIPT: &str = include_str!("wake.js");

/// The files of each part: by the part's name, an underscore, and a number.
type Parts = HashMap<String, Vec<String>>;

static PARTS: OnceLock<Parts> = OnceLock::new();

/// Stands in the head of every page.
#[component]
pub(super) fn BrowserHalf(options: LeptosOptions) -> impl IntoView {
    let folder = format!("/{}", options.site_pkg_dir);
    PARTS.get_or_init(|| read(&Path::new(&*options.site_root).join(&*options.site_pkg_dir)));
    let script = format!("{}({folder:?});", WAKE_SCRIPT.trim_end());
    view! { <script type="module" nonce=use_nonce() inner_html=script></script> }
}

/// What the build wrote down; a build that was not split has one file.
fn read(folder: &Path) -> Parts {
    let written = std::fs::read_to_string(folder.join("__wasm_split_manifest.json")).ok();
    written.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Names the files of one part in the page's head, for the script.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn name(part: &str) {
    use leptos_meta::Meta;
    let is_meant = |key: &str| key.rsplit_once('_').is_some_and(|(name, _)| name == part);
    let files =
        PARTS.get().and_then(|parts| parts.iter().find(|(key, _)| is_meant(key))).map(|(_, files)| files.join(" "));
    if let Some(files) = files {
        // Rendering it is what puts it into the head.
        let _ = view! { <Meta name="parts" content=files/> }.to_html();
    }
}

/// Lets the browser do what waits, drawing and answering people, before the page goes on.
#[cfg(target_arch = "wasm32")]
pub(super) async fn next_task() {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };
    let is_due = Arc::new(AtomicBool::new(false));
    let mut is_asked = false;
    std::future::poll_fn(move |context| {
        if is_due.load(Ordering::Relaxed) {
            return std::task::Poll::Ready(());
        }
        if !is_asked {
            is_asked = true;
            let (is_due, waker) = (Arc::clone(&is_due), context.waker().clone());
            let wake = move || {
                is_due.store(true, Ordering::Relaxed);
                waker.wake();
            };
            set_timeout(wake, std::time::Duration::ZERO);
        }
        std::task::Poll::Pending
    })
    .await;
}
