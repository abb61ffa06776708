//! Service names and mount paths in values, replaced by addresses and folders.
//!
//! A pod of the sandbox has neither cluster DNS nor mounts. So `http://localstack:4566` becomes
//! `http://127.65.0.9:4566`, and `/etc/config/x` the file's true place. The port stays as written:
//! one that the Service lacks is refused, as the tutorial's fault wants it. Only whole host tokens
//! are replaced, never a part of a word:
//!
//! - the host of a URL (`scheme://[user@]HOST`), or a `HOST:port`;
//! - a name that only cluster DNS knows (`localstack.default.svc`, `….svc.cluster.local`);
//! - a bare name that is the whole value, in a variable whose own name says that it holds a host
//!   (`…HOST`, `…HOSTNAME`, `…ADDR`, `…ADDRESS`, `…SERVER`, `…ENDPOINT`).

use std::net::Ipv4Addr;

/// A host name that was replaced, with the port written after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox::agent) struct Replaced {
    /// The Service's address.
    pub(in crate::sandbox::agent) ip: Ipv4Addr,
    /// The port, if one was written.
    pub(in crate::sandbox::agent) port: Option<u16>,
}

/// What to replace by what.
pub(in crate::sandbox::agent) struct Rewriter {
    /// The pod's own namespace.
    pub(in crate::sandbox::agent) namespace: String,
    /// Services: namespace, name, address.
    pub(in crate::sandbox::agent) services: Vec<(String, String, Ipv4Addr)>,
    /// Mount paths and their folders.
    pub(in crate::sandbox::agent) mounts: Vec<(String, String)>,
}

/// Characters of host names.
fn is_host_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_'
}

impl Rewriter {
    /// The value of a variable; what was replaced goes to `replaced`.
    pub(in crate::sandbox::agent) fn variable(&self, name: &str, value: &str, replaced: &mut Vec<Replaced>) -> String {
        const HOSTS: [&str; 6] = ["HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "ENDPOINT"];
        let last = name.rsplit('_').next().unwrap_or(name).to_uppercase();
        if HOSTS.contains(&last.as_str())
            && let Some(ip) = self.lookup(value)
        {
            replaced.push(Replaced { ip, port: None });
            return ip.to_string();
        }
        self.text(value, replaced)
    }

    /// A command's argument: URLs, `host:port`, full names and mount paths.
    pub(in crate::sandbox::agent) fn text(&self, text: &str, replaced: &mut Vec<Replaced>) -> String {
        self.paths(&self.hosts(text, replaced))
    }

    fn hosts(&self, text: &str, replaced: &mut Vec<Replaced>) -> String {
        if self.services.is_empty() {
            return text.to_owned();
        }
        let mut result = String::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let length = rest.find(|c| !is_host_char(c)).unwrap_or(rest.len());
            if length == 0 {
                let next = rest.chars().next().map_or(1, char::len_utf8);
                result.push_str(&rest[..next]);
                at += next;
                continue;
            }
            let (word, after) = rest.split_at(length);
            match self.host(&text[..at], word, after) {
                Some(found) => {
                    result.push_str(&found.ip.to_string());
                    replaced.push(found);
                }
                None => result.push_str(word),
            }
            at += length;
        }
        result
    }

    /// Decides about one word, by what stands before and after it.
    fn host(&self, before: &str, word: &str, after: &str) -> Option<Replaced> {
        let ip = self.lookup(word)?;
        let port = after.strip_prefix(':').and_then(leading_port);
        let in_url = before.ends_with("://") || userinfo_of_url(before);
        let delimited = before.is_empty() || before.ends_with([' ', ',', ';', '=', '"', '\'', '\n', '\t', '(', '[']);
        let full = word.contains(".svc");
        let fits = in_url || (delimited && port.is_some()) || (delimited && full && !after.starts_with(['/', '@']));
        fits.then_some(Replaced { ip, port })
    }

    /// The address of `name[.namespace[.svc[.cluster.local]]]`.
    fn lookup(&self, host: &str) -> Option<Ipv4Addr> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let host = host.strip_suffix(".cluster.local").unwrap_or(&host);
        let (name, namespace) = match host.split_once('.') {
            None => (host, self.namespace.as_str()),
            Some((name, rest)) => (name, rest.strip_suffix(".svc").unwrap_or(rest)),
        };
        self.services.iter().find(|(ns, n, _)| ns == namespace && n == name).map(|(_, _, ip)| *ip)
    }

    fn paths(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(offset) = text[at..].find('/') {
            let start = at + offset;
            result.push_str(&text[at..start]);
            let fresh = text[..start].is_empty()
                || text[..start].ends_with([' ', ',', ';', ':', '=', '"', '\'', '\n', '\t', '(', '>', '<', '|', '&']);
            let url = text[..start].ends_with(':') && text[start..].starts_with("//");
            let hit = if fresh && !url { self.mount(&text[start..]) } else { None };
            match hit {
                Some((length, folder)) => {
                    result.push_str(folder);
                    at = start + length;
                }
                None => {
                    result.push('/');
                    at = start + 1;
                }
            }
        }
        result.push_str(&text[at..]);
        result
    }

    /// The longest mount path that `text` begins with as a whole path or a parent of it.
    fn mount(&self, text: &str) -> Option<(usize, &str)> {
        let whole = |path: &str| {
            text.strip_prefix(path)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || "-_.".contains(c)))
        };
        let fitting = self.mounts.iter().filter(|(path, _)| path.len() > 1 && whole(path));
        fitting.max_by_key(|(path, _)| path.len()).map(|(path, folder)| (path.len(), folder.as_str()))
    }
}

