//! The learner's own files: a lab's scripts must not touch them.

use crate::support::{self, Lab};

#[test]
fn the_init_scripts_leave_the_users_aws_folder_alone() {
    let Some(kubectl) = support::kubectl("1.37") else { return };
    let lab = Lab::new();
    let folder = lab.home().join(".aws");
    std::fs::create_dir(&folder).expect("a folder");
    let mine = "[default]\naws_access_key_id = MINE\naws_secret_access_key = MINE\n";
    std::fs::write(folder.join("credentials"), mine).expect("a file");

    lab.tutor(&["up", "--no-dashboard"]).ok();
    let script = lab.kubectl(&kubectl, &["get", "cm", "localstack-init-scripts-config", "-o", "yaml"]).ok();
    script.says("aws configure set");
    lab.kubectl(&kubectl, &["rollout", "restart", "deploy", "localstack"]).ok();
    lab.kubectl(&kubectl, &["rollout", "status", "deploy", "localstack", "--timeout=60s"]).ok();

    assert_eq!(std::fs::read_to_string(folder.join("credentials")).expect("a file"), mine);
    let names: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names, ["credentials"], "nothing was added");
}

#[test]
fn rollouts_and_scaling_work() {
    let Some(kubectl) = support::kubectl("1.37") else { return };
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab.kubectl(&kubectl, &["scale", "deploy", "task-service", "--replicas=3"]).ok().says("scaled");
    lab.kubectl(&kubectl, &["rollout", "status", "deploy", "task-service", "--timeout=60s"]).ok();
    let pods = lab.kubectl(&kubectl, &["get", "pod", "-l", "app=task-service", "--no-headers"]).ok();
    assert_eq!(pods.out.lines().filter(|l| l.contains("1/1") && l.contains("Running")).count(), 3, "{pods}");
}
