//! One `up` or `down` at a time for a data folder: a file lock, which the kernel drops with its process.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::LabError;

/// The lock, held until it is dropped.
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock of a data folder; while another process has it, `waiting` is told once and up to
/// `patience` is waited.
pub(super) async fn take(data: &Path, patience: Duration, waiting: impl Fn(String)) -> Result<Lock, LabError> {
    let path = data.join("up.lock");
    let failed = |operation: &'static str, path: &PathBuf| {
        let path = path.clone();
        move |source| LabError::Files { operation, path, source }
    };
    fs::create_dir_all(data).map_err(failed("make", &data.to_owned()))?;
    let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.map_err(failed("open", &path))?;
    let begun = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
        }
        let pid = holder(&mut file);
        if begun.elapsed() >= patience {
            return Err(LabError::Busy { pid, waited: begun.elapsed() });
        }
        if !told {
            waiting(format!("process {pid} is at work on this lab; waiting for it"));
            told = true;
        }
        // A lock cannot be watched; this is the only place that asks again and again.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let note = file
        .set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| write!(file, "{}", std::process::id()));
    note.map_err(failed("write", &path))?;
    Ok(Lock { _file: file })
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
    let digits = text.trim();
    match read {
        Ok(_) if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) => digits.to_owned(),
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn the_second_is_told_who_has_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let first = take(dir.path(), Duration::ZERO, |_| {}).await.unwrap();
        let busy = take(dir.path(), Duration::ZERO, |_| {}).await.err().unwrap();
        assert!(busy.to_string().contains(&std::process::id().to_string()), "{busy}");
        drop(first);
        take(dir.path(), Duration::ZERO, |_| {}).await.map(drop).unwrap();
    }

    #[tokio::test]
    async fn a_waiting_one_goes_on_when_the_first_ends() {
        let dir = tempfile::tempdir().unwrap();
        let first = take(dir.path(), Duration::ZERO, |_| {}).await.unwrap();
        let told = AtomicBool::new(false);
        let second = take(dir.path(), Duration::from_secs(20), |_| told.store(true, Ordering::SeqCst));
        let (second, ()) = tokio::join!(second, async { drop(first) });
        assert!(second.is_ok());
        assert!(told.load(Ordering::SeqCst));
    }
}
