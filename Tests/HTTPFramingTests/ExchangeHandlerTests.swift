import Addresses
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HTTPFraming

/// A connection with both handlers, and what the service was asked.
private struct Connection {
    let channel: NIOAsyncTestingChannel

    init(respond: @escaping Responder) async throws {
        channel = try await NIOAsyncTestingChannel { channel in
            let rules = FramingRules(
                connections: Connections(maximumPerAddress: 10, exempting: .none), isDraining: { false }
            ) { _, _, _ in Array("rejected".utf8) }
            let framing = FramingHandler(rules)
            try channel.pipeline.syncOperations.addHandlers([
                framing, ExchangeHandler(framing: framing, respond: respond),
            ])
        }
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
    }

    func receive(_ text: String) async throws { try await channel.writeInbound(ByteBuffer(string: text)) }

    func sent() async throws -> String { String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self)) }
}

@Suite struct ExchangeHandlerTests {
    private static func response(_ text: String) -> FramedResponse {
        FramedResponse(head: Array("HTTP/1.1 200 OK\r\nX: \(text)\r\n".utf8), body: Array("{}".utf8))
    }

    @Test func `requests of one connection are answered in order, each in one write`() async throws {
        let connection = try await Connection { request in Self.response(request.target) }
        try await connection.receive(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try await connection.sent() == "HTTP/1.1 200 OK\r\nX: /1\r\n\r\n{}")
        #expect(try await connection.sent() == "HTTP/1.1 200 OK\r\nX: /2\r\nConnection: close\r\n\r\n{}")
    }

    @Test func `a thousand requests at once are answered on one stack`() async throws {
        let answered = Mutex(0)
        let connection = try await Connection { _ in
            answered.withLock { $0 += 1 }
            return Self.response("a")
        }
        try await connection.receive(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 1_000))
        for _ in 0..<1_000 { _ = try await connection.sent() }
        #expect(answered.withLock(\.self) == 1_000)
    }

    @Test func `a request that has waited continues on the event loop of its connection`() async throws {
        let (signal, continuation) = AsyncStream<Void>.makeStream()
        let connection = try await Connection { request in
            let isInLoop = { "\(request.channel.eventLoop.inEventLoop)" }
            let before = isInLoop()
            for await _ in signal { break }
            return Self.response("\(before) \(isInLoop())")
        }
        try await connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        continuation.yield()
        #expect(try await connection.sent() == "HTTP/1.1 200 OK\r\nX: true true\r\n\r\n{}")
    }

    @Test func `the body is read as it arrives`() async throws {
        let connection = try await Connection { request in
            var text = ""
            do { for try await bytes in request.body { text += String(buffer: bytes) } } catch { text = "\(error)" }
            return Self.response(text)
        }
        try await connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab")
        try await connection.receive("cd")
        try await connection.receive("ef")
        #expect(try await connection.sent().contains("X: abcdef\r\n"))

        try await connection.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nx")
        let failed = try await connection.sent()
        #expect(failed.contains("not in valid chunked coding") && failed.contains("Connection: close"))
    }

    @Test func `a request whose client has gone ends`() async throws {
        let isOver = Mutex(false)
        let connection = try await Connection { request in
            do { for try await _ in request.body {} } catch { isOver.withLock { $0 = true } }
            return Self.response("")
        }
        try await connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab")
        try await connection.channel.close()
        while !isOver.withLock(\.self) { await Task.yield() }
    }
}

/// The service's handling of a connection, as the server sees it.
@Suite struct FramedChannelTests {
    private static let rules = FramingRules(
        connections: Connections(maximumPerAddress: 10, exempting: .none), isDraining: { false },
        rejection: { _, _, _ in Array("rejected".utf8) })
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A connection whose request without a body waits until it is released.
    private final class Waiting: Sendable {
        let channel = NIOAsyncTestingChannel()
        let record = Mutex<[String]>([])
        private let gate = AsyncStream<Void>.makeStream()

