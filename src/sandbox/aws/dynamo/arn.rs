//! Region names: the library writes its own name where AWS writes a region; LocalStack says us-east-1.
//!
//! Requests need no change: the library reads the table's name out of an ARN of any region.

use bytes::Bytes;
use http::Response;

/// What the library writes, and what a client is to read instead.
const NAMES: [(&[u8], &[u8]); 2] = [
    (b"arn:aws:dynamodb:dynoxide:", b"arn:aws:dynamodb:us-east-1:"),
    (b"arn:aws:kms:dynoxide:", b"arn:aws:kms:us-east-1:"),
];

/// Rewrites the ARNs of an answer; length and checksum follow.
pub(crate) fn localise(mut response: Response<Bytes>) -> Response<Bytes> {
    // Say whose answer it is only where AWS says something too.
    response.headers_mut().remove("x-dynoxide-version");
    response.headers_mut().remove(http::header::SERVER);
    let mut changed = false;
    for (from, to) in NAMES {
        if let Some(body) = replace(response.body(), from, to) {
            *response.body_mut() = body.into();
            changed = true;
        }
    }
    if changed {
        super::seal(&mut response);
    }
    response
}

/// `None` where nothing is to be replaced.
fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let mut found = find(text, from)?;
    let mut out = Vec::with_capacity(text.len() + 64);
    let mut rest = text;
    loop {
        out.extend_from_slice(&rest[..found]);
        out.extend_from_slice(to);
        rest = &rest[found + from.len()..];
        match find(rest, from) {
            Some(next) => found = next,
            None => break,
        }
    }
    out.extend_from_slice(rest);
    Some(out)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    // The first byte rules most places out at the speed of memchr.
    let mut start = 0;
    while let Some(at) = text[start..].iter().position(|b| *b == what[0]) {
        let at = start + at;
        if text[at..].starts_with(what) {
            return Some(at);
        }
        start = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_carry_the_region_of_localstack_and_the_checksum_follows() {
        let body = br#"{"TableArn":"arn:aws:dynamodb:dynoxide:000000000000:table/tasks","x":"arn:aws:dynamodb:dynoxide:000000000000:table/tasks/index/i"}"#;
        let answer = localise(Response::new(Bytes::from_static(body)));
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        assert_eq!(text.matches("arn:aws:dynamodb:us-east-1:000000000000:table/tasks").count(), 2, "{text}");
        let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, answer.body()).to_string();
        assert_eq!(answer.headers()[super::super::CRC32], sum.as_str());
    }

    #[test]
    fn other_answers_are_left_alone() {
        let answer = localise(Response::new(Bytes::from_static(b"{\"Item\":{\"a\":{\"S\":\"arn:aws\"}}}")));
        assert_eq!(answer.body().as_ref(), b"{\"Item\":{\"a\":{\"S\":\"arn:aws\"}}}");
    }
}
