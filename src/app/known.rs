//! What ships with the program to be read: explanations and faults, parsed once.
//!
//! Called by `tui` at every frame, so nothing here may parse twice.

use std::sync::OnceLock;

use crate::content::explain::{Explain, Words};
use crate::content::faults;
pub use crate::content::faults::Fault;
use crate::domain::diagnosis::Finding;
use crate::text::Lang;

/// The explanations. `None` only if the files that ship were broken, which a test of `content` keeps from happening.
fn explain() -> Option<&'static Explain> {
    static EXPLAIN: OnceLock<Option<Explain>> = OnceLock::new();
    EXPLAIN.get_or_init(|| Explain::load().ok()).as_ref()
}

/// The faults that can be injected.
pub fn faults() -> &'static [Fault] {
    static FAULTS: OnceLock<Vec<Fault>> = OnceLock::new();
    FAULTS.get_or_init(|| faults::all().unwrap_or_default())
}

/// The words of a finding, its facts in their places.
pub fn tell(finding: &Finding, lang: Lang) -> Words {
    match explain() {
        Some(explain) => explain.tell(finding, lang),
        None => Words { title: finding.id.to_owned(), why: String::new(), next: String::new() },
    }
}

/// What a field of a kind means with a value; without one, for Kubernetes' default.
pub fn field(kind: &str, name: &str, lang: Lang, value: Option<&str>) -> String {
    explain().and_then(|explain| explain.field(kind, name, lang, value)).unwrap_or_default()
}

/// What a reason or a STATUS word means.
pub fn reason(word: &str, lang: Lang) -> Option<&'static str> {
    explain()?.reason(word, lang)
}
