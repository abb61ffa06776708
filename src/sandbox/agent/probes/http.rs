//! The HTTP side of probes and hooks: one GET over a fresh connection, in a kubelet's words.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Look;

/// A GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox::agent) struct Request {
    /// An address or a name.
    pub(in crate::sandbox::agent) host: String,
    /// The port.
    pub(in crate::sandbox::agent) port: u16,
    /// Path and query, with the leading slash.
    pub(in crate::sandbox::agent) path: String,
    /// Headers of the manifest.
    pub(in crate::sandbox::agent) headers: Vec<(String, String)>,
}

impl Request {
    fn url(&self) -> String {
        format!("http://{}:{}{}", self.host, self.port, self.path)
    }
}

/// Connects; the error is a look with Go's words.
pub(super) async fn connect(address: SocketAddr, timeout: Duration) -> Result<TcpStream, Look> {
    match tokio::time::timeout(timeout, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Err(Look::Refused(format!("dial tcp {address}: connect: connection refused")))
        }
        Ok(Err(error)) => Err(Look::Failure(format!("dial tcp {address}: connect: {error}"))),
        Err(_) => Err(Look::Failure(format!("dial tcp {address}: i/o timeout"))),
    }
}

/// Asks once. Any status from 200 to 399 is good.
pub(in crate::sandbox::agent) async fn look(request: &Request, timeout: Duration) -> Look {
    let get = |text: &str| format!("Get \"{}\": {text}", request.url());
    match tokio::time::timeout(timeout, status(request, timeout)).await {
        Ok(Ok(200..=399)) => Look::Success,
        Ok(Ok(status)) => Look::Failure(format!("HTTP probe failed with statuscode: {status}")),
        Ok(Err(Look::Refused(text))) => Look::Refused(get(&text)),
        Ok(Err(Look::Failure(text))) => Look::Failure(get(&text)),
        Ok(Err(Look::Success)) => Look::Success,
        Err(_) => Look::Failure(get("context deadline exceeded (Client.Timeout exceeded while awaiting headers)")),
    }
}

async fn status(request: &Request, timeout: Duration) -> Result<u16, Look> {
    let failed = |error: &dyn std::fmt::Display| Look::Failure(error.to_string());
    let mut addresses = tokio::net::lookup_host((request.host.as_str(), request.port)).await.map_err(|e| failed(&e))?;
    let address = addresses.next().ok_or_else(|| failed(&"no such host"))?;
    let stream = connect(address, timeout).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await.map_err(|e| failed(&e))?;
    // Ends when the sender is dropped, or with the server's answer.
    let driver = tokio::spawn(connection);
    let mut get = http::Request::get(&request.path);
    let named = |name: &str| request.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    if !named("host") {
        get = get.header("Host", format!("{}:{}", request.host, request.port));
    }
    if !named("user-agent") {
        get = get.header("User-Agent", "kube-probe/1.36");
    }
    if !named("accept") {
        get = get.header("Accept", "*/*");
    }
    get = get.header("Connection", "close");
    for (name, value) in &request.headers {
        get = get.header(name, value);
    }
    let get = get.body(Empty::new()).map_err(|e| failed(&e))?;
    let answer = sender.send_request(get).await;
    driver.abort();
    answer
        .map(|a| a.status().as_u16())
        .map_err(|error| if error.is_incomplete_message() { failed(&"EOF") } else { failed(&error) })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn answer_once(answer: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            stream.write_all(answer.as_bytes()).await.expect("written");
        });
        port
    }

    fn request(port: u16) -> Request {
        Request { host: "127.0.0.1".into(), port, path: "/health".into(), headers: Vec::new() }
    }

    #[tokio::test]
    async fn a_status_decides_in_a_kubelets_words() {
        let patience = Duration::from_secs(30);
        let port = answer_once("HTTP/1.1 204 No Content\r\n\r\n").await;
        assert_eq!(look(&request(port), patience).await, Look::Success);
        let port = answer_once("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
        let failed = Look::Failure("HTTP probe failed with statuscode: 404".into());
        assert_eq!(look(&request(port), patience).await, failed);
        let port = answer_once("").await;
        assert_eq!(
            look(&request(port), patience).await,
            Look::Failure(format!("Get \"http://127.0.0.1:{port}/health\": EOF"))
        );
    }

    #[tokio::test]
    async fn a_closed_port_is_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        // As recorded from Kubernetes 1.36 (recordings/node/cloud).
        let expected =
            format!("Get \"http://127.0.0.1:{port}/health\": dial tcp 127.0.0.1:{port}: connect: connection refused");
        assert_eq!(look(&request(port), Duration::from_secs(30)).await, Look::Refused(expected));
    }

    #[tokio::test]
    async fn silence_is_a_timeout() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let got = look(&request(port), Duration::from_millis(50)).await;
        let Look::Failure(text) = got else { panic!("{got:?}") };
        assert!(text.ends_with("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"), "{text}");
    }
}
