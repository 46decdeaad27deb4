//! What the linker is told about the browser half.

#[expect(clippy::disallowed_methods, reason = "a build script's settings are cargo's, and it passes them no other way")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        // Each constant stays a piece of its own, so that splitting by routes takes along what only one part uses.
        println!("cargo::rustc-link-arg-cdylib=--no-merge-data-segments");
    }
}
