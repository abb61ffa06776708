//! Where a cluster comes from: the sandbox, a kubeconfig context; minikube and Docker Desktop later.
