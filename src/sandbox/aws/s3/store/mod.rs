//! Buckets and objects on disk: a redb file for what is known, files for large bodies.
//!
//! Bodies up to [`blobs::INLINE`] lie in the redb file itself, so that a small put is one durable
//! commit. Larger ones are written and synced under `blobs/` before the commit that names them; a file
//! that no record names (a crash in between) is removed at the next start. Keys are never part of a path.
//! Called by the operations beside it; knows nothing of HTTP.

pub(super) mod blobs;
pub(super) mod records;
pub(super) mod versions;
mod writer;

use std::path::Path;
use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadTransaction, ReadableDatabase, TableDefinition, WriteTransaction};
use s3s::{S3Error, S3Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors;
use crate::sandbox::aws::error::StandinError;
use crate::sandbox::aws::state::state_error;
use blobs::{BlobRef, Blobs};
use records::{BucketRecord, ObjectRecord};
use writer::Writer;

/// Bucket name to [`BucketRecord`].
pub(super) const BUCKETS: TableDefinition<&str, &[u8]> = TableDefinition::new("buckets");
/// (bucket, key, age) to [`ObjectRecord`]; the newest version of a key has the smallest age.
pub(super) const OBJECTS: TableDefinition<(&str, &str, u64), &[u8]> = TableDefinition::new("objects");
/// (bucket, key, upload id) to [`records::UploadRecord`].
pub(super) const UPLOADS: TableDefinition<(&str, &str, &str), &[u8]> = TableDefinition::new("uploads");
/// (upload id, part number) to [`records::PartRecord`].
pub(super) const PARTS: TableDefinition<(&str, u32), &[u8]> = TableDefinition::new("parts");
/// Blob id to bytes, for small bodies.
pub(super) const INLINE: TableDefinition<&str, &[u8]> = TableDefinition::new("inline");
/// Names to numbers: `age` counts down.
pub(super) const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");

/// What redb may keep in memory.
const CACHE_BYTES: usize = 4 * 1024 * 1024;

/// The store; clones share it.
#[derive(Clone)]
pub(super) struct Store {
    database: Arc<Database>,
    writer: Arc<Writer>,
    blobs: Arc<Blobs>,
}

impl Store {
    /// Opens the store in `folder`, in memory without one. Blocks.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, StandinError> {
        let place = folder.map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
        let failed = |reason: String| StandinError::S3 { place: place.clone(), reason };
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES);
        let database = match folder {
            None => builder.create_with_backend(InMemoryBackend::new()).map_err(|e| failed(e.to_string()))?,
            Some(path) => {
                std::fs::create_dir_all(path).map_err(|source| state_error("create", path, source))?;
                builder.create(path.join("index.redb")).map_err(|e| failed(e.to_string()))?
            }
        };
        make_tables(&database).map_err(|e| failed(e.to_string()))?;
        let database = Arc::new(database);
        let blobs = Blobs::open(folder.map(|path| path.join("blobs")).as_deref())?;
        let store = Self { writer: Arc::new(Writer::start(database.clone())), database, blobs: Arc::new(blobs) };
        store.sweep().map_err(|e| failed(e.to_string()))?;
        Ok(store)
    }

    /// A view of the last commit.
    pub(super) fn read(&self) -> S3Result<ReadTransaction> {
        self.database.begin_read().map_err(errors::storage)
    }

    /// Runs `change` in a transaction and returns when its result is on disk. `change` must look before it
    /// writes: others share the transaction, so an `Err` undoes nothing.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&WriteTransaction) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        self.writer.write(change).await
    }

    /// Where large bodies lie.
    pub(super) fn blobs(&self) -> &Arc<Blobs> {
        &self.blobs
    }

    /// A bucket, or the error a client gets.
    pub(super) fn bucket(&self, name: &str) -> S3Result<BucketRecord> {
        bucket_in(&self.read()?.open_table(BUCKETS).map_err(errors::storage)?, name)
    }

    /// Removes files that no record names.
    fn sweep(&self) -> Result<(), Box<dyn std::error::Error>> {
        let read = self.database.begin_read()?;
        let mut named = std::collections::HashSet::new();
        let mut name = |blobs: &[BlobRef]| named.extend(blobs.iter().filter(|b| !b.inline).map(|b| b.id.clone()));
        for entry in redb::ReadableTable::iter(&read.open_table(OBJECTS)?)? {
            name(&serde_json::from_slice::<ObjectRecord>(entry?.1.value())?.blobs);
        }
        for entry in redb::ReadableTable::iter(&read.open_table(PARTS)?)? {
            name(&[serde_json::from_slice::<records::PartRecord>(entry?.1.value())?.blob]);
        }
        self.blobs.keep_only(&named)?;
        Ok(())
    }
}

fn make_tables(database: &Database) -> Result<(), redb::Error> {
    let write = database.begin_write()?;
    write.open_table(BUCKETS)?;
    write.open_table(OBJECTS)?;
    write.open_table(UPLOADS)?;
    write.open_table(PARTS)?;
    write.open_table(INLINE)?;
    write.open_table(NUMBERS)?;
    write.commit()?;
    Ok(())
}

/// A bucket out of an open table.
pub(super) fn bucket_in(
    table: &impl redb::ReadableTable<&'static str, &'static [u8]>,
    name: &str,
) -> S3Result<BucketRecord> {
    match table.get(name).map_err(errors::storage)? {
        Some(bytes) => from_bytes(bytes.value()),
        None => Err(errors::no_such_bucket()),
    }
}

/// A bucket inside a write.
pub(super) fn bucket_for_write(write: &WriteTransaction, name: &str) -> S3Result<BucketRecord> {
    bucket_in(&write.open_table(BUCKETS).map_err(errors::storage)?, name)
}

/// A record as bytes.
pub(super) fn to_bytes(record: &impl Serialize) -> S3Result<Vec<u8>> {
    serde_json::to_vec(record).map_err(errors::storage)
}

/// Bytes as a record.
pub(super) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> S3Result<T> {
    serde_json::from_slice(bytes).map_err(|e| -> S3Error { errors::storage(e) })
}
