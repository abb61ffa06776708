//! Completion indexes of an Indexed Job: `status.completedIndexes` as text and as a set. Pure.

use std::collections::BTreeSet;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;

/// Label and annotation that carry a pod's index.
pub(super) const INDEX: &str = "batch.kubernetes.io/job-completion-index";

/// A pod's index, if it has one that the Job can mean.
pub(super) fn index_of(job: &Job, pod: &Pod) -> Option<u32> {
    let completions = u32::try_from(job.spec.as_ref()?.completions?).ok()?;
    let index = pod.metadata.annotations.as_ref()?.get(INDEX)?.parse().ok()?;
    (index < completions).then_some(index)
}

/// Reads `0,1` or `0-2,5`; what is not below `completions` is dropped, as after a scale-down.
pub(super) fn parse(text: &str, completions: u32) -> BTreeSet<u32> {
    let mut indexes = BTreeSet::new();
    for range in text.split(',').filter(|range| !range.is_empty()) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            indexes.extend(first..last.saturating_add(1).min(completions));
        }
    }
    indexes
}

/// `0,1` for two in a row, `0-2` for more.
pub(super) fn format(indexes: &BTreeSet<u32>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = indexes.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while rest.next_if_eq(&(last + 1)).is_some() {
            last += 1;
        }
        parts.push(match last - first {
            0 => first.to_string(),
            1 => format!("{first},{last}"),
            _ => format!("{first}-{last}"),
        });
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_set() {
        for text in ["", "0", "0,1", "0-2", "0,1,3-5,7"] {
            assert_eq!(format(&parse(text, 10)), text);
        }
        assert_eq!(format(&parse("0-9", 3)), "0-2");
    }
}
