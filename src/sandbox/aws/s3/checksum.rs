//! Checksums: what the client said is checked against what arrived, and told again on reading.

use http::HeaderMap;
use s3s::S3Error;
use s3s::S3ErrorCode;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::Checksum;
use serde::{Deserialize, Serialize};

use super::chunked::Trailers;
use super::errors::{invalid_request, say};

/// The algorithms of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Algorithm {
    #[serde(rename = "CRC32")]
    Crc32,
    #[serde(rename = "CRC32C")]
    Crc32c,
    #[serde(rename = "CRC64NVME")]
    Crc64Nvme,
    #[serde(rename = "SHA1")]
    Sha1,
    #[serde(rename = "SHA256")]
    Sha256,
}

/// All of them.
pub(super) const ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];

impl Algorithm {
    /// The name in requests and answers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }

    /// From its name, in any case.
    pub(super) fn parse(name: &str) -> Result<Self, S3Error> {
        let found = ALGORITHMS.into_iter().find(|a| a.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| invalid_request("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"))
    }

    fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    /// True for those whose sums of parts can be joined into the sum of the whole.
    pub(super) fn is_crc(self) -> bool {
        matches!(self, Algorithm::Crc32 | Algorithm::Crc32c | Algorithm::Crc64Nvme)
    }

    fn hasher(self) -> ChecksumHasher {
        let mut hasher = ChecksumHasher::default();
        match self {
            Algorithm::Crc32 => hasher.crc32 = Some(Crc32::new()),
            Algorithm::Crc32c => hasher.crc32c = Some(Crc32c::new()),
            Algorithm::Crc64Nvme => hasher.crc64nvme = Some(Crc64Nvme::new()),
            Algorithm::Sha1 => hasher.sha1 = Some(Sha1::new()),
            Algorithm::Sha256 => hasher.sha256 = Some(Sha256::new()),
        }
        hasher
    }

    fn of(self, sums: &Checksum) -> Option<String> {
        match self {
            Algorithm::Crc32 => sums.checksum_crc32.clone(),
            Algorithm::Crc32c => sums.checksum_crc32c.clone(),
            Algorithm::Crc64Nvme => sums.checksum_crc64nvme.clone(),
            Algorithm::Sha1 => sums.checksum_sha1.clone(),
            Algorithm::Sha256 => sums.checksum_sha256.clone(),
        }
    }
}

/// A sum as it is kept with an object or a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    /// Which algorithm.
    pub(super) algorithm: Algorithm,
    /// Base64; `…-3` for a composite of three parts.
    pub(super) value: String,
    /// True: of the whole object; false: of the parts' sums.
    pub(super) full: bool,
}

impl Sum {
    /// FULL_OBJECT or COMPOSITE.
    pub(super) fn kind(&self) -> &'static str {
        if self.full { "FULL_OBJECT" } else { "COMPOSITE" }
    }

    /// The value where the algorithm is the asked one.
    pub(super) fn of(sum: Option<&Sum>, algorithm: Algorithm) -> Option<String> {
        sum.filter(|s| s.algorithm == algorithm).map(|s| s.value.clone())
    }
}

/// Fills the five checksum members (and `checksum_type`) of an answer from an `Option<&Sum>`.
macro_rules! tell_sum {
    ($output:expr, $sum:expr) => {{
        use $crate::sandbox::aws::s3::checksum::{Algorithm, Sum};
        let sum: Option<&Sum> = $sum;
        $output.checksum_crc32 = Sum::of(sum, Algorithm::Crc32);
        $output.checksum_crc32c = Sum::of(sum, Algorithm::Crc32c);
        $output.checksum_crc64nvme = Sum::of(sum, Algorithm::Crc64Nvme);
        $output.checksum_sha1 = Sum::of(sum, Algorithm::Sha1);
        $output.checksum_sha256 = Sum::of(sum, Algorithm::Sha256);
    }};
}
pub(super) use tell_sum;

/// Sums a body while it passes.
pub(super) struct Summing {
    md5: Md5,
    algorithm: Algorithm,
    hasher: ChecksumHasher,
    said: Option<String>,
    said_md5: Option<String>,
    trailer: bool,
}

/// What a body sums up to.
#[derive(Debug)]
pub(super) struct Sums {
    /// Lower-case hex: the ETag.
    pub(super) md5: String,
    /// The sum kept.
    pub(super) sum: Sum,
}

