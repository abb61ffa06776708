//! Containers, of a pod and of a pod template.

use serde_json::Value;

use super::page::Page;
use super::parts::{annotations, date, items, labels, pairs, text, word, word_or, yes_no};
use super::volumes;

/// The pod template of a Job, a CronJob, a Deployment.
pub(super) fn template(page: &mut Page, template: &Value) {
    page.line(0, "Pod Template:");
    labels(page, 1, template, "/metadata/labels");
    if template.pointer("/metadata/annotations").is_some() {
        annotations(page, 1, template, "/metadata/annotations");
    }
    if !text(template, "/spec/serviceAccountName").is_empty() {
        page.field(1, "Service Account", text(template, "/spec/serviceAccountName"));
    }
    let inner = Place { level: 1, extra: " " };
    if !items(template, "/spec/initContainers").is_empty() {
        containers(page, "Init Containers", items(template, "/spec/initContainers"), &[], inner);
    }
    containers(page, "Containers", items(template, "/spec/containers"), &[], inner);
    volumes::volumes(page, items(template, "/spec/volumes"), inner);
    page.fields(1, "Node-Selectors", &pairs(template, "/spec/nodeSelector"));
    page.fields(1, "Tolerations", &tolerations(items(template, "/spec/tolerations")));
}

/// Where a block stands: in a template its title is indented by a level, and names in it by one space more.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) level: usize,
    pub(super) extra: &'static str,
}

pub(super) fn containers(page: &mut Page, title: &str, containers: &[Value], statuses: &[Value], place: Place) {
    let none = if containers.is_empty() { " <none>" } else { "" };
    page.line(place.level, format!("{title}:{none}"));
    for container in containers {
        let name = text(container, "/name");
        page.line(1, format!("{}{name}:", place.extra));
        let status = statuses.iter().find(|status| text(status, "/name") == name);
        basics(page, container, status);
        arguments(page, container);
        if let Some(status) = status {
            state(page, "State", status.get("state"));
            if status.pointer("/lastState/terminated").is_some() {
                state(page, "Last State", status.get("lastState"));
            }
            page.field(2, "Ready", yes_no(status["ready"] == Value::Bool(true)));
            page.field(2, "Restart Count", word_or(status, "/restartCount", "0"));
        }
        resources(page, container);
        for (title, field) in [("Liveness", "liveness"), ("Readiness", "readiness"), ("Startup", "startup")] {
            if let Some(probe) = container.get(format!("{field}Probe")) {
                page.field(2, title, self::probe(probe));
            }
        }
        environment(page, container);
        mounts(page, container);
    }
}

fn basics(page: &mut Page, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        page.field(2, "Container ID", text(status, "/containerID"));
    }
    page.field(2, "Image", text(container, "/image"));
    if let Some(status) = status {
        page.field(2, "Image ID", text(status, "/imageID"));
    }
    for (title, field, named) in [("Port", "containerPort", true), ("Host Port", "hostPort", true)] {
        let port = |port: &Value| {
            let name = text(port, "/name");
            let name = if named && !name.is_empty() { format!(" ({name})") } else { String::new() };
            let protocol = word_or(port, "/protocol", "TCP");
            format!("{}/{protocol}{name}", word_or(port, &format!("/{field}"), "0"))
        };
        let ports: Vec<String> = items(container, "/ports").iter().map(port).collect();
        match ports.len() {
            0 => page.field(2, title, "<none>"),
            1 => page.field(2, title, &ports[0]),
            _ => page.field(2, &format!("{title}s"), ports.join(", ")),
        }
    }
}

fn arguments(page: &mut Page, container: &Value) {
    for (title, field) in [("Command", "/command"), ("Args", "/args")] {
        let words = items(container, field);
        if words.is_empty() {
            continue;
        }
        page.line(2, format!("{title}:"));
        for word in words {
            page.text(3, word.as_str().unwrap_or_default());
        }
    }
}

fn state(page: &mut Page, title: &str, state: Option<&Value>) {
    let state = state.unwrap_or(&Value::Null);
    if let Some(running) = state.get("running") {
        page.field(2, title, "Running");
        page.field(3, "Started", date(running, "/startedAt").unwrap_or_default());
    } else if let Some(end) = state.get("terminated") {
        page.field(2, title, "Terminated");
        for (title, pointer) in [("Reason", "/reason"), ("Message", "/message"), ("Exit Code", "/exitCode")] {
            if let Some(value) = word(end, pointer).filter(|value| !value.is_empty()) {
                page.field(3, title, value.replace('\n', " "));
            }
        }
        if let Some(signal) = word(end, "/signal") {
            page.field(3, "Signal", signal);
        }
        page.field(3, "Started", date(end, "/startedAt").unwrap_or_default());
        page.field(3, "Finished", date(end, "/finishedAt").unwrap_or_default());
    } else {
        page.field(2, title, "Waiting");
        if let Some(reason) = word(state, "/waiting/reason") {
            page.field(3, "Reason", reason);
        }
    }
}

