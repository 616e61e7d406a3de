import JSON
import Testing

@testable import API

@Suite struct QueryParametersTests {
    private let step = QueryParameters(maximumBytes: 10)

    @Test func `a route gets the parameters that it knows, and rejects any other`() throws {
        #expect(try step.validated(known: ["a"], query: "a=1") { [("a", "1")] }.map(\.value) == ["1"])

        let problem = #expect(throws: Problem.self) {
            try step.validated(known: ["a"], query: "b=1&c=2") { [("b", "1"), ("c", "2"), ("a", "3")] }
        }
        #expect(problem?.violations.map(\.pointer) == ["b", "c"])
        #expect(throws: Problem.self) { try step.validated(known: ["a"], query: "a=%00") { [("a", "\0")] } }
    }

    @Test func `a route that reads no parameters accepts any, within the limit`() throws {
        #expect(try step.validated(known: nil, query: "b=1") { [("b", "1")] }.isEmpty)
        #expect(throws: Problem.self) { try step.validated(known: nil, query: "12345678901") { [] } }
    }
}
