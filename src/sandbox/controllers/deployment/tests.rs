//! The plan against what the real controller did (recording d-deploy).
