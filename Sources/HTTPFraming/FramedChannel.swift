import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Hummingbird's HTTP/1.1 behind a `FramingHandler`.
package struct FramedChannel: ServerChildChannel {
    package typealias Value = HTTP1Channel.Value

    private let rules: FramingRules
    private let http: HTTP1Channel

    package init(_ rules: FramingRules, responder: @escaping HTTPChannelHandler.Responder) {
        self.rules = rules
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ResponseObserver()], idleTimeout: .seconds(rules.idleSeconds))
        // `HeadReader` has the lower limits; these only keep the parser's defaults from being lower still.
        configuration.httpDecoder.maxHeaderFieldSize = 2 * HeadReader.maximumFieldBytes
        configuration.httpDecoder.maxHeaderListSize = 2 * HeadReader.maximumFieldBytes
        configuration.httpDecoder.maxHeaderFieldCount = 2 * HeadReader.maximumFields
        http = HTTP1Channel(responder: responder, configuration: configuration)
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(FramingHandler(rules))
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    package func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}

/// Tells the `FramingHandler` of the same connection when responses begin and end.
private final class ResponseObserver: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var framing: FramingHandler?

    func handlerAdded(context: ChannelHandlerContext) {
        framing = try? context.pipeline.syncOperations.handler(type: FramingHandler.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        framing = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.status.kind != .informational, framing?.responseBegins() ?? false {
                head.headerFields[.connection] = "close"
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            let framing = NIOLoopBound(framing, eventLoop: context.eventLoop)
            written.futureResult.whenComplete { _ in framing.value?.responseEnded() }
            context.write(data, promise: written)
        }
    }
}
