//! What a person may choose: language, theme, zone, keys, safety.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::app::keymap::Keymap;
use crate::text::Lang;

/// The choices in force.
#[derive(Clone, Debug)]
pub struct Options {
    /// The language.
    pub lang: Lang,
    /// The theme's name.
    pub theme: String,
    /// The lab's time zone, shown beside UTC.
    pub zone: TimeZone,
    /// Its name.
    pub zone_name: String,
    /// Nothing may be changed.
    pub readonly: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Logs are wrapped.
    pub wrap: bool,
    /// Logs show the time of each line.
    pub timestamps: bool,
    /// Where downloads go.
    pub downloads: PathBuf,
    /// The keys.
    pub keymap: Keymap,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lang: Lang::En,
            theme: "dark".to_owned(),
            zone: TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC),
            zone_name: "Asia/Tokyo".to_owned(),
            readonly: false,
            mouse: true,
            wrap: true,
            timestamps: false,
            downloads: PathBuf::from("."),
            keymap: Keymap::default(),
        }
    }
}
