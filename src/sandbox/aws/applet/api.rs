//! `aws s3api …` and `aws dynamodb …`: any operation of the tables, by its options.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Map, Value, json};

use super::failure::{Failure, Outcome};
use super::model::{Kind, Member, Model, Operation, Scalar, option_name};
use super::request::{Client, with_checksum};
use super::session::Session;
use super::{format, jmespath, out, pages, params, paths, wait};

/// Options of the paginator, which no operation has itself.
const PAGING: [&str; 3] = ["max-items", "starting-token", "page-size"];
/// Options every operation takes besides its own.
const COMMON: [&str; 2] = ["cli-input-json", "generate-cli-skeleton"];

/// Which `--options` of a command line belong to its command, so that global abbreviations leave them alone.
pub(super) fn option_filter(args: &[String]) -> impl Fn(&str) -> bool + use<> {
    let mut own: Vec<String> = PAGING.iter().chain(&COMMON).map(|n| (*n).to_owned()).collect();
    let service = args.iter().find_map(|a| match a.as_str() {
        "s3api" => Some("s3"),
        "dynamodb" => Some("dynamodb"),
        _ => None,
    });
    if let Some(model) = service.and_then(Model::of) {
        for operation in args.iter().filter_map(|a| model.operation(a)) {
            for member in model.members(operation.input) {
                let name = option_name(member.name);
                own.push(format!("no-{name}"));
                own.push(name);
            }
        }
    }
    move |name| own.iter().any(|o| o == name)
}

/// Runs one command of a service.
pub(super) async fn run(service: &'static str, session: Session, args: &[String]) -> Outcome<u8> {
    let client = Client::new(service, session);
    let Some((command, rest)) = args.split_first() else {
        return Err(Failure::usage("the following arguments are required: operation"));
    };
    if command == "wait" {
        return wait::run(&client, rest).await;
    }
    let Some(operation) = client.model.operation(command).cloned() else {
        let known: Vec<_> = client.model.commands().collect();
        let text = format!(
            "argument operation: Invalid choice: '{command}', the sandbox's aws knows:\n\n{}",
            known.join("\n")
        );
        return Err(Failure::usage(text));
    };
    let parsed = parse(&client.model, &operation, rest)?;
    params::validate(&client.model, operation.input, &parsed.input)?;
    let parsed = default_checksum(parsed);
    let value = match parsed.outfile {
        Some(file) => {
            let mut input = parsed.input;
            if operation.name == "GetObject" && input.get("ChecksumMode").is_none() {
                input["ChecksumMode"] = json!("ENABLED");
            }
            let answer = client.send(operation.name, &input, parsed.payload).await?;
            if let Some(body) = answer.body {
                save(body, &file).await?;
            }
            answer.value
        }
        None => pages::call(&client, &operation, parsed.input, parsed.payload, &parsed.paging).await?,
    };
    print(&client.session, &value)?;
    Ok(0)
}

/// Bodies go with a CRC32 unless the command line names another sum.
fn default_checksum(mut parsed: Parsed) -> Parsed {
    let named =
        parsed.input.as_object().is_some_and(|map| map.keys().any(|k| k.starts_with("Checksum") || k == "ContentMD5"));
    if let Some(body) = parsed.payload.as_ref().filter(|_| !named) {
        parsed.input = with_checksum(parsed.input, body);
    }
    parsed
}

/// Prints an answer as `--output` and `--query` want it.
pub(super) fn print(session: &Session, value: &Value) -> Outcome<()> {
    let value = match &session.globals.query {
        Some(query) => jmespath::search(query, value).map_err(Failure::parameter)?,
        None => value.clone(),
    };
    out::bytes(format::render(&value, &session.output())?.as_bytes());
    Ok(())
}

/// What a command line asks for.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) input: Value,
    pub(super) payload: Option<Bytes>,
    outfile: Option<String>,
    paging: pages::Paging,
}

