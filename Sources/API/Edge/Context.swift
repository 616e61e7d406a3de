import Hummingbird
import Logging
import NIOCore

/// What Hummingbird hands each request around with.
package struct Context: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    let remoteAddress: String
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
