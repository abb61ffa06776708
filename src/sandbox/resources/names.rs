//! What names, labels and keys may look like, with the very words of a real server.
//!
//! Follows `k8s.io/apimachinery/pkg/util/validation` and `…/api/validation`. Called by the kinds'
//! files and by the label selectors of the API.

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// Why a text breaks a rule; empty where it does not.
pub type Complaints = Vec<String>;

fn with_examples(message: &str, format: &str, examples: &[&str]) -> String {
    // The comma and two spaces between examples are Kubernetes' own.
    let list: Vec<_> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{message} (e.g. {}regex used for validation is '{format}')", list.join(" or "))
}

fn too_long(limit: usize) -> String {
    format!("must be no more than {limit} characters")
}

fn is_lower_alnum(c: u8) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// Letters, digits and `inner` inside; a letter or digit at both ends.
fn has_shape(text: &str, alnum: fn(u8) -> bool, inner: &[u8]) -> bool {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) => {
            alnum(*first) && alnum(*last) && bytes.iter().all(|c| alnum(*c) || inner.contains(c))
        }
        _ => false,
    }
}

fn is_alnum(c: u8) -> bool {
    c.is_ascii_alphanumeric()
}

/// RFC 1123 label: one part of a host name.
pub fn dns_label(text: &str) -> Complaints {
    let mut complaints = Vec::new();
    if text.len() > 63 {
        complaints.push(too_long(63));
    }
    if !has_shape(text, is_lower_alnum, b"-") {
        let message = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
        complaints.push(with_examples(message, LABEL, &["my-name", "123-abc"]));
    }
    complaints
}

/// RFC 1123 subdomain: labels joined with dots.
pub fn dns_subdomain(text: &str) -> Complaints {
    let mut complaints = Vec::new();
    if text.len() > 253 {
        complaints.push(too_long(253));
    }
    if !text.split('.').all(|part| has_shape(part, is_lower_alnum, b"-")) {
        let message = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
        complaints.push(with_examples(message, &format!("{LABEL}(\\.{LABEL})*"), &["example.com"]));
    }
    complaints
}

/// A host with a wildcard in its first place: `*.example.com`.
pub fn wildcard_subdomain(text: &str) -> Complaints {
    let rest = text.strip_prefix("*.");
    if text.len() <= 253 && rest.is_some_and(|rest| dns_subdomain(rest).is_empty()) {
        return Vec::new();
    }
    let message = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
    vec![with_examples(message, &format!("\\*\\.{LABEL}(\\.{LABEL})*"), &["*.example.com"])]
}

/// One segment of a URL path.
pub fn path_segment(text: &str) -> Complaints {
    if text == "." || text == ".." {
        return vec![format!("may not be '{text}'")];
    }
    ["/", "%"].iter().filter(|bad| text.contains(**bad)).map(|bad| format!("may not contain '{bad}'")).collect()
}

/// A label's or annotation's key: `app`, `example.com/app`.
pub fn qualified_name(text: &str) -> Complaints {
    const FORMAT: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    let message = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    let shape = with_examples(message, FORMAT, &["MyName", "my.name", "123-abc"]);
    let mut complaints = Vec::new();
    let name = match text.split('/').collect::<Vec<_>>()[..] {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                complaints.push("prefix part must be non-empty".to_owned());
            } else {
                complaints.extend(dns_subdomain(prefix).into_iter().map(|c| format!("prefix part {c}")));
            }
            name
        }
        _ => {
            return vec![format!(
                "a qualified name {shape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        complaints.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        complaints.push(format!("name part {}", too_long(63)));
    }
    if !has_shape(name, is_alnum, b"-_.") {
        complaints.push(format!("name part {shape}"));
    }
    complaints
}

/// A label's value.
pub fn label_value(text: &str) -> Complaints {
    let mut complaints = Vec::new();
    if text.len() > 63 {
        complaints.push(too_long(63));
    }
    if !text.is_empty() && !has_shape(text, is_alnum, b"-_.") {
        let message = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
        let format = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
        complaints.push(with_examples(message, format, &["MyValue", "my_value", "12345"]));
    }
    complaints
}

/// The name of an environment variable.
pub fn env_name(text: &str) -> Complaints {
    if text.is_empty() {
        return vec!["environment variable name must be non-empty".to_owned()];
    }
    if text.bytes().all(|c| (b' '..=b'~').contains(&c) && c != b'=') {
        return Vec::new();
    }
    vec!["a valid environment variable name must consist only of printable ASCII characters other than '='".to_owned()]
}

/// A key of a ConfigMap or Secret, which becomes a file's name.
pub fn config_key(text: &str) -> Complaints {
    let mut complaints = Vec::new();
    if text.len() > 253 {
        complaints.push(too_long(253));
    }
    if text.is_empty() || !text.bytes().all(|c| is_alnum(c) || b"-._".contains(&c)) {
        let message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
        complaints.push(with_examples(message, "[-._a-zA-Z0-9]+", &["key.name", "KEY_NAME", "key-name"]));
    }
    match text {
        "." => complaints.push("must not be '.'".to_owned()),
        ".." => complaints.push("must not be '..'".to_owned()),
        _ if text.starts_with("..") => complaints.push("must not start with '..'".to_owned()),
        _ => {}
    }
    complaints
}

/// A port's name in a container or as a Service's target.
pub fn port_name(text: &str) -> Complaints {
    let mut complaints = Vec::new();
    let mut complain = |broken: bool, why: &str| {
        if broken {
            complaints.push(why.to_owned());
        }
    };
    complain(text.len() > 15, "must be no more than 15 characters");
    let all = text.bytes().all(|c| is_lower_alnum(c) || c == b'-');
    complain(!all || text.is_empty(), "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    complain(!text.bytes().any(|c| c.is_ascii_lowercase()), "must contain at least one letter (a-z)");
    complain(text.contains("--"), "must not contain consecutive hyphens");
    complain(text.starts_with('-') || text.ends_with('-'), "must not begin or end with a hyphen");
    complaints
}

/// A port's number.
pub fn port_number(number: i64) -> Complaints {
    if (1..=65_535).contains(&number) { Vec::new() } else { vec!["must be between 1 and 65535, inclusive".to_owned()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_refused_in_kubernetes_words() {
        assert_eq!(
            dns_label("Bad_Name"),
            ["a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
              and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
              '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"]
        );
        assert_eq!(dns_label(&"a".repeat(64)), ["must be no more than 63 characters"]);
        assert!(dns_label("a-1").is_empty());
    }

    #[test]
    fn keys_have_one_prefix_at_most() {
        assert!(qualified_name("app.kubernetes.io/name").is_empty());
        assert!(qualified_name("App_1").is_empty());
        for bad in ["", "/a", "a/", "a/b/c", "-a", "Ex ample.com/a", "A.com/x"] {
            assert!(!qualified_name(bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn the_small_rules() {
        assert!(label_value("").is_empty());
        assert!(!label_value("a b").is_empty());
        assert!(env_name("MY.VAR-1").is_empty());
        assert!(!env_name("A=B").is_empty());
        assert!(config_key("app.conf").is_empty());
        assert!(!config_key("..data").is_empty());
        assert!(!config_key("a/b").is_empty());
        assert!(port_name("edge").is_empty());
        assert!(!port_name("80").is_empty());
        assert!(wildcard_subdomain("*.example.com").is_empty());
        assert!(path_segment("a:b").is_empty());
        assert!(!path_segment("a/b").is_empty());
    }
}
