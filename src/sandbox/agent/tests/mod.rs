//! The whole agent on a fake API server: pods are processes, statuses and events are a kubelet's.

use serde_json::{Value, json};

mod health;
mod network;
mod volumes;

use super::testing::Lab;

fn sh(script: &str) -> Value {
    json!([{"name": "c", "command": ["sh", "-c", script]}])
}

fn never(script: &str) -> Value {
    json!({"restartPolicy": "Never", "containers": sh(script)})
}

/// Phase, the first container's state, and the conditions in short.
fn short(status: &Value) -> String {
    let state = status["containerStatuses"][0]["state"].as_object().and_then(|s| s.iter().next());
    let state = state.map(|(k, v)| format!("{k}:{}", v["reason"].as_str().unwrap_or("-"))).unwrap_or_default();
    let conditions: Vec<_> = status["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|c| {
            let letters: String = c["type"].as_str().unwrap_or_default().chars().filter(|c| c.is_uppercase()).collect();
            let sign = if c["status"] == "True" { "+" } else { "-" };
            format!("{letters}{sign}{}", c["reason"].as_str().unwrap_or_default())
        })
        .collect();
    format!("{} {state} {}", status["phase"].as_str().unwrap_or_default(), conditions.join(" "))
}

#[tokio::test]
async fn a_pod_that_succeeds_takes_the_steps_of_a_real_one() {
    let lab = Lab::new(8);
    let path = lab.pod("ok", never("echo out; echo err >&2"));
    let pod = lab.phase(&path, "Succeeded").await;
    // As recorded from Kubernetes 1.36 (recordings/node/jobs/pod-status-steps.yaml).
    let steps: Vec<_> = lab.fake.steps(&path).iter().map(short).collect();
    let unready = "R-ContainersNotReady CR-ContainersNotReady PS+";
    let completed = "I+PodCompleted R-PodCompleted CR-PodCompleted PS+";
    assert_eq!(
        steps,
        [
            format!("Pending waiting:ContainerCreating PRTSC- I+ {unready}"),
            format!("Pending waiting:ContainerCreating PRTSC+ I+ {unready}"),
            "Running running:- PRTSC+ I+ R+ CR+ PS+".to_owned(),
            format!("Running terminated:Completed PRTSC+ {completed}"),
            format!("Succeeded terminated:Completed PRTSC- {completed}"),
        ]
    );
    assert_eq!(lab.log(&path, "c", 0), "out\nerr\n");
    let status = &pod["status"];
    assert_eq!(status["hostIP"], lab.plan.node_ip().to_string());
    assert!(lab.plan.is_pod_ip(status["podIP"].as_str().expect("an address").parse().expect("an address")));
    let container = &status["containerStatuses"][0];
    assert_eq!(container["image"], "docker.io/library/busybox:1.35");
    assert!(container["imageID"].as_str().is_some_and(|id| id.starts_with("sha256:")));
    assert!(container["containerID"].as_str().is_some_and(|id| id.starts_with("k8s-tutor://")));
    lab.event("Normal Started: Container started").await;
    let events: Vec<_> = lab.fake.events().into_iter().filter(|e| e.contains("ontainer ")).collect();
    let image =
        "Normal Pulled: Container image \"busybox:1.35\" already present on machine and can be accessed by the pod";
    assert!(events.contains(&image.to_owned()), "{events:#?}");
}

