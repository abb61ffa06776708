//! Child processes: own group, TERM, grace, KILL; output as lines.
