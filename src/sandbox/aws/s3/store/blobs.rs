//! Bodies: received, copied, read in pieces, removed.
//!
//! A body's file has a random name, never one made of a key.

use std::collections::HashSet;
use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use redb::WriteTransaction;
use s3s::dto::StreamingBlob;
use s3s::{Body, S3Error, S3ErrorCode, S3Result};
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::{INLINE, Store};
use crate::sandbox::aws::error::StandinError;
use crate::sandbox::aws::s3::checksum::{Summing, Sums};
use crate::sandbox::aws::s3::chunked::{ChunkError, Trailers};
use crate::sandbox::aws::s3::errors;
use crate::sandbox::aws::state::state_error;

/// Bodies up to this many bytes lie in the index.
pub(super) const INLINE_BYTES: usize = 64 * 1024;
/// How much of a file is read at once.
const READ_BYTES: usize = 128 * 1024;

/// Where a body lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sandbox::aws::s3) struct BlobRef {
    /// 32 hex digits.
    pub(in crate::sandbox::aws::s3) id: String,
    /// Bytes.
    pub(in crate::sandbox::aws::s3) size: u64,
    /// True: in the index; false: a file.
    pub(in crate::sandbox::aws::s3) inline: bool,
}

/// A body that was received and is durable, but not named by any record yet.
#[derive(Debug)]
pub(in crate::sandbox::aws::s3) struct Received {
    /// Where it lies.
    pub(in crate::sandbox::aws::s3) blob: BlobRef,
    /// What is to be written with the record, for a small body.
    bytes: Option<Bytes>,
    /// Removes the file unless a record names it.
    guard: Option<FileGuard>,
}

impl Received {
    /// Writes a small body with the record that names it, and lets a file stay.
    pub(in crate::sandbox::aws::s3) fn keep(mut self, write: &WriteTransaction) -> S3Result<BlobRef> {
        if let Some(bytes) = &self.bytes {
            let mut table = write.open_table(INLINE).map_err(errors::storage)?;
            table.insert(self.blob.id.as_str(), bytes.as_ref()).map_err(errors::storage)?;
        }
        if let Some(guard) = &mut self.guard {
            guard.keep = true;
        }
        Ok(self.blob)
    }
}

#[derive(Debug)]
struct FileGuard {
    path: PathBuf,
    keep: bool,
}

