//! Our own management API: people and the audit history, loops, their settings, actions, keys and events. For programs with a management token; the
//! dashboard's pages go through `web` instead.

mod actions;
mod annotations;
mod audit;
mod checkpoints;
mod configuration;
mod consequence;
mod evaluations;
mod event_filter;
mod event_stream;
mod events;
mod explain;
mod features;
mod keys;
mod loops;
mod model;
mod pause;
mod people;
mod server;
mod stats;
mod trainer;
mod what_if;

use axum::routing::any;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ApiState, no_such_route};

/// Every route under `/api/v1`, with its description.
pub fn routes() -> OpenApiRouter<ApiState> {
    let operations = OpenApiRouter::new()
        .routes(routes!(people::list))
        .routes(routes!(people::change_role, people::remove))
        .routes(routes!(people::end_sessions))
        .routes(routes!(people::list_invitations, people::invite))
        .routes(routes!(people::withdraw))
        .routes(routes!(audit::list))
        .routes(routes!(server::get_one))
        .routes(routes!(loops::list, loops::create))
        .routes(routes!(loops::get_one, loops::rename, loops::delete))
        .routes(routes!(model::get_one, loops::reset_model))
        .routes(routes!(checkpoints::list, checkpoints::keep))
        .routes(routes!(checkpoints::delete))
        .routes(routes!(checkpoints::restore))
        .routes(routes!(checkpoints::export))
        .routes(routes!(checkpoints::export_present, checkpoints::import))
        .routes(routes!(stats::stats))
        .routes(routes!(trainer::trainer))
        .routes(routes!(features::feature_checks))
        .routes(routes!(features::feature_moves))
        .routes(routes!(configuration::get_one, configuration::update))
        .routes(routes!(configuration::stop_ramp))
        .routes(routes!(configuration::finish_ramp))
        .routes(routes!(configuration::preview))
        .routes(routes!(configuration::history))
        .routes(routes!(consequence::consequence))
        .routes(routes!(pause::pause))
        .routes(routes!(pause::resume))
        .routes(routes!(actions::list, actions::save_all))
        .routes(routes!(actions::get_one, actions::save, actions::delete))
        .routes(routes!(annotations::list, annotations::create))
        .routes(routes!(keys::list))
        .routes(routes!(keys::rotate))
        .routes(routes!(evaluations::list, evaluations::create))
        .routes(routes!(evaluations::get_one, evaluations::delete))
        .routes(routes!(evaluations::apply))
        .routes(routes!(events::list))
        .routes(routes!(event_stream::follow))
        .routes(routes!(events::get_one))
        .routes(routes!(explain::explain))
        .routes(routes!(what_if::what_if));
    OpenApiRouter::new().route("/api/v1/{*rest}", any(no_such_route)).nest("/api/v1", operations)
}
