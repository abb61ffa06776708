//! How fresh the dashboard is, and what that costs: the figures of docs/performance.md.
//!
//!     cargo bench --bench freshness
//!
//! A replayed API server (a recorded pod and Job, multiplied; a fixed stream of changes) is read by the real watches,
//! taken in by the real `update` and drawn by the real loop on a 160x50 terminal whose bytes are encoded and thrown
//! away. Told: from a change's bytes leaving the server to the frame that shows it; from a key to its frame; the
//! processor's time at rest and at 100 and 500 changes a second; memory. Nothing here asserts a time.

#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures::StreamExt;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use k8s_tutor::app::message::{Body, Connected, Link};
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::{Options, Place, State};
use k8s_tutor::app::{Effect, Message};
use k8s_tutor::cluster::{Cluster, Sink};
use k8s_tutor::domain::object::Kind;
use k8s_tutor::domain::watch::WatchEvent;
use k8s_tutor::tui::{Loop, Screen};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

const POD: &str = include_str!("data/pod.json");
const JOB: &str = include_str!("data/job.json");
const JOBS: usize = 1_000;
/// Every so many changes one is of a pod on the screen, and is timed.
const TIMED_EVERY: u64 = 10;
/// Pods at the top of the list, which the changes on the screen take turns on.
const ON_SCREEN: usize = 30;

/// When each timed change left the server, and when it was seen on the screen.
#[derive(Default)]
struct Clock {
    sent: Mutex<HashMap<u64, Instant>>,
    seen: Mutex<Vec<Duration>>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    println!(
        "| pods | first row | all rows | freshness p50 / p99 | key to frame p50 / p99 | CPU at rest | at 100/s | at 500/s | frames at rest | RSS |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for pods in [1_850, 10_000] {
        run(pods).await;
    }
}

async fn run(pods: usize) {
    let clock = Arc::new(Clock::default());
    let changes: broadcast::Sender<Bytes> = broadcast::Sender::new(8192);
    let cluster = Cluster {
        client: kube::Client::new(server(pods, changes.clone()), "default"),
        url: "https://127.0.0.1:1".to_owned(),
        version: "v1.36.2".to_owned(),
        context: "bench".to_owned(),
        namespace: "default".to_owned(),
    };
    let (queue, messages) = mpsc::channel(4096);
    let (keys, events) = mpsc::channel(64);
    let frames = Arc::new(AtomicU64::new(0));
    let screen = Terminal::new(events, clock.clone(), frames.clone());
    let marks = screen.marks.clone();
    let mut state = State::new(Options::default());
    state.epoch = 1;
    state.here = Place::tab(PanelId::Pods);
    let began = Instant::now();
    let session = Connected {
        provider: "bench".into(),
        context: "bench".into(),
        namespace: "default".into(),
        version: "v1.36.2".into(),
        server: "https://127.0.0.1:1".into(),
        kubeconfig: None,
    };
    send(&queue, Body::Link(1, Link::Up(Box::new(session)))).await;
    let dashboard = Loop::new(screen, |_: Effect| {}, state).expect("a loop");
    let watches: Vec<_> = [Kind::Pod, Kind::Job]
        .map(|kind| {
            let (cluster, sink) = (cluster.clone(), Into(queue.clone()));
            tokio::spawn(async move { cluster.watch(kind, sink).await })
        })
        .into();
    let driver = tokio::spawn(drive(pods, changes, keys, clock.clone(), frames, marks, began));
    dashboard.run(messages).await.expect("a session");
    watches.iter().for_each(tokio::task::JoinHandle::abort);
    let figures = driver.await.expect("the driver");
    println!("{figures}");
}

async fn send(queue: &mpsc::Sender<Message>, body: Body) {
    queue.send(Message { at: jiff::Timestamp::now(), body }).await.expect("the loop listens");
}

/// What was drawn so far: the first row, and the number of rows that the tab tells.
#[derive(Default)]
struct Marks {
    first_row: Option<Instant>,
    all_rows: Option<Instant>,
    key_frames: Vec<Duration>,
    key_sent: Option<Instant>,
}