impl Drop for FileGuard {
    fn drop(&mut self) {
        if !self.keep {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The folder of large bodies.
pub(in crate::sandbox::aws::s3) struct Blobs {
    folder: PathBuf,
    /// False for a temporary folder: it is removed at the end and needs no sync.
    durable: bool,
}

impl Drop for Blobs {
    fn drop(&mut self) {
        if !self.durable {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Blobs {
    /// In `folder`, or in a temporary one.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, StandinError> {
        let durable = folder.is_some();
        let temporary = || std::env::temp_dir().join(format!("k8s-tutor-s3-{}", new_id()));
        let folder = folder.map_or_else(temporary, Path::to_owned);
        if durable {
            std::fs::create_dir_all(&folder).map_err(|source| state_error("create", &folder, source))?;
        }
        Ok(Self { folder, durable })
    }

    /// Removes every file that is not among `named`.
    pub(super) fn keep_only(&self, named: &HashSet<String>) -> std::io::Result<()> {
        if !self.durable {
            return Ok(());
        }
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_str().is_none_or(|name| is_id(name) && !named.contains(name)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn path(&self, id: &str) -> PathBuf {
        debug_assert!(is_id(id), "ids are ours");
        self.folder.join(id)
    }

    /// Takes a body in: summed, and durable when this returns.
    pub(in crate::sandbox::aws::s3) async fn receive(
        &self,
        body: Option<StreamingBlob>,
        mut summing: Summing,
        trailers: Option<&Trailers>,
    ) -> S3Result<(Received, Sums)> {
        let mut small = BytesMut::new();
        let mut large: Option<(File, FileGuard)> = None;
        let (id, mut size) = (new_id(), 0u64);
        if let Some(mut body) = body {
            while let Some(piece) = body.next().await {
                let piece = piece.map_err(|e| body_error(&*e))?;
                summing.update(&piece);
                size += piece.len() as u64;
                if large.is_none() && small.len() + piece.len() > INLINE_BYTES {
                    let mut opened = self.create(&id).await?;
                    opened.0.write_all(&small).await.map_err(errors::storage)?;
                    small.clear();
                    large = Some(opened);
                }
                match &mut large {
                    Some((file, _)) => file.write_all(&piece).await.map_err(errors::storage)?,
                    None => small.extend_from_slice(&piece),
                }
            }
        }
        let sums = summing.finish(trailers)?;
        let inline = large.is_none();
        let guard = match large {
            Some((file, guard)) => {
                self.sync(file).await?;
                Some(guard)
            }
            None => None,
        };
        let blob = BlobRef { id, size, inline };
        let bytes = inline.then(|| small.freeze());
        Ok((Received { blob, bytes, guard }, sums))
    }

    async fn create(&self, id: &str) -> S3Result<(File, FileGuard)> {
        if !self.durable {
            tokio::fs::create_dir_all(&self.folder).await.map_err(errors::storage)?;
        }
        let path = self.path(id);
        let file = File::create_new(&path).await.map_err(errors::storage)?;
        Ok((file, FileGuard { path, keep: false }))
    }

    async fn sync(&self, mut file: File) -> S3Result<()> {
        file.flush().await.map_err(errors::storage)?;
        if self.durable {
            file.sync_all().await.map_err(errors::storage)?;
            // The name has to be on disk as well.
            let folder = File::open(&self.folder).await.map_err(errors::storage)?;
            folder.sync_all().await.map_err(errors::storage)?;
        }
        Ok(())
    }

    /// Removes the files of bodies that no record names any more. A reader that has one open reads on.
    pub(in crate::sandbox::aws::s3) async fn discard(&self, blobs: Vec<BlobRef>) {
        for blob in blobs.iter().filter(|blob| !blob.inline) {
            let _ = tokio::fs::remove_file(self.path(&blob.id)).await;
        }
    }
}

fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn is_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A body that stops or is malformed is the client's doing.
fn body_error(error: &(dyn std::error::Error + Send + Sync + 'static)) -> S3Error {
    let text = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    match error.downcast_ref::<ChunkError>() {
        Some(ChunkError::Malformed(_)) => errors::invalid_request(error.to_string()),
        _ => errors::say(S3ErrorCode::IncompleteBody, text),
    }
}

/// A piece of a body that is to be read.
enum Source {
    Bytes(Bytes),
    File { file: File, left: u64 },
    Closed { path: PathBuf, from: u64, size: u64 },
}

/// How many files of one object are opened before the first byte is sent.
const OPEN_FILES: usize = 32;

impl Store {
    /// The bytes `range` of the bodies joined.
    pub(in crate::sandbox::aws::s3) async fn stream(
        &self,
        blobs: &[BlobRef],
        range: std::ops::Range<u64>,
    ) -> S3Result<StreamingBlob> {
        let mut sources = std::collections::VecDeque::new();
        let mut start = 0u64;
        for blob in blobs {
            let end = start + blob.size;
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                let (from, size) = (from - start, to - from);
                sources.push_back(self.source(blob, from, size, sources.len() < OPEN_FILES).await?);
            }
            start = end;
        }
        let stream = futures::stream::try_unfold(sources, next_piece);
        let frames = stream.map(|piece| piece.map(http_body::Frame::data));
        Ok(StreamingBlob::from(Body::http_body_unsync(http_body_util::StreamBody::new(frames))))
    }

    async fn source(&self, blob: &BlobRef, from: u64, size: u64, open: bool) -> S3Result<Source> {
        if blob.inline {
            let bytes = self.inline(&blob.id)?;
            let (from, to) = (to_index(from), to_index(from + size));
            return Ok(Source::Bytes(bytes.slice(from.min(bytes.len())..to.min(bytes.len()))));
        }
        let path = self.blobs().path(&blob.id);
        if !open {
            return Ok(Source::Closed { path, from, size });
        }
        open_file(&path, from, size).await.map_err(errors::storage)
    }

    fn inline(&self, id: &str) -> S3Result<Bytes> {
        let read = self.read()?;
        let table = read.open_table(INLINE).map_err(errors::storage)?;
        let found = table.get(id).map_err(errors::storage)?;
        found.map(|bytes| Bytes::copy_from_slice(bytes.value())).ok_or_else(errors::no_such_key)
    }

    /// A second body with the same bytes: a hard link, or a copy in the index.
    pub(in crate::sandbox::aws::s3) async fn duplicate(&self, blob: &BlobRef) -> S3Result<Received> {
        let copy = BlobRef { id: new_id(), ..blob.clone() };
        if blob.inline {
            let bytes = self.inline(&blob.id)?;
            return Ok(Received { blob: copy, bytes: Some(bytes), guard: None });
        }
        let path = self.blobs().path(&copy.id);
        tokio::fs::hard_link(self.blobs().path(&blob.id), &path).await.map_err(errors::storage)?;
        Ok(Received { blob: copy, bytes: None, guard: Some(FileGuard { path, keep: false }) })
    }
}

/// Takes small bodies out of the index; what lies in files is returned and removed after the commit.
pub(in crate::sandbox::aws::s3) fn forget(write: &WriteTransaction, blobs: Vec<BlobRef>) -> S3Result<Vec<BlobRef>> {
    let mut table = write.open_table(INLINE).map_err(errors::storage)?;
    for blob in blobs.iter().filter(|blob| blob.inline) {
        table.remove(blob.id.as_str()).map_err(errors::storage)?;
    }
    Ok(blobs.into_iter().filter(|blob| !blob.inline).collect())
}

async fn open_file(path: &Path, from: u64, size: u64) -> std::io::Result<Source> {
    let mut file = File::open(path).await?;
    if from > 0 {
        file.seek(SeekFrom::Start(from)).await?;
    }
    Ok(Source::File { file, left: size })
}

type Sources = std::collections::VecDeque<Source>;

async fn next_piece(mut sources: Sources) -> std::io::Result<Option<(Bytes, Sources)>> {
    while let Some(source) = sources.pop_front() {
        match source {
            Source::Bytes(bytes) if bytes.is_empty() => {}
            Source::Bytes(bytes) => return Ok(Some((bytes, sources))),
            Source::Closed { path, from, size } => sources.push_front(open_file(&path, from, size).await?),
            Source::File { left: 0, .. } => {}
            Source::File { mut file, left } => {
                let mut buffer = BytesMut::with_capacity(READ_BYTES.min(to_index(left)));
                let count = (&mut file).take(left).read_buf(&mut buffer).await?;
                if count == 0 {
                    return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
                }
                sources.push_front(Source::File { file, left: left - count as u64 });
                return Ok(Some((buffer.freeze(), sources)));
            }
        }
    }
    Ok(None)
}

fn to_index(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}