/// Options to the operation's input.
pub(super) fn parse(model: &Model, operation: &Operation, args: &[String]) -> Outcome<Parsed> {
    let members = model.members(operation.input);
    let mut input = Map::new();
    let mut parsed = Parsed::default();
    let mut positional = Vec::new();
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        at += 1;
        let Some(name) = arg.strip_prefix("--") else {
            positional.push(arg.clone());
            continue;
        };
        let (name, given) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v.to_owned())));
        let target = target(members, name)?;
        let boolean = matches!(target, Target::Member(m, _) if is_boolean(model, m));
        if boolean {
            if let Target::Member(member, wanted) = target {
                input.insert(member.name.to_owned(), json!(wanted));
            }
            continue;
        }
        let many = matches!(target, Target::Member(m, _) if matches!(model.kind(m.shape), Kind::List(..)));
        let values = match given {
            Some(value) => vec![value],
            None => take_values(args, &mut at, many),
        };
        if values.is_empty() {
            let what = if many { "at least one argument" } else { "one argument" };
            return Err(Failure::usage(format!("argument --{}: expected {what}", target.name())));
        }
        match target {
            Target::Member(member, _)
                if member.payload && matches!(model.kind(member.shape), Kind::Scalar(Scalar::Blob)) =>
            {
                parsed.payload = Some(read_file(&option_name(member.name), &values[0])?);
            }
            Target::Member(member, _) => {
                let value = params::read(model, member.shape, &option_name(member.name), &values)?;
                input.insert(member.name.to_owned(), value);
            }
            Target::Paging(name) => parsed.paging.set(name, &values[0])?,
            Target::Common("cli-input-json") => merge_json(&mut input, &values[0])?,
            Target::Common(name) => return Err(Failure::usage(format!("--{name} is not in the sandbox's aws"))),
        }
    }
    streaming_output(model, operation, &mut positional, &mut parsed)?;
    if let Some(extra) = positional.first() {
        return Err(Failure::usage(format!("Unknown options: {extra}")));
    }
    check_required(model, operation, &input)?;
    parsed.input = Value::Object(input);
    Ok(parsed)
}

enum Target<'a> {
    /// And whether a boolean is set or, by `--no-…`, cleared.
    Member(&'a Member, bool),
    Paging(&'static str),
    Common(&'static str),
}

impl Target<'_> {
    fn name(&self) -> String {
        match self {
            Target::Member(member, _) => option_name(member.name),
            Target::Paging(name) | Target::Common(name) => (*name).to_owned(),
        }
    }
}

/// The option a name, or its unambiguous beginning, stands for.
fn target<'a>(members: &'a [Member], name: &str) -> Outcome<Target<'a>> {
    let by_name = |wanted: &str| members.iter().find(|m| option_name(m.name) == wanted);
    if let Some(member) = by_name(name) {
        return Ok(Target::Member(member, true));
    }
    if let Some(member) = name.strip_prefix("no-").and_then(by_name) {
        return Ok(Target::Member(member, false));
    }
    if let Some(name) = PAGING.iter().find(|n| **n == name) {
        return Ok(Target::Paging(name));
    }
    if let Some(name) = COMMON.iter().find(|n| **n == name) {
        return Ok(Target::Common(name));
    }
    let mut starting = members.iter().filter(|m| option_name(m.name).starts_with(name));
    match (starting.next(), starting.next()) {
        (Some(member), None) if !name.is_empty() => Ok(Target::Member(member, true)),
        _ => Err(Failure::usage(format!("Unknown options: --{name}"))),
    }
}

fn is_boolean(model: &Model, member: &Member) -> bool {
    matches!(model.kind(member.shape), Kind::Scalar(Scalar::Boolean))
}

fn take_values(args: &[String], at: &mut usize, many: bool) -> Vec<String> {
    let mut values = Vec::new();
    while let Some(value) = args.get(*at) {
        if value.starts_with("--") || (!many && !values.is_empty()) {
            break;
        }
        values.push(value.clone());
        *at += 1;
    }
    values
}

