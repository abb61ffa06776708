//! A unified diff of two short texts: enough for manifests.

/// Lines of context around a change.
const CONTEXT: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Same,
    Gone,
    New,
}

/// The difference in `diff -u`'s form; empty for equal texts.
pub(super) fn unified(old_name: &str, old: &str, new_name: &str, new: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let script = script(&a, &b);
    if script.iter().all(|(mark, _)| *mark == Mark::Same) {
        return String::new();
    }
    let mut out = format!("--- {old_name}\n+++ {new_name}\n");
    for hunk in hunks(&script) {
        let before = &script[..hunk.start];
        let count = |part: &[(Mark, &str)], skip: Mark| part.iter().filter(|(mark, _)| *mark != skip).count();
        let lines = &script[hunk.clone()];
        let (from, gone) = (count(before, Mark::New), count(lines, Mark::New));
        let (to, new) = (count(before, Mark::Gone), count(lines, Mark::Gone));
        let first = |at: usize, n: usize| if n == 0 { at } else { at + 1 };
        out.push_str(&format!("@@ -{},{gone} +{},{new} @@\n", first(from, gone), first(to, new)));
        for (mark, line) in lines {
            out.push(match mark {
                Mark::Same => ' ',
                Mark::Gone => '-',
                Mark::New => '+',
            });
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// The lines of both texts by the longest common subsequence.
fn script<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(Mark, &'a str)> {
    let mut lengths = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i][j] =
                if a[i] == b[j] { lengths[i + 1][j + 1] + 1 } else { lengths[i + 1][j].max(lengths[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut script = Vec::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            script.push((Mark::Same, a[i]));
            i += 1;
            j += 1;
        } else if j == b.len() || (i < a.len() && lengths[i + 1][j] >= lengths[i][j + 1]) {
            script.push((Mark::Gone, a[i]));
            i += 1;
        } else {
            script.push((Mark::New, b[j]));
            j += 1;
        }
    }
    script
}

fn hunks(script: &[(Mark, &str)]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in script.iter().enumerate().filter(|(_, (mark, _))| *mark != Mark::Same) {
        let (start, end) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(script.len()));
        match hunks.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(unified("a", "x\ny\n", "b", "x\ny\n"), "");
    }

    #[test]
    fn a_change_is_shown_with_its_surroundings() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let wanted = "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(unified("a", old, "b", new), wanted);
    }

    #[test]
    fn a_file_that_is_not_there_is_all_new() {
        assert_eq!(unified("/dev/null", "", "b", "x\n"), "--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
    }
}
