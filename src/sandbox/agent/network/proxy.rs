//! One listener and the connections that came in through it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// A listening port of a Service. Dropping it closes the port some time later; connections go on.
#[derive(Debug)]
pub(super) struct Proxy {
    backends: Arc<Mutex<Backends>>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Backends {
    all: Vec<SocketAddr>,
    next: usize,
}

impl Backends {
    /// Each in turn.
    fn pick(&mut self) -> Option<SocketAddr> {
        let picked = *self.all.get(self.next % self.all.len().max(1))?;
        self.next = self.next.wrapping_add(1);
        Some(picked)
    }
}

impl Proxy {
    /// Listens on `address` for `backends`.
    pub(super) fn open(address: SocketAddr, backends: Vec<SocketAddr>) -> std::io::Result<Self> {
        let listener = listen(address, 1024)?;
        let backends = Arc::new(Mutex::new(Backends { all: backends, next: 0 }));
        let task = tokio::spawn(accept(listener, backends.clone()));
        Ok(Self { backends, task })
    }

    /// New connections go to these from now on.
    pub(super) fn point_at(&self, backends: Vec<SocketAddr>) {
        self.backends.lock().unwrap_or_else(PoisonError::into_inner).all = backends;
    }
}

impl Proxy {
    /// Closes the port: when this returns, another may listen there.
    pub(super) async fn close(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A listener that can be opened again at once after it was closed.
pub(super) fn listen(address: SocketAddr, backlog: u32) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}

async fn accept(listener: TcpListener, backends: Arc<Mutex<Backends>>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                let backend = backends.lock().unwrap_or_else(PoisonError::into_inner).pick();
                tokio::spawn(connect(client, backend));
            }
            // Out of file descriptors, say: give others time to close theirs.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}

async fn connect(mut client: TcpStream, backend: Option<SocketAddr>) {
    let server = match backend {
        Some(backend) => TcpStream::connect(backend).await.ok(),
        None => None,
    };
    let Some(mut server) = server else {
        // Nobody listens behind the Service: reset, the nearest to a refusal that is left.
        let _ = client.set_zero_linger();
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    // An error is a connection that broke: both ends see it.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Answers each byte with its own name.
    async fn backend(name: u8) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut byte = [0];
                    while stream.read_exact(&mut byte).await.is_ok() {
                        if stream.write_all(&[name]).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    async fn ask(stream: &mut TcpStream) -> u8 {
        stream.write_all(b"?").await.expect("written");
        stream.read_u8().await.expect("an answer")
    }

    async fn free_address() -> SocketAddr {
        let probe = TcpListener::bind("127.77.0.1:0").await.expect("a port");
        probe.local_addr().expect("an address")
    }

    #[tokio::test]
    async fn connections_take_turns_and_survive_a_change() {
        let (a, b, c) = (backend(b'a').await, backend(b'b').await, backend(b'c').await);
        let address = free_address().await;
        let proxy = Proxy::open(address, vec![a, b]).expect("a listener");
        let mut first = TcpStream::connect(address).await.expect("connected");
        let mut second = TcpStream::connect(address).await.expect("connected");
        let mut got = [ask(&mut first).await, ask(&mut second).await];
        got.sort_unstable();
        assert_eq!(got, [b'a', b'b']);
        let before = ask(&mut first).await;

        proxy.point_at(vec![c]);
        let mut third = TcpStream::connect(address).await.expect("connected");
        assert_eq!(ask(&mut third).await, b'c');
        assert_eq!(ask(&mut first).await, before);

        proxy.close().await;
        let error = TcpStream::connect(address).await.expect_err("closed");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
        assert_eq!(ask(&mut first).await, before);
        Proxy::open(address, vec![a]).expect("the port can be taken again at once");
    }

    #[tokio::test]
    async fn an_endpoint_where_nobody_listens_resets() {
        let nobody = free_address().await;
        let address = free_address().await;
        let _proxy = Proxy::open(address, vec![nobody]).expect("a listener");
        let mut stream = TcpStream::connect(address).await.expect("accepted");
        let error = stream.read_u8().await.expect_err("no answer");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
}
