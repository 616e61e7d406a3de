import Accounts
import HTTPTypes
import JSON
import Requests

/// A response before its standard headers are added.
package struct Reply: Sendable, Equatable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: [UInt8]
    /// Instead of `body`.
    var stream: StreamedBody?

    package init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response with a JSON object.
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: (inout JSONWriter) -> Void
    ) -> Reply {
        .json(status, headers: headers, bytes: JSONWriter.object(write))
    }

    static func json(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], bytes: [UInt8]) -> Reply {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        return Reply(status, headers: headers, body: bytes)
    }

    func with(_ name: HTTPField.Name, _ value: String?) -> Reply {
        var copy = self
        copy.headers[name] = value
        return copy
    }
}

extension HTTPField.Name {
    static let correlationID = Self("X-Correlation-ID")!  // a literal that is a valid name
    static let idempotencyKey = Self("Idempotency-Key")!  // a literal that is a valid name
    static let idempotencyReplayed = Self("Idempotency-Replayed")!  // a literal that is a valid name
    static let rateLimitLimit = Self("X-RateLimit-Limit")!  // a literal that is a valid name
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!  // a literal that is a valid name
    static let rateLimitReset = Self("X-RateLimit-Reset")!  // a literal that is a valid name
    static let citizenToken = Self("X-Citizen-Token")!  // a literal that is a valid name
    static let citizenAddress = Self("Citizen-Address")!  // a literal that is a valid name
    static let accelBuffering = Self("X-Accel-Buffering")!  // a literal that is a valid name
    static let lastEventID = Self("Last-Event-ID")!  // a literal that is a valid name
    static let traceParent = Self("traceparent")!  // a literal that is a valid name
    static let webhookID = Self("webhook-id")!  // a literal that is a valid name
    static let webhookTimestamp = Self("webhook-timestamp")!  // a literal that is a valid name
    static let webhookSignature = Self("webhook-signature")!  // a literal that is a valid name
    static let frameOptions = Self("X-Frame-Options")!  // a literal that is a valid name
    static let xForwardedFor = Self("X-Forwarded-For")!  // a literal that is a valid name
    static let forwarded = Self("Forwarded")!  // a literal that is a valid name
    static let referrerPolicy = Self("Referrer-Policy")!  // a literal that is a valid name
}
