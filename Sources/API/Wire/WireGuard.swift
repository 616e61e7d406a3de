import Glibc
import HTTPTypes
import NIOCore

/// Stands at each connection's socket and lets only whole heads and well-framed bodies through, one request at a time: the next one waits
/// until the answer before it has left. Each request has a deadline from its first byte on, whatever drips.
final class WireGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The body that is being read will not come as it should.
    struct Broken: Error {
        let problem: Problem
    }

    /// The handler wants the body: it may be sent.
    struct Continue: Sendable {}

    private enum Phase {
        case head
        case body
        /// The request is here; its answer is not gone yet.
        case answer
        /// The last answer is on its way; what still comes in is dropped.
        case over
    }

    private let rules: WireRules
    private var context: ChannelHandlerContext?
    private var phase = Phase.head
    private var held = ByteBuffer()
    private var head = HeadReader()
    private var body = BodyReader.length(0)
    private var began: NIODeadline?
    private var isLast = false
    private var isBroken = false
    private var awaitsContinue = false
    private var hasBegunAnswer = false
    private var hasAnswered = false
    private var wantsRead = false
    private var sawEnd = false
    private var place: Connections.Place?
    private var deadline: NIODeadline?
    private var alarm: (at: NIODeadline, task: Scheduled<Void>)?

    init(_ rules: WireRules) {
        self.rules = rules
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.task.cancel()
        alarm = nil
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        place = rules.connections.take(for: context.remoteAddress?.ipAddress)
        guard place != nil else { return context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let place { rules.connections.giveBack(place) }
        place = nil
        alarm?.task.cancel()
        alarm = nil
        context.fireChannelInactive()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .over, !isBroken else { return }
        var bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        proceed(context)
        // An idle connection keeps no memory of what it last read.
        if held.readableBytes == 0 { held = ByteBuffer() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Nobody else asks for what is to be dropped.
        if phase == .over { context.read() }
    }

    /// Nothing more is read while a request waits already.
    func read(context: ChannelHandlerContext) {
        if phase == .answer, held.readableBytes > 0 { wantsRead = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        sawEnd = true
        switch phase {
        case .head where began == nil: context.fireUserInboundEventTriggered(event)
        case .head, .over: context.close(promise: nil)
        case .body: breakOff(.malformed("The body ends before its length."), context)
        // What waits is answered first.
        case .answer: if held.readableBytes == 0 { context.fireUserInboundEventTriggered(event) }
        }
    }

    private func proceed(_ context: ChannelHandlerContext) {
        while true {
            switch phase {
            case .head:
                skipBlankLines()
                guard held.readableBytes > 0 else { return }
                if began == nil {
                    let now = NIODeadline.now()
                    began = now
                    arm(at: now + .seconds(rules.requestDeadlineSeconds), context)
                }
                switch held.withUnsafeReadableBytes({ head.read($0) }) {
                case .more: return
                case .refused(let problem): return refuse(problem, context)
                case .whole(let found): admit(found, context)
                }
            case .body:
                guard held.readableBytes > 0 else { return }
                let taken = held.withUnsafeReadableBytes { bytes in
                    Result { () throws(Problem) in try body.take(bytes) }
                }
                switch taken {
                case .failure(let problem): return breakOff(problem, context)
                case .success(let count):
                    awaitsContinue = false
                    guard let slice = held.readSlice(length: count) else { return }
                    context.fireChannelRead(wrapInboundOut(slice))
                    if body.isDone { endBody(context) }
                }
            case .answer: return
            case .over: return held.clear()
            }
        }
    }

    /// An empty line between requests is let go, as RFC 9112 asks.
    private func skipBlankLines() {
        guard began == nil else { return }
        while held.readableBytesView.starts(with: [0x0D, 0x0A]) { held.moveReaderIndex(forwardBy: 2) }
    }

    private func admit(_ found: HeadReader.Head, _ context: ChannelHandlerContext) {
        guard var slice = held.readSlice(length: found.lengthBytes) else { return }
        if let target = found.absoluteTarget { slice = slice.replacing(target.range, with: target.path) }
        body = found.body
        isLast = isLast || found.isLast
        awaitsContinue = found.expectsContinue
        hasBegunAnswer = false
        hasAnswered = false
        phase = .body
        context.fireChannelRead(wrapInboundOut(slice))
        if body.isDone { endBody(context) }
    }

    private func endBody(_ context: ChannelHandlerContext) {
        phase = .answer
        if let began { arm(at: began + .seconds(rules.exchangeDeadlineSeconds), context) }
        // Refused early, and then read to its end all the same.
        if hasAnswered { next(context) }
    }

    private func next(_ context: ChannelHandlerContext) {
        phase = .head
        head = HeadReader()
        began = nil
        deadline = nil
        proceed(context)
        context.fireChannelReadComplete()
        if sawEnd, phase == .head {
            guard began == nil else { return context.close(promise: nil) }
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else if wantsRead {
            wantsRead = false
            read(context: context)
        }
    }

    // MARK: Out

    /// - Returns: whether the answer is the connection's last, which it is to say.
    func answerBegins() -> Bool {
        hasBegunAnswer = true
        if phase == .body, awaitsContinue || !body.isWorthReading { isLast = true }
        if rules.isDraining() { isLast = true }
        return isLast
    }

    /// The answer's last byte has been handed to the socket.
    func answerEnded() {
        guard let context else { return }
        switch phase {
        case .head, .over: break
        case .body where !isLast: hasAnswered = true
        case .answer where !isLast: next(context)
        case .body, .answer: hearOut(context)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Continue else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if awaitsContinue, phase == .body, !hasBegunAnswer {
            awaitsContinue = false
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
        promise?.succeed()
    }

    /// Answers a head that is none; no answer of another can be on its way.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        let reply = rules.refuse(problem, head.target, context.remoteAddress?.ipAddress ?? "unknown")
        var bytes = context.channel.allocator.buffer(capacity: reply.body.count + 1_024)
        bytes.writeString("HTTP/1.1 \(reply.status.code) \(reply.status.reasonPhrase)\r\n")
        for field in reply.headers { bytes.writeString("\(field.name.rawName): \(field.value)\r\n") }
        bytes.writeString("Content-Length: \(reply.body.count)\r\nConnection: close\r\n\r\n")
        bytes.writeBytes(reply.body)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        hearOut(context)
    }

    /// The one who reads the body is told, and answers.
    private func breakOff(_ problem: Problem, _ context: ChannelHandlerContext) {
        isLast = true
        isBroken = true
        held.clear()
        let wasAnswered = hasAnswered
        phase = .answer
        if let began { arm(at: began + .seconds(rules.exchangeDeadlineSeconds), context) }
        if wasAnswered { return hearOut(context) }
        context.fireErrorCaught(Broken(problem: problem))
    }

    /// Closed at once, a socket with unread bytes would take the answer back: so the other side is heard out for a moment.
    private func hearOut(_ context: ChannelHandlerContext) {
        phase = .over
        held.clear()
        if sawEnd { return context.close(promise: nil) }
        arm(at: .now() + .seconds(rules.lingerSeconds), context)
        context.close(mode: .output, promise: nil)
        context.read()
    }

    // MARK: Deadlines

    private func arm(at deadline: NIODeadline, _ context: ChannelHandlerContext) {
        self.deadline = deadline
        if let alarm {
            // One alarm serves many requests: it looks, when it rings, whether it rang too soon.
            guard deadline < alarm.at else { return }
            alarm.task.cancel()
        }
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        alarm = (deadline, context.eventLoop.scheduleTask(deadline: deadline) { this.value.ring() })
    }

    private func ring() {
        alarm = nil
        guard let context, let deadline else { return }
        guard deadline <= .now() else { return arm(at: deadline, context) }
        self.deadline = nil
        switch phase {
        case .head: refuse(.requestTimeout, context)
        case .body where !hasBegunAnswer: breakOff(.requestTimeout, context)
        case .body, .answer: cut(context)
        case .over: context.close(promise: nil)
        }
    }

    /// Forgets what the other side would not take, too.
    private func cut(_ context: ChannelHandlerContext) {
        phase = .over
        if let socket = context.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
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
