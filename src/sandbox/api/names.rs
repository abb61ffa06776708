//! The grammar of names, labels and annotations, and generated names. Pure.

use serde_json::{Map, Value};

use super::status::FieldError;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1123: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
    alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
    validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with \
    an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
    and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
    validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
/// Without vowels and look-alikes, so that no word appears by chance.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// How much of `generateName` is kept: five more make a DNS label.
const GENERATED_BASE: usize = 58;

/// Which names a kind takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// Most kinds: `a.b-c`, 253 bytes.
    Subdomain,
    /// Namespaces: `a-b`, 63 bytes.
    Label,
    /// Services: as `Label`, beginning with a letter.
    ServiceLabel,
}

impl Grammar {
    /// The grammar of a core-group kind by its plural name; all others take subdomains.
    pub(super) fn of(group: &str, plural: &str) -> Self {
        match (group, plural) {
            ("", "namespaces") => Self::Label,
            ("", "services") => Self::ServiceLabel,
            _ => Self::Subdomain,
        }
    }

    /// Why a name is refused; nothing for a good one.
    pub(super) fn errors(self, name: &str) -> Vec<String> {
        let (longest, words, good) = match self {
            Self::Subdomain => (253, SUBDOMAIN, name.split('.').all(|part| is_label(part.as_bytes()))),
            Self::Label => (63, LABEL_1123, is_label(name.as_bytes())),
            Self::ServiceLabel => {
                (63, LABEL_1035, is_label(name.as_bytes()) && name.starts_with(|c: char| c.is_ascii_lowercase()))
            }
        };
        let mut errors = Vec::new();
        if name.len() > longest {
            errors.push(format!("must be no more than {longest} bytes"));
        }
        if !good {
            errors.push(words.to_owned());
        }
        errors
    }
}

fn is_label(text: &[u8]) -> bool {
    let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    !text.is_empty() && text.iter().all(inner) && text[0] != b'-' && text[text.len() - 1] != b'-'
}

/// `base` and five random characters.
pub(super) fn generate(base: &str) -> String {
    let mut end = base.len().min(GENERATED_BASE);
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    let random = uuid::Uuid::new_v4();
    let bytes = random.as_bytes();
    // Bytes 6 and 8 of a version 4 UUID carry fixed bits: the first five do not.
    let tail: String = bytes[..5].iter().map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()])).collect();
    format!("{}{tail}", &base[..end])
}

/// What is wrong with `metadata.labels`.
pub(super) fn label_errors(labels: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels {
        errors.extend(key_errors("metadata.labels", key));
        let text = value.as_str().unwrap_or_default();
        if text.len() > 63 {
            errors.push(FieldError::invalid("metadata.labels", value, "must be no more than 63 bytes"));
        }
        if !text.is_empty() && !is_qualified(text) {
            errors.push(FieldError::invalid("metadata.labels", value, LABEL_VALUE));
        }
    }
    errors
}

/// What is wrong with the keys of a map of labels or annotations.
pub(super) fn key_errors(field: &str, key: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut refuse = |why: &str| errors.push(FieldError::invalid(field, &key.into(), why));
    let name = match key.split_once('/') {
        None => key,
        Some(("", _)) => {
            refuse("prefix part must be non-empty");
            return errors;
        }
        Some((prefix, name)) => {
            for why in Grammar::Subdomain.errors(prefix) {
                refuse(&format!("prefix part {why}"));
            }
            name
        }
    };
    if name.is_empty() {
        refuse("name part must be non-empty");
    } else if name.len() > 63 {
        refuse("name part must be no more than 63 bytes");
    }
    if !is_qualified(name) {
        refuse(QUALIFIED);
    }
    errors
}

fn is_qualified(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    !bytes.is_empty()
        && bytes.iter().all(inner)
        && bytes[0].is_ascii_alphanumeric()
        && bytes[bytes.len() - 1].is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_follow_their_kind() {
        for good in ["a", "a-b.c", "0", "x".repeat(253).as_str()] {
            assert!(Grammar::Subdomain.errors(good).is_empty(), "{good}");
        }
        for bad in ["", "A", "a_b", "-a", "a-", "a..b", ".", "../x", "a/b", "x".repeat(254).as_str()] {
            assert!(!Grammar::Subdomain.errors(bad).is_empty(), "{bad}");
        }
        assert!(Grammar::ServiceLabel.errors("1a")[0].starts_with("a DNS-1035 label"));
        assert!(!Grammar::Label.errors("a.b").is_empty());
    }

    #[test]
    fn generated_names_stay_dns_labels() {
        let name = generate(&"x".repeat(80));
        assert_eq!(name.len(), 63);
        assert!(Grammar::Label.errors(&name).is_empty());
        assert_ne!(generate("a-"), generate("a-"));
        assert!(generate(&"é".repeat(40)).starts_with('é'));
    }

    #[test]
    fn labels_are_checked() {
        let labels = json!({"app": "web", "kubernetes.io/name": "", "x/y/z": "a", "ok": "no spaces"});
        let errors = label_errors(labels.as_object().expect("a map"));
        assert_eq!(errors.len(), 2, "{errors:?}");
    }
}
