//! The Kubernetes cron dialect with time zones.
