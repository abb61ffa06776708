//! `--include` and `--exclude`: shell patterns, the last that matches decides.

/// The patterns in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter(Vec<(bool, String)>);

impl Filter {
    pub(super) fn add(&mut self, include: bool, pattern: String) {
        self.0.push((include, pattern));
    }

    /// Is a name, relative to the source, taken?
    pub(super) fn takes(&self, name: &str) -> bool {
        let last = self.0.iter().rev().find(|(_, pattern)| matches(pattern, name));
        last.is_none_or(|(include, _)| *include)
    }
}

/// `*` any text with slashes too, `?` one character, `[a-z]`, `[!a]`: Python's fnmatch.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
        } else if let Some(length) = one(&pattern[p.min(pattern.len())..], name[n]) {
            p += length;
            n += 1;
        } else if let Some((at, from)) = star {
            p = at + 1;
            n = from + 1;
            star = Some((at, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How much of the pattern one character uses, `None` when it does not match.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => {
            let negated = pattern.get(1) == Some(&'!');
            let start = if negated { 2 } else { 1 };
            let Some(end) = pattern.iter().skip(start + 1).position(|x| *x == ']').map(|n| n + start + 1) else {
                return (c == '[').then_some(1);
            };
            let set = &pattern[start..end];
            let mut found = false;
            let mut at = 0;
            while at < set.len() {
                if at + 2 < set.len() && set[at + 1] == '-' {
                    found |= (set[at]..=set[at + 2]).contains(&c);
                    at += 3;
                } else {
                    found |= set[at] == c;
                    at += 1;
                }
            }
            (found != negated).then_some(end + 1)
        }
        other => (*other == c).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, wanted) in [
            ("*", "a/b.csv", true),
            ("*.csv", "a/b.csv", true),
            ("*.csv", "b.txt", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a]x", "ax", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1b2", false),
            ("日*", "日本", true),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn the_last_match_decides() {
        let mut filter = Filter::default();
        filter.add(false, "*".to_owned());
        filter.add(true, "*.csv".to_owned());
        assert!(filter.takes("a.csv") && !filter.takes("a.txt"));
    }
}
