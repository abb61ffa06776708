//! S3 and DynamoDB as the tutorial's own clients use them: the `aws` CLI and boto3, through the NodePort.

use crate::support::{self, Lab};

#[test]
fn boto3_and_the_aws_cli_work_through_the_node_port() {
    let (Some(aws), Some(python)) = (support::aws(), support::python()) else { return };
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/clients.py");
    let endpoint = format!("http://{}:30000", lab.node_ip());
    support::run(lab.command(&python).arg(script).arg(&endpoint)).ok().says("all of it works");

    let file = lab.home().join("日報 1.bin");
    // 10 MiB: the CLI uploads it in parts.
    std::fs::write(&file, vec![7_u8; 10 << 20]).expect("a file");
    let key = "s3://completed-task-report-bucket/日報/1.bin";
    lab.aws(&aws, &["s3", "cp", file.to_str().expect("UTF-8"), key]).ok();
    lab.aws(&aws, &["s3", "cp", key, "back.bin"]).ok();
    assert_eq!(std::fs::read(lab.home().join("back.bin")).expect("a file"), std::fs::read(&file).expect("a file"));
    lab.aws(&aws, &["dynamodb", "describe-table", "--table-name", "tasks"]).ok().says("status_index");
    let missing = lab.aws(&aws, &["s3api", "head-bucket", "--bucket", "no-such-bucket"]);
    assert_ne!(missing.code, 0);
}