        func handle() async throws -> Task<Void, Never> {
            let framed = FramedChannel(FramedChannelTests.rules) { [self] _ in
                record.withLock { $0.append("begun") }
                for await _ in gate.stream { break }
                record.withLock { $0.append(Task.isCancelled ? "cancelled" : "answered") }
                return FramedResponse(head: Array("HTTP/1.1 200 OK\r\n".utf8), body: [])
            }
            let channel = channel
            let value = try await channel.eventLoop.flatSubmit {
                framed.setup(channel: channel, logger: FramedChannelTests.logger)
            }.get()
            try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
            let handling = Task {
                await framed.handle(value: value, logger: FramedChannelTests.logger)
                record.withLock { $0.append("ended") }
            }
            try await channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
            return handling
        }

        func release() { gate.continuation.finish() }
    }

    @Test func `a connection ends after its request, also when the client has left before`() async throws {
        let waiting = Waiting()
        let handling = try await waiting.handle()
        try await waiting.channel.close()
        for _ in 0..<1_000 { await Task.yield() }
        waiting.release()
        await handling.value
        #expect(waiting.record.withLock(\.self) == ["begun", "answered", "ended"])
    }

    @Test(arguments: [false, true]) func `a server that has no more time cancels the request in progress`(
        hasClientLeft: Bool
    ) async throws {
        let waiting = Waiting()
        let handling = try await waiting.handle()
        if hasClientLeft { try await waiting.channel.close() }
        handling.cancel()
        while !waiting.record.withLock({ $0.contains("cancelled") }) { await Task.yield() }
        // The server closes the connection itself when the request ends before its connection is told.
        if !hasClientLeft { try? await waiting.channel.close() }
        await handling.value
        #expect(waiting.record.withLock(\.self) == ["begun", "cancelled", "ended"])
    }

    /// Keeps what is written until `release`, as a socket whose client reads slowly does.
    private final class SlowSocket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private var kept: [(NIOAny, EventLoopPromise<Void>?)] = []
        private var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            kept.append((data, promise))
        }

        func release() {
            for (data, promise) in kept { context?.writeAndFlush(data, promise: promise) }
            kept = []
        }
    }

    @Test func `a response is sent whole although the rest of the request's body is invalid`() async throws {
        let channel = try await NIOAsyncTestingChannel { channel in
            let framing = FramingHandler(Self.rules)
            try channel.pipeline.syncOperations.addHandlers([
                SlowSocket(), framing,
                ExchangeHandler(framing: framing) { _ in
                    FramedResponse(head: Array("HTTP/1.1 401 Unauthorized\r\n".utf8), body: Array("{}".utf8))
                },
            ])
        }
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
        try await channel.writeInbound(
            ByteBuffer(string: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"))
        try await channel.writeInbound(ByteBuffer(string: "x"))
        #expect(channel.isActive)
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: SlowSocket.self).release()
        }.get()
        let sent = String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        #expect(sent == "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n{}")
    }
}

@Suite struct FramedBodyTests {
    @Test func `a body that is full asks for more once its reader has taken it`() async throws {
        let drained = Mutex(0)
        let body = FramedBody { drained.withLock { $0 += 1 } }
        let half = ByteBuffer(repeating: 1, count: FramedBody.maximumWaitingBytes / 2)
        #expect(body.append(half))
        #expect(!body.append(half))
        var reader = body.makeAsyncIterator()
        #expect(try await reader.next()?.readableBytes == FramedBody.maximumWaitingBytes)
        #expect(drained.withLock(\.self) == 1)
        body.complete()
        #expect(try await reader.next() == nil)
    }

    @Test func `what arrived before a failure is read first`() async throws {
        let body = FramedBody {}
        _ = body.append(ByteBuffer(string: "a"))
        body.fail(FramingError.timedOut)
        body.complete()
        var reader = body.makeAsyncIterator()
        #expect(try await reader.next() == ByteBuffer(string: "a"))
        await #expect(throws: FramingError.timedOut) { try await reader.next() }
    }

    @Test func `nobody waits for the rest of a body that is discarded`() async throws {
        let body = FramedBody {}
        body.discard()
        #expect(body.append(ByteBuffer(repeating: 1, count: 2 * FramedBody.maximumWaitingBytes)))
    }
}
