//! `$(VAR)` in values, commands and arguments, as Kubernetes expands it: an unknown name stays as
//! it is, `$$` is one dollar.

/// Expands `text`; `lookup` knows the variables.
pub(in crate::sandbox::agent) fn expand<'v>(text: &str, lookup: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            result.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) {
            match lookup(name) {
                Some(value) => result.push_str(value),
                None => {
                    result.push_str("$(");
                    result.push_str(name);
                    result.push(')');
                }
            }
            rest = after;
        } else {
            result.push('$');
        }
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_kubernetes_expands() {
        let known = |name: &str| match name {
            "A" => Some("1"),
            "EMPTY" => Some(""),
            _ => None,
        };
        for (from, to) in [
            ("x$(A)y$(A)", "x1y1"),
            ("$(B)", "$(B)"),
            ("$$(A)", "$(A)"),
            ("$$$(A)", "$1"),
            ("$(EMPTY)|", "|"),
            ("cost: 5$", "cost: 5$"),
            ("$(A", "$(A"),
            ("$A ${A}", "$A ${A}"),
            ("日本$(A)", "日本1"),
        ] {
            assert_eq!(expand(from, known), to, "{from}");
        }
    }
}
