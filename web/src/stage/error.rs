//! Why there is no stage.

/// Why there is no stage.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The browser gave no drawing context.
    #[error("this browser gave no 2D drawing context for the stage; close other heavy tabs and reload")]
    NoContext,
}
