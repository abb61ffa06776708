//! A container that fails again and again and is restarted in its pod, each time after a longer pause.

use super::Look;
use crate::domain::diagnosis::Finding;
use crate::domain::diagnosis::catalogue::PodCrashLoop;

pub(super) fn crash_loop(look: &Look<'_>, restarts: u32) -> Finding {
    look.logged(PodCrashLoop { restarts: restarts.to_string(), message: look.said() }.found())
}
