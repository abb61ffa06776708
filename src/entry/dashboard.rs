//! The dashboard put together: the state, the loop or its plain sister, and the runtime beside it.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::options::Asked;
use crate::app::message::Body;
use crate::app::plain::Teller;
use crate::app::state::{LinkState, State};
use crate::app::{Effect, Message, PanelId, opening, update};
use crate::cli::{self, DashboardRequest, FrameFormat, Mode};
use crate::config::Settings;
use crate::runtime::{QUEUE, Runtime, Setup};
use crate::tui::{self, Loop, Terminal, Theme};

/// The longest that a snapshot waits for the cluster's first lists.
const SNAPSHOT_PATIENCE: Duration = Duration::from_secs(10);
/// How long things must be still for a snapshot.
const STILL: Duration = Duration::from_millis(300);

/// Opens the dashboard in the form asked for.
pub(super) fn main(request: DashboardRequest) -> ExitCode {
    let panel = match request.panel.as_deref().map(|word| PanelId::of_word(word).ok_or(word)).transpose() {
        Ok(panel) => panel,
        Err(word) => {
            let known: Vec<&str> = PanelId::ALL.iter().map(|panel| panel.word()).collect();
            let what = format!("there is no panel {word:?}; there are {}", known.join(", "));
            return cli::failed(&what, Some("k8s-tutor --panel jobs"), false);
        }
    };
    if let Some(theme) = &request.theme
        && let Err(error) = Theme::named(theme)
    {
        return cli::failed(&error.to_string(), None, false);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return cli::failed(&format!("cannot start: {error}"), None, false),
    };
    let code = runtime.block_on(Box::pin(open(request, panel)));
    runtime.shutdown_timeout(Duration::from_millis(100));
    code
}

async fn open(request: DashboardRequest, panel: Option<PanelId>) -> ExitCode {
    let mode = request.mode;
    let (mut state, effects, setup) = prepare(request, panel);
    let (sender, queue) = mpsc::channel(QUEUE);
    let mut runtime = Runtime::new(setup, sender.clone());
    effects.into_iter().for_each(|effect| runtime.perform(effect));
    signals(sender);
    let code = match mode {
        Mode::Interactive => Box::pin(interactive(state, queue, &mut runtime)).await,
        Mode::Plain(limit) => plain(&mut state, queue, &mut runtime, limit).await,
        Mode::Snapshot { width, height, format } => snapshot(state, queue, &mut runtime, (width, height), format).await,
    };
    runtime.finish().await;
    code
}

/// The state to begin with, its first effects, and what the runtime works with.
fn prepare(request: DashboardRequest, panel: Option<PanelId>) -> (State, Vec<Effect>, Setup) {
    let asked = Asked::of(&request);
    let env = |name: &str| std::env::var(name).ok();
    let (options, flaws) = asked.options(&request.settings.dashboard, env);
    let downloads = options.downloads.clone();
    let mut state = State::new(options);
    let now = Timestamp::now();
    for flaw in flaws {
        state.toasts.say(now, crate::app::state::toasts::Tone::Warning, flaw, None);
    }
    let effects = opening::begin(&mut state, request.bring_up, panel, request.select);
    let file = request.settings_file.clone();
    let read_settings = Arc::new(move || match Settings::read(&file) {
        Ok((settings, mut warnings)) => {
            let (options, flaws) = asked.options(&settings.dashboard, |name| std::env::var(name).ok());
            warnings.extend(flaws);
            Ok((options, warnings))
        }
        Err(error) => Err(error.to_string()),
    });
    let setup =
        Setup { provider: request.provider, up: request.up, downloads, settings: request.settings_file, read_settings };
    (state, effects, setup)
}

