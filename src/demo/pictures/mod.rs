//! The newspaper's pictures: drawn by code, one scene for each story, the same every time.
//!
//! They keep to deep colours without a white ground, so that they sit well on a light page and on a dark one.
//! The drawn files lie in `public/news`; a test says when one of them is not what is drawn here, and how to renew it.

mod business;
mod canvas;
mod culture;
mod science;
mod sport;
mod technology;
mod world;

use super::articles::Article;
use canvas::Canvas;

type Scene = fn(&mut Canvas);

const SCENES: [(&str, Scene); 25] = [
    ("harbour", world::harbour),
    ("boats", world::boats),
    ("bridge", world::bridge),
    ("train", world::train),
    ("whale", world::whale),
    ("bakery", business::bakery),
    ("van", business::van),
    ("clock", business::clock),
    ("market", business::market),
    ("repair", technology::repair),
    ("network", technology::network),
    ("tractor", technology::tractor),
    ("keyboard", technology::keyboard),
    ("moth", science::moth),
    ("lake", science::lake),
    ("ice", science::ice),
    ("seed", science::seed),
    ("orchestra", culture::orchestra),
    ("library", culture::library),
    ("theatre", culture::theatre),
    ("road", culture::road),
    ("relay", sport::relay),
    ("goalkeeper", sport::goalkeeper),
    ("swimmers", sport::swimmers),
    ("hill", sport::hill),
];

/// The picture of a story as an SVG document; `None` when nobody has drawn its scene.
pub fn picture(article: &Article) -> Option<String> {
    let (_, scene) = SCENES.iter().find(|(name, _)| *name == article.scene)?;
    let mut canvas = Canvas::new(&article.slug);
    scene(&mut canvas);
    Some(canvas.finish(&article.picture_text))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::{Article, articles, breaking};

    fn all() -> impl Iterator<Item = &'static Article> {
        articles().iter().chain([breaking()])
    }

    #[test]
    fn every_story_has_a_picture_of_its_own() {
        let pictures: HashSet<String> = all().map(|a| picture(a).expect(&a.scene)).collect();
        let scenes: HashSet<&String> = all().map(|article| &article.scene).collect();
        assert_eq!((pictures.len(), scenes.len()), (all().count(), all().count()));
    }

    #[test]
    fn a_picture_is_drawn_the_same_every_time() {
        assert!(all().all(|article| picture(article) == picture(article)));
    }

    #[test]
    fn a_picture_is_closed_described_and_harmless() {
        for article in all() {
            let svg = picture(article).expect("drawn");
            assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{}", article.slug);
            assert!(svg.contains(&format!("<title>{}</title>", article.picture_text)), "{}", article.slug);
            assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count(), "{}", article.slug);
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("script"), "{}", article.slug);
            assert!(svg.len() < 60_000, "{} is {} bytes", article.slug, svg.len());
        }
    }
}