fn resources(page: &mut Page, container: &Value) {
    for (title, pointer) in [("Limits", "/resources/limits"), ("Requests", "/resources/requests")] {
        let quantities = pairs(container, pointer);
        if quantities.is_empty() {
            continue;
        }
        page.line(2, format!("{title}:"));
        for quantity in quantities {
            page.line(3, quantity.replacen('=', ":\t", 1));
        }
    }
}

fn probe(probe: &Value) -> String {
    let number = |field: &str, default: &str| word_or(probe, &format!("/{field}"), default);
    let times = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds", "0"),
        number("timeoutSeconds", "1"),
        number("periodSeconds", "10"),
        number("successThreshold", "1"),
        number("failureThreshold", "3")
    );
    if let Some(get) = probe.get("httpGet") {
        let scheme = word_or(get, "/scheme", "HTTP").to_lowercase();
        let (host, port, path) = (text(get, "/host"), word_or(get, "/port", ""), text(get, "/path"));
        return format!("http-get {scheme}://{host}:{port}{path} {times}");
    }
    if let Some(exec) = probe.get("exec") {
        let words: Vec<&str> = items(exec, "/command").iter().filter_map(Value::as_str).collect();
        return format!("exec [{}] {times}", words.join(" "));
    }
    match probe.get("tcpSocket") {
        Some(tcp) => format!("tcp-socket {}:{} {times}", text(tcp, "/host"), word_or(tcp, "/port", "")),
        None => format!("unknown {times}"),
    }
}

fn environment(page: &mut Page, container: &Value) {
    let sources = items(container, "/envFrom");
    if !sources.is_empty() {
        page.line(2, "Environment Variables from:");
    }
    for source in sources {
        let (kind, from) = match source.get("secretRef") {
            Some(secret) => ("Secret", secret),
            None => ("ConfigMap", &source["configMapRef"]),
        };
        let prefix = match text(source, "/prefix") {
            "" => String::new(),
            prefix => format!(" with prefix '{prefix}'"),
        };
        page.line(3, format!("{}\t{kind}{prefix}\tOptional: {}", text(from, "/name"), optional(from)));
    }
    let variables = items(container, "/env");
    if variables.is_empty() {
        page.field(2, "Environment", "<none>");
        return;
    }
    page.line(2, "Environment:");
    for variable in variables {
        page.line(3, format!("{}:\t{}", text(variable, "/name"), variable_value(variable)));
    }
}

fn variable_value(variable: &Value) -> String {
    let Some(from) = variable.get("valueFrom") else {
        return text(variable, "/value").replace('\t', "    ").replace('\n', "\\n");
    };
    let key = |from: &Value, place: &str| {
        let (key, name) = (text(from, "/key"), text(from, "/name"));
        format!("<set to the key '{key}' {place} '{name}'>\tOptional: {}", optional(from))
    };
    if let Some(secret) = from.get("secretKeyRef") {
        return key(secret, "in secret");
    }
    if let Some(map) = from.get("configMapKeyRef") {
        return key(map, "of config map");
    }
    match from.get("fieldRef") {
        Some(field) => format!(" ({}:{})", word_or(field, "/apiVersion", "v1"), text(field, "/fieldPath")),
        None => format!(" ({})", text(from, "/resourceFieldRef/resource")),
    }
}

fn mounts(page: &mut Page, container: &Value) {
    let mut mounts: Vec<&Value> = items(container, "/volumeMounts").iter().collect();
    if mounts.is_empty() {
        page.field(2, "Mounts", "<none>");
        return;
    }
    mounts.sort_by_key(|mount| text(mount, "/mountPath"));
    page.line(2, "Mounts:");
    for mount in mounts {
        let mode = if mount["readOnly"] == Value::Bool(true) { "ro" } else { "rw" };
        let below = word(mount, "/subPath").map(|path| format!(",path={path:?}")).unwrap_or_default();
        page.line(3, format!("{} from {} ({mode}{below})", text(mount, "/mountPath"), text(mount, "/name")));
    }
}

pub(super) fn tolerations(tolerations: &[Value]) -> Vec<String> {
    let words = |toleration: &Value| {
        let mut words = text(toleration, "/key").to_owned();
        if let Some(value) = word(toleration, "/value") {
            words.push_str(&format!("={value}"));
        }
        if let Some(effect) = word(toleration, "/effect") {
            words.push_str(&format!(":{effect}"));
        }
        if text(toleration, "/operator") == "Exists" && word(toleration, "/value").is_none() {
            words.push_str(" op=Exists");
        }
        if let Some(seconds) = word(toleration, "/tolerationSeconds") {
            words.push_str(&format!(" for {seconds}s"));
        }
        words
    };
    let mut all: Vec<String> = tolerations.iter().map(words).collect();
    all.sort();
    all
}

fn optional(from: &Value) -> bool {
    from["optional"] == Value::Bool(true)
}
