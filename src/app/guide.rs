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
/// The place of the first step that a fault is needed for.
const WATCH: usize = 4;
/// The schedule that the lab comes with.
const SCHEDULE: &str = "0 15 * * *";

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub word: Word,
    /// What there is to see in it.
    pub see: Word,
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
    let step = |(word, see), action, done| Step { word, see, action, done };
    [
        step((Word::GuideSeed, Word::GuideSeedSee), Action::Seed, !world.tasks.is_empty()),
        step((Word::GuideRun, Word::GuideRunSee), Action::Trigger, any(|job| job.row.manual)),
        step((Word::GuideReport, Word::GuideReportSee), Action::GotoReports, world.tables.values().any(Result::is_ok)),
        step((Word::GuideInject, Word::GuideInjectSee), Action::InjectPort, injected || cleared || repaired),
        step((Word::GuideWatch, Word::GuideWatchSee), Action::GotoJobs, retried),
        step(
            (Word::GuideClear, Word::GuideClearSee),
            Action::ClearFaults,
            world.faults.is_empty() && (cleared || repaired),
        ),
        step((Word::GuideSchedule, Word::GuideScheduleSee), Action::GotoCronjobs, scheduled),
    ]
}

/// The step to take next: the first that is not done; while a fault is in place, what belongs to it comes first.
pub fn next(state: &State, steps: &[Step]) -> Option<usize> {
    let first = |from: usize| steps.iter().skip(from).position(|step| !step.done).map(|place| place + from);
    if state.world.faults.is_empty() { first(0) } else { first(WATCH) }
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
        assert_eq!(next(&state, &steps(&state)), Some(0));
    }

    #[test]
    fn each_step_is_ticked_when_the_lab_shows_it() {
        let mut state = testing::worked();
        assert_eq!(done(&state), [true, true, false, false, false, false, false]);
        let read = Err(crate::app::message::Failure::new("x", None));
        state.world.tables.insert("completed-tasks-2026-11-23.csv".into(), read);
        assert_eq!(next(&state, &steps(&state)), Some(2), "a report that could not be read was not read");
        state.world.tables.clear();
        let broken = testing::broken();
        assert_eq!(done(&broken), [true, true, false, true, true, false, false]);
        assert_eq!(next(&broken, &steps(&broken)), Some(5), "a fault in place is to be cleared first");
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
