//! The node agent: runs pods as child processes.
