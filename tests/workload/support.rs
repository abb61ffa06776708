//! A DynamoDB with the tutorial's table, the environment of the tutorial's ConfigMap, and a child process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use tokio::runtime::Runtime;

/// Longer than any of these programs may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// DynamoDB on a port of its own, for as long as the runtime lives.
pub(crate) struct Dynamo {
    pub(crate) address: SocketAddr,
    pub(crate) runtime: Runtime,
}

impl Dynamo {
    /// An empty server.
    pub(crate) fn start() -> Self {
        // Its expression parser recurses deeply.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_stack_size(16 * 1024 * 1024)
            .enable_all()
            .build()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let database = dynoxide::Database::memory().unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            dynoxide::server::serve_on(listener, database).await;
        });
        Self { address, runtime }
    }

    /// A server with the table `tasks` and both its indexes.
    pub(crate) fn with_table() -> Self {
        let server = Self::start();
        server.runtime.block_on(create_table(&server.client()));
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn client(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_dynamodb::config::Region::new("local"))
            .endpoint_url(self.url())
            .credentials_provider(aws_credential_types::Credentials::new(
                "localstack",
                "localstack",
                None,
                None,
                "test",
            ))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }
}

async fn create_table(client: &aws_sdk_dynamodb::Client) {
    let attribute = |name: &str, kind: ScalarAttributeType| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let key =
        |name: &str, kind: KeyType| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let index = |name: &str, hash: &str, range: &str| {
        GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(key(hash, KeyType::Hash))
            .key_schema(key(range, KeyType::Range))
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()
            .unwrap()
    };
    let mut create = client
        .create_table()
        .table_name("tasks")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key("task_id", KeyType::Hash))
        .global_secondary_indexes(index("user_index", "user_name", "start_at"))
        .global_secondary_indexes(index("status_index", "status", "updated_at"));
    for (name, kind) in [
        ("task_id", ScalarAttributeType::S),
        ("user_name", ScalarAttributeType::S),
        ("start_at", ScalarAttributeType::N),
        ("status", ScalarAttributeType::S),
        ("updated_at", ScalarAttributeType::N),
    ] {
        create = create.attribute_definitions(attribute(name, kind));
    }
    create.send().await.unwrap();
}

/// The environment that the tutorial's ConfigMap gives, and nothing else of this machine's.
pub(crate) fn tutorial(program: &str, endpoint: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs([
        ("STAGE", "localstack"),
        ("NODE_ENV", "development"),
        ("TZ", "Asia/Tokyo"),
        ("TASK_TABLE_NAME", "tasks"),
        ("REPORT_BUCKET", "completed-task-report-bucket"),
        ("TARGET_OFFSET_DAYS", "0"),
        ("AWS_ENDPOINT", endpoint),
        ("AWS_DEFAULT_REGION", "local"),
        ("AWS_ACCESS_KEY_ID", "localstack"),
        ("AWS_SECRET_ACCESS_KEY", "localstack"),
    ]);
    command.env("TEMP_DIR", folder).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A child that is killed with the test, read line by line.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Reads until a line contains `wanted`; fails when the output ends first.
    pub(crate) fn until(&mut self, wanted: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "no {wanted:?} in:\n{seen}");
            if line.contains(wanted) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    /// Sends SIGTERM, as a kubelet does, and returns the exit code and what was still printed.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> (Option<i32>, String) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already is what most tests want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One HTTP request on a connection of its own: status, head and body.
pub(crate) fn http(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // A server that refuses a body may close before it has read all of it.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (status, head.to_ascii_lowercase(), body.to_owned())
}
