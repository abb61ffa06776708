//! The report bucket: what `k8s-tutor report` lists, reads, fetches and deletes.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::EncodingType;
use jiff::Timestamp;
use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::BUCKET;
use super::connect::Endpoint;
use super::error::{AwsError, Request};
use crate::domain::csv_table::CsvTable;
use crate::domain::report::Lineage;

/// Rows that [`Reports::table`] takes: more is for a spreadsheet, not for a screen.
pub const MOST_ROWS: usize = 10_000;
/// Bytes that it reads, whatever is in them.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// One object of the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its key. Foreign text: check it before it becomes a path.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Option<Timestamp>,
}

/// The bucket at one endpoint.
#[derive(Clone, Debug)]
pub struct Reports {
    client: Client,
    endpoint: String,
}

impl Reports {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(endpoint: &Endpoint) -> Self {
        Self { client: endpoint.s3(), endpoint: endpoint.url().to_owned() }
    }

    /// Whether the bucket is there.
    ///
    /// # Errors
    /// It is missing, or nobody answers.
    pub async fn ready(&self) -> Result<(), AwsError> {
        let answer = self.client.head_bucket().bucket(BUCKET).send().await;
        answer.map(drop).map_err(|error| self.request("HeadBucket").failed(error))
    }

    /// All reports, by key: for the tutorial's keys that is by day.
    ///
    /// # Errors
    /// The bucket is missing or nobody answers.
    pub async fn list(&self) -> Result<Vec<Report>, AwsError> {
        let (mut reports, mut after) = (Vec::new(), None);
        loop {
            let list = self.client.list_objects_v2().bucket(BUCKET).set_continuation_token(after);
            // A key may hold characters that XML cannot: one of those must not make the whole list unreadable.
            let list = list.encoding_type(EncodingType::Url).send().await;
            let page = list.map_err(|error| self.request("ListObjectsV2").failed(error))?;
            let encoded = page.encoding_type == Some(EncodingType::Url);
            reports.extend(page.contents().iter().map(|object| report(object, encoded)));
            after = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
            if after.is_none() {
                reports.sort_by(|a, b| a.key.cmp(&b.key));
                return Ok(reports);
            }
        }
    }

    /// The report that was written last; of two written in the same instant the one with the greater key.
    ///
    /// # Errors
    /// The bucket is missing or nobody answers.
    pub async fn newest(&self) -> Result<Option<Report>, AwsError> {
        let reports = self.list().await?;
        Ok(reports.into_iter().max_by(|a, b| (a.modified, &a.key).cmp(&(b.modified, &b.key))))
    }

    /// What the bucket says of one report, and which run wrote it if the task-reporter did.
    ///
    /// # Errors
    /// There is no such report, the bucket is missing, or nobody answers.
    pub async fn head(&self, key: &str) -> Result<(Report, Option<Lineage>), AwsError> {
        match self.client.head_object().bucket(BUCKET).key(key).send().await {
            Ok(head) => {
                let lineage = head.metadata().and_then(|all| Lineage::read(|name| all.get(name).map(String::as_str)));
                let (size, modified) = (size(head.content_length()), moment(head.last_modified()));
                Ok((Report { key: key.to_owned(), size, modified }, lineage))
            }
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => {
                // A HEAD's answer has no body to say what is missing: the bucket, or the report in it.
                self.ready().await?;
                Err(AwsError::NoReport { key: key.to_owned() })
            }
            Err(error) => Err(self.request("HeadObject").failed(error)),
        }
    }