/// One session: waits for all rows, rests, changes pods at two rates, presses keys, leaves.
async fn drive(
    pods: usize,
    changes: broadcast::Sender<Bytes>,
    keys: mpsc::Sender<Event>,
    clock: Arc<Clock>,
    frames: Arc<AtomicU64>,
    marks: Arc<Mutex<Marks>>,
    began: Instant,
) -> String {
    while marks.lock().expect("marks").all_rows.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = frames.load(Ordering::Relaxed);
    let rest = cpu_over(Duration::from_secs(10), async { tokio::time::sleep(Duration::from_secs(10)).await }).await;
    let at_rest = frames.load(Ordering::Relaxed) - before;
    let hundred = cpu_over(Duration::from_secs(10), change(pods, 100, 10, &changes, &clock, 0)).await;
    let five_hundred = cpu_over(Duration::from_secs(10), change(pods, 500, 10, &changes, &clock, 100_000)).await;
    // Keys, while changes go on.
    let (loaded, key_clock) = (changes.clone(), Arc::new(Clock::default()));
    let load = tokio::spawn(async move { change(pods, 500, 6, &loaded, &key_clock, 900_000).await });
    for n in 0..100 {
        let code = if n % 2 == 0 { KeyCode::Char('j') } else { KeyCode::Char('k') };
        marks.lock().expect("marks").key_sent = Some(Instant::now());
        let _ = keys.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    load.await.expect("the load");
    let rss = rss();
    let _ = keys.send(Event::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE))).await;
    let marks = marks.lock().expect("marks");
    let since = |at: Option<Instant>| at.map_or(0.0, |at| at.duration_since(began).as_secs_f64());
    let fresh = quantiles(clock.seen.lock().expect("seen").clone());
    let key = quantiles(marks.key_frames.clone());
    format!(
        "| {pods} | {:.3} s | {:.3} s | {} | {} | {rest:.2} % | {hundred:.1} % | {five_hundred:.1} % | {at_rest} in 10 s | {rss:.0} MiB |",
        since(marks.first_row),
        since(marks.all_rows),
        fresh,
        key
    )
}

/// Sends `rate` changes a second for some seconds, evenly.
async fn change(pods: usize, rate: u64, seconds: u64, changes: &broadcast::Sender<Bytes>, clock: &Clock, first: u64) {
    let began = tokio::time::Instant::now();
    for n in 0..rate * seconds {
        tokio::time::sleep_until(began + Duration::from_micros(1_000_000 * n / rate)).await;
        let sequence = first + n;
        let timed = n % TIMED_EVERY == 0;
        // The newest pods have the highest numbers and stand at the top.
        let pod =
            if timed { pods - 1 - (n as usize / 10 % ON_SCREEN) } else { n as usize * 7919 % (pods - ON_SCREEN - 50) };
        let reason = if timed { format!("T{sequence}") } else { format!("Error{}", n % 3) };
        let line = json!({"type": "MODIFIED", "object": pod_json(pod, 20_000 + sequence, Some(&reason))});
        let bytes = Bytes::from(format!("{line}\n"));
        if timed {
            clock.sent.lock().expect("sent").insert(sequence, Instant::now());
        }
        let _ = changes.send(bytes);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
}

/// The percentage of one processor that this process used meanwhile. The server's part is in it.
async fn cpu_over(_: Duration, work: impl Future<Output = ()>) -> f64 {
    let (before, began) = (cpu(), Instant::now());
    work.await;
    (cpu() - before) / began.elapsed().as_secs_f64() * 100.0
}

fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| rest.get(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn rss() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn quantiles(mut all: Vec<Duration>) -> String {
    all.sort();
    let at = |q: f64| all.get(((all.len() as f64 - 1.0) * q) as usize).map_or(0.0, |d| d.as_secs_f64() * 1000.0);
    format!("{:.1} / {:.1} ms (n {})", at(0.5), at(0.99), all.len())
}

struct Into(mpsc::Sender<Message>);

impl Sink for Into {
    async fn take(&mut self, event: WatchEvent) -> bool {
        self.0.send(Message { at: jiff::Timestamp::now(), body: Body::Watch(1, event) }).await.is_ok()
    }
}

// ---- the server ------------------------------------------------------------------------------------------------

fn pod_json(n: usize, version: u64, reason: Option<&str>) -> Value {
    let mut pod: Value = serde_json::from_str(POD).expect("a pod");
    let meta = &mut pod["metadata"];
    meta["name"] = json!(format!("bench-{n:05}"));
    meta["namespace"] = json!("default");
    meta["uid"] = json!(format!("00000000-0000-4000-8000-{n:012}"));
    meta["resourceVersion"] = json!(version.to_string());
    // Long ago, so that ages stand still: what is measured is changes, not a clock.
    let born = jiff::Timestamp::from_second(1_700_000_000 + n as i64).expect("a time");
    meta["creationTimestamp"] = json!(born.to_string());
    let job = n % JOBS;
    meta["ownerReferences"][0]["name"] = json!(format!("job-{job:04}"));
    meta["ownerReferences"][0]["uid"] = json!(format!("00000000-0000-4000-9000-{job:012}"));
    meta["labels"]["batch.kubernetes.io/job-name"] = json!(format!("job-{job:04}"));
    if let Some(reason) = reason {
        pod["status"]["containerStatuses"][0]["state"] = json!({"terminated": {"exitCode": 1, "reason": reason,
            "startedAt": "2023-11-14T22:13:20Z", "finishedAt": "2023-11-14T22:13:21Z"}});
    }
    pod
}

fn job_json(n: usize) -> Value {
    let mut job: Value = serde_json::from_str(JOB).expect("a Job");
    let meta = &mut job["metadata"];
    meta["name"] = json!(format!("job-{n:04}"));
    meta["namespace"] = json!("default");
    meta["uid"] = json!(format!("00000000-0000-4000-9000-{n:012}"));
    meta["resourceVersion"] = json!("10000");
    meta["creationTimestamp"] = json!("2023-11-14T22:13:20Z");
    job
}

type Answer = http_body_util::combinators::UnsyncBoxBody<Bytes, io::Error>;
type Pages = Arc<HashMap<String, Bytes>>;

fn server(
    pods: usize,
    changes: broadcast::Sender<Bytes>,
) -> impl tower::Service<
    Request<kube::client::Body>,
    Response = Response<Answer>,
    Error = io::Error,
    Future: Future<Output = Result<Response<Answer>, io::Error>> + Send,
> + Clone
+ Send
+ 'static {
    let pages = Arc::new(pages(pods));
    tower::service_fn(move |request: Request<kube::client::Body>| {
        let (pages, changes) = (Pages::clone(&pages), changes.subscribe());
        async move { Ok(answer(&request, &pages, changes)) }
    })
}

/// All pages of both lists, ready made: what is measured is the reader.
fn pages(pods: usize) -> HashMap<String, Bytes> {
    const PAGE: usize = 250;
    let mut pages = HashMap::new();
    let mut add = |plural: &str, kind: &str, api: &str, all: usize, item: &dyn Fn(usize) -> Value| {
        for from in (0..all).step_by(PAGE) {
            let items: Vec<Value> = (from..(from + PAGE).min(all)).map(item).collect();
            let next = if from + PAGE < all { (from + PAGE).to_string() } else { String::new() };
            let list = json!({"kind": kind, "apiVersion": api, "items": items,
                "metadata": {"resourceVersion": "10000", "continue": next}});
            let name = if from == 0 { format!("{plural}/") } else { format!("{plural}/{from}") };
            pages.insert(name, Bytes::from(list.to_string()));
        }
    };
    add("pods", "PodList", "v1", pods, &|n| pod_json(n, 10_000, None));
    add("jobs", "JobList", "batch/v1", JOBS, &job_json);
    pages
}

fn answer(
    request: &Request<kube::client::Body>,
    pages: &Pages,
    changes: broadcast::Receiver<Bytes>,
) -> Response<Answer> {
    let path = request.uri().path();
    let plural = path.rsplit('/').next().unwrap_or_default().to_owned();
    let query: HashMap<&str, &str> =
        request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')).collect();
    let body = if query.contains_key("watch") {
        let pods = plural == "pods";
        let lines = futures::stream::unfold(changes, move |mut changes| async move {
            loop {
                match changes.recv().await {
                    Ok(line) if pods => return Some((Ok(Frame::data(line)), changes)),
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        });
        StreamBody::new(lines.boxed()).boxed_unsync()
    } else {
        let page = format!("{plural}/{}", query.get("continue").copied().unwrap_or_default());
        let bytes = pages.get(&page).cloned().unwrap_or_default();
        Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
    };
    Response::builder().header("content-type", "application/json").body(body).expect("an answer")
}

// ---- the terminal ----------------------------------------------------------------------------------------------

/// A terminal whose bytes are made and thrown away; what it shows is looked at.
struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<io::Sink>>,
    events: mpsc::Receiver<Event>,
    clock: Arc<Clock>,
    frames: Arc<AtomicU64>,
    marks: Arc<Mutex<Marks>>,
}

impl Terminal {
    fn new(events: mpsc::Receiver<Event>, clock: Arc<Clock>, frames: Arc<AtomicU64>) -> Self {
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 160, 50)) };
        let inner = ratatui::Terminal::with_options(CrosstermBackend::new(io::sink()), options).expect("a terminal");
        Self { inner, events, clock, frames, marks: Arc::default() }
    }
}

