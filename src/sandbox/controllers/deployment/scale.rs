//! How many pods each ReplicaSet of a Deployment should have next. Pure.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::sandbox::controllers::objects::created;

/// A set and its new size.
pub(super) type Resize = (Arc<ReplicaSet>, i32);

/// `spec.replicas` of the Deployment.
pub(super) fn wanted(deployment: &Deployment) -> i32 {
    deployment.spec.replicas.unwrap_or(1)
}

/// `spec.replicas` of a set.
pub(super) fn size(set: &ReplicaSet) -> i32 {
    set.spec.replicas.unwrap_or(1)
}

pub(super) fn available(set: &ReplicaSet) -> i32 {
    set.status.as_ref().and_then(|status| status.available_replicas).unwrap_or(0)
}

pub(super) fn is_recreate(deployment: &Deployment) -> bool {
    let strategy = deployment.spec.strategy.as_ref();
    strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("Recreate")
}

/// Pods that may be there beyond the wanted number while rolling.
pub(super) fn max_surge(deployment: &Deployment) -> i32 {
    fences(deployment).0
}

/// Pods that may be missing while rolling.
pub(super) fn max_unavailable(deployment: &Deployment) -> i32 {
    let wanted = wanted(deployment);
    if is_recreate(deployment) || wanted == 0 { 0 } else { fences(deployment).1.min(wanted) }
}

/// Surge is rounded up, unavailability down; both zero would stand still, so one may be missing then.
fn fences(deployment: &Deployment) -> (i32, i32) {
    if is_recreate(deployment) {
        return (0, 0);
    }
    let strategy = deployment.spec.strategy.as_ref();
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    let quarter = IntOrString::String("25%".to_owned());
    let value = |field: Option<&IntOrString>, up: bool| portion(field.unwrap_or(&quarter), wanted(deployment), up);
    let surge = value(rolling.and_then(|rolling| rolling.max_surge.as_ref()), true);
    let unavailable = value(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), false);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

fn portion(value: &IntOrString, of: i32, up: bool) -> i32 {
    match value {
        IntOrString::Int(number) => *number,
        IntOrString::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            let hundredfold = percent * i64::from(of);
            let share = if up { (hundredfold + 99).div_euclid(100) } else { hundredfold / 100 };
            i32::try_from(share).unwrap_or(i32::MAX)
        }
    }
}

/// Pods wanted of all sets together.
pub(super) fn total(sets: &[Arc<ReplicaSet>]) -> i32 {
    sets.iter().map(|set| size(set)).sum()
}

/// The size that the new set may have next, given all sets.
pub(super) fn new_size(deployment: &Deployment, all: &[Arc<ReplicaSet>], new: i32) -> i32 {
    let wanted = wanted(deployment);
    if is_recreate(deployment) || new > wanted {
        return wanted;
    }
    let room = wanted + max_surge(deployment) - total(all);
    new + room.min(wanted - new).max(0)
}

/// Which old sets shrink in a rolling update, and to what.
pub(super) fn shrink(deployment: &Deployment, old: &[Arc<ReplicaSet>], new: &Arc<ReplicaSet>) -> Vec<Resize> {
    let old_total = total(old);
    let needed = wanted(deployment) - max_unavailable(deployment);
    let most = old_total + size(new) - needed - (size(new) - available(new));
    if old_total == 0 || most <= 0 {
        return Vec::new();
    }
    let mut sets: Vec<Arc<ReplicaSet>> = old.to_vec();
    sets.sort_by_key(|set| created(set.as_ref()));
    let mut sizes: Vec<i32> = sets.iter().map(|set| size(set)).collect();
    // Pods that serve nobody first: else they could block the rollout for ever.
    let mut left = most;
    for (set, size) in sets.iter().zip(&mut sizes) {
        let cut = left.min((*size - available(set)).max(0));
        *size -= cut;
        left -= cut;
    }
    let serving = available(new) + sets.iter().map(|set| available(set)).sum::<i32>();
    let mut left = (serving - needed).max(0);
    for size in &mut sizes {
        let cut = left.min(*size);
        *size -= cut;
        left -= cut;
    }
    sets.into_iter().zip(sizes).filter(|(set, new_size)| size(set) != *new_size).collect()
}

/// Sizes after `kubectl scale`: the one set that is active takes all; several share in proportion.
pub(super) fn spread(deployment: &Deployment, new: Option<&Arc<ReplicaSet>>, old: &[Arc<ReplicaSet>]) -> Vec<Resize> {
    let wanted = wanted(deployment);
    let mut active: Vec<Arc<ReplicaSet>> = old.iter().chain(new).filter(|set| size(set) > 0).cloned().collect();
    let only = match active.as_slice() {
        [] => new.cloned().or_else(|| old.iter().max_by_key(|set| created(set.as_ref())).cloned()),
        [one] => Some(one.clone()),
        _ => None,
    };
    if let Some(only) = only {
        return vec![(only, wanted)];
    }
    if new.is_some_and(|new| is_saturated(deployment, new)) {
        return old.iter().filter(|set| size(set) > 0).map(|set| (set.clone(), 0)).collect();
    }
    if is_recreate(deployment) {
        return Vec::new();
    }
    let allowed = if wanted > 0 { wanted + max_surge(deployment) } else { 0 };
    let change = allowed - total(&active);
    // Larger sets first; among equals newer ones grow first and older ones shrink first.
    active.sort_by(|a, b| {
        let by_age = created(a.as_ref()).cmp(&created(b.as_ref()));
        size(b).cmp(&size(a)).then(if change > 0 { by_age.reverse() } else { by_age })
    });
    let mut done = 0;
    let mut sizes: Vec<i32> = Vec::new();
    for set in &active {
        let share = share(deployment, set, change, done);
        done += share;
        sizes.push(size(set) + share);
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + change - done).max(0);
    }
    active.into_iter().zip(sizes).collect()
}

/// One set's part of a change, never more than what is left of it.
fn share(deployment: &Deployment, set: &ReplicaSet, change: i32, done: i32) -> i32 {
    let now = size(set);
    if now == 0 || change == 0 || change == done {
        return 0;
    }
    let part = fraction(deployment, set);
    let left = change - done;
    if change > 0 { part.min(left).max(0) } else { part.max(left).min(0) }
}

/// How much a set would change alone, measured against the size at the last scaling, which it remembers.
fn fraction(deployment: &Deployment, set: &ReplicaSet) -> i32 {
    let now = size(set);
    let wanted = wanted(deployment);
    if wanted == 0 {
        return -now;
    }
    let remembered = set.metadata.annotations.as_ref().and_then(|all| all.get(super::revision::MOST));
    let remembered = remembered.and_then(|text| text.parse().ok()).filter(|number: &i32| *number > 0);
    let counted = deployment.status.as_ref().and_then(|status| status.replicas).filter(|number| *number > 0);
    let Some(base) = remembered.or(counted) else { return 0 };
    let grown = f64::from(now) * f64::from(wanted + max_surge(deployment)) / f64::from(base);
    grown.round() as i32 - now
}

fn is_saturated(deployment: &Deployment, new: &ReplicaSet) -> bool {
    let wanted = wanted(deployment);
    size(new) == wanted && super::revision::desired(new) == Some(wanted) && available(new) == wanted
}
