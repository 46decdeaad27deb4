//! The pictures in `public/news` are what the code draws.

use std::{fs, path::PathBuf};

use rankloop::demo::{Article, articles, breaking, picture};

fn file(slug: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("public/news").join(format!("{slug}.svg"))
}

fn all() -> impl Iterator<Item = &'static Article> {
    articles().iter().chain([breaking()])
}

#[test]
fn every_story_has_its_drawn_picture_on_disk() {
    for article in all() {
        let drawn = picture(article).expect("every scene is drawn");
        let stored = fs::read_to_string(file(&article.slug)).unwrap_or_default();
        assert!(
            stored == drawn,
            "{} is not what is drawn; renew it with `cargo test --features ssr --test demo -- --ignored draw`",
            article.slug
        );
    }
}

#[test]
#[ignore = "writes public/news; run it after changing a drawing or a picture's text"]
fn draw_every_picture() {
    for article in all() {
        fs::write(file(&article.slug), picture(article).expect("every scene is drawn")).expect("public/news is there");
    }
}
