import Yams

/// openapi.yaml as one page for a browser: no scripts, no outside assets, readable without colours and by a screen reader.
///
/// The page changes only with the file, so it is made once. Its one inline style sheet is `ContractPage.style`, for a
/// Content-Security-Policy that names it by hash.
package struct ContractPage: Sendable {
    package let html: String

    package struct Unreadable: Error { package let detail: String }

    /// - Throws: a YAML error, or `Unreadable` when the file is no OpenAPI document.
    package init(yaml: String) throws {
        guard let root = try Yams.compose(yaml: yaml), root["openapi"] != nil, root["paths"]?.mapping != nil else {
            throw Unreadable(detail: "is not an OpenAPI document")
        }
        html = ContractWriter(root: root).page()
    }

    package static let style = """
        :root{color-scheme:light dark}*{box-sizing:border-box}
        body{margin:0 auto;max-width:70rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff}
        a{color:#004b9b}a:focus-visible,summary:focus-visible,pre:focus-visible{outline:3px solid #b35900;outline-offset:2px}
        .skip{position:absolute;left:-100rem}.skip:focus{position:static}
        article,section section{border-top:1px solid #767676;margin-top:1.5rem;padding-top:.5rem}
        h2,h3{overflow-wrap:anywhere}h2{margin-top:3rem}code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
        pre{background:#f2f2f2;padding:.75rem;overflow-x:auto;max-height:30rem}.method{font-weight:700}
        table{border-collapse:collapse;width:100%;margin:.5rem 0}caption{text-align:left;font-weight:700}
        th,td{border:1px solid #949494;padding:.3rem .5rem;text-align:left;vertical-align:top;font-weight:400}thead th{background:#f2f2f2;font-weight:700}
        nav ul{list-style:none;padding-left:1rem}details{margin:.3rem 0}
        @media(prefers-color-scheme:dark){body{color:#eee;background:#16181d}a{color:#8ec5ff}pre,thead th{background:#262a33}}
        @media print{nav,.skip{display:none}pre{max-height:none}}
        """
}

/// Writes the page; every text of the file is escaped on its way.
struct ContractWriter {
    let root: Node
    let operations: [Operation]

    struct Operation {
        let method: String
        let path: String
        let body: Node
        let parameters: [Node]
        var id: String { body["operationId"]?.string ?? "\(method)-\(path)" }
        var tag: String { body["tags"]?.sequence?.first?.string ?? "" }
    }

    init(root: Node) {
        self.root = root
        operations = (root["paths"]?.pairs ?? []).flatMap { path, item in
            item.pairs.filter { ["get", "put", "post", "patch", "delete"].contains($0.0) }.map { method, body in
                Operation(
                    method: method.uppercased(), path: path, body: body,
                    parameters: (item["parameters"]?.items ?? []) + (body["parameters"]?.items ?? []))
            }
        }
    }

