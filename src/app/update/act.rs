//! What each action does. The longer ones ask first; what would change something is refused with `--readonly`.

use jiff::Timestamp;

use super::{copy, data, filter, link, navigate, palette, quit};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::panel::PanelId;
use crate::app::shown::BUCKET;
use crate::app::state::dialog::{Ask, Dialog, Field};
use crate::app::state::logs::Source;
use crate::app::state::table::{Item, Table};
use crate::app::state::toasts::Tone;
use crate::app::state::{Focus, Place, State, Target};
use crate::app::subject::{Subject, cronjob_of, subject};
use crate::domain::equivalent;
use crate::domain::object::{Kind, ObjectRef};
use crate::text::words::{Word, fill};

pub(super) fn act(state: &mut State, action: Action, at: Timestamp) -> Vec<Effect> {
    if action.changes() && state.options.readonly {
        let words = Word::Readonly.text(state.options.lang);
        state.toasts.say(at, Tone::Warning, words, None);
        return Vec::new();
    }
    if let Some(panel) = action.panel() {
        return navigate::go(state, Place::tab(panel));
    }
    match action {
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => {
            moved(state, action);
            Vec::new()
        }
        Action::Left | Action::Right => sideways(state, action == Action::Right),
        Action::Open => navigate::open(state),
        Action::Back => navigate::escape(state, at),
        Action::NextPanel => navigate::go(state, Place::tab(navigate::neighbour(state, 1))),
        Action::PreviousPanel => navigate::go(state, Place::tab(navigate::neighbour(state, -1))),
        Action::Palette | Action::Namespace => namespace_or_palette(state, action),
        Action::Filter => quiet(state, filter::open),
        Action::SearchNext | Action::SearchPrevious => quiet(state, |state| filter::search(state, action)),
        Action::Sort | Action::SortReverse | Action::Mark => quiet(state, |state| on_table(state, action)),
        Action::Help => quiet(state, |state| state.focus = Focus::Help { top: 0 }),
        Action::Why => quiet(state, |state| state.focus = Focus::Why { top: 0 }),
        Action::Yaml | Action::Describe => text(state, action == Action::Yaml),
        Action::Copy => copy::copy(state, at),
        Action::Quit => quit::ask(state),
        Action::Refresh => refresh(state),
        Action::Theme | Action::Language => quiet(state, |state| appearance(state, action)),
        Action::Follow | Action::Wrap | Action::Timestamps => quiet(state, |state| log_switch(state, action)),
        Action::Logs | Action::PreviousLogs => logs(state, action == Action::PreviousLogs),
        Action::Save => copy::save_log(state),
        Action::Download | Action::DownloadAll | Action::Diff => reports(state, action),
        _ => change(state, action, at),
    }
}

fn quiet(state: &mut State, act: impl FnOnce(&mut State)) -> Vec<Effect> {
    act(state);
    Vec::new()
}

fn moved(state: &mut State, action: Action) {
    let page = navigate::page(state, action == Action::PageUp);
    navigate::step(
        state,
        match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::Top => isize::MIN / 2,
            _ => isize::MAX / 2,
        },
    );
}