/// `:4566/x` has had its colon taken: `4566`.
fn leading_port(text: &str) -> Option<u16> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok()
}

/// True after `scheme://user:password@`.
fn userinfo_of_url(before: &str) -> bool {
    before
        .strip_suffix('@')
        .and_then(|user| user.rfind("://").map(|at| &user[at + 3..]))
        .is_some_and(|user| !user.contains(['/', ' ', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewriter() -> Rewriter {
        Rewriter {
            namespace: "default".into(),
            services: vec![
                ("default".into(), "localstack".into(), Ipv4Addr::new(127, 65, 0, 9)),
                ("other".into(), "db".into(), Ipv4Addr::new(127, 65, 0, 10)),
            ],
            mounts: vec![
                ("/etc/localstack/init".into(), "/pods/u/root/etc/localstack/init".into()),
                ("/data".into(), "/pods/u/root/data".into()),
            ],
        }
    }

    #[test]
    fn only_whole_host_tokens_are_replaced() {
        for (from, to) in [
            ("http://localstack:4566", "http://127.65.0.9:4566"),
            ("http://localstack", "http://127.65.0.9"),
            ("http://localstack/health?x=localstack", "http://127.65.0.9/health?x=localstack"),
            ("localstack.default.svc.cluster.local", "127.65.0.9"),
            ("localstack.default.svc.cluster.local:4566", "127.65.0.9:4566"),
            ("http://user:secret@localstack:1/", "http://user:secret@127.65.0.9:1/"),
            ("postgres://db.other:5432/x", "postgres://127.65.0.10:5432/x"),
            ("a=localstack:1,b=localstack:2", "a=127.65.0.9:1,b=127.65.0.9:2"),
            ("http://my-localstack:4566", "http://my-localstack:4566"),
            ("http://localstack-2:4566", "http://localstack-2:4566"),
            ("http://localstack.example.com:80", "http://localstack.example.com:80"),
            ("localstack", "localstack"),
            ("localstack:latest", "localstack:latest"),
            ("the localstack of default", "the localstack of default"),
            ("db:5432", "db:5432"),
            ("日本 http://localstack:4566/日", "日本 http://127.65.0.9:4566/日"),
            ("s3://localstack-bucket/localstack", "s3://localstack-bucket/localstack"),
        ] {
            assert_eq!(rewriter().text(from, &mut Vec::new()), to, "{from}");
        }
    }

    #[test]
    fn a_bare_name_is_replaced_where_the_variable_says_host() {
        let mut replaced = Vec::new();
        assert_eq!(rewriter().variable("DB_HOST", "localstack", &mut replaced), "127.65.0.9");
        assert_eq!(rewriter().variable("AWS_ACCESS_KEY_ID", "localstack", &mut replaced), "localstack");
        assert_eq!(rewriter().variable("URL", "http://localstack:4567/", &mut replaced), "http://127.65.0.9:4567/");
        let ip = Ipv4Addr::new(127, 65, 0, 9);
        assert_eq!(replaced, [Replaced { ip, port: None }, Replaced { ip, port: Some(4567) }]);
    }

    #[test]
    fn mount_paths_become_folders() {
        for (from, to) in [
            ("/data", "/pods/u/root/data"),
            ("/data/x.csv", "/pods/u/root/data/x.csv"),
            ("--out=/data/x", "--out=/pods/u/root/data/x"),
            ("/bin:/data/bin", "/bin:/pods/u/root/data/bin"),
            ("/etc/localstack/init/ready.d", "/pods/u/root/etc/localstack/init/ready.d"),
            ("/database", "/database"),
            ("/var/data", "/var/data"),
            ("http://host/data", "http://host/data"),
            ("http:///data", "http:///data"),
            ("echo x >/data/f", "echo x >/pods/u/root/data/f"),
        ] {
            assert_eq!(rewriter().text(from, &mut Vec::new()), to, "{from}");
        }
    }
}
