//! The way through the tutorial for a newcomer: what to do next, and what the lab shows to be done already.
//!
//! Called by `tui` for the Start panel. Looks at the state only: no step is ticked off because a key was pressed.

use super::action::Action;
use super::state::State;
use super::state::history::{Lane, Mood};
use super::state::items::JobItem;
use crate::domain::job::JobPhase;
use crate::text::words::Word;

/// Jobs looked at: the newest.
const JOBS: usize = 50;
/// The schedule that the lab comes with.
const SCHEDULE: &str = "0 15 * * *";

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub word: Word,
    /// The action whose key does it, or leads to where it is done.
    pub action: Action,
    /// The lab shows that it was done.
    pub done: bool,
}

/// The steps in their order.
pub fn steps(state: &State) -> [Step; 7] {
    let world = &state.world;
    let jobs = world.newest_jobs(JOBS);
    let any = |holds: fn(&JobItem) -> bool| jobs.iter().any(|job| holds(job));
    let repaired = any(|job| job.row.status == JobPhase::Complete && job.row.failed > 0);
    let injected = !world.faults.is_empty() || state.history.has(Lane::Fault, Mood::Bad);
    let cleared = state.history.has(Lane::Fault, Mood::Good);
    let retried = any(|job| job.row.failed > 0);
    let scheduled = any(|job| !job.row.manual)
        || world.cronjobs.from(0).any(|row| row.suspend || row.schedule != SCHEDULE || row.last_schedule.is_some());
    let step = |word, action, done| Step { word, action, done };
    [
        step(Word::GuideSeed, Action::Seed, !world.tasks.is_empty()),
        step(Word::GuideRun, Action::Trigger, any(|job| job.row.manual)),
        step(Word::GuideReport, Action::GotoReports, world.tables.values().any(Result::is_ok)),
        step(Word::GuideInject, Action::InjectPort, injected || cleared || repaired),
        step(Word::GuideWatch, Action::GotoJobs, retried),
        step(Word::GuideClear, Action::ClearFaults, world.faults.is_empty() && (cleared || repaired)),
        step(Word::GuideSchedule, Action::GotoCronjobs, scheduled),
    ]
}

/// The first step that is not done.
pub fn next(steps: &[Step]) -> Option<usize> {
    steps.iter().position(|step| !step.done)
}


#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;

    fn done(state: &State) -> Vec<bool> {
        steps(state).iter().map(|step| step.done).collect()
    }

    #[test]
    fn a_fresh_lab_begins_at_the_beginning() {
        let state = testing::fresh();
        assert_eq!(done(&state), [false; 7]);
        assert_eq!(next(&steps(&state)), Some(0));
    }

    #[test]
    fn each_step_is_ticked_when_the_lab_shows_it() {
        let mut state = testing::worked();
        assert_eq!(done(&state), [true, true, false, false, false, false, false]);
        let read = Err(crate::app::message::Failure::new("x", None));
        state.world.tables.insert("completed-tasks-2026-11-23.csv".into(), read);
        assert_eq!(next(&steps(&state)), Some(2), "a report that could not be read was not read");
        state.world.tables.clear();
        let broken = testing::broken();
        assert_eq!(done(&broken), [true, true, false, true, true, false, false]);
        let repaired = testing::repaired();
        assert_eq!(done(&repaired), [true, true, false, true, true, true, false]);
    }

    #[test]
    fn a_schedule_that_was_tried_is_seen() {
        let mut state = testing::fresh();
        let mut row = testing::cronjob();
        row.suspend = true;
        state.world.cronjobs.put(row.clone());
        assert!(steps(&state)[6].done);
        row.suspend = false;
        row.schedule = "*/3 * * * *".into();
        state.world.cronjobs.put(row);
        assert!(steps(&state)[6].done);
    }
}
