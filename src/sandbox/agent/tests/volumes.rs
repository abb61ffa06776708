//! Environment and volumes, as a process of a pod sees them.

use serde_json::json;

use super::never;
use crate::sandbox::agent::testing::Lab;

const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
const SECRETS: &str = "/api/v1/namespaces/default/secrets";

#[tokio::test]
async fn the_environment_is_clean_and_comes_from_where_it_should() {
    let lab = Lab::new(9);
    lab.fake.put(CONFIG_MAPS, json!({"metadata": {"name": "cm"}, "data": {"A": "1", "B": "2"}}));
    lab.fake.put(SECRETS, json!({"metadata": {"name": "s"}, "data": {"K": "czNjcmV0"}}));
    let mut spec = never("env | grep -v -e ^PATH= -e ^PWD= -e ^_= -e K8S_TUTOR -e ^OLDPWD= -e ^SHLVL= | sort");
    spec["containers"][0]["envFrom"] = json!([
        {"configMapRef": {"name": "cm"}, "prefix": "P_"},
        {"configMapRef": {"name": "nosuch", "optional": true}},
    ]);
    spec["containers"][0]["env"] = json!([
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "K"}}},
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "BOTH", "value": "$(P_A)-$(NAME)-$(NOSUCH)"},
        {"name": "NONE", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "nosuch", "optional": true}}},
    ]);
    let path = lab.pod("env", spec);
    lab.phase(&path, "Succeeded").await;
    let folder = lab.pod_folder(&path).canonicalize().expect("there");
    let (base, etc) = (folder.join("containers/c"), folder.join("etc"));
    let expected = format!(
        "AWS_CONFIG_FILE={etc}/aws-config\nAWS_SHARED_CREDENTIALS_FILE={etc}/aws-credentials\nBOTH=1-env-$(NOSUCH)\n\
         HOME={base}/home\nHOSTNAME=env\nKEY=s3cret\nNAME=env\nP_A=1\nP_B=2\nTMPDIR={base}/tmp\nTZ=UTC\n",
        etc = etc.display(),
        base = base.display()
    );
    assert_eq!(lab.log(&path, "c", 0), expected);
}

#[tokio::test]
async fn a_missing_config_map_or_key_is_told_and_mended() {
    let lab = Lab::new(9);
    let mut from = never("echo $A");
    from["containers"][0]["envFrom"] = json!([{"configMapRef": {"name": "late"}}]);
    let from = lab.pod("from", from);
    lab.fake.put(CONFIG_MAPS, json!({"metadata": {"name": "cm"}, "data": {}}));
    let mut key = never("true");
    key["containers"][0]["env"] =
        json!([{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "nosuch"}}}]);
    let key = lab.pod("key", key);
    let waiting = |text: &'static str| {
        move |c: &serde_json::Value| {
            c["state"]["waiting"]["reason"] == "CreateContainerConfigError" && c["state"]["waiting"]["message"] == text
        }
    };
    lab.container(&from, "waited", waiting("configmap \"late\" not found")).await;
    lab.container(&key, "waited", waiting("couldn't find key nosuch in ConfigMap default/cm")).await;
    lab.event("Warning Failed: Error: configmap \"late\" not found").await;
    lab.fake.put(CONFIG_MAPS, json!({"metadata": {"name": "late"}, "data": {"A": "here"}}));
    lab.pass(15);
    lab.phase(&from, "Succeeded").await;
    assert_eq!(lab.log(&from, "c", 0), "here\n");
}

#[tokio::test]
async fn volumes_are_folders_and_mount_paths_are_replaced() {
    let lab = Lab::new(9);
    lab.fake.put(
        CONFIG_MAPS,
        json!({"metadata": {"name": "scripts"}, "data": {"init.sh": "#!/bin/sh\necho from the script\n"}}),
    );
    let mut spec = never("/etc/init.d/init.sh; echo $CONF; echo x > /data/f; cat $K8S_TUTOR_ROOT/data/f; cat /part/f");
    spec["volumes"] = json!([
        {"name": "scripts", "configMap": {"name": "scripts", "defaultMode": 0o755}},
        {"name": "data", "emptyDir": {}},
    ]);
    spec["containers"][0]["volumeMounts"] = json!([
        {"name": "scripts", "mountPath": "/etc/init.d"},
        {"name": "data", "mountPath": "/data"},
        {"name": "data", "mountPath": "/part", "readOnly": true},
    ]);
    spec["containers"][0]["env"] = json!([{"name": "CONF", "value": "/etc/init.d/init.sh"}]);
    let path = lab.pod("v", spec);
    lab.phase(&path, "Succeeded").await;
    let root = lab.pod_folder(&path).canonicalize().expect("there").join("containers/c/root");
    let expected = format!("from the script\n{}/etc/init.d/init.sh\nx\nx\n", root.display());
    assert_eq!(lab.log(&path, "c", 0), expected);
    // A finished pod keeps its logs, not its volumes.
    assert!(!lab.pod_folder(&path).join("volumes").exists());
}

