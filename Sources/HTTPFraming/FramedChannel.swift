import HummingbirdCore
import Logging
import NIOCore

/// A connection of Hummingbird's server, on which a `FramingHandler` reads the requests and an `ExchangeHandler` has them answered.
package struct FramedChannel: ServerChildChannel {
    package struct Value: ServerChildChannelValue {
        package let channel: any Channel
        fileprivate let requestTask: RequestTask
    }

    private let rules: FramingRules
    private let respond: Responder

    package init(_ rules: FramingRules, respond: @escaping Responder) {
        self.rules = rules
        self.respond = respond
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let framing = FramingHandler(rules)
            let exchanges = ExchangeHandler(framing: framing, respond: respond)
            let requestTask = exchanges.requestTask
            try channel.pipeline.syncOperations.addHandler(framing)
            try channel.pipeline.syncOperations.addHandler(exchanges)
            return Value(channel: channel, requestTask: requestTask)
        }
    }

    /// Returns when the connection is closed and its last request has been handled: the service must not stop before a request whose client
    /// has left. The server cancels this task when its time to stop has passed.
    package func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
            await value.requestTask.end()
        } onCancel: {
            value.requestTask.cancel()
            value.channel.pipeline.fireUserInboundEventTriggered(ExchangeHandler.Cancel())
        }
    }
}
