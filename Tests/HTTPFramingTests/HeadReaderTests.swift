import HTTPTypes
import Testing

@testable import HTTPFraming

@Suite struct HeadReaderTests {
    private enum Outcome: Equatable {
        case complete(length: Int, isChunked: Bool, isLast: Bool)
        case rejected(FramingError.Kind)
        case more
    }

    /// Reads a head that arrives in pieces of this size.
    private func read(_ text: String, pieces: Int) -> Outcome {
        var reader = HeadReader()
        let bytes = Array(text.utf8)
        for end in Array(stride(from: pieces, to: bytes.count, by: pieces)) + [bytes.count] {
            switch bytes[..<end].withUnsafeBytes({ reader.read($0) }) {
            case .more: continue
            case .rejected(let error): return .rejected(error.kind)
            case .complete(let head):
                if case .coded = head.body {
                    return .complete(length: head.lengthBytes, isChunked: true, isLast: head.isLast)
                }
                return .complete(length: head.lengthBytes, isChunked: false, isLast: head.isLast)
            }
        }
        return .more
    }

    @Test func `a head reads the same however its bytes arrive`() {
        let heads = [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a?b=c HTTP/1.1\r\nhost: a:80\r\nConnection: Keep-Alive, CLOSE\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [::1]:8080\r\nX:\t y \r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 01\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7F}\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-Ünder: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: ü\r\n\r\n",
        ]
        for head in heads {
            let whole = read(head, pieces: head.utf8.count)
            #expect(whole != .more, "\(head)")
            for pieces in [1, 2, 3, 5, 7] { #expect(read(head, pieces: pieces) == whole, "\(head)") }
        }
    }

    @Test func `the end of a body is found however its bytes arrive, and later bytes are not consumed`() throws {
        let body = Array("5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nX-A: b\r\n\r\nGET / HTTP/1.1\r\n".utf8)
        let length = body.count - "GET / HTTP/1.1\r\n".utf8.count
        for pieces in 1...body.count {
            var reader = BodyReader.chunked
            var taken = 0
            while taken < body.count, !reader.isDone {
                let end = min(taken + pieces, body.count)
                taken += try body[taken..<end].withUnsafeBytes { try reader.consume($0) { _ in } }
            }
            #expect(reader.isDone && taken == length, "\(pieces)")
        }
    }

    @Test func `every input is accepted or rejected, and none causes a trap`() {
        var random = SystemRandomNumberGenerator()
        let alphabet =
            Array("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:0 Transfer-Encoding:chunked;,\0\t\u{7F}".utf8) + [0xFF]
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 1...200, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            var reader = HeadReader()
            _ = bytes.withUnsafeBytes { reader.read($0) }
            var body = BodyReader.chunked
            _ = bytes.withUnsafeBytes { bytes in try? body.consume(bytes) { _ in } }
        }
    }

    @Test(arguments: [
        ("http://a/live", "/live"), ("HTTP://A/live?x=1", "/live?x=1"), ("https://a", "/"), ("http://a?x=1", "/?x=1"),
        ("http://a//b", "//b"),
    ])
    func `an absolute target with the same host is read as its path`(target: String, path: String) throws {
        var reader = HeadReader()
        let head = "GET \(target) HTTP/1.1\r\nHost: A\r\n\r\n"
        guard case .complete(let found) = Array(head.utf8).withUnsafeBytes({ reader.read($0) }) else {
            Issue.record("not read")
            return
        }
        #expect(found.target == path && reader.target == path)
    }

    @Test func `the method and the headers are read without Host, with repeated ones in order`() throws {
        var reader = HeadReader()
        let head = "PATCH /a HTTP/1.1\r\nX-A: 1\r\nhost: a\r\nACCEPT:\t */* \r\nx-a: 2\r\nX-B:\r\n\r\n"
        guard case .complete(let found) = Array(head.utf8).withUnsafeBytes({ reader.read($0) }) else {
            Issue.record("not read")
            return
        }
        #expect(found.method == .patch && found.target == "/a" && found.headers.count == 4)
        let name = try #require(HTTPField.Name("x-a"))
        #expect(found.headers[values: name] == ["1", "2"] && found.headers[.accept] == "*/*")
        #expect(!found.headers.contains { $0.name.canonicalName == "host" })
    }
}
