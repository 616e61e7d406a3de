import NIOCore

/// A long body that the handler of an authorized request reads as it arrives, once.
struct RequestBodyStream: Sendable {
    private let request: ReceivedRequest
    private let maximumBytes: Int

    init(_ request: ReceivedRequest, maximumBytes: Int) {
        self.request = request
        self.maximumBytes = maximumBytes
    }

    /// The next part is read after `consume` returns, so that a fast sender waits for a slow handler.
    /// - Throws: errors of `consume`, and those of `RequestBodyCollector`.
    func read(_ consume: ([UInt8]) async throws -> Void) async throws {
        request.allowLongUpload()
        try await RequestBodyCollector(maximumBytes: maximumBytes).read(request.body, request.headers) {
            request.sendContinue()
        } _: {
            try await consume(Array($0.readableBytesView))
        }
    }
}
