import Addresses
import HTTPTypes
import NIOCore

/// A request whose head is complete and valid. Its body may still be arriving.
package struct FramedRequest: Sendable {
    package let method: HTTPRequest.Method
    /// Path and query.
    package let target: String
    /// Without Host.
    package let headers: HTTPFields
    package let body: FramedBody
    package let channel: any Channel
    /// The other end of the connection; `nil` without an IP address.
    package let address: IPAddress?

    package init(
        method: HTTPRequest.Method, target: String, headers: HTTPFields, body: FramedBody, channel: any Channel,
        address: IPAddress?
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.channel = channel
        self.address = address
    }
}

/// The bytes of a response.
package struct FramedResponse: Sendable {
    /// From the status line to the CR LF of the last header. The handler of the connection adds `Connection: close` where it is due, and the
    /// empty line.
    package let head: [UInt8]
    package let body: [UInt8]
    /// The body as parts, instead of `body`. The handler of the connection adds the header that says so.
    package let parts: ResponseParts?

    package init(head: [UInt8], body: [UInt8], parts: ResponseParts? = nil) {
        self.head = head
        self.body = body
        self.parts = parts
    }
}

/// Makes a body part by part. `send` returns when the socket has taken the part, so that a client that reads slowly slows down only its own
/// response, and not more than one part of it is in memory. It throws `ConnectionLost`. If the body throws, the connection ends before the
/// end of the response, so that the client notices it.
package typealias ResponseParts =
    @Sendable (_ send: @escaping @Sendable (_ part: [UInt8]) async throws -> Void) async throws -> Void

/// The client has left or has not taken a part of the response in time.
package struct ConnectionLost: Error {
    package init() {}
}

/// Creates the response to a request. It runs on the connection's event loop until it first waits.
package typealias Responder = @Sendable (FramedRequest) async -> FramedResponse

/// What `FramingHandler` forwards: a head, and for a request with a body its bytes and its end.
enum RequestPart: Sendable {
    case head(HeadReader.Head)
    case body(ByteBuffer)
    case end
}