impl Summing {
    /// From the request's headers; `wanted` is the algorithm where they name none.
    pub(super) fn start(headers: &HeaderMap, wanted: Algorithm) -> Result<Self, S3Error> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let given = ALGORITHMS.into_iter().find_map(|a| text(&a.header()).map(|value| (a, value.to_owned())));
        let trailer = text("x-amz-trailer").and_then(|names| {
            let names = names.to_ascii_lowercase();
            ALGORITHMS.into_iter().find(|a| names.split(',').any(|name| name.trim() == a.header()))
        });
        let named = text("x-amz-sdk-checksum-algorithm").or(text("x-amz-checksum-algorithm"));
        let algorithm = match (&given, trailer, named) {
            (Some((algorithm, _)), _, _) => *algorithm,
            (None, Some(algorithm), _) => algorithm,
            (None, None, Some(name)) => Algorithm::parse(name)?,
            (None, None, None) => wanted,
        };
        Ok(Self {
            md5: Md5::new(),
            algorithm,
            hasher: algorithm.hasher(),
            said: given.map(|(_, value)| value),
            said_md5: text("content-md5").map(str::to_owned),
            trailer: trailer.is_some(),
        })
    }

    /// For bytes that are already ours.
    pub(super) fn own(algorithm: Algorithm) -> Self {
        let (md5, hasher) = (Md5::new(), algorithm.hasher());
        Self { md5, algorithm, hasher, said: None, said_md5: None, trailer: false }
    }

    /// The next bytes.
    pub(super) fn update(&mut self, data: &[u8]) {
        self.md5.update(data);
        self.hasher.update(data);
    }

    /// Compares with what the client said.
    pub(super) fn finish(self, trailers: Option<&Trailers>) -> Result<Sums, S3Error> {
        let md5 = self.md5.finalize();
        if let Some(said) = &self.said_md5 {
            check_md5(said, md5.as_ref())?;
        }
        let value = self.algorithm.of(&self.hasher.finalize()).unwrap_or_default();
        let after = trailers.filter(|_| self.trailer).and_then(|t| t.get(&self.algorithm.header()));
        if let Some(said) = self.said.or(after)
            && said != value
        {
            let name = self.algorithm.name();
            let text = format!("The {name} you specified did not match the calculated checksum.");
            return Err(say(S3ErrorCode::BadDigest, text));
        }
        let sum = Sum { algorithm: self.algorithm, value, full: true };
        Ok(Sums { md5: hex(md5.as_ref()), sum })
    }
}

fn check_md5(said: &str, got: &[u8]) -> Result<(), S3Error> {
    use base64::Engine;
    let said = base64::engine::general_purpose::STANDARD.decode(said).ok().filter(|bytes| bytes.len() == 16);
    match said {
        None => Err(say(S3ErrorCode::InvalidDigest, "The Content-MD5 you specified was invalid.")),
        Some(said) if said != got => {
            Err(say(S3ErrorCode::BadDigest, "The Content-MD5 you specified did not match what we received."))
        }
        Some(_) => Ok(()),
    }
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The sum of sums: `base64(hash(concatenated raw sums))-count`.
pub(super) fn composite(algorithm: Algorithm, parts: &[Sum]) -> Sum {
    let mut hasher = algorithm.hasher();
    for part in parts {
        hasher.update(&raw(&part.value));
    }
    let value = algorithm.of(&hasher.finalize()).unwrap_or_default();
    Sum { algorithm, value: format!("{value}-{}", parts.len()), full: false }
}

/// The CRC of the whole from the CRCs of its parts and their lengths.
pub(super) fn join(algorithm: Algorithm, parts: &[(Sum, u64)]) -> Option<Sum> {
    use base64::Engine;
    let (kind, width) = match algorithm {
        Algorithm::Crc32 => (crc_fast::CrcAlgorithm::Crc32IsoHdlc, 4),
        Algorithm::Crc32c => (crc_fast::CrcAlgorithm::Crc32Iscsi, 4),
        Algorithm::Crc64Nvme => (crc_fast::CrcAlgorithm::Crc64Nvme, 8),
        Algorithm::Sha1 | Algorithm::Sha256 => return None,
    };
    let number = |sum: &Sum| raw(&sum.value).iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let mut parts = parts.iter();
    let mut total = number(&parts.next()?.0);
    for (sum, length) in parts {
        total = crc_fast::checksum_combine(kind, total, number(sum), *length);
    }
    let bytes = total.to_be_bytes();
    let value = base64::engine::general_purpose::STANDARD.encode(&bytes[8 - width..]);
    Some(Sum { algorithm, value, full: true })
}

fn raw(value: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(value).unwrap_or_default()
}

/// MD5 of the parts' MD5s: the ETag of a multipart object, without its `-count`.
pub(super) fn md5_of_hex(parts: &[&str]) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        let bytes: Vec<u8> =
            (0..part.len() / 2).filter_map(|i| u8::from_str_radix(&part[2 * i..2 * i + 2], 16).ok()).collect();
        md5.update(&bytes);
    }
    hex(md5.finalize().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(algorithm: Algorithm, data: &[u8]) -> Sum {
        let mut summing = Summing::own(algorithm);
        summing.update(data);
        summing.finish(None).unwrap().sum
    }

    #[test]
    fn crcs_of_parts_join_to_the_crc_of_the_whole() {
        for algorithm in ALGORITHMS.into_iter().filter(|a| a.is_crc()) {
            let parts = [(sum(algorithm, b"hello "), 6), (sum(algorithm, b"big "), 4), (sum(algorithm, b"world"), 5)];
            assert_eq!(join(algorithm, &parts), Some(sum(algorithm, b"hello big world")), "{algorithm:?}");
        }
    }

    #[test]
    fn a_wrong_checksum_or_md5_is_refused() {
        for (name, value) in [("x-amz-checksum-crc32", "AAAAAA=="), ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            let mut summing = Summing::start(&headers, Algorithm::Crc64Nvme).unwrap();
            summing.update(b"not empty");
            assert_eq!(*summing.finish(None).unwrap_err().code(), S3ErrorCode::BadDigest, "{name}");
        }
    }

    #[test]
    fn the_etag_of_parts_is_the_md5_of_their_md5s() {
        // Python: md5(md5(b"a").digest() + md5(b"b").digest()).hexdigest()
        let etag = md5_of_hex(&["0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"]);
        assert_eq!(etag, "96e024ba2074fe77e8e965ba43a704be");
    }
}
