//! `curl`, as far as init scripts and probes use it: plain http on this machine.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use hyper::body::Incoming;

use super::web::{self, Call, HttpFailure};
use super::{out, paths};

/// How many redirects are followed.
const REDIRECTS: usize = 50;

#[derive(Debug, Default)]
struct Options {
    urls: Vec<String>,
    silent: bool,
    show_error: bool,
    fail: bool,
    follow: bool,
    include: bool,
    head: bool,
    get: bool,
    output: Option<String>,
    remote_name: bool,
    method: Option<String>,
    data: Option<Vec<u8>>,
    upload: Option<String>,
    headers: Vec<(String, String)>,
    write_out: Option<String>,
    max_time: Option<Duration>,
    connect: Option<Duration>,
}

/// What ends curl: its exit code and what it says.
#[derive(Debug, PartialEq, Eq)]
struct Stop(u8, String);

/// Runs curl; returns its exit code.
pub(super) async fn main(args: Vec<String>) -> u8 {
    let options = match parse(args) {
        Ok(options) => options,
        Err(Stop(code, text)) => {
            out::complain(&text);
            return code;
        }
    };
    let mut code = 0;
    for url in &options.urls {
        let work = fetch(&options, url);
        let done = match options.max_time {
            Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                Err(Stop(28, format!("Operation timed out after {} milliseconds", limit.as_millis())))
            }),
            None => work.await,
        };
        if let Err(Stop(stop, text)) = done {
            if !options.silent || options.show_error {
                out::complain(&format!("curl: ({stop}) {text}"));
            }
            code = stop;
        }
    }
    code
}

