//! Where the program's files lie.

use std::ffi::OsString;
use std::path::PathBuf;

use directories::ProjectDirs;

use super::ConfigError;

/// The program's folders and files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// The settings file: `K8S_TUTOR_CONFIG`, or `config.toml` in the platform's config folder.
    pub settings: PathBuf,
    /// Everything the program writes: `K8S_TUTOR_DATA_DIR`, or the platform's data folder.
    pub data: PathBuf,
}

impl Folders {
    /// Finds them; `env` looks an environment variable up.
    ///
    /// # Errors
    /// There is neither an override nor a home directory.
    pub fn find(env: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let (settings, data) = (set("K8S_TUTOR_CONFIG"), set("K8S_TUTOR_DATA_DIR"));
        if let (Some(settings), Some(data)) = (&settings, &data) {
            return Ok(Self { settings: settings.clone(), data: data.clone() });
        }
        let usual = ProjectDirs::from("", "", "k8s-tutor").ok_or(ConfigError::NoHome)?;
        Ok(Self {
            settings: settings.unwrap_or_else(|| usual.config_dir().join("config.toml")),
            data: data.unwrap_or_else(|| usual.data_local_dir().to_owned()),
        })
    }

    /// The sandbox's own folder: state, certificates, kubeconfig, pods.
    pub fn sandbox(&self) -> PathBuf {
        self.data.join("sandbox")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_overrides_the_usual_places() {
        let env = |name: &str| (name == "K8S_TUTOR_DATA_DIR").then(|| OsString::from("/x"));
        let folders = Folders::find(env).unwrap();
        assert_eq!(folders.data, PathBuf::from("/x"));
        assert_eq!(folders.sandbox(), PathBuf::from("/x/sandbox"));
        assert!(folders.settings.ends_with("config.toml"));
        let empty = Folders::find(|_| Some(OsString::new())).unwrap();
        assert_ne!(empty.data, PathBuf::new());
    }
}
