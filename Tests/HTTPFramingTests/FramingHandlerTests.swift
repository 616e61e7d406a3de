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

    /// The parts forwarded since the last call, each head as method, target and an exclamation mark, and each end as a full stop.
    func forwarded() throws -> String {
        var text = ""
        while let part = try channel.readInbound(as: RequestPart.self) {
            switch part {
            case .head(let head): text += "\(head.method) \(head.target)!"
            case .body(let bytes): text += String(buffer: bytes)
            case .end: text += "."
            }
        }
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
        channel.embeddedEventLoop.run()
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

        #expect(try connection.forwarded() == "GET /live!")
        #expect(!connection.respond())
        #expect(try connection.forwarded() == "POST /v1/positions!hello.")
        #expect(!connection.respond())
        #expect(try connection.forwarded() == "GET /live!")
    }

    @Test func `a request that ends the connection is the last, and so is any while the service stops`() throws {
        let last = try Connection()
        try last.receive("GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get)
        #expect(last.respond())
        #expect(try last.forwarded() == "GET /live!")

        let draining = try Connection(isDraining: true)
        try draining.receive(get)
        #expect(draining.respond())
    }

    @Test func `a short body that was rejected early is read to its end`() throws {
        let short = try Connection()
        try short.receive(post + "he")
        #expect(!short.respond())
        #expect(try short.forwarded() == "POST /v1/positions!he")
        try short.receive("llo" + get)
        #expect(try short.forwarded() == "GET /live!", "the rest of the body is dropped")

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

    @Test func `a long upload has a later deadline, and its response has time from the last byte on`() throws {
        let connection = try Connection()
        try connection.receive(post + "he")
        connection.channel.allowLongUpload()
        connection.advance(seconds: 299)
        #expect(connection.error() == nil)
        try connection.receive("llo")
        connection.advance(seconds: 59)
        #expect(connection.channel.isActive && !connection.respond())
        // The permission is for one request.
        try connection.receive(post + "he")
        connection.advance(seconds: 10)
        #expect(connection.error()?.kind == .timedOut)

        let slow = try Connection()
        try slow.receive(post + "he")
        slow.channel.allowLongUpload()
        slow.advance(seconds: 300)
        #expect(slow.error()?.kind == .timedOut)
    }

    @Test func `a response that the client does not read in time ends the connection`() throws {
        let connection = try Connection()
        try connection.receive(get)
        connection.advance(seconds: 59)
        #expect(connection.channel.isActive)
        connection.advance(seconds: 1)
        #expect(!connection.channel.isActive)
    }

    @Test func `a chunked body is forwarded without its coding, however its bytes arrive`() throws {
        let head = "POST /v1/positions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let body = "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-A: b\r\n\r\n"
        let whole = try Connection()
        try whole.receive(head + body + get)
        #expect(try whole.forwarded() == "POST /v1/positions!hello world.")
        #expect(!whole.respond())
        #expect(try whole.forwarded() == "GET /live!")

        let parts = try Connection()
        for byte in (head + body).utf8 { try parts.receive(String(decoding: [byte], as: UTF8.self)) }
        #expect(try parts.forwarded() == "POST /v1/positions!hello world.")
    }

    @Test func `nothing is read while a further request waits, or while the body's reader is slow`() throws {
        let connection = try Connection()
        let reads = ReadCounter()
        try connection.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        try connection.receive(get + get)
        connection.channel.read()
        #expect(reads.count == 0)
        _ = connection.respond()
        #expect(reads.count == 1)

        _ = connection.respond()
        try connection.receive(post + "he")
        connection.handler.setBodyIsFull(true)
        connection.channel.read()
        #expect(reads.count == 1)
        connection.handler.setBodyIsFull(false)
        #expect(reads.count == 2)
    }

    @Test func `an idle connection is closed after a time, and when the server stops`() throws {
        let silent = try Connection()
        silent.advance(seconds: 29)
        #expect(silent.channel.isActive)
        silent.advance(seconds: 1)
        #expect(!silent.channel.isActive)

        let used = try Connection()
        used.advance(seconds: 20)
        try used.receive(get)
        _ = used.respond()
        used.advance(seconds: 29)
        #expect(used.channel.isActive)
        used.advance(seconds: 1)
        #expect(!used.channel.isActive)

        let idle = try Connection()
        let busy = try Connection()
        try busy.receive(get)
        for connection in [idle, busy] {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(!idle.channel.isActive && busy.channel.isActive)
        #expect(busy.respond())
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

/// Counts how often the handlers ask for bytes.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
