import Foundation
import TestSupport
import Testing

/// The reader of openapi.yaml itself: that it finds what is wrong, and nothing where nothing is.
@Suite struct ContractReaderTests {
    let contract = Result {
        try Contract(
            yaml: """
                openapi: 3.0.3
                servers: [{url: 'https://api.example/base'}]
                security: [{Key: []}]
                paths:
                  /things/{id}:
                    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
                    get:
                      operationId: show_thing
                      x-scopes: ['things:read']
                      parameters:
                        - {name: count, in: query, required: true, schema: {type: integer, format: int32, minimum: 1, maximum: 9}}
                        - {name: tag, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
                        - {name: If-Match, in: header, required: true, schema: {type: string}}
                      responses:
                        '200': {$ref: '#/components/responses/Thing'}
                  /things/search:
                    post:
                      operationId: search_things
                      security: [{}]
                      requestBody:
                        required: true
                        content:
                          application/json: {schema: {$ref: '#/components/schemas/Thing'}, example: {day: '2026-02-30'}}
                      responses:
                        '204': {description: Done}
                components:
                  responses:
                    Thing:
                      headers: {ETag: {required: true, schema: {type: string, pattern: '^"'}}, X-Left: {schema: {type: integer, format: int32}}}
                      content:
                        application/json:
                          schema: {$ref: '#/components/schemas/Thing'}
                          examples: {one: {value: {day: '2028-02-29'}}}
                  schemas:
                    Problem: {type: object, required: [status], properties: {status: {type: integer, format: int32}}}
                    Thing:
                      type: object
                      additionalProperties: false
                      required: [day]
                      properties:
                        day: {type: string, format: date}
                        at: {type: string, format: date-time}
                        link: {type: string, format: uri}
                        note: {type: string, nullable: true, minLength: 2, maxLength: 3, pattern: '^[a-z]+$'}
                        number: {type: integer, format: int32, minimum: 1, maximum: 5}
                        kind: {type: string, enum: [x, y]}
                        parts: {type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: {$ref: '#/components/schemas/Part'}}
                        extra: {type: object, maxProperties: 1, additionalProperties: {type: string, maxLength: 3}}
                    Part: {oneOf: [{type: string, maxLength: 3}, {type: object, anyOf: [{required: [a]}, {required: [b]}]}]}
                """)
    }

    private static let path = "/base/things/019ab3c4-0000-7000-8000-000000000000"

    private func faults(_ json: String, status: Int = 200, headers: [String: String] = ["etag": "\"1\""]) throws
        -> [String]
    {
        try contract.get().violations(
            method: "GET", path: Self.path, status: status, headers: headers,
            contentType: "application/json; charset=utf-8",
            body: Data(json.utf8))
    }

    @Test func `an answer that keeps to the contract has no violation`() throws {
        let body =
            #"{"day":"2028-02-29","at":"2026-11-23T09:30:00.5Z","link":"https://a.example/?b=1","note":null,"number":5,"kind":"y","parts":["ab",{"a":1}],"extra":{"k":"v"}}"#

        #expect(try faults(body) == [])
    }

