"""The API server of `scripts/peers`, what it is filled with, and the process that changes pods.

Used by `scripts/peers` only. Run as a program, it is that process: KUBECONFIG NAMES RATE SECONDS.
"""
import base64
import http.client
import json
import os
import pathlib
import random
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

NAMESPACE = "default"
LETTERS = "bcdfghjklmnpqrstvwxz"
# What a STATUS cell says for a waiting container, in every program.
WAITING = ("CrashLoopBackOff", "ErrImagePull")


class Kubeconfig:
    """The three values that the sandbox writes; no YAML reader is needed for them."""

    def __init__(self, path):
        text = pathlib.Path(path).read_text()
        self.path = str(path)
        self.host, port = re.search(r"server: https://([\d.]+):(\d+)", text).groups()
        self.port = int(port)
        self.token = re.search(r"token: (\S+)", text).group(1)
        authority = re.search(r"certificate-authority-data: (\S+)", text).group(1)
        self.tls = ssl.create_default_context(cadata=base64.b64decode(authority).decode())


class Client:
    """One connection, kept alive."""

    def __init__(self, config, agent="kube-controller-manager"):
        self.http = http.client.HTTPSConnection(config.host, config.port, context=config.tls, timeout=120)
        self.http.connect()
        self.http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = {"Authorization": f"Bearer {config.token}", "User-Agent": agent, "Accept": "application/json"}

    def raw(self, method, path, body=None, kind="application/json"):
        data = json.dumps(body, separators=(",", ":")).encode() if body is not None else None
        self.http.request(method, path, data, {**self.headers, "Content-Type": kind})
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return text

    def create(self, collection, body):
        return json.loads(self.raw("POST", collection, body))

    def status(self, path, status):
        self.raw("PATCH", path + "/status", {"status": status}, "application/merge-patch+json")


class Server:
    """`k8s-tutor sandbox api` in a fresh HOME."""

    def __init__(self, exe, port, slot):
        self.home = tempfile.TemporaryDirectory(prefix="peers-server-")
        env = {"PATH": os.environ["PATH"], "HOME": self.home.name, "LANG": "C.UTF-8", "K8S_TUTOR_LOG": "warn",
               "K8S_TUTOR_DATA_DIR": self.home.name + "/data"}
        folder = self.home.name + "/sandbox"
        command = [exe, "sandbox", "api", "--data-dir", folder, "--port", str(port), "--slot", str(slot)]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.config = Kubeconfig(folder + "/kubeconfig")
                Client(self.config).raw("GET", "/readyz")
                return
            except (OSError, AttributeError) as why:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    sys.exit(f"the API server did not start: {why}")
                time.sleep(0.02)

    def end(self):
        self.process.terminate()
        self.process.wait(30)
        self.home.cleanup()


def word(rng, length):
    return "".join(rng.choice(LETTERS) for _ in range(length))


def node(api):
    api.create("/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {
        "name": "node-1", "labels": {"kubernetes.io/hostname": "node-1", "kubernetes.io/os": "linux"}}})
    size = {"cpu": "64", "memory": "256Gi", "pods": "11000", "ephemeral-storage": "500Gi"}
    api.status("/api/v1/nodes/node-1", {"capacity": size, "allocatable": size, "conditions": [
        {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
         "lastHeartbeatTime": now(), "lastTransitionTime": now()}]})


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def owner_reference(owner):
    return {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}