#[tokio::test]
async fn a_missing_source_keeps_the_pod_waiting_until_it_is_there() {
    let lab = Lab::new(9);
    let mut spec = never("cat /v/k");
    spec["volumes"] = json!([{"name": "s", "secret": {"secretName": "late"}}]);
    spec["containers"][0]["volumeMounts"] = json!([{"name": "s", "mountPath": "/v"}]);
    let path = lab.pod("waits", spec);
    lab.event("Warning FailedMount: MountVolume.SetUp failed for volume \"s\" : secret \"late\" not found").await;
    let pod = lab.fake.get(&path).expect("there");
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"], "ContainerCreating");
    lab.fake.put(SECRETS, json!({"metadata": {"name": "late"}, "data": {"k": "dg=="}}));
    lab.pass(130);
    lab.phase(&path, "Succeeded").await;
    assert_eq!(lab.log(&path, "c", 0), "v\n");
}

#[tokio::test]
async fn a_config_map_volume_follows_its_object() {
    let lab = Lab::new(9);
    lab.fake.put(CONFIG_MAPS, json!({"metadata": {"name": "cm"}, "data": {"k": "v1"}}));
    let mut spec = never("until grep -q v2 /v/k; do sleep 0.02; done; echo seen");
    spec["volumes"] = json!([{"name": "cm", "configMap": {"name": "cm"}}]);
    spec["containers"][0]["volumeMounts"] = json!([{"name": "cm", "mountPath": "/v"}]);
    let path = lab.pod("follows", spec);
    lab.phase(&path, "Running").await;
    lab.fake.put(CONFIG_MAPS, json!({"metadata": {"name": "cm"}, "data": {"k": "v2"}}));
    lab.phase(&path, "Succeeded").await;
    assert_eq!(lab.log(&path, "c", 0), "seen\n");
}

#[tokio::test]
async fn a_full_empty_dir_evicts_the_pod() {
    let lab = Lab::new(9);
    let mut spec = json!({"containers": super::sh("head -c 3000000 /dev/zero > /scratch/f; echo wrote; sleep 600")});
    spec["volumes"] = json!([{"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}}]);
    spec["containers"][0]["volumeMounts"] = json!([{"name": "scratch", "mountPath": "/scratch"}]);
    let path = lab.pod("evict", spec);
    lab.phase(&path, "Running").await;
    lab.wait_for_log(&path, "c", 0, "wrote\n").await;
    lab.pass(11);
    lab.event("Warning Evicted: Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". ").await;
    lab.pass(2);
    let pod = lab.phase(&path, "Failed").await;
    assert_eq!(pod["status"]["reason"], "Evicted");
    assert_eq!(pod["status"]["message"], "Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". ");
}

#[tokio::test]
async fn a_host_path_stays_in_the_data_directory() {
    let lab = Lab::new(9);
    let mut spec = never("true");
    spec["volumes"] = json!([{"name": "h", "hostPath": {"path": "/root"}}]);
    let path = lab.pod("host", spec);
    lab.event("Warning FailedMount: MountVolume.SetUp failed for volume \"h\" : hostPath /root is outside").await;
    lab.fake.delete(&path, 30);
    lab.fake.until(&path, "went", |pod| pod.is_none()).await;
    let last = lab.fake.steps(&path).pop().expect("a status");
    let ended = &last["containerStatuses"][0]["state"]["terminated"];
    assert_eq!((&ended["exitCode"], &ended["reason"]), (&json!(137), &json!("ContainerStatusUnknown")));
}
