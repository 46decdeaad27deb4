//! Names in the head of a page the files that its browser half will want: they are fetched at once, and wait for
//! whatever is to be seen.

use std::{collections::HashMap, sync::OnceLock};

use leptos::{WasmSplitManifest, prelude::*};
use leptos_meta::Link;

/// The files of each part of the browser half.
#[derive(Debug)]
struct PartFiles {
    /// Where they are: `/pkg`.
    folder: String,
    /// By the name of the part, an underscore, and a number.
    files: HashMap<String, Vec<String>>,
}

/// Names the files of one part.
pub(super) fn name(part: &str) {
    let Some(PartFiles { folder, files }) = part_files() else { return };
    let is_meant = |key: &str| key.strip_prefix(part).is_some_and(|rest| rest.starts_with('_'));
    for file in files.iter().filter(|(key, _)| is_meant(key)).flat_map(|(_, files)| files) {
        let href = format!("{folder}/{file}.wasm");
        // Rendering it is what puts it into the head.
        let _ = view! {
            <Link rel="preload" href=href as_="fetch" type_="application/wasm" crossorigin="anonymous" fetchpriority="low"/>
        }
        .to_html();
    }
}

/// Taken from Leptos, of which there is one list for all pages and which then finds it empty: it would name these files
/// as more urgent than the pictures, and on a slow line they kept every page from being seen for seconds.
fn part_files() -> Option<&'static PartFiles> {
    static PART_FILES: OnceLock<PartFiles> = OnceLock::new();
    if let Some(known) = PART_FILES.get() {
        return Some(known);
    }
    let manifest = use_context::<WasmSplitManifest>()?;
    Some(PART_FILES.get_or_init(|| {
        let mut manifest = manifest.0.write_value();
        let (folder, files, _) = &mut *manifest;
        PartFiles { folder: folder.clone(), files: std::mem::take(files) }
    }))
}