async fn interactive(state: State, queue: mpsc::Receiver<Message>, runtime: &mut Runtime) -> ExitCode {
    let mouse = state.options.mouse;
    let ended = match Terminal::enter(mouse) {
        Ok(terminal) => match Loop::new(terminal, |effect| runtime.perform(effect), state) {
            Ok(dashboard) => dashboard.run(queue).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match ended {
        Ok(state) => {
            farewell(&state);
            ExitCode::SUCCESS
        }
        Err(error) => cli::failed(&error.to_string(), Some("k8s-tutor --plain needs no terminal"), false),
    }
}

/// What stays when the dashboard is gone. A terminal that is gone too has nobody to tell.
fn farewell(state: &State) {
    let mut out = std::io::stdout().lock();
    for fault in &state.world.faults {
        let place = crate::text::safe(&fault.target).into_owned();
        let _ = writeln!(out, "note: fault {} on {place} is still in place; k8s-tutor fault clear", fault.fault);
    }
    if state.link == LinkState::Up {
        let _ = writeln!(out, "The lab goes on. k8s-tutor opens it again, k8s-tutor down removes it.");
    }
}

/// The same changes as lines, until a signal, the end of the time or of the reader.
async fn plain(
    state: &mut State,
    mut queue: mpsc::Receiver<Message>,
    runtime: &mut Runtime,
    limit: Option<Duration>,
) -> ExitCode {
    let mut teller = Teller::default();
    let end = limit.map(|limit| Instant::now() + limit);
    while !state.quitting {
        let message = match end {
            Some(end) => timeout_at(end, queue.recv()).await.unwrap_or(None),
            None => queue.recv().await,
        };
        let Some(message) = message else { break };
        let at = message.at;
        for effect in update(state, message) {
            runtime.perform(effect);
        }
        for line in teller.tell(state) {
            let stamp = at.to_zoned(state.options.zone.clone()).strftime("%H:%M:%S");
            let written = writeln!(std::io::stdout().lock(), "{stamp} {}", crate::text::safe(&line));
            if written.is_err() {
                return ExitCode::SUCCESS;
            }
        }
    }
    ExitCode::SUCCESS
}

/// One frame, when everything that was asked for has come and things are still.
async fn snapshot(
    mut state: State,
    mut queue: mpsc::Receiver<Message>,
    runtime: &mut Runtime,
    size: (u16, u16),
    format: FrameFormat,
) -> ExitCode {
    let theme = match Theme::named(&state.options.theme) {
        Ok(theme) => theme,
        Err(error) => return cli::failed(&error.to_string(), None, false),
    };
    state.size = size;
    let end = Instant::now() + SNAPSHOT_PATIENCE;
    let mut quiet = end;
    loop {
        match timeout_at(quiet.min(end), queue.recv()).await {
            Ok(Some(message)) => {
                for effect in update(&mut state, message) {
                    runtime.perform(effect);
                }
                let settled = opening::is_settled(&state);
                quiet = if settled { Instant::now() + STILL } else { end };
            }
            Ok(None) => break,
            Err(_) => break,
        }
    }
    // Said on the way here: no part of the picture.
    state.toasts.dismiss(Timestamp::now());
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let notes = tui::draw(&mut buffer, &state, &theme, Timestamp::now());
    // Panels that scroll know only after the first frame how much fits.
    state.viewport = notes.viewport;
    tui::draw(&mut buffer, &state, &theme, Timestamp::now());
    let text = match format {
        FrameFormat::Text => tui::text(&buffer),
        FrameFormat::Svg => tui::svg(&buffer),
    };
    // A closed pipe is how `| head` says enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    match &state.link {
        LinkState::Down { failure, .. } => cli::failed(&failure.what, failure.next.as_deref(), true),
        _ => ExitCode::SUCCESS,
    }
}

/// TERM, HUP and INT end the dashboard as `q` does, but without a question.
fn signals(queue: mpsc::Sender<Message>) {
    #[cfg(unix)]
    for kind in [
        tokio::signal::unix::SignalKind::terminate(),
        tokio::signal::unix::SignalKind::hangup(),
        tokio::signal::unix::SignalKind::interrupt(),
    ] {
        if let Ok(signal) = tokio::signal::unix::signal(kind) {
            let is_interrupt = kind == tokio::signal::unix::SignalKind::interrupt();
            tokio::spawn(end_on(signal, is_interrupt, queue.clone()));
        }
    }
    #[cfg(not(unix))]
    drop(queue);
}

#[cfg(unix)]
async fn end_on(mut signal: tokio::signal::unix::Signal, is_interrupt: bool, queue: mpsc::Sender<Message>) {
    let mut told = false;
    while signal.recv().await.is_some() {
        // A Ctrl-C in the editor reaches the whole process group; it is meant for the editor.
        if is_interrupt && tui::is_lent() {
            continue;
        }
        if told {
            // A loop that does not listen any more is left to itself no longer.
            tui::restore();
            std::process::exit(130);
        }
        told = true;
        let _ = queue.send(Message { at: Timestamp::now(), body: Body::Terminate }).await;
    }
}
