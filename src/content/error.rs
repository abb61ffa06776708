//! What can be wrong with a manifest, a fault or a folder of them.
//!
//! Each message names the file, the line where there is one, what is wrong and what to type next.

use std::path::PathBuf;

/// Why content could not be loaded or written.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}. Look at it with: ls -ld {}", path.display(), path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's word for it.
        source: std::io::Error,
    },
    /// A folder without a single manifest.
    #[error("no .yaml, .yml or .json file in {}. To begin with the tutorial's: k8s-tutor manifests export {}",
        path.display(), path.display())]
    NoManifests {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is no manifest by its size or its bytes.
    #[error("{file} {what}. Take it out of the folder, or mend it")]
    NotAManifest {
        /// The file, relative to the folder.
        file: String,
        /// Why, as the rest of a sentence.
        what: &'static str,
    },
    /// No YAML: syntax, or a key that stands twice.
    #[error("{file}:{line}:{column}: {message}. Mend the line, then: kubectl apply --dry-run=client -f {file}")]
    Syntax {
        /// The file, relative to the folder.
        file: String,
        /// From 1.
        line: usize,
        /// From 1; 0 where it is not known.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// YAML, but no Kubernetes object.
    #[error(
        "{file}:{line}: {what}. An object begins with apiVersion, kind and metadata; kubectl explain KIND shows the rest"
    )]
    NotAnObject {
        /// The file, relative to the folder.
        file: String,
        /// The line on which the document begins.
        line: usize,
        /// Why, as a sentence without its full stop.
        what: String,
    },
    /// A file with nothing but comments.
    #[error("{file} is empty. To get the original back: k8s-tutor manifests export DIR")]
    Empty {
        /// The file, relative to the folder.
        file: String,
    },
    /// One object twice: the second would silently undo the first.
    #[error("{file}:{line}: {object} is in {first} already. Keep one of them (v1 and v2 are not for one folder)")]
    Twice {
        /// The file of the second.
        file: String,
        /// The line of the second.
        line: usize,
        /// `Kind/name`.
        object: String,
        /// The file and line of the first.
        first: String,
    },
    /// An export that would overwrite a file that was edited.
    #[error("{} is there already and differs. Nothing was written; take another folder, or move the file away", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder that cannot be written.
    #[error("cannot write {}: {source}. Take another folder: k8s-tutor manifests export DIR", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's word for it.
        source: std::io::Error,
    },
    /// A fault whose data is not usable.
    #[error("assets/faults/{file}: {message}")]
    Fault {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// Explanations that are not usable.
    #[error("assets/explain/{file}: {message}")]
    Explain {
        /// The file's name.
        file: &'static str,
        /// What is wrong with it.
        message: String,
    },
}
