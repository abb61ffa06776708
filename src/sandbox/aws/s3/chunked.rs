//! Undoes aws-chunked: `size[;chunk-signature=…]\r\n data \r\n … 0\r\n trailers \r\n`.
//!
//! Signatures of chunks are not looked at. Trailers (checksums, mostly) are put where the
//! operation finds them after it has read the body.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// A chunk's first line and the trailers may not be longer than this.
const LINE_BYTES: usize = 16 * 1024;

/// Headers that came after the body; empty until the body has been read to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Trailers(Arc<Mutex<HeaderMap>>);

impl Trailers {
    /// The value of a trailer.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }

    fn add(&self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let name = HeaderName::try_from(name.trim());
        let value = HeaderValue::try_from(value.trim());
        if let (Ok(name), Ok(value)) = (name, value) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, value);
        }
    }
}

/// Why a body is no aws-chunked body.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChunkError {
    /// The framing is broken.
    #[error("the aws-chunked body is malformed: {0}")]
    Malformed(&'static str),
    /// The body ends too early.
    #[error("the aws-chunked body ends before its last chunk")]
    Incomplete,
    /// The connection failed.
    #[error("the body cannot be read: {0}")]
    Read(#[from] hyper::Error),
    /// More or fewer bytes than x-amz-decoded-content-length says.
    #[error("the body has {got} bytes, x-amz-decoded-content-length says {said}")]
    Length {
        /// Bytes that came.
        got: u64,
        /// Bytes that were told.
        said: u64,
    },
}

enum Place {
    Size,
    Data(u64),
    AfterData,
    Trailers,
    End,
}

struct Decoder {
    body: Incoming,
    buffer: BytesMut,
    place: Place,
    trailers: Trailers,
    expected: Option<u64>,
    got: u64,
}

/// The data of an aws-chunked body; `expected` is what x-amz-decoded-content-length says.
pub(super) fn decode(
    body: Incoming,
    expected: Option<u64>,
    trailers: Trailers,
) -> impl Stream<Item = Result<Bytes, ChunkError>> + Send {
    let decoder = Decoder { body, buffer: BytesMut::new(), place: Place::Size, trailers, expected, got: 0 };
    futures::stream::unfold(decoder, |mut decoder| async move {
        match decoder.step().await {
            Ok(None) => None,
            Ok(Some(data)) => Some((Ok(data), decoder)),
            Err(e) => {
                decoder.place = Place::End;
                Some((Err(e), decoder))
            }
        }
    })
}

impl Decoder {
    async fn step(&mut self) -> Result<Option<Bytes>, ChunkError> {
        loop {
            match self.place {
                Place::End => return Ok(None),
                Place::Size => {
                    let line = self.line().await?;
                    let size = line.split(';').next().unwrap_or_default().trim();
                    let size = u64::from_str_radix(size, 16).map_err(|_| ChunkError::Malformed("a chunk's size"))?;
                    self.place = if size == 0 { Place::Trailers } else { Place::Data(size) };
                }
                Place::Data(left) => {
                    if self.buffer.is_empty() && !self.fill().await? {
                        return Err(ChunkError::Incomplete);
                    }
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
                    let data = self.buffer.split_to(take).freeze();
                    let left = left - take as u64;
                    self.got += take as u64;
                    self.place = if left == 0 { Place::AfterData } else { Place::Data(left) };
                    return Ok(Some(data));
                }
                Place::AfterData => {
                    if !self.line().await?.is_empty() {
                        return Err(ChunkError::Malformed("no line end after a chunk"));
                    }
                    self.place = Place::Size;
                }
                Place::Trailers => {
                    self.read_trailers().await?;
                    self.place = Place::End;
                    match self.expected {
                        Some(said) if said != self.got => return Err(ChunkError::Length { got: self.got, said }),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    async fn read_trailers(&mut self) -> Result<(), ChunkError> {
        // Some clients end without the empty line.
        loop {
            match self.line().await {
                Ok(line) if line.is_empty() => return Ok(()),
                Ok(line) => self.trailers.add(&line),
                Err(ChunkError::Incomplete) => {
                    let rest = String::from_utf8_lossy(&self.buffer).into_owned();
                    self.trailers.add(rest.trim_end());
                    return Ok(());
                }
                Err(e) => return Err(e),
            }
        }
    }

    async fn line(&mut self) -> Result<String, ChunkError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
                let line = self.buffer.split_to(end + 1);
                return Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned());
            }
            if self.buffer.len() > LINE_BYTES {
                return Err(ChunkError::Malformed("a line without end"));
            }
            if !self.fill().await? {
                return Err(ChunkError::Incomplete);
            }
        }
    }

    /// Reads more; false at the end of the body.
    async fn fill(&mut self) -> Result<bool, ChunkError> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(data) = frame?.into_data()
                && !data.is_empty()
            {
                self.buffer.extend_from_slice(&data);
                return Ok(true);
            }
        }
        Ok(false)
    }
}
