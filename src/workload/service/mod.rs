//! The task API and its web page.
