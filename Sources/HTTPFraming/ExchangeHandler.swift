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
    private var address: String?
    /// The body of the request in progress.
    private var body: FramedBody?
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
        let task = Task.immediate {
            let response = await respond(request)
            if eventLoop.inEventLoop {
                handler.value.send(response)
            } else {
                eventLoop.execute { handler.value.send(response) }
            }
        }
        // The response may have been sent already.
        if self.body != nil { requestTask.begin(task) }
    }

    private func remoteAddress(_ context: ChannelHandlerContext) -> String {
        if let address { return address }
        let known = context.remoteAddress?.ipAddress ?? "unknown"
        address = known
        return known
    }

    private func send(_ response: FramedResponse) {
        body?.discard()
        body = nil
        requestTask.clear()
        framing.setBodyIsFull(false)
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

/// The task of a connection's request in progress.
final class RequestTask: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    func begin(_ task: Task<Void, Never>) { self.task.withLock { $0 = task } }
    func clear() { task.withLock { $0 = nil } }
    func cancel() { task.withLock(\.self)?.cancel() }

    /// Returns when the request has been handled.
    func end() async { await task.withLock(\.self)?.value }
}
