//! What the models page asks of the server.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{reports, web::PageError};

/// The page's data, and what the person may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelsView {
    pub page: reports::ModelsPage,
    /// The loop's name, to be typed before a reset.
    pub name: String,
    pub may_edit: bool,
}

/// The model that ranks, and those that were kept.
#[server]
pub async fn load_models(id: String) -> Result<ModelsView, PageError> {
    use crate::{
        reports::ask,
        terms::Role,
        web::{guard, zone::zone},
    };
    let zone = zone();
    let (person, live) = guard::require_loop(Role::Viewer, &id).await?;
    Ok(ModelsView { page: ask::models(&live, &zone).await?, name: live.name(), may_edit: person.role >= Role::Editor })
}

/// Keeps the present model.
#[server]
pub async fn keep_model(id: String, note: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    live.keep_checkpoint(&note, &person.author()).await.map_err(|error| guard::refused_at("note", error))?;
    leptos_axum::redirect(&format!("/loops/{id}/models"));
    Ok(())
}

/// Makes a kept model the one that ranks.
#[server]
pub async fn restore_model(id: String, kept: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    live.go_back_to(&kept, &person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{id}/models"));
    Ok(())
}

/// Removes a kept model for good.
#[server]
pub async fn forget_model(id: String, kept: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    live.delete_checkpoint(&kept, &person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{id}/models"));
    Ok(())
}

/// Throws the present model away, when the loop's name was typed.
#[server]
pub async fn begin_anew(id: String, typed: String) -> Result<(), PageError> {
    use crate::{terms::Role, web::guard};
    let (person, live) = guard::require_loop(Role::Editor, &id).await?;
    if typed.trim() != live.name().trim() {
        return Err(guard::refused_at("typed", "This is not the loop's name."));
    }
    live.reset_model(&person.author()).await?;
    leptos_axum::redirect(&format!("/loops/{id}/models"));
    Ok(())
}
