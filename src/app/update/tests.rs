//! Whole handlers, as tables.
