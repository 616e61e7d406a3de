import Addresses
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HTTPFraming

/// Responses that are sent in parts.
@Suite struct StreamedResponseTests {
    private struct CannotBeMade: Error {}

    /// Keeps what is written while it is closed, as a socket whose client does not read.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private var isOpen: Bool
        private var kept: [(NIOAny, EventLoopPromise<Void>?)] = []
        private var context: ChannelHandlerContext?

        init(isOpen: Bool) { self.isOpen = isOpen }

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) {
            self.context = nil
            for (_, promise) in kept { promise?.fail(ChannelError.ioOnClosedChannel) }
            kept = []
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard !isOpen else { return context.write(data, promise: promise) }
            kept.append((data, promise))
        }

        /// The client reads what has been written.
        func release() {
            let waiting = kept
            kept = []
            for (data, promise) in waiting { context?.writeAndFlush(data, promise: promise) }
        }

        var isWaiting: Bool { !kept.isEmpty }
    }

    private struct Connection {
        let channel: NIOAsyncTestingChannel

        init(reads: Bool = true, rules: FramingRules = Self.rules(), _ parts: @escaping ResponseParts) async throws {
            channel = try await NIOAsyncTestingChannel { channel in
                let framing = FramingHandler(rules)
                try channel.pipeline.syncOperations.addHandlers([
                    Socket(isOpen: reads), framing,
                    ExchangeHandler(framing: framing) { request in
                        FramedResponse(
                            head: Array("HTTP/1.1 200 OK\r\nX: \(request.target)\r\n".utf8), body: [], parts: parts)
                    },
                ])
            }
            try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
        }

        static func rules(exchangeSeconds: Int64 = 60, partSeconds: Int64 = 60, streamSeconds: Int64 = 3_600)
            -> FramingRules
        {
            var rules = FramingRules(
                connections: Connections(maximumPerAddress: 10, exempting: .none), isDraining: { false },
                rejection: { _, _, _ in Array("rejected".utf8) })
            rules.exchangeDeadlineSeconds = exchangeSeconds
            rules.partDeadlineSeconds = partSeconds
            rules.streamDeadlineSeconds = streamSeconds
            return rules
        }

        func receive(_ text: String) async throws { try await channel.writeInbound(ByteBuffer(string: text)) }

        func sent() async throws -> String {
            String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        }

        /// Waits for bytes that the client does not read, and reads them.
        func takeWaiting() async throws {
            while try await !channel.eventLoop.submit({
                try channel.pipeline.syncOperations.handler(type: Socket.self).isWaiting
            }).get() { await Task.yield() }
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.handler(type: Socket.self).release()
            }.get()
        }
    }

    private static let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `the parts are chunks, and the next request of the connection is answered`() async throws {
        let connection = try await Connection { send in
            try await send(Array("abc".utf8))
            try await send([])
            try await send(Array(repeating: UInt8(ascii: "x"), count: 17))
        }
        try await connection.receive(Self.request + "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for (path, close) in [("/a", ""), ("/b", "Connection: close\r\n")] {
            #expect(
                try await connection.sent()
                    == "HTTP/1.1 200 OK\r\nX: \(path)\r\nTransfer-Encoding: chunked\r\n\(close)\r\n")
            #expect(try await connection.sent() == "3\r\nabc\r\n")
            #expect(try await connection.sent() == "11\r\nxxxxxxxxxxxxxxxxx\r\n")
            #expect(try await connection.sent() == "0\r\n\r\n")
        }
    }

    @Test func `a client of HTTP 1.0 gets the parts without chunks, up to the end of the connection`() async throws {
        let connection = try await Connection { send in try await send(Array("abc".utf8)) }
        try await connection.receive("GET /a HTTP/1.0\r\n\r\n")
        #expect(try await connection.sent() == "HTTP/1.1 200 OK\r\nX: /a\r\nConnection: close\r\n\r\n")
        #expect(try await connection.sent() == "abc")
    }

    @Test func `a body that cannot be completed ends the connection without its last chunk`() async throws {
        let connection = try await Connection { send in
            try await send(Array("abc".utf8))
            throw CannotBeMade()
        }
        try await connection.receive(Self.request)
        _ = try await connection.sent()
        #expect(try await connection.sent() == "3\r\nabc\r\n")
        try await connection.channel.closeFuture.get()
        #expect(try await connection.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `a part is made when the client has taken the one before`() async throws {
        let made = Mutex(0)
        let connection = try await Connection(reads: false) { send in
            for _ in 0..<3 {
                made.withLock { $0 += 1 }
                try await send(Array("abc".utf8))
            }
        }
        try await connection.receive(Self.request)
        for expected in 0...3 {
            for _ in 0..<200 { await Task.yield() }
            #expect(made.withLock(\.self) <= expected)
            try await connection.takeWaiting()
        }
        while made.withLock(\.self) < 3 { await Task.yield() }
    }

    @Test func `a body whose client has left is made no further`() async throws {
        let end = Mutex<(any Error)?>(nil)
        let connection = try await Connection { send in
            do { while true { try await send(Array("abc".utf8)) } } catch {
                end.withLock { $0 = error }
                throw error
            }
        }
        try await connection.receive(Self.request)
        _ = try await connection.sent()
        _ = try await connection.sent()
        try await connection.channel.close()
        while end.withLock({ $0 == nil }) { await Task.yield() }
        #expect(end.withLock { $0 is ConnectionLost })
    }

    @Test func `a client that does not take a part in time loses the connection`() async throws {
        let connection = try await Connection(reads: false, rules: Connection.rules(partSeconds: 20)) { send in
            try await send(Array("abc".utf8))
        }
        try await connection.receive(Self.request)
        try await connection.takeWaiting()
        await connection.channel.testingEventLoop.advanceTime(by: .seconds(19))
        #expect(connection.channel.isActive)
        await connection.channel.testingEventLoop.advanceTime(by: .seconds(2))
        try await connection.channel.closeFuture.get()
    }

    @Test func `a body may take longer than another response, but not for ever`() async throws {
        let rules = Connection.rules(exchangeSeconds: 10, partSeconds: 20, streamSeconds: 50)
        let connection = try await Connection(reads: false, rules: rules) { send in
            while true { try await send(Array("abc".utf8)) }
        }
        try await connection.receive(Self.request)
        for _ in 0..<3 {
            try await connection.takeWaiting()
            await connection.channel.testingEventLoop.advanceTime(by: .seconds(15))
            #expect(connection.channel.isActive)
        }
        try await connection.takeWaiting()
        await connection.channel.testingEventLoop.advanceTime(by: .seconds(6))
        try await connection.channel.closeFuture.get()
    }
}
