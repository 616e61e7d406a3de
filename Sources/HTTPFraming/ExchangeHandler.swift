import Addresses
import NIOCore
import Synchronization

/// Lets the service answer each request of a connection. The task of a request begins on the connection's event loop, so that a request that
/// waits for nothing changes no thread.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = RequestPart
    typealias OutboundOut = ByteBuffer

    /// Ends the body of the request in progress, or closes a connection without one.
    struct Cancel: Sendable {}

    private let framing: FramingHandler
    private let respond: Responder
    private var context: ChannelHandlerContext?
    /// Of the other end of the connection.
    private var address: IPAddress?
    /// The body of the request in progress.
    private var body: FramedBody?
    private var executor: EventLoopExecutor?
    let requestTask = RequestTask()

    init(framing: FramingHandler, respond: @escaping Responder) {
        self.framing = framing
        self.respond = respond
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        body?.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): if let body, !body.append(bytes) { framing.setBodyIsFull(true) }
        case .end: body?.complete()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let body {
            body.fail(error)
        } else if !(error is FramingError) {
            // After an error of the request's body, the `FramingHandler` closes the connection when the response has been sent.
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is Cancel else { return context.fireUserInboundEventTriggered(event) }
        guard let body else { return context.close(promise: nil) }
        body.fail(CancellationError())
    }

    private func begin(_ head: HeadReader.Head, _ context: ChannelHandlerContext) {
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        let body =
            head.body.isDone
            ? FramedBody.empty
            : FramedBody { eventLoop.execute { handler.value.framing.setBodyIsFull(false) } }
        self.body = body
        let request = FramedRequest(
            method: head.method, target: head.target, headers: head.headers, body: body, channel: context.channel,
            address: remoteAddress(context))
        let respond = respond
        let sender = PartSender(handler: handler, eventLoop: eventLoop, isChunked: !head.isOld)
        let task = Task.immediate(executorPreference: executor(of: eventLoop)) {
            let response = await respond(request)
            if let parts = response.parts {
                // A long body is made elsewhere, so that the event loop serves its other connections meanwhile.
                return await withTaskExecutorPreference(globalConcurrentExecutor) {
                    await sender.send(parts, after: response.head)
                }
            }
            if eventLoop.inEventLoop {
                handler.value.send(response)
            } else {
                eventLoop.execute { handler.value.send(response) }
            }
        }
        // The response may have been sent already.
        if self.body != nil { requestTask.begin(task) }
    }

    /// The response begins, so nobody reads the rest of the body.
    private func endReading() {
        body?.discard()
        body = nil
        framing.setBodyIsFull(false)
    }

    private func executor(of eventLoop: any EventLoop) -> EventLoopExecutor {
        if let executor { return executor }
        let made = EventLoopExecutor(eventLoop)
        executor = made
        return made
    }

    private func remoteAddress(_ context: ChannelHandlerContext) -> IPAddress? {
        if address == nil { address = context.remoteAddress?.ipAddress.flatMap { IPAddress($0) } }
        return address
    }

    private func send(_ response: FramedResponse) {
        requestTask.clear()
        endReading()
        guard let context else { return }
        let isLast = framing.responseBegins()
        var bytes = context.channel.allocator.buffer(capacity: response.head.count + response.body.count + 32)
        bytes.writeBytes(response.head)
        bytes.writeStaticString(isLast ? "Connection: close\r\n\r\n" : "\r\n")
        bytes.writeBytes(response.body)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.framing.responseEnded() }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    }
}

/// Sends a body in parts. The next part is made when the socket has taken the one before.
private struct PartSender: Sendable {
    let handler: NIOLoopBound<ExchangeHandler>
    let eventLoop: any EventLoop
    /// Whether the client knows the chunked coding.
    let isChunked: Bool

    func send(_ parts: ResponseParts, after head: [UInt8]) async {
        let isChunked = isChunked
        do {
            try await write { $0.beginStream(head, isChunked: isChunked) }
            try await parts { part in
                if !part.isEmpty { try await self.write { $0.sendPart(part, isChunked: isChunked) } }
            }
            eventLoop.execute { [handler] in handler.value.endStream(isChunked: isChunked) }
        } catch {
            eventLoop.execute { [handler] in handler.value.abortStream() }
        }
    }

    /// - Throws: `ConnectionLost`.
    private func write(_ step: @escaping @Sendable (ExchangeHandler) -> EventLoopFuture<Void>?) async throws {
        let written = eventLoop.flatSubmit { [handler, eventLoop] () -> EventLoopFuture<Void> in
            step(handler.value) ?? eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        do { try await written.get() } catch { throw ConnectionLost() }
    }
}

extension ExchangeHandler {
    fileprivate func beginStream(_ head: [UInt8], isChunked: Bool) -> EventLoopFuture<Void>? {
        endReading()
        guard let context else { return nil }
        let isLast = framing.streamBegins()
        var bytes = context.channel.allocator.buffer(capacity: head.count + 64)
        bytes.writeBytes(head)
        if isChunked { bytes.writeStaticString("Transfer-Encoding: chunked\r\n") }
        bytes.writeStaticString(isLast ? "Connection: close\r\n\r\n" : "\r\n")
        return context.writeAndFlush(wrapOutboundOut(bytes))
    }

    fileprivate func sendPart(_ part: [UInt8], isChunked: Bool) -> EventLoopFuture<Void>? {
        guard let context else { return nil }
        var bytes = context.channel.allocator.buffer(capacity: part.count + 16)
        if isChunked { bytes.writeString(String(part.count, radix: 16) + "\r\n") }
        bytes.writeBytes(part)
        if isChunked { bytes.writeStaticString("\r\n") }
        let written = context.writeAndFlush(wrapOutboundOut(bytes))
        written.assumeIsolated().whenSuccess { self.framing.streamProceeds() }
        return written
    }

    fileprivate func endStream(isChunked: Bool) {
        requestTask.clear()
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.framing.responseEnded() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: isChunked ? "0\r\n\r\n" : "")), promise: written)
    }

    fileprivate func abortStream() {
        requestTask.clear()
        framing.abortResponse()
    }
}

/// The task of a connection's request in progress.
final class RequestTask: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    func begin(_ task: Task<Void, Never>) { self.task.withLock { $0 = task } }
    func clear() { task.withLock { $0 = nil } }
    func cancel() { task.withLock(\.self)?.cancel() }

    /// Returns when the request has been handled.
    func end() async { await task.withLock(\.self)?.value }
}
