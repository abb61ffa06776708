//! The command line: arguments, verbs, output, exit codes. Calls `lab`; never a cluster itself.
