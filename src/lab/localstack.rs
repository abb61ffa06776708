//! Is LocalStack really ready? Its health page says yes while the init scripts still run, and a script that
//! failed shows only on the init page. So the gate is: init completed without an error, *and* the table
//! and the bucket answer.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::{LabError, http};
use crate::aws::{Endpoint, Reports, Tasks};

/// What `/_localstack/init/ready` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Init {
    /// All scripts ran well; how many.
    Completed(usize),
    /// Some have not run yet.
    Running(String),
    /// These failed.
    Failed(String),
}

/// Waits for the gate; `waiting` is told what for. Returns in words what was found. The bucket is asked for
/// only where something is to write reports: the tutorial's first stage has none.
pub(super) async fn ready(
    endpoint: &str,
    bucket: bool,
    limit: Duration,
    waiting: &(dyn Fn(String) + Send + Sync),
) -> Result<String, LabError> {
    let begun = Instant::now();
    loop {
        let state = match init(endpoint).await {
            Ok(Init::Completed(scripts)) => match stores(endpoint, bucket).await {
                Ok(what) => return Ok(format!("{scripts} init scripts done; {what}")),
                Err(why) => why,
            },
            Ok(Init::Failed(why)) => {
                let why = format!("an init script failed: {why}");
                return Err(LabError::LocalStack { endpoint: endpoint.to_owned(), why });
            }
            Ok(Init::Running(what)) => what,
            Err(why) => why,
        };
        if begun.elapsed() >= limit {
            return Err(LabError::LocalStack { endpoint: endpoint.to_owned(), why: state });
        }
        waiting(state);
        // LocalStack has no way to be told of its init: it must be asked.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn init(endpoint: &str) -> Result<Init, String> {
    let (status, body) = http::get(&format!("{endpoint}/_localstack/init/ready")).await?;
    if status != 200 {
        return Err(format!("its init page answers {status}: is that LocalStack?"));
    }
    let page: Value = serde_json::from_str(&body).map_err(|_| "its init page is no JSON".to_owned())?;
    Ok(read_init(&page))
}

fn read_init(page: &Value) -> Init {
    let scripts = page["scripts"].as_array().cloned().unwrap_or_default();
    let named = |state: &str| -> Vec<String> {
        let of_state = scripts.iter().filter(|s| s["state"].as_str().is_some_and(|s| s.eq_ignore_ascii_case(state)));
        of_state.map(|s| s["name"].as_str().unwrap_or("?").to_owned()).collect()
    };
    let failed = named("ERROR");
    if !failed.is_empty() {
        return Init::Failed(failed.join(", "));
    }
    if page["completed"].as_bool() == Some(true) {
        return Init::Completed(scripts.len());
    }
    let running = named("RUNNING");
    Init::Running(match running.first() {
        Some(script) => format!("init script {script} runs"),
        None => "init scripts have not run yet".to_owned(),
    })
}

/// The table and the bucket, asked by their own APIs.
async fn stores(endpoint: &str, bucket: bool) -> Result<&'static str, String> {
    let endpoint = Endpoint::new(endpoint);
    let tasks = Tasks::new(&endpoint);
    if !bucket {
        return tasks.ready().await.map(|()| "the table answers").map_err(|error| error.to_string());
    }
    let reports = Reports::new(&endpoint);
    let both = tokio::try_join!(tasks.ready(), reports.ready());
    both.map(|_| "table and bucket answer").map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn completed_is_believed_only_without_a_failed_script() {
        let script = |name: &str, state: &str| json!({"stage": "READY", "name": name, "state": state});
        let good = json!({"completed": true, "scripts": [script("01.sh", "SUCCESSFUL")]});
        assert_eq!(read_init(&good), Init::Completed(1));
        let bad = json!({"completed": true, "scripts": [script("01.sh", "SUCCESSFUL"), script("02.sh", "ERROR")]});
        assert_eq!(read_init(&bad), Init::Failed("02.sh".into()));
        let early = json!({"completed": false, "scripts": [script("01.sh", "RUNNING")]});
        assert_eq!(read_init(&early), Init::Running("init script 01.sh runs".into()));
    }
}
