//! The store's file: a redb database with the current values and the revision. Used by the
//! writer thread, and once at start to load.
//!
//! redb locks the file (one process at a time) and is crash-safe: after a kill the file holds
//! exactly the acknowledged commits.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::image::Image;
use super::{Item, StoreError};

/// Key to (revision, JSON).
const OBJECTS: TableDefinition<'static, &str, (u64, &[u8])> = TableDefinition::new("objects");
/// `schema_version`, `revision`.
const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");
/// What this program writes and reads.
const SCHEMA_VERSION: u64 = 1;
/// The values are in memory already; the page cache only serves writes.
const CACHE_BYTES: usize = 4 << 20;

/// One change for the disk; `None` removes.
pub(super) struct Record<'a> {
    pub(super) key: &'a str,
    pub(super) value: Option<(u64, &'a [u8])>,
}

/// Where commits go.
pub(super) trait Disk: Send {
    /// All records, durably, or none. `image` is what was committed before.
    fn commit(&mut self, records: &[Record<'_>], revision: u64, image: &Image) -> Result<(), StoreError>;
}

/// Memory only.
pub(super) struct NoDisk;

impl Disk for NoDisk {
    fn commit(&mut self, _: &[Record<'_>], _: u64, _: &Image) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A redb file. `None` after a failed commit: redb then refuses further work until reopened.
pub(super) struct FileDisk {
    path: PathBuf,
    database: Option<Database>,
}

impl FileDisk {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        make_private(path)?;
        let database = open_database(path)?;
        let disk = Self { path: path.to_owned(), database: Some(database) };
        disk.check_schema()?;
        Ok(disk)
    }

    /// The revision and every item.
    pub(super) fn load(&mut self) -> Result<(u64, Vec<Item>), StoreError> {
        let database = self.database()?;
        load_all(database).map_err(|error| match error {
            LoadError::Redb(error) => StoreError::from_redb(&self.path, *error),
            LoadError::Json(key, error) => {
                StoreError::Damaged { path: self.path.clone(), why: format!("the value of {key}: {error}") }
            }
        })
    }

    fn database(&self) -> Result<&Database, StoreError> {
        self.database.as_ref().ok_or(StoreError::Closed)
    }

    fn check_schema(&self) -> Result<(), StoreError> {
        let found = schema_version(self.database()?).map_err(|e| StoreError::from_redb(&self.path, e))?;
        if found == SCHEMA_VERSION {
            return Ok(());
        }
        Err(StoreError::Schema { path: self.path.clone(), found, known: SCHEMA_VERSION })
    }
}

impl Disk for FileDisk {
    fn commit(&mut self, records: &[Record<'_>], revision: u64, image: &Image) -> Result<(), StoreError> {
        let reopened = self.database.is_none();
        let database = match self.database.take() {
            Some(database) => database,
            None => open_database(&self.path)?,
        };
        let result = write_all(&database, records, revision, reopened.then_some(image));
        match result {
            Ok(()) => {
                self.database = Some(database);
                Ok(())
            }
            Err(error) => Err(StoreError::from_redb(&self.path, error)),
        }
    }
}

/// The values may hold Secrets: nobody else may read the file.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| StoreError::from_io(path, &error))
}

fn open_database(path: &Path) -> Result<Database, StoreError> {
    Database::builder()
        .set_cache_size(CACHE_BYTES)
        .create(path)
        .map_err(|error| StoreError::from_redb(path, error.into()))
}

/// The file's version; a new file gets ours.
fn schema_version(database: &Database) -> Result<u64, redb::Error> {
    let transaction = database.begin_write()?;
    let found = {
        let mut meta = transaction.open_table(META)?;
        let found = meta.get("schema_version")?.map(|version| version.value());
        match found {
            Some(version) => version,
            None => {
                meta.insert("schema_version", SCHEMA_VERSION)?;
                meta.insert("revision", 0)?;
                transaction.open_table(OBJECTS)?;
                SCHEMA_VERSION
            }
        }
    };
    transaction.commit()?;
    Ok(found)
}

enum LoadError {
    Redb(Box<redb::Error>),
    Json(String, serde_json::Error),
}

impl<E: Into<redb::Error>> From<E> for LoadError {
    fn from(error: E) -> Self {
        Self::Redb(Box::new(error.into()))
    }
}

fn load_all(database: &Database) -> Result<(u64, Vec<Item>), LoadError> {
    let transaction = database.begin_read()?;
    let revision = transaction.open_table(META)?.get("revision")?.map_or(0, |revision| revision.value());
    let objects = transaction.open_table(OBJECTS)?;
    let mut items = Vec::new();
    for row in objects.iter()? {
        let (key, value) = row?;
        let (revision, bytes) = value.value();
        let value = serde_json::from_slice(bytes).map_err(|e| LoadError::Json(key.value().to_owned(), e))?;
        items.push(Item { key: key.value().into(), value: Arc::new(value), revision });
    }
    Ok((revision, items))
}

/// One durable transaction. After a failure nobody knows whether that commit reached the disk, so
/// a reopened file is compared with memory, and memory, which readers have seen, wins.
fn write_all(
    database: &Database,
    records: &[Record<'_>],
    revision: u64,
    truth: Option<&Image>,
) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut meta = transaction.open_table(META)?;
        let mut objects = transaction.open_table(OBJECTS)?;
        let on_disk = meta.get("revision")?.map(|revision| revision.value());
        if let Some(image) = truth.filter(|image| on_disk != Some(image.revision())) {
            objects.retain(|_, _| false)?;
            for item in image.items() {
                objects.insert(&*item.key, (item.revision, item.value.to_string().as_bytes()))?;
            }
        }
        for record in records {
            match record.value {
                Some(value) => drop(objects.insert(record.key, value)?),
                None => drop(objects.remove(record.key)?),
            }
        }
        meta.insert("revision", revision)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Change, Expect, Store, Write};
    use super::*;

    fn stamp(value: &mut serde_json::Value, revision: u64) {
        value["revision"] = revision.into();
    }

    fn put(key: &str, expect: Expect) -> Write {
        Write { key: key.into(), expect, change: Change::Put(json!({"name": key})) }
    }

    #[tokio::test]
    async fn a_reopened_file_goes_on_where_it_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.redb");
        let store = Store::open(&path, stamp).expect("opens");
        let a = store.write(put("a", Expect::Absent)).await.expect("written");
        store.write(put("b", Expect::Absent)).await.expect("written");
        let gone = Write { key: "a".into(), expect: Expect::Revision(a.revision), change: Change::Delete(json!({})) };
        store.write(gone).await.expect("removed");
        store.close().await;
        let store = Store::open(&path, stamp).expect("opens again");
        let (items, revision) = store.list("");
        assert_eq!(revision, 3);
        assert_eq!(items.len(), 1);
        assert_eq!(*items[0].value, json!({"name": "b", "revision": 2}));
        assert!(matches!(store.watch("", 1).ready(), Err(StoreError::Compacted { oldest: 3, .. })));
        assert_eq!(store.write(put("c", Expect::Absent)).await.expect("written").revision, 4);
    }

    #[tokio::test]
    async fn after_a_failed_commit_memory_wins_over_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.redb");
        let mut disk = FileDisk::open(&path).expect("opens");
        let mut image = Image::new(0, super::super::image::Limits::default());
        // The file has a change that nobody was told of.
        disk.commit(&[Record { key: "ghost", value: Some((1, b"1")) }], 1, &image).expect("committed");
        disk.database = None;
        image.fill(vec![Item { key: "seen".into(), value: Arc::new(json!(7)), revision: 0 }]);
        disk.commit(&[Record { key: "new", value: Some((1, b"2")) }], 1, &image).expect("committed");
        let (_, items) = disk.load().expect("loads");
        let keys: Vec<_> = items.iter().map(|item| &*item.key).collect();
        assert_eq!(keys, ["new", "seen"]);
    }

    #[tokio::test]
    async fn each_trouble_has_its_own_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.redb");
        let store = Store::open(&path, stamp).expect("opens");
        assert!(matches!(Store::open(&path, stamp), Err(StoreError::Locked(_))));
        store.close().await;
        let missing = folder.path().join("no/such/folder/state.redb");
        assert!(matches!(Store::open(&missing, stamp), Err(StoreError::Unwritable { .. })));
        let other = folder.path().join("text");
        std::fs::write(&other, "this is not a database, and long enough to be read as one".repeat(100))
            .expect("written");
        assert!(matches!(Store::open(&other, stamp), Err(StoreError::Damaged { .. })));
        let newer = Database::create(&path).expect("opens");
        let transaction = newer.begin_write().expect("begins");
        transaction.open_table(META).expect("opens").insert("schema_version", 2).expect("written");
        transaction.commit().expect("committed");
        drop(newer);
        assert!(matches!(Store::open(&path, stamp), Err(StoreError::Schema { found: 2, known: 1, .. })));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.redb");
        drop(FileDisk::open(&path).expect("opens"));
        let mode = std::fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
