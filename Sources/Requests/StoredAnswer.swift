/// An answer as it was first given, to be given again byte for byte.
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
