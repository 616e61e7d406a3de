import Foundation
import JSON
import TestSupport
import Testing

@testable import API

/// The bounds that the contract states for each member of a body are those of the code, from both sides.
@Suite struct ContractBoundTests {
    /// A schema of openapi.yaml with its references followed.
    private struct Schema: Sendable {
        let node: JSONValue
        private let document: JSONValue

        init(_ node: JSONValue, in document: JSONValue) {
            var node = node
            while case .string(let reference)? = node["$ref"] {
                let parts = reference.split(separator: "/").dropFirst().map {
                    $0.replacing("~1", with: "/").replacing("~0", with: "~")
                }
                node = parts.reduce(Optional(document)) { $0?[String($1)] } ?? .null
            }
            self.node = node
            self.document = document
        }

        private func schema(_ node: JSONValue?) -> Schema? {
            guard let node, case .object = node else { return nil }
            return Schema(node, in: document)
        }

        /// The alternatives and the parts that this schema consists of.
        private var parts: [Schema] {
            ["allOf", "oneOf", "anyOf"].flatMap { name -> [Schema] in
                guard case .array(let items)? = node[name] else { return [] }
                return items.map { Schema($0, in: document) }
            }
        }

        func member(_ name: String) -> Schema? {
            if node["items"] != nil, Int(name) != nil { return schema(node["items"]) }
            return schema(node["properties"]?[name]) ?? parts.lazy.compactMap { $0.member(name) }.first
                ?? schema(node["additionalProperties"])
        }

        func at(_ path: ArraySlice<String>) -> Schema? {
            guard let name = path.first else { return self }
            return member(name)?.at(path.dropFirst())
        }

        /// The names of all members.
        var names: Set<String> {
            var own: Set<String> = []
            if case .object(let members)? = node["properties"] { own = Set(members.map(\.key)) }
            return parts.reduce(own) { $0.union($1.names) }
        }

        /// A rule, here or in the parts of the schema.
        func rule(_ name: String) -> JSONValue? { node[name] ?? parts.lazy.compactMap { $0.rule(name) }.first }

        func number(_ name: String) -> Int64? {
            if case .integer(let number)? = rule(name) { number } else { nil }
        }

        func text(_ name: String) -> String? {
            if case .string(let text)? = rule(name) { text } else { nil }
        }

        /// The words of an enumeration.
        var words: [String]? {
            guard case .array(let items)? = rule("enum") else { return nil }
            return items.compactMap { item in if case .string(let word) = item { word } else { nil as String? } }
        }
    }

    /// A value for one member: whether the contract allows it, and the codes by which it may be refused.
    private struct Probe {
        let value: JSONValue
        let isAllowed: Bool
        let codes: Set<String>
    }

    private static let schemas = Result { () throws -> [String: Schema] in
        let script = Contract.projectFile.deletingLastPathComponent().appending(path: "scripts/contract.sh")
        let text = try Tool.run(script.path, ["json"])
        // Before its only line of JSON the script may report that it installs its dependencies.
        let line = text.split(separator: "\n").first { $0.hasPrefix("{") } ?? ""
        var limits = JSONLimits()
        limits.maximumDepth = 100
        limits.maximumValues = 1_000_000
        let document = try JSONValue.parse(Array(line.utf8), limits: limits)
        var schemas: [String: Schema] = [:]
        guard case .object(let paths)? = document["paths"] else { return [:] }
        for path in paths {
            guard case .object(let methods) = path.value else { continue }
            for method in methods {
                guard case .string(let id)? = method.value["operationId"], let request = method.value["requestBody"],
                    case .object(let content)? = Schema(request, in: document).node["content"]
                else { continue }
                let json = content.first { $0.key.hasSuffix("json") && $0.key != "application/x-ndjson" }
                if let schema = json?.value["schema"] { schemas[id] = Schema(schema, in: document) }
            }
        }
        return schemas
    }

    private static func probes(_ schema: Schema, _ value: JSONValue) -> [Probe] {
        switch value {
        case .string: return texts(schema)
        case .integer: return numbers(schema)
        case .array(let items): return lists(schema, items)
        case .null, .bool, .number, .object: return []
        }
    }

