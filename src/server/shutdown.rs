//! Stopping: no new calls, those in flight are finished, what waits is written.

use std::time::Duration;

use tokio::{signal, sync::watch};

/// Calls in flight get this long. Pages that listen for live updates never end by themselves; they are cut then and
/// connect again by themselves.
pub const IN_FLIGHT: Duration = Duration::from_secs(3);
/// Writing what waits and storing snapshots gets this long; what a snapshot would save is in the log anyway.
pub const FLUSH: Duration = Duration::from_secs(5);

/// Turns true when the process is asked to stop. Listens from now on.
pub fn listen() -> watch::Receiver<bool> {
    let (stop, is_stopping) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("Stopping: no new calls are taken");
        stop.send_replace(true);
    });
    is_stopping
}

/// Returns once it is time to stop.
pub async fn requested(mut is_stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which only happens after it has sent.
    let _ = is_stopping.wait_for(|is_stopping| *is_stopping).await;
}

async fn asked_to_stop() {
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM will end the process at once");
                std::future::pending::<()>().await;
            }
        }
    };
    let interrupted = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = terminated => {}
        () = interrupted => {}
    }
}
