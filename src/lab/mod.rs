//! The use cases: up, down, jobs, cron, faults, reports, tasks, doctor. Never prints.