#[tokio::test]
async fn exit_codes_signals_and_last_words() {
    let lab = Lab::new(8);
    let failed = lab.pod("fail", never("echo last words > /dev/termination-log; exit 9"));
    let killed = lab.pod("killed", never("kill -KILL $$$$"));
    let mut fallback = never("echo line one; echo line two >&2; exit 9");
    fallback["containers"][0]["terminationMessagePolicy"] = "FallbackToLogsOnError".into();
    let fallback = lab.pod("fallback", fallback);
    let state = |pod: Value| pod["status"]["containerStatuses"][0]["state"]["terminated"].clone();

    let pod = lab.phase(&failed, "Failed").await;
    let ready = pod["status"]["conditions"][2].clone();
    assert_eq!((ready["type"].as_str(), ready["reason"].as_str()), (Some("Ready"), Some("PodFailed")));
    let ended = state(pod);
    assert_eq!(
        (&ended["exitCode"], &ended["reason"], &ended["message"]),
        (&json!(9), &json!("Error"), &json!("last words\n"))
    );
    assert_eq!(state(lab.phase(&killed, "Failed").await)["exitCode"], 137);
    // The two streams are two pipes: their order is not certain.
    let message = state(lab.phase(&fallback, "Failed").await)["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains("line one\n") && message.contains("line two\n"), "{message}");
}

#[tokio::test]
async fn a_crash_loop_restarts_at_once_then_backs_off() {
    let lab = Lab::new(8);
    let path = lab.pod("crash", json!({"containers": sh("echo start; exit 1")}));
    let backing_off = |container: &Value, n: i32| {
        container["state"]["waiting"]["reason"] == "CrashLoopBackOff" && container["restartCount"] == n
    };
    let pod = lab.container(&path, "backed off", |c| backing_off(c, 1)).await;
    let uid = pod["metadata"]["uid"].as_str().expect("a uid").to_owned();
    let container = &pod["status"]["containerStatuses"][0];
    let message = format!("back-off 10s restarting failed container=c pod=crash_default({uid})");
    assert_eq!(container["state"]["waiting"]["message"], message);
    assert_eq!(container["lastState"]["terminated"]["exitCode"], 1);
    assert_eq!(pod["status"]["phase"], "Running");
    lab.event(&format!("Warning BackOff: Back-off restarting failed container c in pod crash_default({uid})")).await;
    lab.pass(10);
    let pod = lab.container(&path, "backed off again", |c| backing_off(c, 2)).await;
    let message = format!("back-off 20s restarting failed container=c pod=crash_default({uid})");
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"], message);
    assert_eq!((lab.log(&path, "c", 0), lab.log(&path, "c", 2)), ("start\n".into(), "start\n".into()));
}

#[tokio::test]
async fn a_deleted_pod_gets_its_grace_then_goes() {
    let lab = Lab::new(8);
    let polite = lab.pod(
        "polite",
        json!({"containers": sh("trap 'echo TERM seen; exit 0' TERM; echo up; while :; do sleep 0.05; done")}),
    );
    let stubborn =
        lab.pod("stubborn", json!({"containers": sh("trap '' TERM; echo up; while :; do sleep 0.05; done")}));
    for path in [&polite, &stubborn] {
        lab.phase(path, "Running").await;
        // The trap is set before the first line is written.
        lab.wait_for_log(path, "c", 0, "up\n").await;
        lab.fake.delete(path, 3600);
    }
    lab.fake.until(&polite, "went", |pod| pod.is_none()).await;
    let last = lab.fake.steps(&polite).pop().expect("a status");
    assert_eq!(
        (last["phase"].as_str(), &last["containerStatuses"][0]["state"]["terminated"]["exitCode"]),
        (Some("Succeeded"), &json!(0))
    );
    lab.event("Normal Killing: Stopping container c").await;

    assert!(lab.fake.get(&stubborn).is_some());
    lab.pass(3600);
    lab.fake.until(&stubborn, "went", |pod| pod.is_none()).await;
    let last = lab.fake.steps(&stubborn).pop().expect("a status");
    assert_eq!(
        (last["phase"].as_str(), &last["containerStatuses"][0]["state"]["terminated"]["exitCode"]),
        (Some("Failed"), &json!(137))
    );
}

#[tokio::test]
async fn images_that_are_not_there() {
    let lab = Lab::new(8);
    let image =
        |image: &str, policy: &str| json!({"containers": [{"name": "c", "image": image, "imagePullPolicy": policy}]});
    let never = lab.pod("never", image("task-reporter:missing", "Never"));
    let pull = lab.pod("pull", image("nosuch:1", "IfNotPresent"));
    let bad = lab.pod("bad", image("Bad Name:x", "IfNotPresent"));
    let waits = |reason: &'static str| move |c: &Value| c["state"]["waiting"]["reason"] == reason;
    let pod = lab.container(&never, "waited", waits("ErrImageNeverPull")).await;
    let message = "Container image \"task-reporter:missing\" is not present with pull policy of Never";
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"], message);
    lab.event(&format!("Warning ErrImageNeverPull: {message}")).await;
    lab.event("Warning Failed: Error: ErrImageNeverPull").await;
    lab.container(&pull, "waited", waits("ImagePullBackOff")).await;
    lab.event("Normal Pulling: Pulling image \"nosuch:1\"").await;
    lab.event("Warning Failed: Failed to pull image \"nosuch:1\": failed to pull and unpack image \"docker.io/library/nosuch:1\"").await;
    lab.event("Warning Failed: Error: ErrImagePull").await;
    lab.event("Normal BackOff: Back-off pulling image \"nosuch:1\"").await;
    lab.event("Warning Failed: Error: ImagePullBackOff").await;
    lab.container(&bad, "waited", waits("InvalidImageName")).await;
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let lab = Lab::new(8);
    let path =
        lab.pod("nocmd", json!({"restartPolicy": "Never", "containers": [{"name": "c", "command": ["nosuchcmd"]}]}));
    let pod = lab.phase(&path, "Failed").await;
    let ended = &pod["status"]["containerStatuses"][0]["state"]["terminated"];
    assert_eq!(
        (&ended["exitCode"], &ended["reason"], &ended["startedAt"]),
        (&json!(128), &json!("StartError"), &json!("1970-01-01T00:00:00Z"))
    );
    assert!(
        ended["message"]
            .as_str()
            .is_some_and(|m| m.ends_with("exec: \"nosuchcmd\": executable file not found in $PATH"))
    );
}

#[tokio::test]
async fn args_and_entrypoints_combine_as_in_kubernetes() {
    let lab = Lab::new(8);
    let hello = |more: Value| {
        let mut container = json!({"name": "c", "image": "hello"});
        container.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({"restartPolicy": "Never", "containers": [container]})
    };
    for (name, spec, expected) in [
        ("plain", hello(json!({})), "hello world\n"),
        ("args", hello(json!({"args": ["you"]})), "hello you\n"),
        ("command", hello(json!({"command": ["echo", "$(A)"], "env": [{"name": "A", "value": "b"}]})), "b\n"),
    ] {
        let path = lab.pod(name, spec);
        lab.phase(&path, "Succeeded").await;
        assert_eq!(lab.log(&path, "c", 0), expected, "{name}");
    }
}

#[tokio::test]
async fn a_new_life_finds_no_process_running_and_restarts_by_policy() {
    let lab = Lab::new(8);
    let always = lab.pod("always", json!({"containers": sh("echo up; sleep 600")}));
    let never = lab.pod("never", never("echo up; sleep 600"));
    lab.phase(&always, "Running").await;
    lab.phase(&never, "Running").await;
    let (fake, folder) = lab.stop().await;

    let lab = Lab::over(fake, folder, 8, super::ServiceMode::Refuse);
    let pod =
        lab.container(&always, "restarted", |c| c["restartCount"] == 1 && c["state"]["running"].is_object()).await;
    let last = &pod["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!((&last["exitCode"], &last["reason"]), (&json!(137), &json!("Error")));
    lab.event("Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.").await;
    let pod = lab.phase(&never, "Failed").await;
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"], 137);
}
