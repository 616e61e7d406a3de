import Hummingbird
import Logging
import NIOCore

/// What Hummingbird hands each request around with.
package struct Context: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    let remoteAddress: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