async fn fetch(options: &Options, url: &str) -> Result<(), Stop> {
    let mut call = first_call(options, url)?;
    let mut response = request(options, &call).await?;
    let mut hops = 0;
    while options.follow && response.status().is_redirection() {
        let place = response.headers().get(::http::header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let Some(place) = place else { break };
        hops += 1;
        if hops > REDIRECTS {
            return Err(Stop(47, format!("Maximum ({REDIRECTS}) redirects followed")));
        }
        call.url = absolute(&call.url, &place);
        response = request(options, &call).await?;
    }
    let status = response.status().as_u16();
    if options.fail && status >= 400 {
        written_out(options, status, 0);
        return Err(Stop(22, format!("The requested URL returned error: {status}")));
    }
    print_head(options, &response);
    let size = body(options, &call.url, response).await?;
    written_out(options, status, size);
    Ok(())
}

fn first_call(options: &Options, url: &str) -> Result<Call, Stop> {
    let mut url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    if !url.starts_with("http://") {
        let scheme = url.split("://").next().unwrap_or_default().to_owned();
        return Err(Stop(1, format!("Protocol \"{scheme}\" not supported (the sandbox's curl speaks plain http)")));
    }
    let mut method = if options.head { "HEAD" } else { "GET" };
    let mut headers = options.headers.clone();
    let has = |name: &str, headers: &[(String, String)]| headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    let mut body = Bytes::new();
    if let Some(data) = &options.data {
        if options.get {
            let joint = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{joint}{}", String::from_utf8_lossy(data));
        } else {
            method = "POST";
            body = data.clone().into();
            if !has("content-type", &headers) {
                headers.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
            }
        }
    }
    if let Some(file) = &options.upload {
        method = "PUT";
        let read = std::fs::read(paths::local(file));
        body = read.map_err(|_| Stop(26, format!("Can't open '{file}'!")))?.into();
    }
    for (name, value) in [("User-Agent", "curl/8.7.1"), ("Accept", "*/*")] {
        if !has(name, &headers) {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let method = options.method.as_deref().unwrap_or(method);
    let method = Method::try_from(method).map_err(|_| Stop(3, format!("bad method {method}")))?;
    Ok(Call { method, url, headers, body, connect: options.connect })
}

async fn request(options: &Options, call: &Call) -> Result<Response<Incoming>, Stop> {
    web::send(call).await.map_err(|e| match e {
        HttpFailure::Url(_) => Stop(3, "URL rejected: Malformed input to a URL function".to_owned()),
        HttpFailure::Host(_) => Stop(6, e.to_string()),
        HttpFailure::Connect { ref host, port, .. } => {
            Stop(7, format!("Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server"))
        }
        HttpFailure::Timeout => {
            let limit = options.connect.unwrap_or_default().as_millis();
            Stop(28, format!("Connection timed out after {limit} milliseconds"))
        }
        HttpFailure::Broken(reason) => Stop(52, format!("Empty reply from server ({reason})")),
    })
}

fn absolute(base: &str, place: &str) -> String {
    if place.contains("://") {
        return place.to_owned();
    }
    let end = base[7..].find('/').map_or(base.len(), |n| n + 7);
    format!("{}{}{place}", &base[..end], if place.starts_with('/') { "" } else { "/" })
}

fn print_head(options: &Options, response: &Response<Incoming>) {
    if !options.include && !options.head {
        return;
    }
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    out::bytes(format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).as_bytes());
    for (name, value) in response.headers() {
        out::bytes(format!("{name}: ").as_bytes());
        out::bytes(value.as_bytes());
        out::bytes(b"\r\n");
    }
    out::bytes(b"\r\n");
}

async fn body(options: &Options, url: &str, response: Response<Incoming>) -> Result<usize, Stop> {
    let broken = |e: HttpFailure| Stop(18, format!("transfer closed with outstanding read data remaining: {e}"));
    let data = web::collect(response.into_body()).await.map_err(broken)?;
    let name = url.split('?').next().and_then(|u| u.rsplit('/').next()).unwrap_or_default();
    let file = options.output.clone().or_else(|| options.remote_name.then(|| name.to_owned()));
    match file.as_deref() {
        None | Some("-") => out::bytes(&data),
        // Devices are not under the root.
        Some(file) => std::fs::write(paths::local(file), &data)
            .map_err(|e| Stop(23, format!("Failure writing output to destination: {file}: {e}")))?,
    }
    Ok(data.len())
}

fn written_out(options: &Options, status: u16, size: usize) {
    let Some(form) = &options.write_out else { return };
    let text = form
        .replace("%{http_code}", &format!("{status:03}"))
        .replace("%{response_code}", &format!("{status:03}"))
        .replace("%{size_download}", &size.to_string())
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r");
    out::bytes(text.as_bytes());
}

fn parse(args: Vec<String>) -> Result<Options, Stop> {
    let mut options = Options::default();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if let Some(long) = arg.strip_prefix("--").filter(|l| !l.is_empty()) {
            let wants = takes_value(long);
            let value = if wants { Some(need(&arg, args.next())?) } else { None };
            set(&mut options, long, value)?;
        } else if let Some(short) = arg.strip_prefix('-').filter(|s| !s.is_empty()) {
            let mut rest = short;
            while let Some(letter) = rest.chars().next() {
                rest = &rest[letter.len_utf8()..];
                let long = long_name(letter).ok_or_else(|| unknown(&format!("-{letter}")))?;
                if takes_value(long) {
                    let value = if rest.is_empty() { need(&arg, args.next())? } else { rest.to_owned() };
                    set(&mut options, long, Some(value))?;
                    break;
                }
                set(&mut options, long, None)?;
            }
        } else {
            options.urls.push(arg);
        }
    }
    if options.urls.is_empty() {
        return Err(Stop(2, "curl: (2) no URL specified".to_owned()));
    }
    Ok(options)
}

fn long_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        's' => "silent",
        'S' => "show-error",
        'f' => "fail",
        'L' => "location",
        'o' => "output",
        'O' => "remote-name",
        'X' => "request",
        'd' => "data",
        'H' => "header",
        'I' => "head",
        'i' => "include",
        'w' => "write-out",
        'm' => "max-time",
        'k' => "insecure",
        'G' => "get",
        'T' => "upload-file",
        'A' => "user-agent",
        'v' => "verbose",
        _ => return None,
    })
}

fn takes_value(long: &str) -> bool {
    matches!(
        long,
        "output"
            | "request"
            | "data"
            | "data-raw"
            | "data-binary"
            | "header"
            | "write-out"
            | "max-time"
            | "connect-timeout"
            | "upload-file"
            | "user-agent"
            | "url"
            | "retry"
            | "retry-delay"
            | "json"
    )
}

