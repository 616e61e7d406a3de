import Workers

/// Draws receipts as PDF/UA-1 and PDF/A-2a: tagged, with embedded fonts, the same bytes for the same content. On threads of its
/// own: a page takes tens of milliseconds, and Pango lets only one thread use a font map at a time.
package final class ReceiptPDF: Sendable {
    package static let threads = 2
    package static let maximumWaiting = 64
    package static let maximumWaitingPerCreditor = 24
    /// Waiting and drawing.
    package static let deadlineSeconds = 10

    private let workers: Workers<Result<Typeface, any Error>>

    /// - Parameter fontDirectory: the folder with the folders dejavu, noto and droid; see ``FontFiles``.
    /// - Throws: ``DocumentFailure`` when a font is missing.
    package init(fontDirectory: String = "/usr/share/fonts/truetype", threads: Int = ReceiptPDF.threads) throws {
        _ = try Typeface(directory: fontDirectory)
        workers = Workers(
            name: "pdf", threads: threads,
            limits: QueueLimits(
                waiting: Self.maximumWaiting, waitingPerKey: Self.maximumWaitingPerCreditor, runningPerKey: threads)
        ) { Result { try Typeface(directory: fontDirectory) } }
    }

    package func stop() { workers.stop() }

    /// The queue alternates between creditors.
    /// - Throws: ``DocumentFailure``; `.busy` when too many documents wait or this one was not drawn in time.
    package func draw(_ content: ReceiptContent) async throws -> [UInt8] {
        let drawn: Result<[UInt8], any Error>
        do {
            drawn = try await workers.run(
                for: content.creditorName, until: .now + .seconds(Self.deadlineSeconds)
            ) { typeface in
                Result { try Conformance.applied(to: content.drawn(with: typeface.get()), of: content) }
            }
        } catch { throw DocumentFailure.busy }
        return try drawn.get()
    }
}
