import Addresses
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import HTTPFraming

/// One connection with the handler alone, and a clock that the test controls.
private struct Connection {
    let channel = EmbeddedChannel()
    let handler: FramingHandler

    init(isDraining: Bool = false, connections: Connections = .unlimited) throws {
        handler = FramingHandler(
            FramingRules(connections: connections, isDraining: { isDraining }) { error, target, _ in
                Array("rejected: \(error.kind) \(target)".utf8)
            })
        try channel.pipeline.syncOperations.addHandler(handler)
        let client = try SocketAddress(ipAddress: "192.0.2.1", port: 1)
        channel.remoteAddress = client
        try channel.connect(to: client).wait()
    }

    func receive(_ text: String) throws {
        channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        channel.pipeline.fireChannelReadComplete()
    }

    func closeInput() { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }

    /// The bytes forwarded to the HTTP parser since the last call.
    func forwarded() throws -> String {
        var text = ""
        while let bytes = try channel.readInbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    /// The bytes sent to the client since the last call.
    func sent() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    func respond() -> Bool {
        let isLast = handler.responseBegins()
        handler.responseEnded()
        return isLast
    }

    func error() -> FramingError? {
        do { try channel.throwIfErrorCaught() } catch { return error as? FramingError }
        return nil
    }

    func advance(seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
}

extension Connections {
    fileprivate static var unlimited: Connections { Connections(maximumPerAddress: 1_000, exempting: .none) }
}

@Suite struct FramingHandlerTests {
    private let get = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
    private let post = "POST /v1/positions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"

    @Test(arguments: AmbiguousRequest.all)
    func `a request that two servers may read differently is rejected, and the bytes after it are not forwarded`(
        request: AmbiguousRequest
    ) throws {
        let connection = try Connection()
        try connection.receive(request.bytes)
        if request.endsEarly { connection.closeInput() }

        let forwarded = try connection.forwarded()
        let sent = try connection.sent()
        // Either the head was rejected, or the reader of the body got the error.
        if forwarded.isEmpty {
            #expect(sent.hasPrefix("rejected: malformed"))
        } else {
            #expect(connection.error()?.kind == .malformed && sent.isEmpty)
            #expect(forwarded.hasPrefix("POST") && !forwarded.contains("GET /live"))
            #expect(connection.respond())
        }
        #expect(!connection.channel.isActive)
    }

    @Test(arguments: AmbiguousRequest.all)
    func `such a request is rejected as well when its bytes arrive one by one`(request: AmbiguousRequest) throws {
        let connection = try Connection()
        for byte in request.bytes.utf8 where connection.channel.isActive {
            connection.channel.pipeline.fireChannelRead(ByteBuffer(bytes: [byte]))
        }
        if request.endsEarly { connection.closeInput() }
        let isRejected = try connection.sent().hasPrefix("rejected: malformed")
        #expect(isRejected || connection.error()?.kind == .malformed)
        #expect(try !connection.forwarded().contains("GET /live"))
    }

    @Test func `the next request waits until the response to the one before is sent`() throws {
        let connection = try Connection()
        try connection.receive("\r\n" + get + post + "hello" + get)

        #expect(try connection.forwarded() == get)
        #expect(!connection.respond())
        #expect(try connection.forwarded() == post + "hello")
        #expect(!connection.respond())
        #expect(try connection.forwarded() == get)
    }

    @Test func `a request that ends the connection is the last, and so is any while the service stops`() throws {
        let last = try Connection()
        try last.receive("GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get)
        #expect(last.respond())
        #expect(try last.forwarded() == "GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

        let draining = try Connection(isDraining: true)
        try draining.receive(get)
        #expect(draining.respond())
    }

    @Test func `a short body that was rejected early is read to its end`() throws {
        let short = try Connection()
        try short.receive(post + "he")
        #expect(!short.respond())
        try short.receive("llo" + get)
        #expect(try short.forwarded() == post + "hello" + get)

        let long = try Connection()
        try long.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n")
        #expect(long.respond())
    }

    @Test func `a client that waits for 100 Continue gets it once`() throws {
        let connection = try Connection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        connection.channel.sendContinue()
        connection.channel.sendContinue()
        #expect(try connection.sent() == "HTTP/1.1 100 Continue\r\n\r\n")
        try connection.receive("{}")
        #expect(!connection.respond())

        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(connection.respond(), "without 100 Continue it is unknown whether the client sends its body")
    }

    @Test func `a head that does not end in time is rejected, and its connection is closed`() throws {
        let connection = try Connection()
        try connection.receive("GET /live HTTP/1.1\r\n")
        connection.advance(seconds: 9)
        #expect(try connection.sent().isEmpty)
        try connection.receive("X-A: ")
        connection.advance(seconds: 1)
        #expect(try connection.sent() == "rejected: timedOut /live")
    }

    @Test func `a body that does not end in time fails, and the next request has a deadline of its own`() throws {
        let connection = try Connection()
        try connection.receive(get)
        _ = connection.respond()
        connection.advance(seconds: 8)
        try connection.receive(post + "he")
        connection.advance(seconds: 9)
        #expect(connection.error() == nil)
        connection.advance(seconds: 1)
        #expect(connection.error()?.kind == .timedOut)
        #expect(connection.respond())
    }

    @Test func `a response that the client does not read in time ends the connection`() throws {
        let connection = try Connection()
        try connection.receive(get)
        connection.advance(seconds: 59)
        #expect(connection.channel.isActive)
        connection.advance(seconds: 1)
        #expect(!connection.channel.isActive)
    }

    @Test func `connections of an address over its limit are closed, and closed ones do not count`() throws {
        let connections = Connections(maximumPerAddress: 1, exempting: .none)
        let first = try Connection(connections: connections)
        #expect(first.channel.isActive && connections.count == 1)

        let second = try Connection(connections: connections)
        #expect(!second.channel.isActive)

        first.channel.close(promise: nil)
        #expect(connections.count == 0)
    }
}
