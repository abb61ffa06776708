//! Image names and the programs that they are. There is no registry: an image is a program that
//! the sandbox or the user's configuration knows; registry, tag and digest are ignored.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

/// A program that an image name stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The program and its fixed arguments; what `command` replaces.
    pub entrypoint: Vec<String>,
    /// The default arguments; what `args` replaces.
    pub cmd: Vec<String>,
    /// Environment of the image, below the manifest's own. `{pod_ip}`, `{data_dir}` and
    /// `{namespace}` are filled in.
    pub env: Vec<(String, String)>,
    /// Names under which this very program stands first on PATH (`aws`, `curl`).
    pub applets: Vec<String>,
    /// Folders outside the pod's own that it may write to; templates as in `env`.
    pub writable: Vec<String>,
    /// Files and folders that it may read besides the system's.
    pub readable: Vec<String>,
    /// Run without the confinement that the machine offers.
    pub unconfined: bool,
}

/// The table of known images. Cheap to clone while small; read-only once the agent runs.
#[derive(Clone, Debug, Default)]
pub struct Images {
    by_name: BTreeMap<String, Image>,
}

/// What an image name turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A known program.
    Found {
        /// The program.
        image: Box<Image>,
        /// The full name, as a container runtime resolves it: `docker.io/library/busybox:1.35`.
        name: String,
        /// A stable id in the form of an image id.
        id: String,
    },
    /// A name that is well formed and unknown.
    Missing {
        /// The full name.
        name: String,
    },
    /// Not an image name.
    Invalid {
        /// A container runtime's words.
        why: String,
    },
}

impl Images {
    /// The images that are parts of this program: task-reporter, task-service and LocalStack's
    /// stand-in.
    pub fn built_in(exe: &Path) -> Self {
        let mut images = Self::default();
        let own = |name: &str| Image {
            entrypoint: vec![exe.display().to_string(), "__pod".into(), name.into()],
            ..Image::default()
        };
        images.register("task-reporter", own("task-reporter"));
        let listen = vec![("LISTEN_ADDR".into(), "{pod_ip}".into())];
        images.register("task-service", Image { env: listen, ..own("task-service") });
        let state = "{data_dir}/volumes/localstack-{namespace}";
        let localstack = Image {
            env: [("GATEWAY_LISTEN", "{pod_ip}:4566"), ("K8S_TUTOR_STATE_DIR", state), ("PERSISTENCE", "1")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .to_vec(),
            applets: ["aws", "awslocal", "curl"].map(ToOwned::to_owned).to_vec(),
            writable: vec![state.into()],
            ..own("localstack")
        };
        images.register("localstack", localstack);
        images
    }

    /// Adds `busybox`: the machine's own sh and tools, so that any `command:` can be tried. Only to
    /// be called where pods are confined, or where the user's configuration asks for it.
    pub fn with_busybox(mut self) -> Self {
        self.register("busybox", Image { cmd: vec!["sh".into()], ..Image::default() });
        self
    }

    /// Adds or replaces an image. The name's registry, tag and digest are ignored.
    pub fn register(&mut self, name: &str, image: Image) {
        self.by_name.insert(short_name(name).to_owned(), image);
    }

    /// The known short names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    pub(super) fn resolve(&self, reference: &str) -> Resolved {
        if let Some(why) = malformed(reference) {
            return Resolved::Invalid { why };
        }
        let name = full_name(reference);
        match self.by_name.get(short_name(reference)) {
            None => Resolved::Missing { name },
            Some(image) => {
                let id = format!("sha256:{}", hex(&Sha256::digest(name.as_bytes())));
                Resolved::Found { image: Box::new(image.clone()), name, id }
            }
        }
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// `localhost:5000/x/task-reporter:v2@sha256:…` -> `task-reporter`.
fn short_name(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or(reference);
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split(':').next().unwrap_or(last)
}

/// Splits off the registry: the first part, if it looks like a host.
fn split_registry(reference: &str) -> (Option<&str>, &str) {
    match reference.split_once('/') {
        Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => (Some(host), rest),
        _ => (None, reference),
    }
}

fn full_name(reference: &str) -> String {
    let (registry, path) = split_registry(reference);
    let library = if registry.is_none() && !path.contains('/') { "library/" } else { "" };
    let tagged = path.contains('@') || path.rsplit('/').next().is_some_and(|last| last.contains(':'));
    let tag = if tagged { "" } else { ":latest" };
    format!("{}/{library}{path}{tag}", registry.unwrap_or("docker.io"))
}

/// A container runtime's words about a name that it cannot parse.
fn malformed(reference: &str) -> Option<String> {
    let (registry, path) = split_registry(reference);
    let path = path.split('@').next().unwrap_or(path);
    let repository = match path.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        _ => path,
    };
    let fine = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    if repository.split('/').all(fine) {
        return None;
    }
    let library = if registry.is_none() && !repository.contains('/') { "library/" } else { "" };
    let detail = if repository.contains(|c: char| c.is_ascii_uppercase()) {
        format!(": repository name ({library}{repository}) must be lowercase")
    } else {
        String::new()
    };
    Some(format!(
        "Failed to apply default image tag \"{reference}\": couldn't parse image name \"{reference}\": invalid \
         reference format{detail}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registry_tag_and_digest_are_ignored() {
        let images = Images::built_in(Path::new("/bin/k8s-tutor")).with_busybox();
        for name in
            ["localstack/localstack:4.1", "localhost:5000/a/task-reporter", "docker.io/library/busybox@sha256:0f"]
        {
            assert!(matches!(images.resolve(name), Resolved::Found { .. }), "{name}");
        }
        let missing = Resolved::Missing { name: "docker.io/library/nginx:latest".into() };
        assert_eq!(images.resolve("nginx"), missing);
        assert!(matches!(images.resolve("localstack/localstack-pro"), Resolved::Missing { .. }));
        assert!(matches!(Images::default().resolve("busybox"), Resolved::Missing { .. }));
    }

    #[test]
    fn names_are_resolved_as_a_container_runtime_does() {
        assert_eq!(full_name("busybox:1.35"), "docker.io/library/busybox:1.35");
        assert_eq!(full_name("localstack/localstack"), "docker.io/localstack/localstack:latest");
        assert_eq!(full_name("localhost:5999/x:latest"), "localhost:5999/x:latest");
    }

    #[test]
    fn a_name_that_is_none_is_refused_in_a_runtimes_words() {
        // As recorded from Kubernetes 1.36 (recordings/node/images).
        let expected = "Failed to apply default image tag \"Bad Name:x\": couldn't parse image name \"Bad Name:x\": \
                        invalid reference format: repository name (library/Bad Name) must be lowercase";
        assert_eq!(Images::default().resolve("Bad Name:x"), Resolved::Invalid { why: expected.into() });
    }
}
