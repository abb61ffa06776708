//! The dashboard's choices: what the command line says, else the settings file, else the environment.

use jiff::tz::TimeZone;

use crate::app::keymap::Keymap;
use crate::app::state::Options;
use crate::cli::DashboardRequest;
use crate::config::DashboardSettings;
use crate::text::Lang;
use crate::tui::Theme;

/// What the command line says of the choices.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    lang: Option<Lang>,
    theme: Option<String>,
    readonly: bool,
}

impl Asked {
    pub(super) fn of(request: &DashboardRequest) -> Self {
        Self { lang: request.lang, theme: request.theme.clone(), readonly: request.readonly }
    }

    /// The choices in force, and what is wrong with the settings. `env` looks an environment variable up.
    pub(super) fn options(
        &self,
        settings: &DashboardSettings,
        env: impl Fn(&str) -> Option<String>,
    ) -> (Options, Vec<String>) {
        let mut flaws = Vec::new();
        let defaults = Options::default();
        let (keymap, key_flaws) = Keymap::with(&settings.keys);
        flaws.extend(key_flaws.into_iter().map(|flaw| format!("settings, dashboard.{flaw}")));
        let zone_name = settings.zone.clone().unwrap_or(defaults.zone_name);
        let zone = TimeZone::get(&zone_name).unwrap_or_else(|error| {
            flaws.push(format!("settings, dashboard.zone: {error}"));
            defaults.zone.clone()
        });
        let locale = || {
            let var = |name| env(name).filter(|value| !value.is_empty());
            Lang::of_locale(var("LC_ALL").as_deref(), var("LC_MESSAGES").as_deref(), var("LANG").as_deref())
        };
        let lang = settings.lang.as_ref().and_then(|lang| match lang.parse() {
            Ok(lang) => Some(lang),
            Err(error) => {
                flaws.push(format!("settings, dashboard.lang: {error}"));
                None
            }
        });
        let options = Options {
            lang: self.lang.or(lang).unwrap_or_else(locale),
            theme: self.theme(settings, env, &mut flaws),
            zone,
            zone_name,
            readonly: self.readonly || settings.readonly.unwrap_or(false),
            mouse: settings.mouse.unwrap_or(defaults.mouse),
            wrap: settings.wrap.unwrap_or(defaults.wrap),
            timestamps: settings.timestamps.unwrap_or(defaults.timestamps),
            downloads: settings.downloads.clone().unwrap_or(defaults.downloads),
            keymap,
        };
        (options, flaws)
    }

    /// NO_COLOR goes before the settings, but not before what was typed just now.
    fn theme(
        &self,
        settings: &DashboardSettings,
        env: impl Fn(&str) -> Option<String>,
        flaws: &mut Vec<String>,
    ) -> String {
        let no_color = env("NO_COLOR").filter(|value| !value.is_empty()).map(|_| "mono".to_owned());
        let theme = self.theme.clone().or(no_color).or_else(|| settings.theme.clone());
        let theme = theme.unwrap_or_else(|| "dark".to_owned());
        match Theme::named(&theme) {
            Ok(_) => theme,
            Err(error) => {
                flaws.push(error.to_string());
                "dark".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> DashboardSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_command_line_goes_before_the_settings_and_those_before_the_environment() {
        let env = |name: &str| (name == "LANG").then(|| "ja_JP.UTF-8".to_owned());
        let (options, flaws) = Asked::default().options(&settings(""), env);
        assert_eq!((options.lang, options.theme.as_str(), flaws.len()), (Lang::Ja, "dark", 0));
        let (options, _) = Asked::default().options(&settings("lang = \"en\"\ntheme = \"light\""), env);
        assert_eq!((options.lang, options.theme.as_str()), (Lang::En, "light"));
        let asked = Asked { lang: Some(Lang::Ja), theme: Some("mono".into()), readonly: true };
        let (options, _) = asked.options(&settings("lang = \"en\"\ntheme = \"light\""), env);
        assert_eq!((options.lang, options.theme.as_str(), options.readonly), (Lang::Ja, "mono", true));
    }

    #[test]
    fn no_color_means_mono() {
        let env = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        assert_eq!(Asked::default().options(&settings("theme = \"light\""), env).0.theme, "mono");
    }

    #[test]
    fn flaws_of_the_settings_are_told_and_the_rest_holds() {
        let text = "lang = \"fr\"\nzone = \"Mars/Base\"\ntheme = \"pink\"\nwrap = false\n[keys.global]\nfly = [\"x\"]";
        let (options, flaws) = Asked::default().options(&settings(text), |_| None);
        assert_eq!(flaws.len(), 4, "{flaws:?}");
        assert!(!options.wrap);
    }
}
