/// The first response to an Idempotency-Key, stored so that a retry gets the same bytes.
package struct StoredAnswer: Sendable, Equatable {
    package let status: Int
    package let headers: [String: String]
    package let body: [UInt8]

    package init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