    /// A report's content as a table: at most [`MOST_ROWS`] rows of it, and never more than 16 MiB.
    ///
    /// # Errors
    /// There is no such report, the transfer broke off, the bucket is missing, or nobody answers.
    pub async fn table(&self, key: &str) -> Result<CsvTable, AwsError> {
        let mut body = self.get(key).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let failed = |error| AwsError::Copy { key: key.to_owned(), source: std::io::Error::other(error) };
            bytes.extend_from_slice(&chunk.map_err(failed)?);
            if bytes.len() > MOST_BYTES {
                return Ok(parse(&bytes[..MOST_BYTES], true));
            }
        }
        Ok(parse(&bytes, false))
    }

    /// A report's bytes as they arrive.
    ///
    /// # Errors
    /// There is no such report, the bucket is missing, or nobody answers.
    pub async fn get(&self, key: &str) -> Result<ByteStream, AwsError> {
        match self.client.get_object().bucket(BUCKET).key(key).send().await {
            Ok(answer) => Ok(answer.body),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                Err(AwsError::NoReport { key: key.to_owned() })
            }
            Err(error) => Err(self.request("GetObject").failed(error)),
        }
    }

    /// Copies a report into `out`, chunk by chunk, and returns its size in bytes. `each` is told how many bytes
    /// have been copied, after each chunk.
    ///
    /// # Errors
    /// As [`Reports::get`]; the transfer broke off, or `out` could not take it.
    pub async fn copy<W: AsyncWrite + Unpin>(
        &self,
        key: &str,
        out: &mut W,
        mut each: impl FnMut(u64) + Send,
    ) -> Result<u64, AwsError> {
        let failed = |source| AwsError::Copy { key: key.to_owned(), source };
        let mut body = self.get(key).await?;
        let mut size = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| failed(std::io::Error::other(error)))?;
            out.write_all(&chunk).await.map_err(failed)?;
            size += chunk.len() as u64;
            each(size);
        }
        out.flush().await.map_err(failed)?;
        Ok(size)
    }

    /// Deletes a report; one that is not there is as good as deleted.
    ///
    /// # Errors
    /// The bucket is missing or nobody answers.
    pub async fn delete(&self, key: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_object().bucket(BUCKET).key(key).send().await;
        answer.map(drop).map_err(|error| self.request("DeleteObject").failed(error))
    }

    fn request(&self, operation: &'static str) -> Request<'_> {
        Request { operation, endpoint: &self.endpoint, object: BUCKET }
    }
}

fn report(object: &aws_sdk_s3::types::Object, encoded: bool) -> Report {
    let key = object.key().unwrap_or_default();
    Report {
        key: if encoded { decoded(key) } else { key.to_owned() },
        size: size(object.size()),
        modified: moment(object.last_modified()),
    }
}

/// A key out of a list with `encoding-type=url`: `%XX`, and `+` for a space.
fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let byte = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn size(size: Option<i64>) -> u64 {
    size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default()
}

fn moment(at: Option<&DateTime>) -> Option<Timestamp> {
    Timestamp::new(at?.secs(), 0).ok()
}

/// Reads RFC 4180; bytes that are no UTF-8 are replaced. `cut`: the bytes end anywhere, so that their last record
/// is not to be believed.
fn parse(bytes: &[u8], cut: bool) -> CsvTable {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    // A reader of memory that takes any number of cells and any bytes has no errors left to give.
    let records = reader.byte_records().map_while(Result::ok);
    let cells =
        |record: csv::ByteRecord| record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    // One more than are kept, to know whether there are more.
    let mut records: Vec<Vec<String>> = records.take(MOST_ROWS + 2).map(cells).collect();
    if cut && records.len() < MOST_ROWS + 2 {
        records.pop();
    }
    let mut table = CsvTable::new(records, MOST_ROWS);
    table.truncated |= cut;
    table
}

#[cfg(test)]
mod tests {
    use super::{MOST_ROWS, decoded, parse};

    #[test]
    fn quotes_line_feeds_and_ragged_rows_are_read() {
        let table = parse("taskId,title\n1,\"say \"\"hi\"\",\n再\"\r\n2,a,b\n3\n".as_bytes(), false);
        assert_eq!(table.header, ["taskId", "title"]);
        assert_eq!(table.rows[0].cells, ["1", "say \"hi\",\n再"]);
        assert_eq!(table.rows.iter().map(|row| row.ragged).collect::<Vec<_>>(), [false, true, true]);
        assert!(!table.truncated);
    }

    #[test]
    fn keys_are_read_as_s3_encodes_them() {
        assert_eq!(decoded("a/b+c%2Bd%1B%5D0%E8%A8%AD.csv"), "a/b c+d\u{1b}]0設.csv");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%"), "%zz%");
    }

    #[test]
    fn any_bytes_are_a_table() {
        assert_eq!(parse(b"", false).header.len(), 0);
        let table = parse(b"a,b\n\xff,\"never closed\nx", false);
        assert_eq!(table.rows[0].cells, ["\u{fffd}", "never closed\nx"]);
    }

    #[test]
    fn what_is_too_long_is_cut_and_told() {
        let mut text = "taskId\n".to_owned();
        for row in 0..MOST_ROWS {
            text.push_str(&format!("{row}\n"));
        }
        let whole = parse(text.as_bytes(), false);
        assert_eq!((whole.rows.len(), whole.truncated), (MOST_ROWS, false));
        let more = parse(format!("{text}x\n").as_bytes(), false);
        assert_eq!((more.rows.len(), more.truncated), (MOST_ROWS, true));
        let cut = parse(b"taskId,title\n1,a\n2,half a ti", true);
        assert_eq!((cut.rows.len(), cut.truncated), (1, true));
    }
}
