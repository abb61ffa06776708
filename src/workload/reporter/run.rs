//! One run: bucket check, query, spool, upload, verification.
//!
//! Called by `reporter::main`. Must not read the environment or the clock: both are handed in.

use std::time::Instant;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::config::Config;
use super::csv::{HEADER, Row};
use super::day::Day;
use super::source::{Pages, Question};
use super::spool::{Spool, Spooled};
use super::upload::Upload;
use crate::workload::clients::AwsSettings;
use crate::workload::failure::{Failure, Request};
use crate::workload::printable::printable;

/// What a run did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) key: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// Writes the report of the day that `now` and the offset name. Run again it writes the same key again.
pub(super) async fn run(config: &Config, now: Timestamp, cancel: &CancellationToken) -> Result<Summary, Failure> {
    let began = Instant::now();
    let day = Day::target(now, config.offset_days, &config.zone)
        .map_err(|error| Failure::Config(vec![format!("TARGET_OFFSET_DAYS: {error}")]))?;
    let sdk = config.aws.sdk_config();
    let place = config.aws.place();
    let upload = Upload {
        client: AwsSettings::s3(&sdk),
        bucket: config.bucket.clone(),
        key: day.key(),
        place: place.clone(),
        lineage: lineage(config, &day),
    };
    let zone = config.zone.iana_name().unwrap_or("UTC");
    tracing::info!(stage = config.stage, zone, endpoint = place, "collecting tasks completed on {}", day.date);

    let gathering = async {
        // Before the query: a missing bucket is cheap to see now and dear to see after an hour of pages.
        upload.check_bucket().await?;
        let client = AwsSettings::dynamodb(&sdk);
        let question = Question { client, table: config.table.clone(), day, page_size: config.page_size, place };
        spool(config, &upload.key, Pages::open(question)).await
    };
    let (rows, file) = cancel.run_until_cancelled(gathering).await.ok_or(Failure::Interrupted)??;
    tracing::info!(rows, bytes = file.size, ms = ms(began), "collected {rows} completed tasks");

    let uploading = Instant::now();
    Box::pin(upload.send(&file, rows, cancel)).await?;
    let size = file.size;
    tracing::info!(bytes = size, ms = ms(uploading), "uploaded file {} to s3://{}", upload.key, upload.bucket);
    drop(file);
    Ok(Summary { key: upload.key, rows, bytes: size })
}

/// Who writes this report, for the object's metadata.
fn lineage(config: &Config, day: &Day) -> Vec<(&'static str, String)> {
    let mut lineage = vec![("run", uuid::Uuid::new_v4().to_string()), ("day", day.date.to_string())];
    let names = [("pod", &config.pod), ("job", &config.job)];
    lineage.extend(names.into_iter().filter_map(|(key, name)| Some((key, name.clone()?))));
    lineage
}

async fn spool(config: &Config, key: &str, mut pages: Pages) -> Result<(u64, Spooled), Failure> {
    let mut file = Spool::create(&config.temp_dir, key)?;
    file.write(HEADER.as_bytes())?;
    let request = Request { operation: "Query", object: &config.table, place: "" };
    let (mut rows, mut line) = (0, Vec::new());
    while let Some(page) = pages.next().await? {
        for item in &page {
            let row = Row::from_item(item).map_err(|problem| request.unexpected(problem))?;
            line.clear();
            row.write(&config.zone, config.keep_formulas, &mut line);
            file.write(&line)?;
            log_row(rows, config.log_rows, &line);
            rows += 1;
        }
    }
    Ok((rows, file.finish()?))
}

fn log_row(index: u64, shown: u64, line: &[u8]) {
    if index < shown {
        tracing::info!("{}", printable(String::from_utf8_lossy(line).trim_end_matches('\n')));
    } else if index == shown && shown > 0 {
        tracing::info!("... further rows are counted, not shown (LOG_ROWS={shown})");
    }
}

fn ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