fn set(options: &mut Options, long: &str, value: Option<String>) -> Result<(), Stop> {
    let value = value.unwrap_or_default();
    match long {
        "silent" => options.silent = true,
        "show-error" => options.show_error = true,
        "fail" => options.fail = true,
        "location" => options.follow = true,
        "include" => options.include = true,
        "head" => options.head = true,
        "get" => options.get = true,
        "remote-name" => options.remote_name = true,
        "insecure" | "verbose" | "no-progress-meter" | "retry" | "retry-delay" | "retry-connrefused" => {}
        "output" => options.output = Some(value),
        "request" => options.method = Some(value),
        "url" => options.urls.push(value),
        "write-out" => options.write_out = Some(value),
        "upload-file" => options.upload = Some(value),
        "user-agent" => options.headers.push(("User-Agent".to_owned(), value)),
        "max-time" => options.max_time = Some(seconds(&value)?),
        "connect-timeout" => options.connect = Some(seconds(&value)?),
        "header" => options.headers.extend(header(&value)),
        "data" | "data-raw" | "data-binary" => add_data(options, data(long, &value)?),
        "json" => {
            options.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            add_data(options, data("data-binary", &value)?);
        }
        other => return Err(unknown(&format!("--{other}"))),
    }
    Ok(())
}

fn add_data(options: &mut Options, more: Vec<u8>) {
    match &mut options.data {
        Some(data) => {
            data.push(b'&');
            data.extend(more);
        }
        None => options.data = Some(more),
    }
}

/// `@file` is read; `--data` takes its line ends out, `--data-raw` knows no files.
fn data(long: &str, value: &str) -> Result<Vec<u8>, Stop> {
    let Some(file) = value.strip_prefix('@').filter(|_| long != "data-raw") else { return Ok(value.into()) };
    let mut bytes =
        std::fs::read(paths::local(file)).map_err(|_| Stop(26, format!("curl: (26) Failed to open {file}")))?;
    if long == "data" {
        bytes.retain(|b| !matches!(b, b'\r' | b'\n'));
    }
    Ok(bytes)
}

fn header(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned())).filter(|(_, value)| !value.is_empty())
}

fn seconds(text: &str) -> Result<Duration, Stop> {
    let number = text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    number.map(Duration::from_secs_f64).ok_or_else(|| Stop(2, format!("curl: expected a number, got {text}")))
}

fn need(option: &str, value: Option<String>) -> Result<String, Stop> {
    value.ok_or_else(|| Stop(2, format!("curl: option {option}: requires parameter")))
}

fn unknown(option: &str) -> Stop {
    Stop(2, format!("curl: option {option}: is unknown to the sandbox's curl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Options, Stop> {
        parse(args.iter().map(|a| (*a).to_owned()).collect())
    }

    #[test]
    fn options_are_read_as_curl_reads_them() {
        let options =
            parsed(&["-sSf", "-o", "/dev/null", "-w%{http_code}", "-m5", "-H", "A: b", "localhost:4566/x"]).unwrap();
        assert!(options.silent && options.show_error && options.fail);
        assert_eq!(options.output.as_deref(), Some("/dev/null"));
        assert_eq!(options.write_out.as_deref(), Some("%{http_code}"));
        assert_eq!(options.max_time, Some(Duration::from_secs(5)));
        assert_eq!(options.headers, [("A".to_owned(), "b".to_owned())]);
        assert_eq!(options.urls, ["localhost:4566/x"]);
        assert_eq!(parsed(&["-s"]).unwrap_err().0, 2);
        assert_eq!(parsed(&["--proxy", "x", "y"]).unwrap_err().0, 2);
    }

    #[test]
    fn data_makes_a_post() {
        let options = parsed(&["-d", "a=1", "-d", "b=2", "http://localhost/"]).unwrap();
        let call = first_call(&options, "http://localhost/").unwrap();
        assert_eq!((call.method, call.body.as_ref()), (Method::POST, b"a=1&b=2".as_slice()));
        let options = parsed(&["-G", "-d", "a=1", "http://localhost/"]).unwrap();
        assert_eq!(first_call(&options, "http://localhost/").unwrap().url, "http://localhost/?a=1");
        assert_eq!(first_call(&options, "https://localhost/").unwrap_err().0, 1);
    }

    #[test]
    fn redirects_are_resolved() {
        assert_eq!(absolute("http://h:1/a/b", "/c"), "http://h:1/c");
        assert_eq!(absolute("http://h:1", "c"), "http://h:1/c");
        assert_eq!(absolute("http://h:1/a", "http://k/"), "http://k/");
    }
}
