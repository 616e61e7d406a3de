import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// How a connection is served, each bound with its unit.
package struct WireRules: Sendable {
    /// From a request's first byte to its last.
    package var requestDeadlineSeconds: Int64 = 10
    /// From a request's first byte to its answer's last. Longer than the longest wait for an outcome.
    package var exchangeDeadlineSeconds: Int64 = 60
    /// How long the other side is heard out after the last answer.
    package var lingerSeconds: Int64 = 2
    /// Between requests.
    package var idleSeconds: Int64 = 30
    let connections: Connections
    /// While true, each response is its connection's last.
    let isDraining: @Sendable () -> Bool
    let refuse: @Sendable (_ problem: Problem, _ target: String, _ address: String) -> Reply
}

/// Hummingbird's HTTP/1.1 behind a `WireGuard`.
struct WireChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let rules: WireRules
    private let http: HTTP1Channel

    init(_ rules: WireRules, responder: @escaping HTTPChannelHandler.Responder) {
        self.rules = rules
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [AnswerMark()], idleTimeout: .seconds(rules.idleSeconds))
        // The guard's own bounds are tighter; these only say that none is missing.
        configuration.httpDecoder.maxHeaderFieldSize = 2 * HeadReader.maximumFieldBytes
        configuration.httpDecoder.maxHeaderListSize = 2 * HeadReader.maximumFieldBytes
        configuration.httpDecoder.maxHeaderFieldCount = 2 * HeadReader.maximumFields
        http = HTTP1Channel(responder: responder, configuration: configuration)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(WireGuard(rules))
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}

/// Tells the guard of the same connection when answers begin and end.
private final class AnswerMark: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var wire: WireGuard?

    func handlerAdded(context: ChannelHandlerContext) {
        wire = try? context.pipeline.syncOperations.handler(type: WireGuard.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        wire = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.status.kind != .informational, wire?.answerBegins() ?? false {
                head.headerFields[.connection] = "close"
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            let wire = NIOLoopBound(wire, eventLoop: context.eventLoop)
            written.futureResult.whenComplete { _ in wire.value?.answerEnded() }
            context.write(data, promise: written)
        }
    }
}
