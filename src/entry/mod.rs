//! The composition root: imports every room, is imported by none.
