//! The settings file, TOML. Unknown keys are warnings: an older program must open a newer file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ConfigError;

/// The version of the file's shape that this program writes and reads.
const SCHEMA_VERSION: i64 = 1;

/// All settings. An absent file is all defaults.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The version of the file's shape.
    pub schema_version: Option<i64>,
    /// The provider where `--provider` is not given; absent: the one used last, then `auto`.
    pub provider: Option<String>,
    /// What concerns the sandbox.
    pub sandbox: SandboxSettings,
    /// What concerns the dashboard.
    pub dashboard: DashboardSettings,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// What concerns the sandbox.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SandboxSettings {
    /// What a connection to a port meets that a Service lacks.
    pub services: ServicesMode,
    /// Whether `busybox` (the host's `sh`) may run; absent: only where pod processes are confined.
    pub busybox: Option<bool>,
    /// Programs of the user's own, by image name.
    pub images: BTreeMap<String, ImageSettings>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// What concerns the dashboard. Each is the default where the command line says nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DashboardSettings {
    /// `dark`, `light`, `high-contrast` or `mono`.
    pub theme: Option<String>,
    /// `en` or `ja`.
    pub lang: Option<String>,
    /// The time zone shown beside UTC.
    pub zone: Option<String>,
    /// Nothing may be changed.
    pub readonly: Option<bool>,
    /// Whether the mouse is listened to.
    pub mouse: Option<bool>,
    /// Whether logs are wrapped.
    pub wrap: Option<bool>,
    /// Whether logs show times.
    pub timestamps: Option<bool>,
    /// Where downloads go.
    pub downloads: Option<PathBuf>,
    /// Keys of one's own: scope, action, keys.
    pub keys: toml::Table,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// A program that stands for an image.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ImageSettings {
    /// The program, an absolute path.
    pub program: PathBuf,
    /// Its arguments before those of the manifest.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment variables it gets besides the manifest's.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// What a connection to a port meets that a Service lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServicesMode {
    /// Refused at once, as with nftables.
    #[default]
    Refuse,
    /// No answer at all, as with iptables.
    Blackhole,
}

impl Settings {
    /// Reads the file, and tells of keys it does not know.
    ///
    /// # Errors
    /// The file is there and cannot be read, or a known key has a wrong value.
    pub fn read(path: &Path) -> Result<(Self, Vec<String>), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Self::default(), Vec::new())),
            Err(source) => return Err(ConfigError::Read { path: path.to_owned(), source }),
        };
        Self::parse(&text).map_err(|why| ConfigError::Content { path: path.to_owned(), why })
    }

    fn parse(text: &str) -> Result<(Self, Vec<String>), String> {
        let settings: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if let Some(version) = settings.schema_version.filter(|version| *version > SCHEMA_VERSION) {
            return Err(format!("schema_version {version} is newer than this program knows ({SCHEMA_VERSION})"));
        }
        for (image, entry) in &settings.sandbox.images {
            if !entry.program.is_absolute() {
                return Err(format!("sandbox.images.{image}.program must be an absolute path"));
            }
        }
        let top = settings.unknown.keys().cloned();
        let sandbox = settings.sandbox.unknown.keys().map(|key| format!("sandbox.{key}"));
        let dashboard = settings.dashboard.unknown.keys().map(|key| format!("dashboard.{key}"));
        let warnings =
            top.chain(sandbox).chain(dashboard).map(|key| format!("unknown setting {key:?} is ignored")).collect();
        Ok((settings, warnings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_read_and_unknown_ones_warned_of() {
        let text = "provider = \"sandbox\"\ncolour = 1\n[sandbox]\nservices = \"blackhole\"\nspeed = 2\n\
                    [sandbox.images.mine]\nprogram = \"/bin/true\"\n";
        let (settings, warnings) = Settings::parse(text).unwrap();
        assert_eq!(settings.provider.as_deref(), Some("sandbox"));
        assert_eq!(settings.sandbox.services, ServicesMode::Blackhole);
        assert_eq!(settings.sandbox.images["mine"].program, PathBuf::from("/bin/true"));
        assert_eq!(
            warnings,
            [r#"unknown setting "colour" is ignored"#, r#"unknown setting "sandbox.speed" is ignored"#]
        );
    }

    #[test]
    fn wrong_values_are_refused() {
        assert!(Settings::parse("[sandbox]\nservices = \"maybe\"\n").unwrap_err().contains("maybe"));
        assert!(Settings::parse("schema_version = 99\n").unwrap_err().contains("newer"));
        let relative = Settings::parse("[sandbox.images.x]\nprogram = \"bin/x\"\n").unwrap_err();
        assert_eq!(relative, "sandbox.images.x.program must be an absolute path");
    }

    #[test]
    fn no_file_is_all_defaults() {
        let (settings, warnings) = Settings::read(Path::new("/nowhere/config.toml")).unwrap();
        assert_eq!((settings, warnings), (Settings::default(), vec![]));
    }
}
