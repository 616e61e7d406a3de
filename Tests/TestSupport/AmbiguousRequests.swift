import Testing

/// A request that two servers may read differently, so that a second request can be smuggled past one of them.
package struct AmbiguousRequest: Sendable, CustomTestStringConvertible {
    package let name: String
    /// The bytes of the request, with a second request after it.
    package let bytes: String
    /// The client ends the connection's input after the bytes.
    package var endsEarly: Bool { name.contains("its end") }
    package var testDescription: String { name }

    package static let all: [AmbiguousRequest] = {
        let post = "POST /v1/positions HTTP/1.1\r\nHost: a\r\n"
        let smuggled = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
        let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
        let requests: [(name: String, bytes: String)] = [
            ("CL and TE", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
            ("TE and CL", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled),
            ("two CL that differ", post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled),
            ("two CL alike", post + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n" + smuggled),
            ("CL as a list", post + "Content-Length: 0, 0\r\n\r\n" + smuggled),
            ("CL +0", post + "Content-Length: +0\r\n\r\n" + smuggled),
            ("CL -1", post + "Content-Length: -1\r\n\r\n" + smuggled),
            ("CL 0x0", post + "Content-Length: 0x0\r\n\r\n" + smuggled),
            ("CL with zeros", post + "Content-Length: 00000000000000000000\r\n\r\n" + smuggled),
            ("CL beyond 64 bit", post + "Content-Length: 99999999999999999999\r\n\r\n" + smuggled),
            ("CL empty", post + "Content-Length:\r\n\r\n" + smuggled),
            (
                "TE twice",
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled
            ),
            ("TE chunked, chunked", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + smuggled),
            ("TE xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled),
            ("TE identity", post + "Transfer-Encoding: identity\r\n\r\n" + smuggled),
            ("TE gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled),
            ("TE behind a tab", post + "Transfer-Encoding:\u{0B}chunked\r\n\r\n0\r\n\r\n" + smuggled),
            (
                "TE in HTTP/1.0",
                "POST /v1/positions HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled
            ),
            ("folded header", "GET /live HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n" + smuggled),
            ("folded TE", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + smuggled),
            ("bare LF", "GET /live HTTP/1.1\nHost: a\n\n" + smuggled),
            (
                "bare LF in a header",
                "GET /live HTTP/1.1\r\nHost: a\r\nX-A: b\nContent-Length: 40\r\n\r\n" + smuggled
            ),
            ("bare CR in a header", "GET /live HTTP/1.1\r\nHost: a\r\nX-A: b\rX-B: c\r\n\r\n" + smuggled),
            ("space before the colon", post + "Content-Length : 0\r\n\r\n" + smuggled),
            ("header without a name", "GET /live HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n" + smuggled),
            ("header without a colon", "GET /live HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n" + smuggled),
            ("NUL in a header", "GET /live HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n" + smuggled),
            ("NUL in a name", "GET /live HTTP/1.1\r\nHost: a\r\nX\0A: b\r\n\r\n" + smuggled),
            ("no Host", "GET /live HTTP/1.1\r\n\r\n" + smuggled),
            ("two Hosts", "GET /live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + smuggled),
            ("Host with a path", "GET /live HTTP/1.1\r\nHost: a/b\r\n\r\n" + smuggled),
            ("address of another host", "GET http://b/live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("address of another port", "GET http://a:81/live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("address with a user", "GET http://u@a/live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("address without a host", "GET http:///live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("address of another scheme", "GET ftp://a/live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("authority as target", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("asterisk as target", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("fragment in the target", "GET /live#x HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("space in the target", "GET /li ve HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("two spaces", "GET  /live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("HTTP/0.9", "GET /live\r\n\r\n" + smuggled),
            ("space before the method", " GET /live HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled),
            ("TLS on a plain port", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{7c}\u{3}\u{3}"),
            ("chunk size beyond all bounds", chunked + "fffffffffffffffff0\r\n" + smuggled),
            ("chunk size of 9 digits", chunked + "000000005\r\nhello\r\n0\r\n\r\n" + smuggled),
            ("chunk size with a sign", chunked + "+5\r\nhello\r\n0\r\n\r\n" + smuggled),
            ("chunk size 0x5", chunked + "0x5\r\nhello\r\n0\r\n\r\n" + smuggled),
            ("chunk size with a space", chunked + "5 \r\nhello\r\n0\r\n\r\n" + smuggled),
            ("chunk line ended by LF", chunked + "5\nhello\r\n0\r\n\r\n" + smuggled),
            ("chunk longer than its size", chunked + "5\r\nhello!\r\n0\r\n\r\n" + smuggled),
            (
                "chunk extension of 1 KiB",
                chunked + "5;" + String(repeating: "x", count: 1_024) + "\r\nhello\r\n0\r\n\r\n"
            ),
            ("chunk extension with a LF", chunked + "5;a\nb\r\nhello\r\n0\r\n\r\n" + smuggled),
            ("trailer ended by LF", chunked + "0\r\nX-A: b\n\r\n" + smuggled),
            ("trailers of 8 KiB", chunked + "0\r\nX-A: " + String(repeating: "b", count: 8_192) + "\r\n\r\n"),
            ("body cut short by its end", post + "Content-Length: 10\r\n\r\nhello"),
        ]
        return requests.map { AmbiguousRequest(name: $0.name, bytes: $0.bytes) }
    }()
}
