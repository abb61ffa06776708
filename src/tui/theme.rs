//! Colours and emphasis, by the role of what is drawn. The files lie in `assets/themes/`.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::TuiError;

const FILES: [(&str, &str); 4] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
];

macro_rules! theme {
    ($($(#[$doc:meta])* $role:ident,)+) => {
        /// A style for each role.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Theme {
            /// Its name.
            pub name: String,
            $($(#[$doc])* pub $role: Style,)+
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            $($role: StyleFile,)+
        }

        impl Theme {
            fn of(name: &str, file: &File) -> Result<Self, String> {
                Ok(Self { name: name.to_owned(), $($role: file.$role.style()?,)+ })
            }
        }
    };
}

theme! {
    /// Plain text.
    text,
    /// What matters less.
    dim,
    /// The title of a panel.
    title,
    /// The heading of a column.
    heading,
    /// What stands out.
    accent,
    /// Went well.
    good,
    /// To be looked at.
    warn,
    /// Went wrong.
    bad,
    /// At work.
    busy,
    /// Predicted.
    expected,
    /// The row under the cursor.
    selected,
    /// A marked row.
    marked,
    /// Header and footer.
    bar,
    /// A tab.
    tab,
    /// The tab of the panel shown.
    tab_active,
    /// A key in a hint.
    key,
    /// An active fault.
    badge,
    /// Lines and frames.
    border,
    /// A match.
    search,
    /// What lies above the panel.
    overlay,
    /// A button.
    button,
    /// The focused button.
    button_active,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct StyleFile {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

impl StyleFile {
    fn style(&self) -> Result<Style, String> {
        let color = |name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => name.parse::<Color>().map(Some).map_err(|_| format!("{name:?} is no colour")),
        };
        let mut style = Style { fg: color(&self.fg)?, bg: color(&self.bg)?, ..Style::default() };
        for (wanted, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ] {
            if wanted {
                style = style.add_modifier(modifier);
            }
        }
        Ok(style)
    }
}

impl Theme {
    /// A theme that ships, by its name.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self, TuiError> {
        let fail = |why: String| TuiError::Theme { name: name.to_owned(), why };
        let known: Vec<&str> = FILES.iter().map(|(known, _)| *known).collect();
        let file = FILES.iter().find(|(known, _)| *known == name);
        let (_, text) = file.ok_or_else(|| fail(format!("there is none; there are {}", known.join(", "))))?;
        let file: File = toml::from_str(text).map_err(|error| fail(error.to_string()))?;
        Self::of(name, &file).map_err(fail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_that_ships_is_whole() {
        for (name, _) in FILES {
            Theme::named(name).unwrap();
        }
        assert_eq!(FILES.map(|(name, _)| name), crate::app::command::THEMES);
        assert!(Theme::named("pink").unwrap_err().to_string().contains("there are dark, light"));
    }

    #[test]
    fn mono_has_no_colour() {
        let text = FILES[3].1;
        let table: toml::Table = toml::from_str(text).unwrap();
        assert!(table.values().all(|style| style.get("fg").is_none() && style.get("bg").is_none()));
    }
}
