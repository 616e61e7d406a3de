import NIOCore
import Synchronization

/// The body of a request as it arrives: written by the event loop of its connection, read once by the task that answers the request.
package final class FramedBody: Sendable, AsyncSequence {
    package typealias Element = ByteBuffer

    /// From this size on the connection reads no more until the reader has taken what arrived.
    static let maximumWaitingBytes = 64 * 1_024

    private enum End {
        case complete
        case failed(any Error)
    }

    private struct State {
        var waiting = ByteBuffer()
        var end: End?
        var reader: CheckedContinuation<ByteBuffer?, any Error>?
        /// Nobody reads the rest.
        var isDiscarded = false

        mutating func takeWaiting() -> ByteBuffer {
            let taken = waiting
            waiting = ByteBuffer()
            return taken
        }
    }

    private let state: Mutex<State>
    /// Called when the reader has taken the bytes of a body that was full.
    private let wasDrained: @Sendable () -> Void

    init(wasDrained: @escaping @Sendable () -> Void) {
        state = Mutex(State())
        self.wasDrained = wasDrained
    }

    /// A complete body.
    package init(_ bytes: ByteBuffer) {
        state = Mutex(State(waiting: bytes, end: .complete))
        wasDrained = {}
    }

    /// The body of a request without one.
    static let empty = FramedBody(ByteBuffer())

    // MARK: The event loop

    /// - Returns: whether the connection may read more.
    func append(_ bytes: ByteBuffer) -> Bool {
        let (reader, mayReadMore) = state.withLock { state in
            guard !state.isDiscarded, state.end == nil else {
                return (CheckedContinuation<ByteBuffer?, any Error>?.none, true)
            }
            if let reader = state.reader.take() { return (reader, true) }
            if state.waiting.readableBytes == 0 {
                state.waiting = bytes
            } else {
                state.waiting.writeImmutableBuffer(bytes)
            }
            return (nil, state.waiting.readableBytes < Self.maximumWaitingBytes)
        }
        reader?.resume(returning: bytes)
        return mayReadMore
    }

    func complete() { finish(.complete) }

    func fail(_ error: any Error) { finish(.failed(error)) }

    private func finish(_ end: End) {
        let reader = state.withLock { state in
            guard state.end == nil else { return CheckedContinuation<ByteBuffer?, any Error>?.none }
            state.end = end
            return state.reader.take()
        }
        switch end {
        case .complete: reader?.resume(returning: nil)
        case .failed(let error): reader?.resume(throwing: error)
        }
    }

    /// Drops what has arrived and what still arrives.
    func discard() {
        state.withLock { state in
            state.isDiscarded = true
            state.waiting = ByteBuffer()
        }
    }

    // MARK: The reader

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let body: FramedBody

        package mutating func next() async throws -> ByteBuffer? { try await body.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }

    private func next() async throws -> ByteBuffer? {
        if let arrived = try take() { return arrived.readableBytes > 0 ? arrived : nil }
        return try await withCheckedThrowingContinuation { reader in
            let arrived = state.withLock { state -> Result<ByteBuffer?, any Error>? in
                if state.waiting.readableBytes > 0 { return .success(state.takeWaiting()) }
                switch state.end {
                case .complete: return .success(nil)
                case .failed(let error): return .failure(error)
                case nil:
                    state.reader = reader
                    return nil
                }
            }
            if case .success(let bytes?) = arrived { reportDrained(bytes) }
            if let arrived { reader.resume(with: arrived) }
        }
    }

    /// - Returns: the bytes that have arrived, none at the end; `nil` if the reader must wait.
    private func take() throws -> ByteBuffer? {
        let (bytes, end) = state.withLock { ($0.takeWaiting(), $0.end) }
        if bytes.readableBytes > 0 {
            reportDrained(bytes)
            return bytes
        }
        switch end {
        case .complete: return bytes
        case .failed(let error): throw error
        case nil: return nil
        }
    }

    private func reportDrained(_ taken: ByteBuffer) {
        if taken.readableBytes >= Self.maximumWaitingBytes { wasDrained() }
    }
}
