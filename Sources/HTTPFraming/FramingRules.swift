/// The limits of a connection with their units, and the service's hooks in the framing.
package struct FramingRules: Sendable {
    /// From a request's first byte to its last.
    package var requestDeadlineSeconds: Int64 = 10
    /// As `requestDeadlineSeconds`, for a request whose handler called `Channel.allowLongUpload`.
    package var uploadDeadlineSeconds: Int64 = 300
    /// From a request's first byte to its response's last; after a long upload, from the last byte of the request. Longer than the longest wait for an outcome.
    package var exchangeDeadlineSeconds: Int64 = 60
    /// Instead of `exchangeDeadlineSeconds` for a response that is sent in parts: from its first byte to its last. It bounds what a slow
    /// client occupies.
    package var streamDeadlineSeconds: Int64 = 3_600
    /// For each part of such a response: until it has been made and the client has taken it.
    package var partDeadlineSeconds: Int64 = 60
    /// How long input is read and discarded after the last response.
    package var lingerSeconds: Int64 = 2
    /// Between requests.
    package var idleSeconds: Int64 = 30
    let connections: Connections
    /// While true, each response is the last one of its connection.
    let isDraining: @Sendable () -> Bool
    /// The complete response, from its status line on, to a request that was rejected before it reached the service. It must say
    /// `Connection: close`.
    let rejection: @Sendable (_ error: FramingError, _ target: String, _ address: String) -> [UInt8]

    package init(
        connections: Connections, isDraining: @escaping @Sendable () -> Bool,
        rejection: @escaping @Sendable (_ error: FramingError, _ target: String, _ address: String) -> [UInt8]
    ) {
        self.connections = connections
        self.isDraining = isDraining
        self.rejection = rejection
    }
}
