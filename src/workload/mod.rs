//! What runs inside pods: the task-reporter and the task-service. Imports nothing of the rest.

pub mod reporter;
pub mod service;