    @Test(arguments: [
        (#"{}"#, "body: lacks day"),
        (#"{"day":7}"#, "body/day: is not of type string"),
        (#"{"day":"2026-02-29"}"#, "body/day: is not a date"),
        (#"{"day":"2026-02-01","at":"2026-02-01T24:00:00Z"}"#, "body/at: is not a date-time"),
        (#"{"day":"2026-02-01","at":"2026-02-01T10:00:00"}"#, "body/at: is not a date-time"),
        (#"{"day":"2026-02-01","link":"/relative"}"#, "body/link: is not a uri"),
        (#"{"day":"2026-02-01","link":null}"#, "body/link: is not of type string"),
        (#"{"day":"2026-02-01","note":"abcd"}"#, "body/note: is longer than 3"),
        (#"{"day":"2026-02-01","note":"a"}"#, "body/note: is shorter than 2"),
        (#"{"day":"2026-02-01","note":"AB"}"#, "body/note: does not match ^[a-z]+$"),
        (#"{"day":"2026-02-01","number":1.5}"#, "body/number: is not of type integer"),
        (#"{"day":"2026-02-01","number":true}"#, "body/number: is not of type integer"),
        (#"{"day":"2026-02-01","number":6}"#, "body/number: is more than 5.0"),
        (#"{"day":"2026-02-01","kind":"z"}"#, "body/kind: is none of the enum's values"),
        (#"{"day":"2026-02-01","parts":[]}"#, "body/parts: has fewer than 1 items"),
        (#"{"day":"2026-02-01","parts":["a","a"]}"#, "body/parts: repeats an item"),
        (#"{"day":"2026-02-01","parts":["abcd"]}"#, "body/parts/0: fits 0 of oneOf"),
        (#"{"day":"2026-02-01","parts":[{"c":1}]}"#, "body/parts/0: fits 0 of oneOf"),
        (#"{"day":"2026-02-01","extra":{"a":"1","b":"2"}}"#, "body/extra: has more than 1 fields"),
        (#"{"day":"2026-02-01","extra":{"a/b":"1234"}}"#, "body/extra/a~1b: is longer than 3"),
        (#"{"day":"2026-02-01","other":1}"#, "body/other: is not in the schema"),
        (#"{"day":"2026-02-01""#, "the body is not JSON"),
    ])
    func `each broken rule of a body is found`(body: String, fault: String) throws {
        #expect(try faults(body) == ["show_thing 200: \(fault)"])
    }

    @Test func `a status that is not declared is found`() throws {
        #expect(try faults("{}", status: 201) == ["show_thing 201: the contract does not have this status"])
    }

    @Test func `a missing header and one of the wrong shape are found`() throws {
        let body = #"{"day":"2026-02-01"}"#

        #expect(try faults(body, headers: [:]) == ["show_thing 200: header ETag is missing"])
        #expect(
            try faults(body, headers: ["ETag": "1", "X-Left": "many"]) == [
                "show_thing 200: header ETag: does not match ^\"",
                "show_thing 200: header X-Left: is not of type integer",
            ])
    }

    @Test func `a body of another type, or where none is declared, is found`() throws {
        let contract = try contract.get()

        let text = contract.violations(
            method: "GET", path: Self.path, status: 200, headers: ["ETag": "\"1\"", "Content-Type": "text/plain"],
            body: Data("x".utf8))
        let extra = contract.violations(
            method: "POST", path: "/base/things/search", status: 204, headers: [:], body: Data("x".utf8))

        #expect(text == ["show_thing 200: Content-Type text/plain is not in the contract"])
        #expect(extra == ["search_things 204: the contract has no body here"])
    }

    @Test func `fixed segments win over templates, and the server's path stands in front`() throws {
        let contract = try contract.get()

        #expect(contract.operation(method: "post", path: "/base/things/search?x=1")?.operationID == "search_things")
        #expect(contract.operation(method: "GET", path: "/base/things/search")?.operationID == "show_thing")
        #expect(contract.operation(method: "GET", path: "/things/1") == nil)
        #expect(contract.operations.map(\.isPublic) == [true, false])
        #expect(contract.operations.map(\.scopes) == [[], ["things:read"]])
    }

    @Test func `where there is no operation only a problem may be answered`() throws {
        let contract = try contract.get()
        func faults(_ status: Int, _ type: String) -> [String] {
            contract.violations(
                method: "PUT", path: Self.path, status: status, headers: [:], contentType: type,
                body: Data(#"{"status":405}"#.utf8))
        }

        #expect(faults(405, "application/problem+json") == [])
        #expect(faults(405, "text/plain") == ["Content-Type text/plain is not in the contract"])
        #expect(faults(200, "application/problem+json") == ["no operation for PUT \(Self.path)"])
    }

    @Test(arguments: [
        ("?count=3&tag=a&tag=b", []),
        ("?tag=a", ["query parameter count is missing"]),
        ("?count=10", ["query count: is more than 9.0"]),
        ("?count=3&tag=c", ["query tag/0: is none of the enum's values"]),
        ("?count=3&count=4", ["query parameter count is given twice"]),
        ("?count=3&odd=1", ["query parameter odd is not in the contract"]),
    ])
    func `a request's query is checked`(query: String, faults: [String]) throws {
        let found = try contract.get().requestViolations(
            method: "GET", path: Self.path + query, headers: ["if-match": "x"])

        #expect(found == faults.map { "show_thing: \($0)" })
    }

    @Test func `a request's path, headers and body are checked`() throws {
        let contract = try contract.get()

        #expect(
            contract.requestViolations(method: "GET", path: "/base/things/1?count=1") == [
                "show_thing: path id: is not a uuid", "show_thing: header If-Match is missing",
            ])
        #expect(
            contract.requestViolations(method: "POST", path: "/base/things/search") == [
                "search_things: the body is missing"
            ])
        #expect(
            contract.requestViolations(
                method: "POST", path: "/base/things/search", contentType: "application/json", body: Data("{}".utf8))
                == ["search_things: body: lacks day"])
    }

    @Test func `examples are listed with their schema`() throws {
        let contract = try contract.get()

        let examples = contract.examples

        #expect(examples.map(\.name) == ["", "one"])
        #expect(examples.map(\.status) == [nil, 200])
        #expect(examples.flatMap(contract.violations) == ["search_things request  /day: is not a date"])
    }

    @Test func `a key that stands twice is refused`() {
        #expect(throws: (any Error).self) { try Contract(yaml: "paths: {}\npaths: {}") }
    }
}

/// The project's own contract, as far as it can be checked without the service.
@Suite struct ContractFileTests {
    let contract = Contract.project

    @Test func `every example keeps to its schema`() throws {
        let contract = try contract.get()

        #expect(contract.examples.count > 100)
        #expect(contract.examples.flatMap(contract.violations) == [])
    }

    @Test func `every operation has a name of its own in snake case`() throws {
        let names = try contract.get().operations.map(\.operationID)

        #expect(Set(names).count == names.count)
        #expect(names.filter { $0.range(of: "^[a-z]+(_[a-z]+)+$", options: .regularExpression) == nil } == [])
    }

    @Test func `everything under v1 needs a credential`() throws {
        #expect(try contract.get().operations.filter { $0.path.hasPrefix("/v1/") == $0.isPublic }.map(\.path) == [])
    }
}