impl Screen for Terminal {
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Buffer) -> Option<(u16, u16)>) -> io::Result<()> {
        let mut shown = Vec::new();
        let (mut row, mut tabs) = (false, String::new());
        self.inner.draw(|frame| {
            paint(frame.buffer_mut());
            let buffer = frame.buffer_mut();
            let line = |y: u16, from: u16, to: u16| -> String { (from..to).map(|x| buffer[(x, y)].symbol()).collect() };
            tabs = line(1, 0, 120);
            row = line(3, 0, 20).contains("bench-");
            for y in 3..49 {
                let text = line(y, 2, 160);
                shown.extend(text.split_whitespace().find_map(|word| word.strip_prefix('T')?.parse::<u64>().ok()));
            }
        })?;
        let now = Instant::now();
        self.frames.fetch_add(1, Ordering::Relaxed);
        let mut sent = self.clock.sent.lock().expect("sent");
        for sequence in shown {
            if let Some(at) = sent.remove(&sequence) {
                self.clock.seen.lock().expect("seen").push(now.duration_since(at));
            }
        }
        let mut marks = self.marks.lock().expect("marks");
        if row && marks.first_row.is_none() {
            marks.first_row = Some(now);
        }
        if marks.all_rows.is_none() && (tabs.contains("Pods 10000") || tabs.contains("Pods 1850")) {
            marks.all_rows = Some(now);
        }
        if let Some(at) = marks.key_sent.take() {
            marks.key_frames.push(now.duration_since(at));
        }
        Ok(())
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((160, 50))
    }

    async fn event(&mut self) -> Option<io::Result<Event>> {
        self.events.recv().await.map(Ok)
    }

    fn edit(&mut self, _: &str, text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}