/// `get-object … FILE`: the one positional argument there is.
fn streaming_output(
    model: &Model,
    operation: &Operation,
    positional: &mut Vec<String>,
    parsed: &mut Parsed,
) -> Outcome<()> {
    let streams = model
        .members(operation.output)
        .iter()
        .any(|m| m.payload && matches!(model.kind(m.shape), Kind::Scalar(Scalar::Blob)));
    if !streams {
        return Ok(());
    }
    if positional.is_empty() {
        return Err(Failure::usage("the following arguments are required: outfile"));
    }
    parsed.outfile = Some(positional.remove(0));
    Ok(())
}

fn check_required(model: &Model, operation: &Operation, input: &Map<String, Value>) -> Outcome<()> {
    let missing: Vec<_> = model
        .members(operation.input)
        .iter()
        .filter(|m| m.required && !m.payload && !input.contains_key(m.name))
        .map(|m| format!("--{}", option_name(m.name)))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("the following arguments are required: {}", missing.join(", "))))
}

/// Members of `--cli-input-json`; options win.
fn merge_json(input: &mut Map<String, Value>, text: &str) -> Outcome<()> {
    let text = params::load("cli-input-json", text)?;
    let Value::Object(map) = params::json_value("cli-input-json", &text)? else {
        return Err(Failure::parameter("Error parsing parameter 'cli-input-json': Invalid JSON: not an object"));
    };
    for (name, value) in map {
        input.entry(name).or_insert(value);
    }
    Ok(())
}

fn read_file(option: &str, name: &str) -> Outcome<Bytes> {
    let bare = name.strip_prefix("fileb://").or(name.strip_prefix("file://")).unwrap_or(name);
    std::fs::read(paths::local(bare)).map(Bytes::from).map_err(|_| {
        Failure::parameter(format!("Error parsing parameter '--{option}': Blob values must be a path to a file."))
    })
}

/// Writes a body to a file, piece by piece.
pub(super) async fn save(mut body: Incoming, file: &str) -> Outcome<()> {
    use tokio::io::AsyncWriteExt;
    let path = paths::local(file);
    let failed = |e: std::io::Error| Failure::other(format!("[Errno {}] {file}: {e}", e.raw_os_error().unwrap_or(5)));
    let mut target = tokio::fs::File::create(&path).await.map_err(failed)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| Failure::other(format!("the download broke: {e}")))?;
        if let Ok(data) = frame.into_data() {
            target.write_all(&data).await.map_err(failed)?;
        }
    }
    target.flush().await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &[&str]) -> Vec<String> {
        text.iter().map(|w| (*w).to_owned()).collect()
    }

    #[test]
    fn options_become_the_input() {
        let model = Model::of("dynamodb").unwrap();
        let query = model.operation("query").unwrap();
        let args = words(&[
            "--table-name",
            "tasks",
            "--no-scan-index-forward",
            "--consistent-read",
            "--expression-attribute-values",
            "{\":s\":{\"S\":\"DONE\"}}",
            "--attributes-to-get",
            "a",
            "b",
            "--limit=5",
            "--key-condition",
            "x = :s",
        ]);
        // --key-condition is the beginning of two options.
        assert!(parse(&model, query, &args).unwrap_err().text.contains("Unknown options: --key-condition"));
        let parsed = parse(&model, query, &args[..args.len() - 2]).unwrap();
        assert_eq!(
            parsed.input,
            json!({"TableName": "tasks", "ScanIndexForward": false, "ConsistentRead": true,
                   "ExpressionAttributeValues": {":s": {"S": "DONE"}}, "AttributesToGet": ["a", "b"], "Limit": 5})
        );
    }

    #[test]
    fn missing_options_are_named() {
        let model = Model::of("dynamodb").unwrap();
        let put = model.operation("put-item").unwrap();
        let error = parse(&model, put, &words(&["--table-name", "t"])).unwrap_err();
        assert!(error.text.ends_with("aws: error: the following arguments are required: --item"), "{}", error.text);
        assert_eq!(error.code, 252);
        let get = Model::of("s3").unwrap();
        let operation = get.operation("get-object").unwrap();
        let error = parse(&get, operation, &words(&["--bucket", "b", "--key", "k"])).unwrap_err();
        assert!(error.text.ends_with("required: outfile"));
    }
}
