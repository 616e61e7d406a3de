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
        // Nothing is decompressed, so that a small body cannot become a large one.
        if let coding = headers[.contentEncoding], coding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, detail: "Send the body uncompressed, without Content-Encoding.")
        }
        let tooLarge = Problem(.contentTooLarge, detail: "A body has at most \(maximumBytes) bytes.")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > maximumBytes { throw tooLarge }
        if headers[.expect] != nil { sendContinue() }
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                guard bytes.count + chunk.readableBytes <= maximumBytes else { throw tooLarge }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        } catch let known as Problem {
            throw known
        } catch let error as FramingError {
            throw Problem(error)
        } catch {
            throw Problem.malformed("The body did not arrive whole.")
        }
        return bytes
    }
}
