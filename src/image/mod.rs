//! Container images of the workloads: content-hash tags and, on real clusters, archives and loaders.