/// Scrolls a text, folds a branch of the tree.
fn sideways(state: &mut State, right: bool) -> Vec<Effect> {
    let scroll = |left: &mut usize| *left = if right { *left + 8 } else { left.saturating_sub(8) };
    match state.here.panel {
        PanelId::Logs => scroll(&mut state.logs.left),
        PanelId::Object => scroll(&mut state.text.left),
        PanelId::Tree => {
            let nodes = state.tree.nodes(&state.world);
            if let Some(node) = nodes.get(state.tree.cursor(&nodes)) {
                state.tree.fold(&node.key.clone(), !right);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn namespace_or_palette(state: &mut State, action: Action) -> Vec<Effect> {
    let effects = palette::open(state);
    if let (Action::Namespace, Focus::Palette(palette)) = (action, &mut state.focus) {
        palette.input = tui_input::Input::new("ns ".to_owned());
    }
    effects
}

fn on_table(state: &mut State, action: Action) {
    fn on<R: Item>(table: &mut Table<R>, action: Action) {
        let (sort, reverse) = table.sort();
        match action {
            Action::Sort => table.set_sort((sort + 1) % R::SORTS, false),
            Action::SortReverse => table.set_sort(sort, !reverse),
            _ => {
                table.mark();
                table.step(1);
            }
        }
    }
    let world = &mut state.world;
    match state.here.panel {
        PanelId::Cronjobs => on(&mut world.cronjobs, action),
        PanelId::Jobs => on(&mut world.jobs, action),
        PanelId::Pods => on(&mut world.pods, action),
        PanelId::Events => on(&mut world.events, action),
        PanelId::Tasks => on(&mut world.tasks, action),
        PanelId::Reports => on(&mut world.reports, action),
        _ => {}
    }
}

fn text(state: &mut State, yaml: bool) -> Vec<Effect> {
    let Some(object) = subject(state).and_then(|subject| subject.object()) else { return Vec::new() };
    if state.here.panel == PanelId::Object {
        return open_text(state, object, yaml);
    }
    let place = Place::of(PanelId::Object, Target::Object(object.clone()));
    // Arriving fetches the description; what was asked for comes after it and stays.
    let mut effects = navigate::go(state, place);
    effects.retain(|effect| !matches!(effect, Effect::Fetch { .. }));
    effects.extend(open_text(state, object, yaml));
    effects
}

/// Fetches an object's text for its panel.
pub(super) fn open_text(state: &mut State, object: ObjectRef, yaml: bool) -> Vec<Effect> {
    state.text.of = Some((object.clone(), yaml));
    state.text.text = None;
    (state.text.top, state.text.left, state.text.found) = (0, 0, None);
    vec![Effect::Fetch { object, yaml }]
}

fn refresh(state: &mut State) -> Vec<Effect> {
    match state.here.panel {
        PanelId::Start if !state.start.running && !state.options.readonly => {
            state.start.begin();
            vec![Effect::Up]
        }
        PanelId::Tasks => vec![Effect::ListTasks],
        PanelId::Reports | PanelId::Report => vec![Effect::ListReports],
        PanelId::Faults => vec![Effect::ProbeFaults],
        PanelId::Object => match state.text.of.clone() {
            Some((object, yaml)) => open_text(state, object, yaml),
            None => Vec::new(),
        },
        PanelId::Start => Vec::new(),
        _ => {
            state.epoch += 1;
            link::connect(state)
        }
    }
}

fn appearance(state: &mut State, action: Action) {
    const THEMES: [&str; 4] = ["dark", "light", "high-contrast", "mono"];
    if action == Action::Theme {
        let now = THEMES.iter().position(|theme| *theme == state.options.theme);
        state.options.theme = THEMES[now.map_or(0, |now| (now + 1) % THEMES.len())].to_owned();
    } else {
        state.options.lang = state.options.lang.other();
    }
}

fn log_switch(state: &mut State, action: Action) {
    match action {
        Action::Follow => {
            // Where the end was followed, the window stays where it is.
            state.logs.top = state.viewport.top;
            state.logs.follow = !state.logs.follow;
        }
        Action::Wrap => state.options.wrap = !state.options.wrap,
        _ => state.options.timestamps = !state.options.timestamps,
    }
}

fn logs(state: &mut State, previous: bool) -> Vec<Effect> {
    let object = match subject(state) {
        Some(Subject::CronJob(row)) => {
            let newest = state.world.jobs_of(&row.uid).next().map(|job| job.facts.name.clone());
            newest.map(|job| ObjectRef::new(Kind::Job, job))
        }
        Some(subject) => subject.object(),
        None => None,
    };
    let Some(object) = object.filter(|object| matches!(object.kind, Kind::Job | Kind::Pod)) else { return Vec::new() };
    if previous {
        let pod = object.name.clone();
        let mut effects = navigate::go(state, Place::of(PanelId::Logs, Target::Object(object)));
        effects.retain(|effect| !matches!(effect, Effect::FollowLog { .. }));
        state.logs.source = Source::Previous(pod.clone());
        effects.extend(navigate::read_logs(state, vec![pod], true));
        return effects;
    }
    navigate::go(state, Place::of(PanelId::Logs, Target::Object(object)))
}

fn reports(state: &mut State, action: Action) -> Vec<Effect> {
    let keys: Vec<String> = match (state.here.panel, subject(state)) {
        (PanelId::Report, Some(Subject::Report(report))) => vec![report.row.key.clone()],
        _ => state.world.reports.chosen().iter().map(|report| report.row.key.clone()).collect(),
    };
    match action {
        Action::DownloadAll if state.world.reports.is_empty() => Vec::new(),
        Action::DownloadAll => vec![Effect::SaveReports(Vec::new())],
        Action::Download if keys.is_empty() => Vec::new(),
        Action::Download => vec![Effect::SaveReports(keys)],
        _ => {
            // Two marked ones, or the selected one and the next older one.
            let pair = match keys.as_slice() {
                [one] => {
                    let mut all: Vec<&str> = state.world.reports.all().map(|report| report.row.key.as_str()).collect();
                    all.sort_unstable();
                    let older = all.iter().rev().find(|key| **key < one.as_str()).map(|key| (*key).to_owned());
                    older.map(|older| (older, one.clone()))
                }
                [one, two, ..] => Some((one.clone().min(two.clone()), one.clone().max(two.clone()))),
                [] => None,
            };
            let Some((older, newer)) = pair else { return Vec::new() };
            // Asked for once more, the comparison gives way to the report.
            if state.diff_with.take().is_some() {
                state.difference = None;
                state.line = 0;
                return Vec::new();
            }
            let mut effects = navigate::go(state, Place::of(PanelId::Report, Target::Report(newer)));
            effects.push(Effect::ReadReport(older.clone()));
            state.diff_with = Some(older);
            state.line = 0;
            data::compare(state);
            effects
        }
    }
}

/// Actions that change something: each asks, or says at once what is to be done.
fn change(state: &mut State, action: Action, at: Timestamp) -> Vec<Effect> {
    match action {
        Action::Trigger => trigger(state, at),
        Action::Suspend => suspend(state),
        Action::Schedule => schedule(state),
        Action::Edit => edit(state),
        Action::Delete => delete(state),
        Action::Add => {
            let user = state.world.tasks.selected().map_or("kudoh", |task| task.row.user.as_str()).to_owned();
            let fields = vec![Field::new(Word::FieldUser, &user), Field::new(Word::FieldTitle, "")];
            form(state, Word::ActAdd, Word::ButtonAdd, Ask::AddTask, fields, None)
        }
        Action::Complete => complete(state),
        Action::Seed => {
            form(state, Word::ActSeed, Word::ButtonAdd, Ask::Seed, vec![Field::new(Word::FieldCount, "9")], None)
        }
        Action::InjectPort => inject(state),
        Action::ClearFaults if state.world.faults.is_empty() => Vec::new(),
        Action::ClearFaults => vec![Effect::ClearFaults],
        _ => Vec::new(),
    }
}

fn form(
    state: &mut State,
    title: Word,
    button: Word,
    ask: Ask,
    fields: Vec<Field>,
    command: Option<String>,
) -> Vec<Effect> {
    let mut dialog = Dialog::form(title.text(state.options.lang).to_owned(), button, ask, fields);
    dialog.commands.extend(command);
    state.focus = Focus::Dialog(Box::new(dialog));
    Vec::new()
}

fn trigger(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(cronjob) = cronjob_of(state).map(|row| row.name.clone()) else {
        let words = Word::NoCronjob.text(state.options.lang);
        state.toasts.say(at, Tone::Warning, words, Some("k8s-tutor up".to_owned()));
        return Vec::new();
    };
    let command = equivalent::run_job(state.namespace(), "NAME", &cronjob).to_string();
    let fields = vec![Field::new(Word::FieldJobName, &free_name(state))];
    form(state, Word::ActTrigger, Word::ButtonRun, Ask::RunJob { cronjob }, fields, Some(command))
}

/// `test1`, `test2` … as in the tutorial: the first that no Job has.
fn free_name(state: &State) -> String {
    (1..1000).map(|n| format!("test{n}")).find(|name| state.world.jobs.named(name).is_none()).unwrap_or_default()
}

fn suspend(state: &mut State) -> Vec<Effect> {
    let Some(Subject::CronJob(row)) = subject(state) else { return Vec::new() };
    vec![Effect::Suspend { cronjob: row.name.clone(), suspend: !row.suspend }]
}

fn schedule(state: &mut State) -> Vec<Effect> {
    let Some(Subject::CronJob(row)) = subject(state) else { return Vec::new() };
    let (cronjob, now) = (row.name.clone(), row.schedule.clone());
    let command = equivalent::patch_cronjob(state.namespace(), &cronjob, &equivalent::schedule_patch(&now));
    let fields = vec![Field::new(Word::FieldSchedule, &now)];
    form(state, Word::ActSchedule, Word::ButtonApply, Ask::Schedule { cronjob }, fields, Some(command.to_string()))
}

fn edit(state: &mut State) -> Vec<Effect> {
    match subject(state) {
        Some(Subject::Task(task)) => {
            let (id, title) = (task.row.id.clone(), task.row.title.clone());
            let fields = vec![Field::new(Word::FieldTitle, &title)];
            form(state, Word::ActEdit, Word::ButtonApply, Ask::RetitleTask { id }, fields, None)
        }
        Some(subject) => subject.object().map(Effect::FetchForEdit).into_iter().collect(),
        None => Vec::new(),
    }
}

fn complete(state: &mut State) -> Vec<Effect> {
    let chosen = state.world.tasks.chosen();
    // The selected one says what happens to all: half of them the one way, half the other would be a riddle.
    let Some(done) = chosen.first().map(|task| !task.row.done) else { return Vec::new() };
    let ids = chosen.iter().filter(|task| task.row.done != done).map(|task| task.row.id.clone()).collect();
    state.world.tasks.unmark();
    vec![Effect::FinishTask { ids, done }]
}

fn inject(state: &mut State) -> Vec<Effect> {
    let fields = vec![Field::new(Word::FieldPort, "4567"), Field::new(Word::FieldSeconds, "")];
    let command = "k8s-tutor fault inject-port --to 4567".to_owned();
    form(state, Word::ActInjectPort, Word::ButtonInject, Ask::InjectPort, fields, Some(command))
}

/// Asks, with the names of everything that would go.
fn delete(state: &mut State) -> Vec<Effect> {
    let lang = state.options.lang;
    let world = &state.world;
    let named = |kind, names: Vec<String>| names.into_iter().map(|name| ObjectRef::new(kind, name)).collect();
    let objects: Vec<ObjectRef> = match state.here.panel {
        PanelId::Cronjobs => named(Kind::CronJob, world.cronjobs.chosen().iter().map(|row| row.name.clone()).collect()),
        PanelId::Jobs => named(Kind::Job, world.jobs.chosen().iter().map(|job| job.facts.name.clone()).collect()),
        PanelId::Pods => named(Kind::Pod, world.pods.chosen().iter().map(|pod| pod.row.name.clone()).collect()),
        PanelId::Tasks | PanelId::Reports | PanelId::Report => return delete_data(state),
        _ => subject(state).and_then(|subject| subject.object()).into_iter().collect(),
    };
    if objects.is_empty() {
        return Vec::new();
    }
    let title = fill(Word::DeleteTitle.text(lang), &[&objects.len()]);
    let lines = objects.iter().map(ToString::to_string).collect();
    let commands = objects.iter().map(|object| equivalent::delete(state.namespace(), object).to_string()).collect();
    let mut dialog = Dialog::confirm(title, Word::ActDelete, vec![Effect::DeleteObjects(objects)]);
    (dialog.lines, dialog.commands) = (lines, commands);
    state.focus = Focus::Dialog(Box::new(dialog));
    Vec::new()
}

fn delete_data(state: &mut State) -> Vec<Effect> {
    let (endpoint, lang) = (state.endpoint().to_owned(), state.options.lang);
    let (effect, lines, commands): (_, Vec<String>, Vec<String>) = if state.here.panel == PanelId::Tasks {
        let chosen = state.world.tasks.chosen();
        let ids: Vec<String> = chosen.iter().map(|task| task.row.id.clone()).collect();
        let lines = chosen.iter().map(|task| format!("{}: {}", task.row.user, task.row.title)).collect();
        let commands = ids.iter().map(|id| equivalent::delete_task(&endpoint, id).to_string()).collect();
        (Effect::DeleteTasks(ids), lines, commands)
    } else {
        let keys: Vec<String> = match subject(state) {
            Some(Subject::Report(report)) if state.here.panel == PanelId::Report => vec![report.row.key.clone()],
            _ => state.world.reports.chosen().iter().map(|report| report.row.key.clone()).collect(),
        };
        let delete = |key: &String| equivalent::delete_report(&endpoint, BUCKET, key).to_string();
        let commands = keys.iter().map(delete).collect();
        (Effect::DeleteReports(keys.clone()), keys, commands)
    };
    if lines.is_empty() {
        return Vec::new();
    }
    let title = fill(Word::DeleteTitle.text(lang), &[&lines.len()]);
    let mut dialog = Dialog::confirm(title, Word::ActDelete, vec![effect]);
    (dialog.lines, dialog.commands) = (lines, commands);
    state.focus = Focus::Dialog(Box::new(dialog));
    Vec::new()
}
