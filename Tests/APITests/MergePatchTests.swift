import JSON
import TestSupport
import Testing

@testable import API

/// JSON Merge Patch (RFC 7396).
@Suite struct MergePatchTests {
    /// Appendix A of the RFC. In the fourth column of the RFC the results are in another order; members have none.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `the examples of the RFC have their results`(target: String, patch: String, result: String) throws {
        #expect(
            JSONWriter.canonical(try JSONValue(target).merged(with: JSONValue(patch)))
                == JSONWriter.canonical(try JSONValue(result)))
    }

    /// A value of few names and small depth, so that target and patch have members in common.
    private static func value(_ random: inout SeededRandom, depth: Int, nulls: Bool) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
        case 0: return .integer(Int64.random(in: 0...3, using: &random))
        case 1: return .string(["a", "b", ""].randomElement(using: &random) ?? "")
        case 2: return nulls ? .null : .bool(true)
        case 3: return .array([.integer(1), nulls ? .null : .integer(2)])
        default:
            let names = ["a", "b", "c", "é", "e\u{301}"].filter { _ in Bool.random(using: &random) }
            return .object(names.map { .init($0, value(&random, depth: depth - 1, nulls: nulls)) })
        }
    }

    /// The pseudocode of section 2, over dictionaries by the bytes of the names.
    private static func model(_ target: JSONValue?, _ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [[UInt8]: JSONValue] = [:]
        if case .object(let own)? = target { for member in own { members[Array(member.key.utf8)] = member.value } }
        for change in changes {
            let name = Array(change.key.utf8)
            members[name] = change.value == .null ? nil : model(members[name], change.value)
        }
        return .object(members.map { .init(String(decoding: $0.key, as: UTF8.self), $0.value) })
    }

    @Test func `any patch of any value has the result of the RFC's pseudocode`() {
        var random = SeededRandom(seed: 951)
        for _ in 0..<5_000 {
            let target = Self.value(&random, depth: 3, nulls: true)
            let patch = Self.value(&random, depth: 3, nulls: true)
            let merged = target.merged(with: patch)
            #expect(
                JSONWriter.canonical(merged) == JSONWriter.canonical(Self.model(target, patch)), "\(target) \(patch)")
            // A patch that was sent twice changes nothing more.
            #expect(JSONWriter.canonical(merged.merged(with: patch)) == JSONWriter.canonical(merged))
        }
    }

    /// The patch that leads from one value to another.
    private static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue {
        guard case .object(let before) = old, case .object(let after) = new else { return new }
        var changes: [JSONValue.Member] = []
        for member in before where !after.contains(where: { $0.isNamed(member.key) }) {
            changes.append(.init(member.key, .null))
        }
        for member in after {
            if let known = before.first(where: { $0.isNamed(member.key) }) {
                changes.append(.init(member.key, difference(from: known.value, to: member.value)))
            } else {
                changes.append(member)
            }
        }
        return .object(changes)
    }

    @Test func `the difference of two values without null is a patch from one to the other`() {
        var random = SeededRandom(seed: 952)
        for _ in 0..<3_000 {
            let old = Self.value(&random, depth: 3, nulls: false)
            let new = Self.value(&random, depth: 3, nulls: false)
            let patched = old.merged(with: Self.difference(from: old, to: new))
            #expect(JSONWriter.canonical(patched) == JSONWriter.canonical(new), "\(old) \(new)")
        }
    }
}
