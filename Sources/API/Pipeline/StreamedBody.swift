import HTTPFraming
import Synchronization

/// A body that is made while it is sent, so that it is never in memory as a whole.
package final class StreamedBody: Sendable, Equatable {
    /// How sending a body ended.
    enum End {
        case complete
        /// The client has left, or was too slow.
        case clientLost
        /// The rest could not be made. The client sees the body end before its end.
        case failed(any Error)
    }

    let parts: ResponseParts

    init(_ parts: @escaping ResponseParts) {
        self.parts = parts
    }

    package static func == (one: StreamedBody, other: StreamedBody) -> Bool { one === other }

    /// The same body, which reports its end once.
    /// - Parameter report: gets the number of bytes that were sent.
    func reporting(_ report: @escaping @Sendable (End, _ sentBytes: Int) -> Void) -> StreamedBody {
        StreamedBody { [parts] send in
            let sentBytes = Atomic(0)
            do {
                try await parts { part in
                    try await send(part)
                    sentBytes.add(part.count, ordering: .relaxed)
                }
                report(.complete, sentBytes.load(ordering: .relaxed))
            } catch {
                // A service that stops closes the connection itself.
                let isClients = error is ConnectionLost && !Task.isCancelled
                report(isClients ? .clientLost : .failed(error), sentBytes.load(ordering: .relaxed))
                throw error
            }
        }
    }
}
