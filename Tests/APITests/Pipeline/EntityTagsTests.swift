import HTTPTypes
import Operations
import Requests
import Testing

@testable import API

/// If-Match and If-None-Match as RFC 9110 (13.1.1, 13.1.2, 8.8.3.2) defines them.
@Suite struct EntityTagsTests {
    @Test(arguments: [
        ("\"a\"", true), ("*", true), (" * ", true), ("\"x\", \"a\"", true), ("\"x\",\"a\"", true),
        (",, \"a\" ,", true),
        ("\"x,a\", \"a\"", true), ("W/\"a\"", false), ("W/\"x\", \"a\"", true), ("\"x\"", false), ("a", false),
        ("", false), ("\"a", false), ("w/\"a\"", false), ("\"a\"\"", true), ("**", false), ("\"*\"", false),
        ("*, \"x\"", false), ("\"\"", false), ("\"a \"", false), ("W/", false), ("\"ü\", \"a\"", true),
    ])
    func `If-Match compares strongly, whole tags, in lists`(value: String, matches: Bool) {
        #expect(EntityTags(value).match("\"a\"") == matches, "\(value)")
        #expect(!EntityTags(value).match(nil))
    }

    @Test(arguments: [("W/\"a\"", true), ("\"a\"", true), ("\"x\", W/\"a\"", true), ("*", true), ("\"x\"", false)])
    func `If-None-Match compares weakly`(value: String, matches: Bool) {
        #expect(EntityTags(value).matchWeakly("\"a\"") == matches, "\(value)")
        #expect(!EntityTags(value).matchWeakly(nil))
    }

    /// How the condition of a write ends for an entity with the tag `"a"`.
    private func end(_ need: PreconditionNeed, _ headers: HTTPFields, on snapshot: String?) -> String {
        let condition = headers.condition(need, on: snapshot) { "\"\($0)\"" }
        do { return try condition.isMissing(for: snapshot) ? "missing" : "met" } catch {
            return error as? Refusal == .preconditionFailed ? "failed" : "\(error)"
        }
    }

    @Test(
        arguments: [
            ([:], "met", "met", "met"), ([.ifMatch: "*"], "met", "met", "failed"),
            ([.ifMatch: "\"a\""], "met", "met", "failed"), ([.ifMatch: "\"x\""], "failed", "failed", "failed"),
            ([.ifNoneMatch: "*"], "failed", "failed", "met"), ([.ifNoneMatch: "\"x\""], "met", "met", "met"),
            ([.ifMatch: "*", .ifNoneMatch: "W/\"a\""], "failed", "failed", "failed"),
        ] as [(HTTPFields, String, String, String)])
    func `a write under a condition`(headers: HTTPFields, optional: String, required: String, creation: String) {
        let isSent = !headers.isEmpty
        #expect(end(.optional, headers, on: "a") == optional)
        #expect(end(.forChanges, headers, on: "a") == (isSent ? required : "missing"))
        #expect(end(.always, headers, on: "a") == (isSent ? required : "missing"))
        #expect(end(.optional, headers, on: nil) == creation)
        #expect(end(.forChanges, headers, on: nil) == creation)
        #expect(end(.always, headers, on: nil) == (isSent ? creation : "missing"))
    }

    @Test func `a condition is evaluated for the snapshot only`() {
        let condition = HTTPFields([.init(name: .ifMatch, value: "\"a\"")]).condition(.always, on: "a") { "\"\($0)\"" }
        #expect(throws: SnapshotOutdated.self) { try condition.isMissing(for: "b") }
        #expect(throws: SnapshotOutdated.self) { try condition.isMissing(for: nil) }
    }
}
