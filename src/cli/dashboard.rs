//! When the dashboard is wanted, and what it is told. `entry` opens it: `cli` may not know a terminal's panels.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use super::args::{Args, UpArgs, Verb};
use super::commands;
use super::context::Context;
use super::exit_code::Code;
use super::output::{self, CliError, Format};
use crate::config::Settings;
use crate::lab::up::UpOptions;
use crate::provider::Provider;
use crate::text::Lang;

/// What the dashboard takes: no verb, or `up`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Dashboard")]
pub(super) struct DashboardArgs {
    /// Begin with this panel: start, cronjobs, jobs, pods, tree, logs, events, tasks, reports, faults, story, cronjob, job, report, object, messages
    #[arg(long, value_name = "PANEL")]
    pub panel: Option<String>,
    /// The object to select or open there
    #[arg(long, value_name = "NAME")]
    pub select: Option<String>,
    /// Change nothing, whatever key is pressed
    #[arg(long)]
    pub readonly: bool,
    /// The language: en or ja (default: the locale's)
    #[arg(long, value_name = "LANG")]
    pub lang: Option<Lang>,
    /// The theme: dark, light, high-contrast, mono
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Print one frame of this size and end
    #[arg(long, value_name = "WxH", value_parser = size, conflicts_with = "plain")]
    pub snapshot: Option<(u16, u16)>,
    /// The form of the frame
    #[arg(long, value_enum, default_value_t, requires = "snapshot")]
    pub format: FrameFormat,
    /// Print what changes as lines, without a screen
    #[arg(long)]
    pub plain: bool,
    /// End after this time, with --plain
    #[arg(long, value_name = "DURATION", value_parser = super::words::duration, requires = "plain")]
    pub r#for: Option<std::time::Duration>,
}

impl DashboardArgs {
    /// The form that is asked for by name.
    pub(super) fn mode(&self) -> Option<Mode> {
        match (self.snapshot, self.plain) {
            (Some((width, height)), _) => Some(Mode::Snapshot { width, height, format: self.format }),
            (None, true) => Some(Mode::Plain(self.r#for)),
            (None, false) => None,
        }
    }
}

/// What the dashboard is told.
pub struct DashboardRequest {
    /// Where the cluster comes from.
    pub provider: Arc<dyn Provider>,
    /// How `up` is wanted, now or at a key.
    pub up: UpOptions,
    /// Bring the lab up at once.
    pub bring_up: bool,
    /// In which form.
    pub mode: Mode,
    /// The panel to begin with.
    pub panel: Option<String>,
    /// The object to select or open on it.
    pub select: Option<String>,
    /// Nothing may be changed.
    pub readonly: bool,
    /// The language asked for.
    pub lang: Option<Lang>,
    /// The theme asked for.
    pub theme: Option<String>,
    /// The settings file.
    pub settings_file: PathBuf,
    /// The settings, as they were read.
    pub settings: Settings,
}

/// In which form the dashboard is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On the terminal.
    Interactive,
    /// As lines, for ever or for a while.
    Plain(Option<Duration>),
    /// One frame.
    Snapshot {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
        /// As what.
        format: FrameFormat,
    },
}

/// What a frame is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FrameFormat {
    /// Text.
    #[default]
    Text,
    /// A picture.
    Svg,
}

/// The dashboard's request, where these arguments want it; `None`: they want something else.
pub(super) fn wanted(args: &Args) -> Option<Result<DashboardRequest, CliError>> {
    let flags = &args.dashboard;
    let on_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let table = args.global.output == Format::Table && !args.global.dry_run;
    let (mode, up) = match (&args.verb, flags.mode()) {
        (None, Some(mode)) => (mode, None),
        (None, None) if on_terminal && table => (Mode::Interactive, None),
        (Some(Verb::Up(up)), None) if on_terminal && table && !up.no_dashboard => (Mode::Interactive, Some(up)),
        (Some(Verb::Up(up)), Some(mode)) => (mode, Some(up)),
        _ => return None,
    };
    Some(request(args, flags, mode, up))
}

fn request(args: &Args, flags: &DashboardArgs, mode: Mode, up: Option<&UpArgs>) -> Result<DashboardRequest, CliError> {
    let context = Context::new(&args.global)?;
    let provider = context.provider()?;
    let defaults = UpArgs::default();
    Ok(DashboardRequest {
        up: commands::up_options(&context, up.unwrap_or(&defaults), provider.as_ref()),
        provider,
        // Who asks for nothing to be changed does not mean the cluster either.
        bring_up: up.is_some() && !flags.readonly,
        mode,
        panel: flags.panel.clone(),
        select: flags.select.clone(),
        readonly: flags.readonly,
        lang: flags.lang,
        theme: flags.theme.clone(),
        settings_file: context.folders.settings.clone(),
        settings: context.settings().clone(),
    })
}

/// Reports why the dashboard could not be opened.
pub fn failed(what: &str, next: Option<&str>, not_up: bool) -> ExitCode {
    output::fail(what, next, if not_up { Code::NotUp } else { Code::Failed })
}

/// Reads `120x40`.
pub(super) fn size(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("{text:?} is no size: 120x40 is one, from 20x5 to 500x200");
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(wrong)?;
    let (width, height) = (width.parse().map_err(|_| wrong())?, height.parse().map_err(|_| wrong())?);
    if !(20..=500).contains(&width) || !(5..=200).contains(&height) {
        return Err(wrong());
    }
    Ok((width, height))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_and_nonsense_is_refused() {
        assert_eq!(size("120x40"), Ok((120, 40)));
        for wrong in ["120", "x", "10x5", "120x4", "1e3x40", "99999x40", "-1x9"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
