import Foundation
import Yams

/// openapi.yaml as the tests read it: which operations there are, and whether a request or an answer keeps to it.
package struct Contract: Sendable {
    /// The project's own file, read once.
    package static let project = Result { try Contract(yaml: String(contentsOf: projectFile, encoding: .utf8)) }

    /// Two folders above this file.
    package static var projectFile: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "openapi.yaml")
    }

    package let document: JSONTree
    /// Sorted by path, then method.
    package let operations: [Operation]
    let schema: JSONSchema

    /// - Throws: a YAML error, or `Unreadable`.
    package init(yaml: String) throws {
        guard let root = try Yams.compose(yaml: yaml) else { throw Unreadable(detail: "the file is empty") }
        document = try JSONTree(node: root)
        schema = JSONSchema(document: document)
        operations = Contract.operations(of: document)
    }

    package struct Unreadable: Error { package let detail: String }

    package struct Operation: Sendable {
        /// In capitals.
        package let method: String
        /// As routed, the server's own path in front: `/v1/positions/{id}`.
        package let path: String
        package let operationID: String
        /// Any one of these is needed; empty: any valid key.
        package let scopes: [String]
        package let isPublic: Bool
        /// A PSP signs the body instead of showing a key.
        package let isSigned: Bool
        /// It may be, or must be, asked in the name of a citizen.
        package let takesCitizen: Bool
        /// It must be asked in the name of a citizen.
        package let needsCitizen: Bool
        /// Path parameters included.
        let parameters: [JSONTree]
        let body: JSONTree
    }
}

extension Contract {
    private static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private static func operations(of document: JSONTree) -> [Operation] {
        let schema = JSONSchema(document: document)
        let shared = document["security"]
        let found = (document["paths"]?.fields ?? [:]).flatMap { path, item in
            methods.compactMap { method -> Operation? in
                guard let body = item[method] else { return nil }
                let parameters = (item["parameters"]?.list ?? []) + (body["parameters"]?.list ?? [])
                return Operation(
                    method: method.uppercased(), path: prefix(item, document) + path,
                    operationID: body["operationId"]?.text ?? "", scopes: body["x-scopes"]?.texts ?? [],
                    isPublic: (body["security"] ?? shared)?.list.contains(.object([:])) ?? true,
                    isSigned: (body["security"] ?? shared)?.list.contains { $0["WebhookSignature"] != nil } ?? false,
                    takesCitizen: body["security"]?.list.contains { $0["CitizenToken"] != nil } ?? false,
                    needsCitizen: body["security"]?.list.allSatisfy { $0["CitizenToken"] != nil } ?? false,
                    parameters: parameters.compactMap(schema.resolved), body: body)
            }
        }
        return found.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
    }

    /// The path of the first server's URL: what stands before every path of the file.
    private static func prefix(_ item: JSONTree, _ document: JSONTree) -> String {
        guard let text = (item["servers"] ?? document["servers"])?.list.first?["url"]?.text,
            let path = URL(string: text)?.path(), path != "/"
        else { return "" }
        return path
    }

    /// The operation that a request to `path` (with real ids; a query is ignored) reaches. Fixed segments win over templates.
    package func operation(method: String, path: String) -> Operation? {
        let segments = Self.segments(path)
        let fitting = operations.filter {
            $0.method == method.uppercased() && Self.fits(segments, Self.segments($0.path))
        }
        return fitting.min { Self.templates($0.path) < Self.templates($1.path) }
    }

    static func segments(_ path: String) -> [Substring] {
        path.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func fits(_ segments: [Substring], _ template: [Substring]) -> Bool {
        segments.count == template.count
            && zip(segments, template).allSatisfy { $1.hasPrefix("{") ? !$0.isEmpty : $0 == $1 }
    }

    private static func templates(_ path: String) -> Int { segments(path).count { $0.hasPrefix("{") } }
}

extension Contract {
    /// Every way in which an answer departs from the contract; empty when it keeps to it.
    ///
    /// A 404 or 405 where the contract has no such operation need only be a well-formed problem.
    /// - Parameters:
    ///   - path: as requested, with real ids.
    ///   - headers: of the answer, by name in any case.
    ///   - contentType: the Content-Type header; read from `headers` when left out.
    package func violations(
        method: String, path: String, status: Int, headers: [String: String], contentType: String? = nil, body: Data
    ) -> [String] {
        let names = Self.lowercased(headers)
        let contentType = contentType ?? names["content-type"]
        guard let operation = operation(method: method, path: path) else {
            guard status == 404 || status == 405 else { return ["no operation for \(method) \(path)"] }
            let problem = JSONTree.object(["$ref": .text("#/components/schemas/Problem")])
            return bodyFaults(body, contentType, ["application/problem+json": .object(["schema": problem])])
        }
        let place = "\(operation.operationID) \(status)"
        guard let answer = operation.body["responses"]?["\(status)"].flatMap(schema.resolved) else {
            return ["\(place): the contract does not have this status"]
        }
        let faults =
            headerFaults(answer["headers"]?.fields ?? [:], names)
            + bodyFaults(body, contentType, answer["content"]?.fields ?? [:])
        return faults.map { "\(place): \($0)" }
    }

