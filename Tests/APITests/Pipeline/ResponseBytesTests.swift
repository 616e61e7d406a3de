import Foundation
import HTTPFraming
import HTTPTypes
import Testing

@testable import API

/// The bytes of responses, and the values that are made in advance for them.
@Suite struct ResponseBytesTests {
    private let reply = Reply(.ok, headers: [.contentType: "text/plain"], body: Array("abc".utf8))

    private func head(_ reply: Reply, _ method: HTTPRequest.Method) -> [Substring] {
        String(decoding: reply.framed(for: method).head, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
    }

    @Test func `a response has its status, its headers, a date and its length`() {
        let lines = head(reply, .get)
        #expect(lines.first == "HTTP/1.1 200 OK" && lines.last == "")
        #expect(lines.contains("Content-Type: text/plain") && lines.contains("Content-Length: 3"))
        #expect(lines.count { $0.hasPrefix("Date: ") } == 1)
        #expect(reply.framed(for: .get).body == Array("abc".utf8))
    }

    @Test func `HEAD has the length of the body it leaves out, and 204 and 304 have neither`() {
        #expect(head(reply, .head).contains("Content-Length: 3") && reply.framed(for: .head).body.isEmpty)
        for status in [HTTPResponse.Status.noContent, .notModified] {
            let empty = Reply(status, body: Array("abc".utf8))
            #expect(!head(empty, .get).contains { $0.hasPrefix("Content-Length") })
            #expect(empty.framed(for: .get).body.isEmpty)
        }
    }

    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
    ])
    func `a date is written as RFC 9110 asks`(unixSeconds: Int, text: String) {
        #expect(ResponseDate.text(unixSeconds) == text)
    }

    @Test func `correlation ids are distinct random UUIDs in lower case`() throws {
        let ids = (0..<1_000).map { _ in CorrelationID([:]).text }
        #expect(Set(ids).count == ids.count)
        for id in ids {
            let uuid = try #require(UUID(uuidString: id))
            #expect(id == uuid.uuidString.lowercased())
            #expect(uuid.uuid.6 >> 4 == 4 && uuid.uuid.8 >> 6 == 2)
        }
    }
}
