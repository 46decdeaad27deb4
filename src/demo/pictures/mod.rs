//! Pictures.
use super::articles::Article;
/// Draws.
pub fn picture(article: &Article) -> String {
    article.scene.clone()
}
