"""Reads openapi.yaml, and validates the exchanges that the tests recorded against it. See scripts/contract.sh."""
import argparse, base64, datetime, functools, json, pathlib, re, sys, urllib.parse
import yaml
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4

PROJECT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
BASE = "urn:contract"


class Loader(yaml.SafeLoader):
    """The scalars of YAML 1.2's core schema, as other readers of the file see them: days and `no` are texts. No key occurs twice."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"keys occur twice: {sorted(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)


for tag, pattern, first in [
    ("null", r"(?:~|null|)", ["~", "n", ""]), ("bool", r"(?:true|false)", list("tf")),
    ("int", r"-?[0-9]+", list("-0123456789")), ("float", r"-?[0-9]+\.[0-9]+", list("-0123456789")),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^{pattern}$"), first)
# PyYAML reads 010 as octal and 1:30 as sixty-fold.
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node), 10))

FORMATS = FormatChecker([])


def text_format(name):
    def register(holds):
        FORMATS.checks(name, raises=ValueError)(lambda value: not isinstance(value, str) or bool(holds(value)))
        return holds
    return register


for name, bits in [("int32", 31), ("int64", 63)]:
    FORMATS.checks(name)(lambda value, bits=bits: not isinstance(value, int) or -(1 << bits) <= value < 1 << bits)


@text_format("date")
def is_day(text):
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and datetime.date.fromisoformat(text)


@text_format("date-time")
def is_instant(text):
    time = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
    return is_day(text[:10]) and re.fullmatch(time, text[10:])


@text_format("uuid")
def is_uuid(text):
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)


@text_format("uri")
def is_uri(text):
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", text) and urllib.parse.urlsplit(text)


@text_format("email")
def is_email(text):
    return re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+", text)


def no_duplicates(pairs):
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a member occurs twice")
    return fields


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def pointer(*parts):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def shortened(message, characters=300):
    """The beginning and the end: a message begins with the value and ends with the rule that it breaks."""
    half = characters // 2
    return message if len(message) <= characters else f"{message[:half]} … {message[-half:]}"


# Where the fault is, its value, and the words with which the messages of jsonschema begin a rule.
RULES = re.compile(
    r"(?s)^((?:[^:'\"{}\[\]]+: )+).+?( (?:is not (?:of type|one of|a|valid|a multiple)|does not match|is too (?:long|short)|should be non-empty"
    r"|is (?:less|greater) than|has non-unique elements|has too (?:many|few))\b)")


def kind_of(fault):
    """What alike faults have in common: the value, numbers in pointers and the operation are left out."""
    fault = RULES.sub(r"\1…\2", fault, count=1)
    return re.sub(r"(?<=/)[0-9]+(?=[/:])|(?<=body: line )[0-9]+", "*", fault)


def grouped(faults):
    """A text for each kind of fault, the most frequent first. `faults`: operation, fault, and the line that describes it in full."""
    kinds = {}
    for operation, fault, line in faults:
        count, operations, first = kinds.get(kind_of(fault), (0, {}, line))
        kinds[kind_of(fault)] = (count + 1, operations | {operation: None}, first)
    for kind, (count, operations, first) in sorted(kinds.items(), key=lambda item: -item[1][0]):
        if count == 1:
            yield first
            continue
        names = ", ".join(list(operations)[:5])
        others = f" and {len(operations) - 5} others" if len(operations) > 5 else ""
        yield f"{count} times in {names}{others}: {kind}\n  for example {first}"


class Operation:
    def __init__(self, contract, path, method):
        self.place = pointer("paths", path, method)
        item, self.body = contract.document["paths"][path], contract.document["paths"][path][method]
        servers = item.get("servers") or contract.document.get("servers") or [{"url": "/"}]
        self.path = urllib.parse.urlsplit(servers[0]["url"]).path.rstrip("/") + path
        self.method, self.segments = method.upper(), self.path.split("/")
        self.id, self.scopes = self.body.get("operationId", ""), self.body.get("x-scopes", [])
        self.is_open_to_browsers = self.body.get("x-open-to-browsers", False)
        self.is_open_to_test_keys = self.body.get("x-open-to-test-keys", False)
        self.security = self.body.get("security", contract.document.get("security", []))
        self.parameters = [
            contract.follow(f"{owner}/parameters/{index}")
            for owner, node in [(pointer("paths", path), item), (self.place, self.body)]
            for index in range(len(node.get("parameters", [])))]
        self.responses = {
            status: contract.follow(self.place + pointer("responses", status)) for status in self.body.get("responses", {})}
        self.request = contract.follow(self.place + "/requestBody") if "requestBody" in self.body else (None, {})

    def fits(self, segments):
        return len(segments) == len(self.segments) and all(
            given != "" if known.startswith("{") else given == known for known, given in zip(self.segments, segments))

    @property
    def templates(self):
        return sum(segment.startswith("{") for segment in self.segments)


class Contract:
    """Nodes of the document are named by their JSON pointers."""

    def __init__(self, text):
        self.document = yaml.load(text, Loader)
        self.registry = Registry().with_resource(BASE, DRAFT4.create_resource(self.document))
        self.validators = {}
        self.operations = sorted(
            (Operation(self, path, method) for path, item in self.document["paths"].items()
             for method in METHODS if method in item),
            key=lambda operation: (operation.path, operation.method))

    def node(self, place):
        node = self.document
        for part in place.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            node = node[int(part) if isinstance(node, list) else part]
        return node

    def follow(self, place):
        """The pointer of what `place` refers to, and the node there."""
        node = self.node(place)
        while "$ref" in node:
            place = node["$ref"].removeprefix("#")
            node = self.node(place)
        return place, node

    def operation(self, method, path):
        """What a request reaches; fixed segments win over templates. A GET may be sent as HEAD."""
        method = "GET" if method.upper() == "HEAD" else method.upper()
        segments = re.split("[?#]", path)[0].split("/")
        fitting = [one for one in self.operations if one.method == method and one.fits(segments)]
        return min(fitting, key=lambda one: one.templates, default=None)

    def faults(self, value, schema, what):
        """Every rule of the schema at the pointer `schema` that `value` breaks."""
        if schema not in self.validators:
            self.validators[schema] = OAS30Validator(
                {"$ref": f"{BASE}#{urllib.parse.quote(schema, safe='/~{}')}"}, registry=self.registry,
                format_checker=FORMATS)
        return [
            f"{what}{pointer(*error.absolute_path)}: {shortened(error.message)}"
            for error in sorted(self.validators[schema].iter_errors(value), key=lambda one: list(map(str, one.path)))]

    def text_faults(self, text, schema, what):
        """For headers, paths and queries, where a text represents a value of the schema's type."""
        kind, value = self.follow(schema)[1].get("type"), text
        if kind == "integer" and re.fullmatch("-?[0-9]+", text):
            value = int(text)
        if kind == "number" and re.fullmatch(r"-?[0-9]+([.][0-9]+)?", text):
            value = float(text)
        if kind == "boolean" and text in ("true", "false"):
            value = text == "true"
        return self.faults(value, schema, what)

    def body_faults(self, body, content_type, owner, content):
        if not content:
            return ["body: the contract has none here"] if body else []
        kind = (content_type or "").split(";")[0].strip().lower()
        if kind not in content:
            return [f"Content-Type: {kind or 'none'} is not in the contract"]
        if "schema" not in content[kind]:
            return []
        schema = owner + pointer("content", kind, "schema")
        try:
            if kind == "application/x-ndjson" and self.follow(schema)[1].get("type") == "object":
                # Each line is a value of the schema.
                return ["body: no line end at the end"] * (not body.endswith(b"\n") and body != b"") + [
                    fault for number, line in enumerate(body.decode().split("\n")[:-1], 1)
                    for fault in self.faults(
                        json.loads(line, object_pairs_hook=no_duplicates, parse_constant=refuse_constant), schema,
                        f"body: line {number}")]
            if kind.endswith("json"):
                value = json.loads(body.decode(), object_pairs_hook=no_duplicates, parse_constant=refuse_constant)
            elif self.follow(schema)[1].get("format") == "binary":
                return []
            elif kind == "application/x-www-form-urlencoded" and self.follow(schema)[1].get("type") != "string":
                value = no_duplicates(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            else:
                value = body.decode()
        except ValueError as error:
            return [f"body: is not {kind}: {error}"]
        return self.faults(value, schema, "body")

    def header_faults(self, declared, sent):
        """`declared`: name, pointer and node of each header."""
        for name, place, node in declared:
            if name.lower() in sent:
                yield from self.text_faults(sent[name.lower()], place + "/schema", f"header {name}")
            elif node.get("required"):
                yield f"header {name}: is missing"

    def response_faults(self, one):
        """An answer to what the contract does not have can only be a problem with 404, 405 or 501."""
        operation, headers = self.operation(one["method"], one["path"]), lowercased(one["headers"])
        body, kind = body_of(one), headers.get("content-type")
        if operation is None:
            if one["status"] not in (404, 405, 501):
                return ["the contract has no such operation"]
            problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            return self.body_faults(body, kind, "/components/responses/NotFound", problem)
        if str(one["status"]) not in operation.responses:
            return [f"{operation.id}: the contract does not have this status"]
        owner, node = operation.responses[str(one["status"])]
        declared = [(name, *self.follow(owner + pointer("headers", name))) for name in node.get("headers", {})]
        faults = list(self.header_faults(declared, headers))
        if one["method"].upper() != "HEAD":
            faults += self.body_faults(body, kind, owner, node.get("content"))
        elif body:
            faults.append("body: HEAD has none")
        return [f"{operation.id}: {fault}" for fault in faults]

    def request_faults(self, one):
        """Of a request that was accepted."""
        operation, headers = self.operation(one["method"], one["path"]), lowercased(one.get("request_headers", {}))
        if operation is None or not 200 <= one["status"] < 300:
            return []
        target = urllib.parse.urlsplit(one["path"])
        path = {
            known[1:-1]: urllib.parse.unquote(given)
            for known, given in zip(operation.segments, target.path.split("/")) if known.startswith("{")}
        query = urllib.parse.parse_qsl(target.query, keep_blank_values=True)
        known = {node["name"] for _, node in operation.parameters if node["in"] == "query"}
        faults = [f"query {name}: is not in the contract" for name in sorted({name for name, _ in query} - known)]
        for place, node in operation.parameters:
            name, schema = node["name"], place + "/schema"
            if node["in"] == "path":
                faults += self.text_faults(path[name], schema, f"path {name}")
            elif node["in"] == "header":
                faults += self.header_faults([(name, place, node)], headers)
            elif node["in"] == "query":
                values = [value for key, value in query if key == name]
                if not values and node.get("required"):
                    faults.append(f"query {name}: is missing")
                elif self.follow(schema)[1].get("type") == "array":
                    faults += self.faults(values, schema, f"query {name}") if values else []
                else:
                    faults += [f"query {name}: is given twice"] * (len(values) > 1)
                    for value in values:
                        faults += self.text_faults(value, schema, f"query {name}")
        owner, node = operation.request
        body = body_of(one, "request_body")
        if body:
            faults += self.body_faults(body, headers.get("content-type"), owner, node.get("content"))
        elif node.get("required"):
            faults.append("body: is missing")
        return [f"{operation.id}: request {fault}" for fault in faults]

    def members(self, place, path=""):
        """The paths of the members of an object's schema, those of objects within it after a dot."""
        place, node = self.follow(place)
        if node.get("type") != "object" or "properties" not in node:
            return [path]
        return [
            member for name in node["properties"]
            for member in self.members(place + pointer("properties", name), f"{path}.{name}" if path else name)]

    def export(self, operation):
        """The names of the columns of an operation's CSV, as its example has them, and the members of its items."""
        owner, node = operation.responses.get("200", ("", {}))
        content = node.get("content", {})
        if "text/csv" not in content:
            return None
        return {
            "columns": content["text/csv"]["example"].split("\n")[0].split(","),
            "members": self.members(owner + pointer("content", "application/x-ndjson", "schema"))}

    def examples(self):
        """Pointer of the schema, name and value of every example of a body."""
        for operation in self.operations:
            bodies = [("request", *operation.request), *((key, *value) for key, value in operation.responses.items())]
            for kind, owner, node in bodies:
                for media, content in node.get("content", {}).items():
                    place = owner + pointer("content", media)
                    named = {name: self.follow(place + pointer("examples", name))[1]["value"]
                             for name in content.get("examples", {})}
                    if "example" in content:
                        named[""] = content["example"]
                    for name, value in named.items():
                        yield operation, kind, media, place + "/schema", name, value


def lowercased(headers):
    return {name.lower(): value for name, value in headers.items()}


def body_of(one, key="body"):
    coded = one.get(f"{key}_base64")
    return base64.b64decode(coded) if coded is not None else one.get(key, "").encode()


@functools.cache
def project():
    return Contract((PROJECT / "openapi.yaml").read_text(encoding="utf-8"))


def exchanges(folder):
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")) if folder else []:
        for line in file.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def report(one, faults):
    return [f"{one['method']} {one['path']} {one['status']}: {fault} ({one.get('test', 'no test')})" for fault in faults]


def requests(folder):
    """Prints where the service accepted more than the contract promises: blanks in an IBAN, for example. That is no fault."""
    for one in exchanges(folder):
        for line in report(one, project().request_faults(one)):
            print(line)


def check(folder):
    """Prints each kind of fault once; the number of faults."""
    contract, faults, count, examples = project(), [], 0, 0
    for error in OpenAPIV30SpecValidator(contract.document).iter_errors():
        fault = f"{pointer(*error.absolute_path)}: {shortened(error.message)}"
        faults.append(("openapi.yaml", fault, f"openapi.yaml{fault}"))
    for operation, kind, _, schema, name, value in contract.examples():
        examples += 1
        faults += [
            (operation.id, f"example {kind}: {fault}", f"example {name} of {operation.id} {kind}: {fault}")
            for fault in contract.faults(value, schema, "")]
    for one in exchanges(folder):
        count += 1
        operation, found = contract.operation(one["method"], one["path"]), contract.response_faults(one)
        name = operation.id if operation else "unknown operations"
        faults += [
            (name, fault.removeprefix(f"{name}: "), line) for fault, line in zip(found, report(one, found))]
    for line in grouped(faults):
        print(f"contract: {line}", file=sys.stderr)
    print(f"contract: {count} exchanges and {examples} examples checked, {len(faults)} faults")
    return len(faults)


def operations():
    """What the Swift tests need to know, ready to decode."""
    contract = project()
    requests = {}
    for operation, kind, media, _, _, value in contract.examples():
        if kind == "request":
            requests.setdefault(operation.id, {
                "media_type": media, "body": value if isinstance(value, str) else json.dumps(value)})
    return {
        "operations": [{
            "method": one.method, "path": one.path, "operation_id": one.id, "scopes": one.scopes,
            "is_public": {} in one.security, "is_signed": any("WebhookSignature" in need for need in one.security),
            "is_open_to_browsers": one.is_open_to_browsers, "is_open_to_test_keys": one.is_open_to_test_keys,
            "takes_citizen": any("CitizenToken" in need for need in one.security),
            "needs_citizen": all("CitizenToken" in need for need in one.security),
            "request_example": requests.get(one.id), "export": contract.export(one),
        } for one in contract.operations],
        "problem_codes": contract.node("/components/schemas/ProblemCode")["enum"],
        "violation_codes": contract.node("/components/schemas/ViolationCode")["enum"],
    }


def main():
    parser = argparse.ArgumentParser(prog="contract.sh")
    parser.add_argument("command", choices=["check", "requests", "json", "operations"])
    parser.add_argument("folder", nargs="?")
    given = parser.parse_args()
    if given.command == "check":
        sys.exit(1 if check(given.folder) else 0)
    if given.command == "requests":
        return requests(given.folder)
    print(json.dumps(project().document if given.command == "json" else operations(), ensure_ascii=False,
                     separators=(",", ":")))


if __name__ == "__main__":
    main()
