//! A terminal: a PTY, everything that was written to it, and what that looks like.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use crate::support::Lab;

const PATIENCE: Duration = Duration::from_secs(60);

/// What the terminal has seen.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The program has closed the terminal.
    closed: bool,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Option<Seen>>,
    news: Condvar,
}

/// A terminal with the program in it.
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    pub(crate) pid: Pid,
}

/// A terminal after the program has ended in it.
pub(crate) struct After {
    pub(crate) status: ExitStatus,
    pub(crate) raw: Vec<u8>,
    pub(crate) text: String,
    modes: String,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// `k8s-tutor ARGS` as this lab's user.
pub(crate) fn command(lab: &Lab, args: &[&str], env: &[(&str, &str)]) -> CommandBuilder {
    let usual = lab.command(env!("CARGO_BIN_EXE_k8s-tutor"));
    let mut command = CommandBuilder::new(usual.get_program());
    command.env_clear();
    for (name, value) in usual.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.env("TERM", "xterm-256color");
    env.iter().for_each(|(name, value)| command.env(name, value));
    command.args(args);
    command.cwd(lab.home());
    command
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

impl Terminal {
    /// `k8s-tutor ARGS` as this lab's user, in a terminal of 120x30.
    pub(crate) fn open(lab: &Lab, args: &[&str]) -> Self {
        Self::with(lab, args, &[])
    }

    /// The same with more in the environment.
    pub(crate) fn with(lab: &Lab, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::sized(lab, args, env, (120, 30))
    }

    /// The same in another size: columns, rows.
    pub(crate) fn sized(lab: &Lab, args: &[&str], env: &[(&str, &str)], (columns, rows): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command(lab, args, env)).unwrap();
        drop(pair.slave);
        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap());
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let shared = Arc::new(Shared::default());
        *shared.seen() = Some(Seen { parser, raw: Vec::new(), closed: false });
        let reader = pair.master.try_clone_reader().unwrap();
        let (seen, writer) = (shared.clone(), pair.master.take_writer().unwrap());
        std::thread::spawn(move || seen.read(reader));
        Self { shared, master: pair.master, writer, child, pid }
    }

    /// Sends bytes as a keyboard does.
    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid, signal).unwrap();
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        // First the picture, so that what is drawn for the new size is not taken for the old one.
        self.shared.with(|seen| seen.parser.screen_mut().set_size(cells(rows), cells(columns)));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        self.shared.until(what, |seen| {
            let text = seen.parser.screen().contents();
            is_so(&text).then_some(text)
        })
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("{text:?} shows"), |screen| screen.contains(text))
    }

    #[track_caller]
    pub(crate) fn wait_for_not(&self, text: &str) -> String {
        self.wait_until(&format!("{text:?} is gone"), |screen| !screen.contains(text))
    }

    /// Everything written so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.shared.with(|seen| seen.raw.clone())
    }

    /// Waits until the terminal is as the dashboard needs it: so that a test of its being given back can fail.
    #[track_caller]
    pub(crate) fn is_taken(&self) {
        self.shared.until("the terminal is taken", |seen| {
            let screen = seen.parser.screen();
            let mouse = screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
            (screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste() && mouse).then_some(())
        });
        let modes = self.modes();
        assert!(!modes.contains(" ECHO ") && !modes.contains(" ICANON "), "raw: {modes}");
    }

    /// The local modes of the line discipline, as ` ECHO ICANON … `.
    fn modes(&self) -> String {
        let termios = self.master.get_termios().unwrap();
        format!("{:?} ", termios.local_flags).replace(['|', '('], " ").replace(')', " ")
    }

    /// Waits for the program's end; what is left then.
    #[track_caller]
    pub(crate) fn ended(mut self) -> After {
        let (raw, text) =
            self.shared.until_closed("the program ends", |seen| (seen.raw.clone(), seen.parser.screen().contents()));
        let status = self.child.wait().unwrap();
        After { status, raw, text, modes: self.modes() }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let screen = self.shared.with(|seen| seen.parser.screen().contents());
            eprintln!("the terminal shows\n{screen}");
        }
        // Ours, and only ours.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl After {
    /// The terminal is as it was before: by what was written to it, and by its line discipline.
    #[track_caller]
    pub(crate) fn is_restored(&self) -> &Self {
        let raw = String::from_utf8_lossy(&self.raw);
        let last = |on: &str, off: &str| (raw.rfind(on), raw.rfind(off));
        for (what, on, off) in [
            ("the alternate screen", "\u{1b}[?1049h", "\u{1b}[?1049l"),
            ("the hidden cursor", "\u{1b}[?25l", "\u{1b}[?25h"),
            ("bracketed paste", "\u{1b}[?2004h", "\u{1b}[?2004l"),
            ("mouse clicks", "\u{1b}[?1000h", "\u{1b}[?1000l"),
            ("mouse drags", "\u{1b}[?1002h", "\u{1b}[?1002l"),
            ("mouse moves", "\u{1b}[?1003h", "\u{1b}[?1003l"),
            ("mouse places", "\u{1b}[?1006h", "\u{1b}[?1006l"),
        ] {
            let (on, off) = last(on, off);
            assert!(on.is_some(), "{what} was never on: the test tests nothing\n{}", self.text);
            assert!(off > on, "{what} is still on (on at {on:?}, off at {off:?})\n{}", self.text);
        }
        for mode in [" ECHO ", " ICANON ", " ISIG "] {
            assert!(self.modes.contains(mode), "{mode} is not set: {}", self.modes);
        }
        self
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, read: impl FnOnce(&mut Seen) -> T) -> T {
        read(self.seen().as_mut().unwrap())
    }

    /// Reads what the program writes until it has closed the terminal.
    fn read(&self, mut reader: Box<dyn Read + Send>) {
        let mut buffer = [0; 8192];
        loop {
            let read = reader.read(&mut buffer).unwrap_or(0);
            self.with(|seen| {
                seen.parser.process(&buffer[..read]);
                seen.raw.extend_from_slice(&buffer[..read]);
                seen.closed |= read == 0;
            });
            self.news.notify_all();
            if read == 0 {
                return;
            }
        }
    }

    #[track_caller]
    fn until<T>(&self, what: &str, find: impl Fn(&Seen) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            let now = seen.as_ref().unwrap();
            if let Some(found) = find(now) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || now.closed {
                let (screen, closed) = (now.parser.screen().contents(), now.closed);
                drop(seen);
                panic!("{what}: {}; the terminal shows\n{screen}", if closed { "it ended" } else { "not in time" });
            }
            seen = self.news.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    #[track_caller]
    fn until_closed<T>(&self, what: &str, read: impl Fn(&Seen) -> T) -> T {
        self.until(what, |seen| seen.closed.then(|| read(seen)))
    }
}

/// A script of `sh` that a test writes; its path.
pub(crate) fn script(lab: &Lab, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path: &Path = &lab.home().join(name);
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A lab that is up.
pub(crate) fn lab() -> Lab {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab
}
