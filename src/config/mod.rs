//! Settings and the folders of the program. A leaf.