    func page() -> String {
        let title = escaped("\(root["info"]?["title"]?.string ?? "API") \(root["info"]?["version"]?.string ?? "")")
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title><style>\(ContractPage.style)</style></head><body>
            <a class="skip" href="#main">Skip to the text</a>
            <header><h1>\(title)</h1></header>
            \(contents())
            <main id="main">\(prose(root["info"]?["description"]))
            \(servers())\(tags().map(section).joined())
            <h2 id="answers">Shared answers</h2>\(shared("responses").map(sharedAnswer).joined())
            <h2 id="schemas">Schemas</h2>\(shared("schemas").map(schemaSection).joined())
            </main></body></html>

            """
    }

    private func shared(_ kind: String) -> [(String, Node)] { root["components"]?[kind]?.pairs ?? [] }

    private func tags() -> [(String, Node?)] {
        (root["tags"]?.items ?? []).compactMap { tag in tag["name"]?.string.map { ($0, tag["description"]) } }
    }

    // MARK: Contents and servers

    private func contents() -> String {
        let groups = tags().map { tag, _ in
            let rows = operations.filter { $0.tag == tag }.map { operation in
                "<li><a href=\"#\(escaped(operation.id))\">\(escaped(operation.body["summary"]?.string ?? operation.id))</a> "
                    + "<code>\(operation.method) \(escaped(operation.path))</code></li>"
            }
            return "<li><a href=\"#\(anchor(tag))\">\(escaped(tag))</a><ul>\(rows.joined())</ul></li>"
        }
        let rest = "<li><a href=\"#answers\">shared answers</a></li><li><a href=\"#schemas\">schemas</a></li>"
        return "<nav aria-label=\"Contents\"><ul>\(groups.joined())\(rest)</ul></nav>"
    }

    private func servers() -> String {
        let rows = (root["servers"]?.items ?? []).map { server in
            "<li><code>\(escaped(server["url"]?.string ?? ""))</code> \(escaped(server["description"]?.string ?? ""))</li>"
        }
        return "<h2 id=\"servers\">Servers</h2><ul>\(rows.joined())</ul>"
    }

    // MARK: Operations

    private func section(_ tag: String, _ description: Node?) -> String {
        let own = operations.filter { $0.tag == tag }.map(article)
        return "<section aria-labelledby=\"\(anchor(tag))\"><h2 id=\"\(anchor(tag))\">\(escaped(tag))</h2>"
            + "\(prose(description))\(own.joined())</section>\n"
    }

    private func article(_ operation: Operation) -> String {
        let id = escaped(operation.id)
        return """
            <article aria-labelledby="\(id)"><h3 id="\(id)">\(escaped(operation.body["summary"]?.string ?? operation.id))</h3>
            <p><code><span class="method">\(operation.method)</span> \(escaped(operation.path))</code></p>
            \(prose(operation.body["description"]))<p>\(credential(operation.body))</p>
            \(parameters(operation.parameters.map(resolved)))\(requestBody(operation.body["requestBody"]))
            <h4>Answers</h4>\((operation.body["responses"]?.pairs ?? []).map(answer).joined())</article>

            """
    }

    private func credential(_ body: Node) -> String {
        let needs = (body["security"] ?? root["security"])?.items ?? []
        guard let schemes = needs.first?.pairs.map(\.0), !schemes.isEmpty else { return "No credential." }
        let names = schemes.map { name in
            let scheme = root["components"]?["securitySchemes"]?[name]
            return "<code>\(escaped(scheme?["name"]?.string ?? "Authorization"))</code>"
        }
        let scopes = (body["x-scopes"]?.items ?? []).compactMap(\.string).map { "<code>\(escaped($0))</code>" }
        return "Credential: \(names.joined(separator: ", "))"
            + (scopes.isEmpty ? "." : ", scope \(scopes.joined(separator: " or ")).")
    }

    private func parameters(_ parameters: [Node]) -> String {
        let rows = parameters.map { parameter in
            let need = parameter["required"]?.bool == true ? "required" : "optional"
            let place = escaped(parameter["in"]?.string ?? "")
            return row(
                parameter["name"]?.string ?? "",
                [place, need, type(parameter["schema"]), inline(parameter["description"])])
        }
        return table("Parameters", ["Name", "In", "Need", "Type", "Meaning"], rows)
    }

    private func requestBody(_ body: Node?) -> String {
        guard let body = body.map(resolved) else { return "" }
        let need = body["required"]?.bool == true ? "" : " (optional)"
        return "<h4>Body\(need)</h4>\((body["content"]?.pairs ?? []).map(media).joined())"
    }

    private func media(_ type: String, _ media: Node) -> String {
        "<p><code>\(escaped(type))</code>: \(self.type(media["schema"]))</p>\(examples(media))"
    }

    private func answer(_ code: String, _ answer: Node) -> String {
        if let name = answer["$ref"]?.string?.split(separator: "/").last {
            let link = "<a href=\"#answer-\(escaped(String(name)))\">\(inline(resolved(answer)["description"]))</a>"
            return "<p><strong>\(escaped(code))</strong> \(link)</p>"
        }
        return "<p><strong>\(escaped(code))</strong> \(inline(answer["description"]))</p>" + content(answer)
    }

    private func sharedAnswer(_ name: String, _ answer: Node) -> String {
        part("answer-\(name)", name, prose(answer["description"]) + content(answer))
    }

    private func content(_ answer: Node) -> String {
        (answer["content"]?.pairs ?? []).map(media).joined() + headers(answer)
    }

    private func part(_ id: String, _ title: String, _ body: String) -> String {
        "<section aria-labelledby=\"\(escaped(id))\"><h3 id=\"\(escaped(id))\">\(escaped(title))</h3>\(body)</section>\n"
    }

    private func headers(_ answer: Node) -> String {
        let rows = (answer["headers"]?.pairs ?? []).map { row($0, [inline(resolved($1)["description"])]) }
        guard !rows.isEmpty else { return "" }
        return "<details><summary>Headers</summary>\(table("Headers", ["Name", "Meaning"], rows))</details>"
    }

    private func examples(_ media: Node) -> String {
        let only = media["example"].map { [("Example", $0)] } ?? []
        let named = (media["examples"]?.pairs ?? []).compactMap { name, example in
            resolved(example)["value"].map { ("Example: \(name.replacing("_", with: " "))", $0) }
        }
        return (only + named).map { title, value in
            "<details><summary>\(escaped(title))</summary><pre tabindex=\"0\">\(escaped(json(value)))</pre></details>"
        }.joined()
    }

    // MARK: Schemas

    private func schemaSection(_ name: String, _ schema: Node) -> String {
        let required = Set((schema["required"]?.items ?? []).compactMap(\.string))
        let rows = (schema["properties"]?.pairs ?? []).map { field, property in
            row(
                field,
                [required.contains(field) ? "required" : "optional", type(property), inline(property["description"])])
        }
        let fields = table("Fields", ["Name", "Need", "Type", "Meaning"], rows)
        return part(
            "schema-\(name)", name, prose(schema["description"]) + (rows.isEmpty ? "<p>\(type(schema))</p>" : fields))
    }

    /// A schema in a few words, with links to the schemas it names.
    private func type(_ schema: Node?) -> String {
        guard let schema else { return "" }
        if let name = schema["$ref"]?.string?.split(separator: "/").last.map({ escaped(String($0)) }) {
            return "<a href=\"#schema-\(name)\">\(name)</a>"
        }
        if let choices = schema["oneOf"]?.items { return choices.map(type).joined(separator: " or ") }
        if let values = schema["enum"]?.items {
            return "one of " + values.compactMap(\.string).map { "<code>\(escaped($0))</code>" }.joined(separator: ", ")
                + fallback(schema)
        }
        var words = escaped(schema["type"]?.string ?? "any")
        if words == "array" {
            words = "list of \(type(schema["items"]))"
        } else if words == "object" {
            words = object(schema)
        }
        for (key, label) in Self.limits {
            if let value = schema[key]?.string { words += ", \(label) <code>\(escaped(value))</code>" }
        }
        return words + (schema["nullable"]?.bool == true ? ", or null" : "") + fallback(schema)
    }

    private static let limits = [
        ("format", "format"), ("minimum", "from"), ("maximum", "to"), ("minLength", "length from"),
        ("maxLength", "length to"), ("minItems", "items from"), ("maxItems", "items to"),
        ("maxProperties", "fields up to"), ("pattern", "pattern"),
    ]

    private func object(_ schema: Node) -> String {
        let fields = (schema["properties"]?.pairs ?? []).map { "<code>\(escaped($0))</code>: \(type($1))" }
        return fields.isEmpty ? "object" : "object {\(fields.joined(separator: "; "))}"
    }

    private func fallback(_ schema: Node) -> String {
        schema["default"]?.string.map { ", by default <code>\(escaped($0))</code>" } ?? ""
    }

    // MARK: Pieces

    private func resolved(_ node: Node) -> Node {
        guard let reference = node["$ref"]?.string else { return node }
        return reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? $0 }
    }

    private func table(_ caption: String, _ columns: [String], _ rows: [String]) -> String {
        guard !rows.isEmpty else { return "" }
        let head = columns.map { "<th scope=\"col\">\($0)</th>" }.joined()
        return
            "<table><caption>\(caption)</caption><thead><tr>\(head)</tr></thead><tbody>\(rows.joined())</tbody></table>"
    }

    private func row(_ name: String, _ cells: [String]) -> String {
        "<tr><th scope=\"row\"><code>\(escaped(name))</code></th>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
    }

    private func anchor(_ tag: String) -> String { "tag-" + escaped(tag.replacing(" ", with: "-")) }
}
