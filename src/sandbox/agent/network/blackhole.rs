//! A port on which a connection attempt hangs, as behind a firewall that drops packets: a listener
//! that nobody accepts from and whose queue is full, so that the kernel ignores further attempts.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// No kernel lets more connections than this into a queue of length zero.
const MOST: usize = 8;
/// So long the hole's own attempts wait before the queue counts as full.
const FULL_AFTER: Duration = Duration::from_millis(100);

/// A held port. Dropping it frees the port some time later; attempts that hang are then refused.
#[derive(Debug)]
pub(super) struct Hole {
    task: JoinHandle<()>,
}

impl Hole {
    /// Holds `address`.
    pub(super) fn dig(address: SocketAddr) -> std::io::Result<Self> {
        let listener = super::proxy::listen(address, 0)?;
        let task = tokio::spawn(async move {
            let mut fill = Vec::new();
            while fill.len() < MOST {
                match tokio::time::timeout(FULL_AFTER, TcpStream::connect(address)).await {
                    Ok(Ok(stream)) => fill.push(stream),
                    _ => break,
                }
            }
            std::future::pending::<()>().await;
            drop((listener, fill));
        });
        Ok(Self { task })
    }
}

impl Hole {
    /// Frees the port: when this returns, another may listen there.
    pub(super) async fn close(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Hole {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_attempt_hangs() {
        let probe = TcpListener::bind("127.77.0.2:0").await.expect("a port");
        let address = probe.local_addr().expect("an address");
        drop(probe);
        let _hole = Hole::dig(address).expect("a hole");
        // The first ones may slip in while the queue is being filled.
        let hangs = async {
            loop {
                match tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
                    Err(_) => return,
                    Ok(Ok(stream)) => drop(stream),
                    Ok(Err(error)) => panic!("{error}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), hangs).await.expect("hangs in the end");
    }
}
