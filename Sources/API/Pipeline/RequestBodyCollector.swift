import HTTPFraming
import HTTPTypes
import NIOCore

/// Collects the whole body of a request. How long that may take is decided by `HTTPFraming`.
struct RequestBodyCollector: Sendable {
    let maximumBytes: Int

    /// - Parameter sendContinue: sends 100 Continue to a client that waits for it.
    /// - Throws: 415 for a compressed body, 413 for one that is too long, 400 or 408 for one that does not arrive complete.
    func collect<Body: AsyncSequence>(
        _ body: Body, of method: HTTPRequest.Method, _ headers: HTTPFields, sendContinue: () -> Void
    ) async throws -> [UInt8] where Body.Element == ByteBuffer {
        guard method != .get, method != .head else { return [] }
        var bytes: [UInt8] = []
        try await read(body, headers, sendContinue: sendContinue) { bytes.append(contentsOf: $0.readableBytesView) }
        return bytes
    }

    /// Passes the parts of the body on as they arrive; the next one is read after `consume` returns. Its errors are thrown unchanged.
    func read<Body: AsyncSequence>(
        _ body: Body, _ headers: HTTPFields, sendContinue: () -> Void, _ consume: (ByteBuffer) async throws -> Void
    ) async throws where Body.Element == ByteBuffer {
        // Nothing is decompressed, so that a small body cannot become a large one.
        if let coding = headers[.contentEncoding], coding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, detail: "Send the body uncompressed, without Content-Encoding.")
        }
        let tooLarge = Problem(.contentTooLarge, detail: "A body has at most \(maximumBytes) bytes.")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > maximumBytes { throw tooLarge }
        if headers[.expect] != nil { sendContinue() }
        var count = 0
        var parts = body.makeAsyncIterator()
        while let part = try await next(&parts) {
            guard count + part.readableBytes <= maximumBytes else { throw tooLarge }
            count += part.readableBytes
            try await consume(part)
        }
    }

    private func next<Parts: AsyncIteratorProtocol>(_ parts: inout Parts) async throws -> ByteBuffer?
    where Parts.Element == ByteBuffer {
        do { return try await parts.next() } catch let error as FramingError {
            throw Problem(error)
        } catch {
            throw Problem.malformed("The body did not arrive whole.")
        }
    }
}