def template(app, task):
    """A container as manifests have it: variables, probes, resources, the token's volume."""
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10, "timeoutSeconds": 2}
    container = {
        "name": app, "image": f"registry.example.com/team/{app}:1.14.2", "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "AWS_REGION", "value": "eu-central-1"}, {"name": "TABLE_NAME", "value": "tasks"},
                {"name": "AWS_ENDPOINT_URL", "value": "http://localstack:4566"},
                {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "volumeMounts": [{"name": "kube-api-access", "readOnly": True,
                          "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}]}
    if not task:
        container |= {"ports": [{"name": "http", "containerPort": 8080}], "readinessProbe": probe,
                      "livenessProbe": probe}
    token = {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
    authority = {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}
    return {"restartPolicy": "Never" if task else "Always", "containers": [container],
            "volumes": [{"name": "kube-api-access", "projected": {"sources": [token, authority]}}]}


def job(rng):
    name = f"peers-task-{word(rng, 8)}"
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "labels": {"app": "task"}},
            "spec": {"backoffLimit": 3, "template": {"spec": template("task", True)}}}


def replica_set(rng, app):
    name, labels = f"peers-{app}-{word(rng, 8)}", {"app": app, "pod-template-hash": word(rng, 8)}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": 20, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels}, "spec": template(app, False)}}}


def pod(rng, owner):
    task, name = owner["kind"] == "Job", owner["metadata"]["name"]
    app = owner["metadata"]["labels"]["app"]
    labels = dict(owner["metadata"]["labels"])
    if task:
        labels |= {"batch.kubernetes.io/job-name": name, "job-name": name,
                   "batch.kubernetes.io/controller-uid": owner["metadata"]["uid"]}
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": f"{name}-{word(rng, 5)}", "labels": labels,
                         "ownerReferences": [owner_reference(owner)]},
            "spec": {**template(app, task), "nodeName": "node-1"}}


def pod_status(rng, app, phase):
    at, address = now(), f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
    ready = "True" if phase == "Running" else "False"
    conditions = [{"type": kind, "status": value, "lastProbeTime": None, "lastTransitionTime": at}
                  for kind, value in (("PodReadyToStartContainers", ready), ("Initialized", "True"),
                                      ("Ready", ready), ("ContainersReady", ready), ("PodScheduled", "True"))]
    code = {"Succeeded": 0, "Failed": 1}.get(phase)
    state = {"running": {"startedAt": at}} if code is None else {"terminated": {
        "exitCode": code, "reason": "Error" if code else "Completed", "startedAt": at, "finishedAt": at,
        "containerID": "containerd://" + "%064x" % rng.getrandbits(256)}}
    return {"phase": phase, "conditions": conditions, "hostIP": "192.168.1.10", "hostIPs": [{"ip": "192.168.1.10"}],
            "podIP": address, "podIPs": [{"ip": address}], "startTime": at,
            "containerStatuses": [container_status(app, state, ready == "True", 0)]}


def container_status(app, state, ready, restarts):
    image = f"registry.example.com/team/{app}:1.14.2"
    return {"name": app, "state": state, "lastState": {}, "ready": ready, "started": ready, "restartCount": restarts,
            "image": image, "imageID": image.rsplit(":", 1)[0] + "@sha256:" + "a8d8d7ab4a95cb7f" * 4,
            "containerID": "containerd://" + "4a3dda8cfe7b3ea3" * 4}


def fill(config, pods, jobs):
    """A node, Jobs, ReplicaSets and their pods; a third of the pods belongs to ReplicaSets. Returns the pods' names."""
    rng, api = random.Random(1), Client(config)
    node(api)
    batch, apps = f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs", f"/apis/apps/v1/namespaces/{NAMESPACE}/replicasets"
    jobs = [api.create(batch, job(rng)) for _ in range(jobs)]
    sets = [api.create(apps, replica_set(rng, rng.choice(["api", "web", "worker"]))) for _ in range(pods // 60 + 1)]
    plan = [(rng.choice(sets), "Running") if i % 3 == 0 or not jobs else
            (jobs[i % len(jobs)], rng.choices(["Succeeded", "Failed", "Running"], [80, 12, 8])[0]) for i in range(pods)]
    bodies = [(pod(rng, owner), pod_status(rng, owner["metadata"]["labels"]["app"], phase)) for owner, phase in plan]

    def create(part):
        controller, kubelet = Client(config), Client(config, "kubelet")
        for body, status in part:
            controller.create(f"/api/v1/namespaces/{NAMESPACE}/pods", body)
            kubelet.status(pod_path(body["metadata"]["name"]), status)

    in_threads(create, [bodies[i::8] for i in range(8)])
    for item in jobs:
        api.status(f"{batch}/{item['metadata']['name']}", {"startTime": now(), "active": 1, "ready": 0})
    return [body["metadata"]["name"] for body, _ in bodies]


def pod_path(name):
    return f"/api/v1/namespaces/{NAMESPACE}/pods/{name}"


def listing(config, accept):
    """The bytes of a list of all pods, and how long the API server takes for it."""
    api, begin = Client(config), time.monotonic()
    api.headers["Accept"] = accept
    size = len(api.raw("GET", f"/api/v1/namespaces/{NAMESPACE}/pods"))
    return size, time.monotonic() - begin


def in_threads(work, parts):
    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def waiting(name, reason, restarts):
    state = {"waiting": {"reason": reason, "message": f"back-off 10s restarting failed container in pod {name}"}}
    return {"containerStatuses": [container_status(name.split("-")[1], state, False, restarts)]}


def churn(kubeconfig, names, rate, seconds):
    """The process that changes pods at a rate, one after the other; prints how many it did and in what time."""
    config, names, connections = Kubeconfig(kubeconfig), pathlib.Path(names).read_text().split(), 8
    begin, total, done = time.monotonic() + 0.3, int(rate * seconds), []

    def change(first):
        api = Client(config, "kubelet")
        for i in range(first, total, connections):
            time.sleep(max(0.0, begin + i / rate - time.monotonic()))
            if time.monotonic() > begin + seconds:
                break
            api.status(pod_path(names[i % len(names)]), waiting(names[i % len(names)], WAITING[i // len(names) % 2], i))
            done.append(1)

    in_threads(change, range(connections))
    print(json.dumps({"changes": len(done), "seconds": max(seconds, time.monotonic() - begin)}))


if __name__ == "__main__":
    churn(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