    private func headerFaults(_ declared: [String: JSONTree], _ sent: [String: String]) -> [String] {
        declared.sorted { $0.key < $1.key }.flatMap { name, reference -> [String] in
            guard let header = schema.resolved(reference) else { return ["header \(name): $ref leads nowhere"] }
            guard let text = sent[name.lowercased()] else {
                return header["required"]?.bool == true ? ["header \(name) is missing"] : []
            }
            return textFaults(text, header["schema"] ?? .object([:]), "header \(name)")
        }
    }

    private func bodyFaults(_ body: Data, _ contentType: String?, _ content: [String: JSONTree]) -> [String] {
        guard !content.isEmpty else { return body.isEmpty ? [] : ["the contract has no body here"] }
        let type = (contentType ?? "").prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        guard let media = content[type] else { return ["Content-Type \(type) is not in the contract"] }
        guard let wanted = media["schema"] else { return [] }
        if type.hasSuffix("json") {
            guard let value = try? JSONTree(json: body) else { return ["the body is not JSON"] }
            return schema.violations(of: value, by: wanted, at: "body")
        }
        guard schema.resolved(wanted)?["format"]?.text != "binary" else { return [] }
        guard let text = String(data: body, encoding: .utf8) else { return ["the body is not UTF-8"] }
        return schema.violations(of: .text(text), by: wanted, at: "body")
    }

    /// A text that stands for a value of the schema's type, as headers and queries carry it.
    private func textFaults(_ text: String, _ wanted: JSONTree, _ place: String) -> [String] {
        let value: JSONTree =
            switch schema.resolved(wanted)?["type"]?.text {
            case "integer": Int64(text).map(JSONTree.integer) ?? .text(text)
            case "number": Double(text).map(JSONTree.number) ?? .text(text)
            case "boolean": Bool(text).map(JSONTree.bool) ?? .text(text)
            default: .text(text)
            }
        return schema.violations(of: value, by: wanted, at: place)
    }

    private static func lowercased(_ headers: [String: String]) -> [String: String] {
        Dictionary(headers.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }
}

extension Contract {
    /// Every way in which a request departs from the contract; empty when it keeps to it.
    /// - Parameter path: with its query, percent-encoded as sent.
    package func requestViolations(
        method: String, path: String, headers: [String: String] = [:], contentType: String? = nil, body: Data? = nil
    ) -> [String] {
        guard let operation = operation(method: method, path: path) else {
            return ["no operation for \(method) \(path)"]
        }
        let names = Self.lowercased(headers)
        var faults = queryFaults(operation, path) + pathFaults(operation, path)
        for parameter in operation.parameters where parameter["in"]?.text == "header" {
            faults += headerFaults([parameter["name"]?.text ?? "": parameter], names)
        }
        if let body, !body.isEmpty {
            let content = operation.body["requestBody"].flatMap(schema.resolved)?["content"]?.fields ?? [:]
            faults += bodyFaults(body, contentType ?? names["content-type"], content)
        } else if operation.body["requestBody"].flatMap(schema.resolved)?["required"]?.bool == true {
            faults.append("the body is missing")
        }
        return faults.map { "\(operation.operationID): \($0)" }
    }

