import Glibc
import NIOCore

/// Reads requests from the bytes of a connection. It forwards only complete heads and well-framed bodies, one request at a time: the next
/// request waits until the response to the one before has been sent. Each request has a deadline from its first byte on, however slowly the
/// client sends.
final class FramingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = RequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// See `Channel.sendContinue` and `Channel.allowLongUpload`.
    struct Continue: Sendable {}
    struct LongUpload: Sendable {}

    private let rules: FramingRules
    private var context: ChannelHandlerContext?
    private var state = FramingState.idle
    /// Bytes that have not been forwarded.
    private var input = ByteBuffer()
    /// The client sends nothing more.
    private var inputIsClosed = false
    /// The reader of the body has not taken what arrived.
    private var bodyIsFull = false
    /// The pipeline asked for bytes while none are read.
    private var readIsDue = false
    /// A further request that has arrived waits for its turn among the event loop's connections.
    private var isScheduled = false
    /// A head is being forwarded; the whole exchange may happen meanwhile.
    private var isForwarding = false
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
        setDeadline(context.eventLoop.now + .seconds(rules.idleSeconds), context)
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
        if !isScheduled { process(context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // The rest of the pipeline does not ask for bytes that are to be dropped.
        if case .lingering = state { context.read() }
    }

    /// Nothing more is read while a further request waits, or while the body's reader is slower than the client.
    func read(context: ChannelHandlerContext) {
        let isWaiting: Bool
        switch state {
        case .idle: isWaiting = isScheduled
        case .body: isWaiting = bodyIsFull
        case .response: isWaiting = input.readableBytes > 0
        case .head, .failed, .lingering: isWaiting = false
        }
        readIsDue = isWaiting
        if !isWaiting { context.read() }
    }

    private func readIfDue(_ context: ChannelHandlerContext) {
        if readIsDue { read(context: context) }
    }

    func setBodyIsFull(_ isFull: Bool) {
        guard bodyIsFull != isFull else { return }
        bodyIsFull = isFull
        if !isFull, let context { readIfDue(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed as ChannelEvent:
            inputIsClosed = true
            if case .lingering = state { context.close(promise: nil) } else { goOn(context) }
        case is ChannelShouldQuiesceEvent: quiesce(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The server stops: the response in progress is the last.
    private func quiesce(_ context: ChannelHandlerContext) {
        switch state {
        case .idle, .head: context.close(promise: nil)
        case .body(let reader, var exchange):
            exchange.isLast = true
            state = .body(reader, exchange)
        case .response(var exchange):
            exchange.isLast = true
            state = .response(exchange)
        case .failed, .lingering: break
        }
    }

    private func process(_ context: ChannelHandlerContext) {
        while true {
            switch state {
            case .idle:
                skipBlankLines()
                // An idle connection releases the memory of its last input.
                guard input.readableBytes > 0 else {
                    input = ByteBuffer()
                    return
                }
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
                // The response may be complete already.
                if case .idle = state { return processNext(context) }
            case .body(let reader, let exchange):
                guard input.readableBytes > 0 else { return }
                forwardBody(reader, exchange, context)
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
        input.moveReaderIndex(forwardBy: head.lengthBytes)
        let exchange = Exchange(began: began, isLast: head.isLast, awaitsContinue: head.expectsContinue)
        if head.body.isDone {
            state = .response(exchange)
            setDeadline(began + .seconds(rules.exchangeDeadlineSeconds), context)
        } else {
            state = .body(head.body, exchange)
        }
        isForwarding = true
        context.fireChannelRead(wrapInboundOut(.head(head)))
        isForwarding = false
    }

    private func forwardBody(_ reader: BodyReader, _ exchange: Exchange, _ context: ChannelHandlerContext) {
        var (reader, exchange) = (reader, exchange)
        var content: [Range<Int>] = []
        let consumed = input.withUnsafeReadableBytes { bytes in
            Result { () throws(FramingError) in try reader.consume(bytes) { content.append($0) } }
        }
        switch consumed {
        case .failure(let error): failBody(error, exchange, context)
        case .success(let count):
            exchange.awaitsContinue = false
            state = .body(reader, exchange)
            guard let bytes = input.readSlice(length: count) else { return }
            if exchange.response == .none {
                context.fireChannelRead(wrapInboundOut(.body(bytes.joined(content))))
            }
            endBodyIfDone(context)
        }
    }

    private func endBodyIfDone(_ context: ChannelHandlerContext) {
        guard case .body(let reader, let exchange) = state, reader.isDone else { return }
        bodyIsFull = false
        state = .response(exchange)
        setResponseDeadline(exchange, context)
        switch exchange.response {
        case .none: context.fireChannelRead(wrapInboundOut(.end))
        case .begun: break
        // The response was sent before the body was complete, and the rest of the body was read all the same.
        case .ended: becomeIdle(context)
        }
    }

    /// The exchange is complete.
    private func becomeIdle(_ context: ChannelHandlerContext) {
        state = .idle
        setDeadline(context.eventLoop.now + .seconds(rules.idleSeconds), context)
    }

    /// After an exchange: schedules the next request if it has arrived, otherwise waits for one. Requests that a client sends at once are not
    /// handled in one go, so that its connection takes turns with the others of the event loop.
    private func processNext(_ context: ChannelHandlerContext) {
        skipBlankLines()
        guard input.readableBytes > 0 else {
            input = ByteBuffer()
            return goOn(context)
        }
        guard !isScheduled else { return }
        isScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isScheduled = false
            guard let context = self.context, case .idle = self.state else { return }
            self.process(context)
            self.goOn(context)
        }
    }

    /// Reads more, or closes the connection if the client sends nothing more.
    private func goOn(_ context: ChannelHandlerContext) {
        guard inputIsClosed else { return readIfDue(context) }
        switch state {
        case .idle: if !isScheduled { context.close(promise: nil) }
        case .head: context.close(promise: nil)
        case .body(_, let exchange): failBody(.bodyTooShort, exchange, context)
        case .response, .failed, .lingering: break
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
        case .response(var exchange):
            exchange.response = .begun
            if rules.isDraining() { exchange.isLast = true }
            state = .response(exchange)
            return exchange.isLast
        case .failed, .idle, .head, .lingering: return true
        }
    }

    /// Like `responseBegins`, for a response that is sent in parts: each part and the whole have a deadline of their own.
    func streamBegins() -> Bool {
        let isLast = responseBegins()
        guard let context else { return isLast }
        state.exchange?.streamDeadline = context.eventLoop.now + .seconds(rules.streamDeadlineSeconds)
        streamProceeds()
        return isLast
    }

    /// A part of the response has been given to the socket.
    func streamProceeds() {
        if let context, let exchange = state.exchange { setResponseDeadline(exchange, context) }
    }

    /// The response cannot be completed. The client notices it, because the connection ends without the end of the body.
    func abortResponse() {
        if let context { reset(context) }
    }

    /// The response's last byte has been given to the socket.
    func responseEnded() {
        guard let context else { return }
        switch state {
        case .idle, .head, .lingering: break
        case .body(let reader, var exchange) where !exchange.isLast:
            exchange.response = .ended
            state = .body(reader, exchange)
        case .response(let exchange) where !exchange.isLast:
            becomeIdle(context)
            if !isForwarding { processNext(context) }
        case .body, .response, .failed: lingerThenClose(context)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case is Continue: sendContinue(context)
        case is LongUpload: allowLongUpload(context)
        default: return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
    }

    private func sendContinue(_ context: ChannelHandlerContext) {
        guard case .body(let reader, var exchange) = state, exchange.awaitsContinue, exchange.response == .none else {
            return
        }
        exchange.awaitsContinue = false
        state = .body(reader, exchange)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func allowLongUpload(_ context: ChannelHandlerContext) {
        guard case .body(let reader, var exchange) = state, exchange.response == .none else { return }
        exchange.isLongUpload = true
        state = .body(reader, exchange)
        setDeadline(exchange.began + .seconds(rules.uploadDeadlineSeconds), context)
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
        setResponseDeadline(exchange, context)
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

    private func setResponseDeadline(_ exchange: Exchange, _ context: ChannelHandlerContext) {
        if let end = exchange.streamDeadline {
            return setDeadline(min(context.eventLoop.now + .seconds(rules.partDeadlineSeconds), end), context)
        }
        let began = exchange.isLongUpload ? context.eventLoop.now : exchange.began
        setDeadline(began + .seconds(rules.exchangeDeadlineSeconds), context)
    }

    private func timerFired() {
        guard let context else { return }
        switch deadline.timerFired(at: context.eventLoop.now) {
        case .none: return
        case .pending(let deadline): return setDeadline(deadline, context)
        case .passed: break
        }
        switch state {
        case .idle: context.close(promise: nil)
        case .head(let reader, _): reject(.timedOut, target: reader.target, context)
        case .body(_, let exchange) where exchange.response == .none: failBody(.timedOut, exchange, context)
        case .body, .response, .failed: reset(context)
        case .lingering: context.close(promise: nil)
        }
    }
}

extension FramingError {
    fileprivate static let bodyTooShort = FramingError.malformed("The body ends before its length.")
}
