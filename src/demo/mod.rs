//! The news site's newsroom and its simulated readers: a customer of the public API like any other.

/// Where the demo finds the server it is a customer of.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Such as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// A management token with the owner role.
    pub token: String,
}

/// The running demo: its loop, its readers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Demo;

impl Demo {
    /// Starts in the background: waits until the server answers, makes its loop when it is missing, starts the readers.
    /// Never fails; troubles are logged and tried again.
    pub fn start(_options: DemoOptions) -> Self {
        todo!("demo")
    }
    /// Ends the readers.
    pub async fn shut_down(&self) {
        todo!("demo")
    }
}
