import Accounts
import Foundation
import HTTPFraming
import HTTPTypes
import JSON
import PagoPA
import Requests
import TestSupport
import Testing

@testable import API

/// One table of problems and one vocabulary of violation codes, in the code and in the contract.
@Suite struct ProblemTests {
    private static let sources = Contract.projectFile.deletingLastPathComponent().appending(path: "Sources/API")

    @Test func `every problem that can be made is in the table, once`() throws {
        var made = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path)
        where name.hasSuffix(".swift") {
            let text = try String(contentsOf: Self.sources.appending(path: name), encoding: .utf8)
            made += text.components(separatedBy: "= ProblemKind(").count - 1
        }
        #expect(ProblemKind.all.count == made)
        #expect(Set(ProblemKind.all.map(\.code)).count == made)
        #expect(Set(ProblemKind.all.map(\.title)).count == made)
    }

    @Test func `the contract lists every problem`() throws {
        #expect(Set(try Contract.project.get().problemCodes) == Set(ProblemKind.all.map(\.code)))
    }

    @Test func `the contract lists every violation code`() throws {
        #expect(Set(try Contract.project.get().violationCodes) == Set(FaultCode.allCases.map(\.rawValue)))
        #expect(Set(ReaderCode.allCases.map(\.rawValue)).isSubset(of: FaultCode.allCases.map(\.rawValue)))
    }

    @Test(arguments: ProblemKind.all) func `a problem has a title, a cause and a cure in plain words`(kind: ProblemKind)
    {
        #expect(kind.code.allSatisfy { $0.isLowercase || $0 == "-" })
        #expect((400...599).contains(kind.status.code))
        #expect(kind.title.count <= 128 && !kind.title.hasSuffix(".") && !kind.title.contains("can not"))
        #expect(kind.cause.hasSuffix(".") && kind.cure.hasSuffix("."))
    }

    @Test func `a body's violations carry their codes`() throws {
        let body = try JSONValue.parse(Array(#"{"a":1,"b":"0123456789","c":[],"x":true,"d":9}"#.utf8))
        let problem = #expect(throws: Problem.self) {
            try body.decodeObject { reader -> Int? in
                _ = reader.required("a") { try boundedText($0, 1...3) }
                _ = reader.required("b") { try boundedText($0, 1...3) }
                _ = reader.required("c", count: 1...2) { value, _, _ in value }
                _ = reader.required("d", in: 1...3)
                _ = reader.required("e") { try boundedText($0, 1...3) }
                return 1
            }
        }
        #expect(
            problem?.violations.map { "\($0.pointer) \($0.code)" } == [
                "/a wrong_type", "/b too_long", "/c too_few", "/d out_of_range", "/e required", "/x unknown_member",
            ])
    }

    @Test func `each framing error has its status, and its response is the connection's last`() {
        let statuses = FramingError.Kind.allCases.map { Problem(FramingError($0, "x")).status.code }
        #expect(statuses == [400, 414, 431, 408, 417, 501, 505])

        let reply = Problem(FramingError(.malformed, "x"))
            .reply(instance: "/live", correlationID: "c", links: Sample.links)
        let bytes = String(decoding: reply.lastHTTP1Bytes, as: UTF8.self)
        #expect(bytes.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(bytes.contains("\r\nContent-Length: \(reply.body.count)\r\nConnection: close\r\n\r\n{"))
    }
}