    private static func texts(_ schema: Schema) -> [Probe] {
        var probes: [Probe] = []
        let (words, format) = (schema.words, schema.text("format"))
        let isFree = words == nil && format == nil && schema.text("pattern") == nil
        if let most = schema.number("maxLength").map(Int.init) {
            let codes: Set = isFree ? ["too_long"] : ["too_long", "bad_format", "bad_characters", "unknown_value"]
            probes.append(
                Probe(value: .string(String(repeating: "x", count: most + 1)), isAllowed: false, codes: codes))
            if isFree {
                // The length counts Unicode scalars.
                for letter in ["x", "è"] {
                    probes.append(
                        Probe(
                            value: .string(String(repeating: letter, count: most)), isAllowed: true, codes: ["too_long"]
                        ))
                }
            }
        }
        if let least = schema.number("minLength").map(Int.init), least > 0 {
            probes.append(
                Probe(
                    value: .string(String(repeating: "x", count: least - 1)), isAllowed: false,
                    codes: ["too_short", "bad_format", "unknown_value", "bad_check_digit"]))
        }
        for word in words ?? [] {
            probes.append(Probe(value: .string(word), isAllowed: true, codes: ["unknown_value"]))
        }
        if words != nil { probes.append(Probe(value: .string("zzz"), isAllowed: false, codes: ["unknown_value"])) }
        let wrong: [String: [String]] = [
            "date": ["2030-02-30", "2030-1-1", "30/01/2030", "2030-01-01T00:00:00Z"],
            "date-time": ["2030-01-01", "2030-01-01T24:00:00Z", "2030-02-30T00:00:00Z", "2030-01-01T00:00:00+24:00"],
            "uuid": ["x", "0199c0de-0000-7000-8000-00000000000", "0199c0de-0000-7000-8000-00000000000g"],
            "email": ["x", "x@", "@x", "a b@example.org"],
        ]
        for text in format.flatMap({ wrong[$0] }) ?? [] {
            probes.append(Probe(value: .string(text), isAllowed: false, codes: ["bad_format"]))
        }
        return probes
    }

    private static func numbers(_ schema: Schema) -> [Probe] {
        var probes: [Probe] = []
        for (name, step) in [("minimum", -1), ("maximum", 1)] as [(String, Int64)] {
            guard let bound = schema.number(name) else { continue }
            probes.append(Probe(value: .integer(bound), isAllowed: true, codes: ["out_of_range"]))
            probes.append(Probe(value: .integer(bound + step), isAllowed: false, codes: ["out_of_range"]))
        }
        return probes
    }

    private static func lists(_ schema: Schema, _ items: [JSONValue]) -> [Probe] {
        var probes: [Probe] = []
        if let most = schema.number("maxItems").map(Int.init), let item = items.first, most <= 1_000 {
            let longest = [JSONValue](repeating: item, count: most)
            probes.append(Probe(value: .array(longest), isAllowed: true, codes: ["too_many"]))
            probes.append(Probe(value: .array(longest + [item]), isAllowed: false, codes: ["too_many"]))
        }
        if let least = schema.number("minItems"), least > 0 {
            probes.append(Probe(value: .array([]), isAllowed: false, codes: ["too_few"]))
        }
        return probes
    }

    @Test(arguments: ValidBody.all) func `each bound of the contract is that of the code`(body: ValidBody) async throws
    {
        let runner = try await RouteRunner.shared.value
        let schema = try #require(try Self.schemas.get()[body.operation], "\(body.operation)")
        let json = try JSONValue(body.json)
        for part in json.parts() {
            let pointer = "/" + part.path.joined(separator: "/")
            guard !body.isSpecial(pointer) else { continue }
            let member = try #require(schema.at(part.path[...]), "\(body.operation) \(pointer) is not in the contract")
            for probe in Self.probes(member, part.value) {
                let changed = try #require(json.replacing(part.path[...], with: probe.value))
                var found: [String] = []
                if case .problem(_, let violations) = try await runner.send(json: changed, to: body.operation) {
                    found = violations.filter { $0.hasPrefix(pointer + " ") }.map {
                        String($0.dropFirst(pointer.count + 1))
                    }
                }
                let isRefused = found.contains { probe.codes.contains($0) }
                #expect(
                    isRefused != probe.isAllowed,
                    "\(body.operation) \(pointer): \(String(describing: probe.value).prefix(80)) \(found)")
            }
        }
    }

    @Test(arguments: ValidBody.all) func `the members of a body are all tested`(body: ValidBody) throws {
        let schema = try #require(try Self.schemas.get()[body.operation])
        let json = try JSONValue(body.json)
        let bodies = ValidBody.all.filter { $0.operation == body.operation }
        let tested = try bodies.map { try JSONValue($0.json) }
        for part in [(path: [String](), value: json)] + json.parts() {
            let pointer = "/" + part.path.joined(separator: "/")
            guard case .object = part.value, !body.isSpecial(pointer), !body.open.contains(pointer),
                let names = schema.at(part.path[...])?.names
            else { continue }
            let known = tested.flatMap { value -> [String] in
                let found = part.path.isEmpty ? value : value.parts().first { $0.path == part.path }?.value
                guard case .object(let members)? = found else { return [] }
                return members.map(\.key)
            }
            // The operation reads this alternative before it asks the database, and has a test of its own.
            let others: Set = body.operation == "report_mail_bounce" ? ["return_path"] : []
            #expect(names.subtracting(known).subtracting(others) == [], "\(body.operation) \(pointer)")
        }
    }
}