    private func queryFaults(_ operation: Operation, _ path: String) -> [String] {
        let items = URLComponents(string: path)?.queryItems ?? []
        let known = operation.parameters.filter { $0["in"]?.text == "query" }
        var faults = Set(items.map(\.name)).subtracting(known.compactMap { $0["name"]?.text }).sorted()
            .map { "query parameter \($0) is not in the contract" }
        for parameter in known {
            let name = parameter["name"]?.text ?? ""
            let wanted = parameter["schema"].flatMap(schema.resolved) ?? .object([:])
            let values = items.filter { $0.name == name }.map { $0.value ?? "" }
            if values.isEmpty {
                if parameter["required"]?.bool == true { faults.append("query parameter \(name) is missing") }
            } else if wanted["type"]?.text == "array" {
                faults += schema.violations(of: .list(values.map(JSONTree.text)), by: wanted, at: "query \(name)")
            } else {
                if values.count > 1 { faults.append("query parameter \(name) is given twice") }
                faults += values.flatMap { textFaults($0, wanted, "query \(name)") }
            }
        }
        return faults
    }

    private func pathFaults(_ operation: Operation, _ path: String) -> [String] {
        zip(Self.segments(operation.path), Self.segments(path)).flatMap { template, given -> [String] in
            guard template.hasPrefix("{") else { return [] }
            let name = String(template.dropFirst().dropLast())
            let parameter = operation.parameters.first { $0["in"]?.text == "path" && $0["name"]?.text == name }
            guard let wanted = parameter?["schema"] else { return ["path parameter \(name) is not in the contract"] }
            return textFaults(given.removingPercentEncoding ?? String(given), wanted, "path \(name)")
        }
    }
}

extension Contract {
    /// An example that the contract gives of a body.
    package struct Example: Sendable {
        package let operation: Operation
        /// `nil`: of the request.
        package let status: Int?
        package let mediaType: String
        /// Its key among `examples`; empty for the only `example`.
        package let name: String
        package let value: JSONTree
        let schema: JSONTree
    }

    /// All examples of request bodies and of answers, shared error answers included.
    package var examples: [Example] {
        operations.flatMap { operation in
            let request = operation.body["requestBody"].flatMap(schema.resolved)?["content"]?.fields ?? [:]
            let answers = (operation.body["responses"]?.fields ?? [:]).sorted { $0.key < $1.key }
            return examples(operation, nil, request)
                + answers.flatMap { code, answer in
                    examples(operation, Int(code), schema.resolved(answer)?["content"]?.fields ?? [:])
                }
        }
    }

    /// What is wrong with an example; empty when it is valid.
    package func violations(of example: Example) -> [String] {
        schema.violations(of: example.value, by: example.schema)
            .map {
                "\(example.operation.operationID) \(example.status.map(String.init) ?? "request") \(example.name) \($0)"
            }
    }

    private func examples(_ operation: Operation, _ status: Int?, _ content: [String: JSONTree]) -> [Example] {
        content.sorted { $0.key < $1.key }.flatMap { type, media in
            var named = (media["examples"]?.fields ?? [:]).sorted { $0.key < $1.key }
                .compactMap { name, example in schema.resolved(example)?["value"].map { (name, $0) } }
            if let only = media["example"] { named.append(("", only)) }
            return named.map { name, value in
                Example(
                    operation: operation, status: status, mediaType: type, name: name, value: value,
                    schema: media["schema"] ?? .object([:]))
            }
        }
    }
}

extension JSONTree {
    /// YAML 1.2's core: only plain scalars are anything but text, and only `true`, `false`, `null`, `~` and decimal numbers.
    init(node: Node) throws {
        if let mapping = node.mapping {
            var fields: [String: JSONTree] = [:]
            for (key, value) in mapping {
                guard let name = key.scalar?.string else { throw Contract.Unreadable(detail: "a key is not a scalar") }
                guard fields.updateValue(try JSONTree(node: value), forKey: name) == nil else {
                    throw Contract.Unreadable(detail: "the key \(name) stands twice in one mapping")
                }
            }
            self = .object(fields)
        } else if let sequence = node.sequence {
            self = .list(try sequence.map { try JSONTree(node: $0) })
        } else {
            self = JSONTree(scalar: node.scalar?.string ?? "", isPlain: node.scalar?.style == .plain)
        }
    }

    private init(scalar text: String, isPlain: Bool) {
        guard isPlain else {
            self = .text(text)
            return
        }
        switch text {
        case "", "~", "null": self = .null
        case "true": self = .bool(true)
        case "false": self = .bool(false)
        default:
            let isNumber = text.range(of: "^-?[0-9]+([.][0-9]+)?$", options: .regularExpression) != nil
            self = isNumber ? Int64(text).map(JSONTree.integer) ?? .number(Double(text) ?? 0) : .text(text)
        }
    }
}
