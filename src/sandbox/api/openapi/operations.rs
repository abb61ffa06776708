//! `paths`: the operations of a kind, each marked with the kind and the action, as clients look for them.

use serde_json::{Map, Value, json};

use super::parameters::{self, NAME, NAMESPACE};
use crate::sandbox::api::schema;
use crate::sandbox::resources::{Resource, Subresource};

const PATCH: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
const STATUS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
const OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";

/// A kind on its way into operations.
struct Subject<'a> {
    group: &'a str,
    version: &'a str,
    kind: &'a str,
    /// The name of the schema.
    schema: String,
    /// `readBatchV1NamespacedCronJob` without the verb.
    tail: String,
}

/// Adds the paths of one kind; `root` is `api/v1` or `apis/batch/v1`.
pub(super) fn add(paths: &mut Map<String, Value>, root: &str, resource: &Resource) {
    let scope = if resource.namespaced { "Namespaced" } else { "" };
    let subject = Subject::new(resource.group, resource.version, resource.kind, scope);
    let (folder, names): (String, &[_]) = if resource.namespaced {
        (format!("/{root}/namespaces/{{namespace}}/{}", resource.plural), &[NAMESPACE])
    } else {
        (format!("/{root}/{}", resource.plural), &[])
    };
    let mut collection = Map::new();
    if resource.stored {
        collection.insert("get".into(), subject.list());
    }
    collection.insert("post".into(), subject.write("create", "post", "create a"));
    if resource.stored {
        collection.insert("delete".into(), subject.delete("deletecollection"));
    }
    insert(paths, folder.clone(), collection, names);
    if !resource.stored {
        return;
    }
    if resource.namespaced {
        let all = Map::from_iter([("get".to_owned(), subject.list())]);
        insert(paths, format!("/{root}/{}", resource.plural), all, &[]);
    }
    let mut names = names.to_vec();
    names.insert(0, NAME);
    let mut item = subject.read_write();
    item.insert("delete".into(), subject.delete("delete"));
    insert(paths, format!("{folder}/{{name}}"), item, &names);
    for subresource in resource.subresources {
        let (word, operations) = subresource_operations(&subject, resource, *subresource);
        insert(paths, format!("{folder}/{{name}}/{word}"), operations, &names);
    }
}

fn insert(
    paths: &mut Map<String, Value>,
    path: String,
    mut operations: Map<String, Value>,
    names: &[(&str, &str, &str)],
) {
    operations.insert("parameters".into(), parameters::of_path(names).into());
    paths.insert(path, operations.into());
}

fn subresource_operations(
    subject: &Subject<'_>,
    resource: &Resource,
    subresource: Subresource,
) -> (&'static str, Map<String, Value>) {
    let scope = format!("Namespaced{}", resource.kind);
    let other = |group, kind, tail: &str| {
        let mut other = Subject::new(group, "v1", kind, "");
        other.tail = subject.tail.clone() + tail;
        let write = other.write("create", "post", "create");
        Map::from_iter([("post".to_owned(), write)])
    };
    match subresource {
        Subresource::Status => ("status", subject.with_tail("Status").read_write()),
        Subresource::Scale => ("scale", Subject::new("autoscaling", "v1", "Scale", &scope).read_write()),
        Subresource::Log => {
            let read = subject.operation("readLog", "get", "read log of the specified", Vec::new(), &subject.schema);
            ("log", Map::from_iter([("get".to_owned(), read)]))
        }
        Subresource::Finalize => {
            let put = subject.with_tail("Finalize").write("replace", "put", "replace finalize of the specified");
            ("finalize", Map::from_iter([("put".to_owned(), put)]))
        }
        Subresource::Binding => ("binding", other("", "Binding", "Binding")),
        Subresource::Eviction => ("eviction", other("policy", "Eviction", "Eviction")),
        Subresource::Token => ("token", other("authentication.k8s.io", "TokenRequest", "Token")),
    }
}

impl<'a> Subject<'a> {
    fn new(group: &'a str, version: &'a str, kind: &'a str, scope: &str) -> Self {
        let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let schema = schema::kind(&api_version, kind).map(|id| id.get().name.clone()).unwrap_or_default();
        let family = match group {
            "" => "Core".to_owned(),
            group => capital(group.split('.').next().unwrap_or(group)),
        };
        Self { group, version, kind, schema, tail: format!("{family}{}{scope}{kind}", capital(version)) }
    }

    fn with_tail(&self, tail: &str) -> Self {
        Self { schema: self.schema.clone(), tail: self.tail.clone() + tail, ..*self }
    }

    fn read_write(&self) -> Map<String, Value> {
        Map::from_iter([
            ("get".to_owned(), self.operation("read", "get", "read the specified", Vec::new(), &self.schema)),
            ("put".to_owned(), self.write("replace", "put", "replace the specified")),
            ("patch".to_owned(), self.patch()),
        ])
    }

    fn list(&self) -> Value {
        let schema = format!("{}List", self.schema);
        self.operation("list", "list", "list or watch objects of kind", parameters::list(), &schema)
    }

    fn write(&self, verb: &str, action: &str, text: &str) -> Value {
        let mut operation = self.operation(verb, action, text, parameters::write(), &self.schema);
        operation["requestBody"] = json!({"content": {"*/*": reference(&self.schema)}, "required": true});
        for code in if action == "post" { &["201", "202"][..] } else { &["201"] } {
            operation["responses"][code] = operation["responses"]["200"].clone();
        }
        operation
    }

    fn patch(&self) -> Value {
        let parameters = parameters::patch();
        let mut operation =
            self.operation("patch", "patch", "partially update the specified", parameters, &self.schema);
        let types = ["apply-patch+yaml", "json-patch+json", "merge-patch+json", "strategic-merge-patch+json"];
        let content: Map<_, _> = types.iter().map(|kind| (format!("application/{kind}"), reference(PATCH))).collect();
        operation["requestBody"] = json!({"content": content, "required": true});
        operation["responses"]["201"] = operation["responses"]["200"].clone();
        operation
    }

    fn delete(&self, action: &str) -> Value {
        let (verb, text) = match action {
            "delete" => ("delete", "delete a"),
            _ => ("deleteCollection", "delete collection of"),
        };
        let mut parameters = parameters::delete();
        if action != "delete" {
            parameters.extend(parameters::list());
        }
        let mut operation = self.operation(verb, action, text, parameters, STATUS);
        operation["requestBody"] = json!({"content": {"*/*": reference(OPTIONS)}});
        operation
    }

    fn operation(&self, verb: &str, action: &str, text: &str, parameters: Vec<Value>, answer: &str) -> Value {
        let content: Map<_, _> =
            ["json", "yaml"].iter().map(|kind| (format!("application/{kind}"), reference(answer))).collect();
        json!({
            "description": format!("{text} {}", self.kind),
            "operationId": format!("{verb}{}", self.tail),
            "parameters": parameters,
            "responses": {"200": {"description": "OK", "content": content}, "401": {"description": "Unauthorized"}},
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": {"group": self.group, "version": self.version, "kind": self.kind},
        })
    }
}

fn reference(schema: &str) -> Value {
    json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}})
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
