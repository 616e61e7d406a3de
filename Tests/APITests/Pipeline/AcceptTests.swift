import HTTPTypes
import TestSupport
import Testing

@testable import API

@Suite struct AcceptTests {
    @Test(arguments: [
        ("application/json", true), ("APPLICATION/JSON", true), ("*/*", true), ("application/*", true),
        ("text/html", false), ("text/html, application/json", true), ("text/*", false), ("*", true),
        ("application/json;q=0", false), ("application/json; q=0.000", false), ("application/json;q=0.001", true),
        ("application/json;q=0, */*", false), ("*/*, application/json;q=0", false), ("application/*;q=0, */*", false),
        ("application/*;q=0, application/json", true), ("*/*;q=0", false), ("text/html;q=0.9,*/*;q=0.1", true),
        ("application/json;charset=utf-8", true), ("application/json; Q=0", false),
        ("application/json ; q=1.000", true),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", false), ("text/html, image/gif, *; q=0.2", true),
        // Without any media range the header counts as absent.
        ("", true), (";", true), (";;", true), (",;", true), ("json", true), ("/", true), ("*/json", true),
        ("application/", true), ("application/json;q=2", true), ("application/json;q=-1", true), ("a/b/c", true),
        // One media range among them decides.
        ("text/html,;", false), (";,application/json", true), ("application/json;q=2, text/html", false),
    ]) func `an Accept header accepts JSON or does not`(header: String, isAcceptable: Bool) {
        #expect(Accept(header).accepts("application/json") == isAcceptable)
    }

    @Test func `every header is parsed, and a wildcard accepts each type that it covers`() {
        var random = SeededRandom(seed: 31)
        let pieces = [
            "application/json", "application/*", "*/*", "text/html", ",", ";", "q=", "q=0", "=", "/", "0.5", "1", "*",
            "\"",
            ";q=0.5", ";q=0",
        ]
        for _ in 0..<20_000 {
            let header = random.header(of: pieces)
            let accept = Accept(header)
            #expect(accept.ranges.allSatisfy { (0...1_000).contains($0.quality) }, "\(header)")
            if accept.ranges.allSatisfy({ $0.quality > 0 }), accept.ranges.contains(where: { $0.type == "*" }) {
                #expect(accept.accepts("application/pdf"), "\(header)")
            }
            if accept.ranges.isEmpty { #expect(accept.accepts("text/plain"), "\(header)") }
        }
    }

    @Test func `only the first elements of a long header are parsed`() {
        #expect(Accept(String(repeating: "text/html,", count: 5_000)).ranges.count == Accept.maximumElements)
    }

    @Test(arguments: [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true), ("text/html", true), ("", false),
        ("*/*", false), ("text/*", false), ("application/json", false), ("application/json, text/html", false),
        ("text/html, application/json", true), ("text/html;q=0, */*", false), ("text/html;q=0.1, */*", false),
        ("application/json;q=0.5, text/html;q=0.9", true), ("text/html;q=0.5, application/json", false),
        ("application/json;q=0, text/html;q=0.1", true), ("text/html, */*", true),
    ]) func `HTML is preferred by quality, then by order, and only when it is named`(header: String, prefers: Bool) {
        #expect(Accept(header).prefers("text/html", to: "application/json") == prefers)
    }

    @Test func `a route answers 406 when the caller accepts none of its types, except to a PSP`() throws {
        let open = Route(.get, "/x", "show_x", access: .open, produces: ["text/plain"]) { _ in Reply(.ok) }
        let signed = Route(.post, "/x", "receive_x", access: .psp) { _ in Reply(.ok) }

        let problem = #expect(throws: Problem.self) { try Accept("text/plain;q=0, text/html").demandAny(of: open) }

        #expect(problem?.kind == .notAcceptable)
        try Accept("application/problem+json").demandAny(of: open)
        try Accept("text/html").demandAny(of: signed)
    }
}
