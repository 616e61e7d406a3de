import Glibc
import NIOCore

/// Validates the bytes of a connection before the HTTP parser sees them. It forwards only complete heads and well-framed bodies, one request
/// at a time: the next request waits until the response to the one before has been sent. Each request has a deadline from its first byte on,
/// however slowly the client sends.
final class FramingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// See `Channel.sendContinue`.
    struct Continue: Sendable {}

    /// A request whose head has been forwarded, and its response.
    private struct Exchange {
        enum Response { case none, begun, ended }

        let began: NIODeadline
        /// No other request is read on this connection.
        var isLast: Bool
        /// The client waits for `100 Continue` before it sends the body.
        var awaitsContinue: Bool
        var response = Response.none
    }

    private enum State {
        /// Between requests.
        case idle
        case head(HeadReader, began: NIODeadline)
        case body(BodyReader, Exchange)
        /// The whole request has been forwarded, its response is not complete.
        /// - readIsDue: whether the pipeline asked for bytes that are not read while a further request waits.
        case response(Exchange, readIsDue: Bool)
        /// The rest of the body cannot be read. Further input is dropped, and the response is the connection's last.
        case failed(Exchange)
        /// The last response has been sent. Further input is read and dropped.
        case lingering
    }

    private let rules: FramingRules
    private var context: ChannelHandlerContext?
    private var state = State.idle
    /// Bytes that have not been forwarded.
    private var input = ByteBuffer()
    /// The client sends nothing more.
    private var inputIsClosed = false
    private var slot: Connections.Slot?
    private var deadline = RequestDeadline()

    init(_ rules: FramingRules) {
        self.rules = rules
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.cancel()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        slot = rules.connections.acquire(for: context.remoteAddress?.ipAddress)
        guard slot != nil else { return context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let slot { rules.connections.release(slot) }
        slot = nil
        deadline.cancel()
        context.fireChannelInactive()
    }

    // MARK: Input

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .failed, .lingering: return
        case .idle, .head, .body, .response: break
        }
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        process(context)
        // An idle connection releases the memory of its last input.
        if input.readableBytes == 0 { input = ByteBuffer() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // The rest of the pipeline does not ask for bytes that are to be dropped.
        if case .lingering = state { context.read() }
    }

    /// Nothing more is read while a further request waits.
    func read(context: ChannelHandlerContext) {
        if case .response(let exchange, _) = state, input.readableBytes > 0 {
            state = .response(exchange, readIsDue: true)
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        inputIsClosed = true
        switch state {
        case .idle: context.fireUserInboundEventTriggered(event)
        case .head, .lingering: context.close(promise: nil)
        case .body(_, let exchange): failBody(.malformed("The body ends before its length."), exchange, context)
        // A request that waits is answered first.
        case .response, .failed: if input.readableBytes == 0 { context.fireUserInboundEventTriggered(event) }
        }
    }

    private func process(_ context: ChannelHandlerContext) {
        while true {
            switch state {
            case .idle:
                skipBlankLines()
                guard input.readableBytes > 0 else { return }
                let now = context.eventLoop.now
                state = .head(HeadReader(), began: now)
                setDeadline(now + .seconds(rules.requestDeadlineSeconds), context)
            case .head(var reader, let began):
                let step = input.withUnsafeReadableBytes { reader.read($0) }
                state = .head(reader, began: began)
                switch step {
                case .more: return
                case .rejected(let error): return reject(error, target: reader.target, context)
                case .complete(let head): forward(head, began: began, context)
                }
            case .body(var reader, var exchange):
                guard input.readableBytes > 0 else { return }
                let consumed = input.withUnsafeReadableBytes { bytes in
                    Result { () throws(FramingError) in try reader.consume(bytes) }
                }
                switch consumed {
                case .failure(let error): return failBody(error, exchange, context)
                case .success(let count):
                    exchange.awaitsContinue = false
                    state = .body(reader, exchange)
                    guard let slice = input.readSlice(length: count) else { return }
                    context.fireChannelRead(wrapInboundOut(slice))
                    endBodyIfDone(context)
                }
            case .response: return
            case .failed, .lingering: return input.clear()
            }
        }
    }

    /// Empty lines between requests are ignored, as RFC 9112 asks.
    private func skipBlankLines() {
        while input.readableBytesView.starts(with: [0x0D, 0x0A]) { input.moveReaderIndex(forwardBy: 2) }
    }

    private func forward(_ head: HeadReader.Head, began: NIODeadline, _ context: ChannelHandlerContext) {
        guard var slice = input.readSlice(length: head.lengthBytes) else { return }
        if let target = head.absoluteTarget { slice = slice.replacing(target.range, with: target.path) }
        state = .body(
            head.body, Exchange(began: began, isLast: head.isLast, awaitsContinue: head.expectsContinue))
        context.fireChannelRead(wrapInboundOut(slice))
        endBodyIfDone(context)
    }

    private func endBodyIfDone(_ context: ChannelHandlerContext) {
        guard case .body(let reader, let exchange) = state, reader.isDone else { return }
        state = .response(exchange, readIsDue: false)
        setDeadline(exchange.began + .seconds(rules.exchangeDeadlineSeconds), context)
        // The response was sent before the body was complete, and the rest of the body was read all the same.
        if exchange.response == .ended { beginNext(context) }
    }

    private func beginNext(_ context: ChannelHandlerContext) {
        var readIsDue = false
        if case .response(_, let isDue) = state { readIsDue = isDue }
        state = .idle
        deadline.clear()
        process(context)
        context.fireChannelReadComplete()
        if inputIsClosed {
            switch state {
            case .idle: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            case .head: context.close(promise: nil)
            case .body, .response, .failed, .lingering: break
            }
        } else if readIsDue {
            read(context: context)
        }
    }

    // MARK: Output

    /// - Returns: whether the response is the connection's last, which it must say.
    func responseBegins() -> Bool {
        switch state {
        case .body(let reader, var exchange):
            exchange.response = .begun
            if exchange.awaitsContinue || !reader.isShort || rules.isDraining() { exchange.isLast = true }
            state = .body(reader, exchange)
            return exchange.isLast
        case .response(var exchange, let readIsDue):
            exchange.response = .begun
            if rules.isDraining() { exchange.isLast = true }
            state = .response(exchange, readIsDue: readIsDue)
            return exchange.isLast
        case .failed, .idle, .head, .lingering: return true
        }
    }

    /// The response's last byte has been given to the socket.
    func responseEnded() {
        guard let context else { return }
        switch state {
        case .idle, .head, .lingering: break
        case .body(let reader, var exchange) where !exchange.isLast:
            exchange.response = .ended
            state = .body(reader, exchange)
        case .response(let exchange, _) where !exchange.isLast: beginNext(context)
        case .body, .response, .failed: lingerThenClose(context)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Continue else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if case .body(let reader, var exchange) = state, exchange.awaitsContinue, exchange.response == .none {
            exchange.awaitsContinue = false
            state = .body(reader, exchange)
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
        promise?.succeed()
    }

    /// Answers a head that is not acceptable. The response to an earlier request has been sent by then.
    private func reject(_ error: FramingError, target: String, _ context: ChannelHandlerContext) {
        let bytes = rules.rejection(error, target, context.remoteAddress?.ipAddress ?? "unknown")
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        lingerThenClose(context)
    }

    /// Reports the error to the reader of the body, which sends the response.
    private func failBody(_ error: FramingError, _ exchange: Exchange, _ context: ChannelHandlerContext) {
        input.clear()
        guard exchange.response != .ended else { return lingerThenClose(context) }
        state = .failed(exchange)
        setDeadline(exchange.began + .seconds(rules.exchangeDeadlineSeconds), context)
        context.fireErrorCaught(error)
    }

    /// Closes the output, and reads and drops input for a moment: closing a socket with unread input can discard the response.
    private func lingerThenClose(_ context: ChannelHandlerContext) {
        state = .lingering
        input.clear()
        if inputIsClosed { return context.close(promise: nil) }
        setDeadline(context.eventLoop.now + .seconds(rules.lingerSeconds), context)
        context.close(mode: .output, promise: nil)
        context.read()
    }

    /// Closes the connection at once and discards unsent output.
    private func reset(_ context: ChannelHandlerContext) {
        state = .lingering
        if let socket = context.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    // MARK: Deadlines

    private func setDeadline(_ deadline: NIODeadline, _ context: ChannelHandlerContext) {
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        self.deadline.set(deadline, on: context.eventLoop) { handler.value.timerFired() }
    }

    private func timerFired() {
        guard let context else { return }
        switch deadline.timerFired(at: context.eventLoop.now) {
        case .none: return
        case .pending(let deadline): return setDeadline(deadline, context)
        case .passed: break
        }
        switch state {
        case .idle: break
        case .head(let reader, _): reject(.timedOut, target: reader.target, context)
        case .body(_, let exchange) where exchange.response == .none: failBody(.timedOut, exchange, context)
        case .body, .response, .failed: reset(context)
        case .lingering: context.close(promise: nil)
        }
    }
}

extension ByteBuffer {
    /// - Parameter range: counted from the first readable byte.
    fileprivate func replacing(_ range: Range<Int>, with text: String) -> ByteBuffer {
        var copy = ByteBuffer()
        copy.writeBytes(readableBytesView.prefix(range.lowerBound))
        copy.writeString(text)
        copy.writeBytes(readableBytesView.dropFirst(range.upperBound))
        return copy
    }
}

extension Channel {
    /// Sends 100 Continue to a client that waits for it before its body (RFC 9110, 10.1.1).
    package func sendContinue() {
        triggerUserOutboundEvent(FramingHandler.Continue(), promise: nil)
    }
}
