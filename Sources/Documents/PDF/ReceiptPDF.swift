import PagoPA
import Workers

/// Draws receipts and payment notices as PDF/UA-1 and PDF/A-2a: tagged, with embedded fonts, the same bytes for the same content. On threads of its
/// own: a page takes milliseconds. One thread draws at a time (``Typefaces``), while another completes its document.
package final class ReceiptPDF: Sendable {
    package static let threads = 2
    package static let maximumWaiting = 64
    package static let maximumWaitingPerCreditor = 24
    package static let maximumWaitingLogos = 8
    /// Waiting and drawing.
    package static let deadlineSeconds = 10

    private let fontDirectory: String
    private let painter: SVGPainter
    private let workers: Workers<Void>
    /// Waits for the processes that draw SVGs, so that documents do not.
    private let logoWorkers: Workers<Void>

    /// - Parameters:
    ///   - fontDirectory: the folder with the folders dejavu, noto and droid; see ``FontFiles``.
    ///   - painter: draws SVGs.
    /// - Throws: ``DocumentFailure`` when a font is missing.
    package init(
        fontDirectory: String = "/usr/share/fonts/truetype", painter: SVGPainter = SVGPainter(),
        threads: Int = ReceiptPDF.threads
    ) throws {
        try Typefaces.withTypeface(from: fontDirectory) { _ in }
        self.fontDirectory = fontDirectory
        self.painter = painter
        workers = Workers(
            name: "pdf", threads: threads,
            limits: QueueLimits(
                waiting: Self.maximumWaiting, waitingPerKey: Self.maximumWaitingPerCreditor, runningPerKey: threads)
        ) {}
        logoWorkers = Workers(
            name: "logo", threads: 1,
            limits: QueueLimits(
                waiting: Self.maximumWaitingLogos, waitingPerKey: Self.maximumWaitingLogos, runningPerKey: 1)
        ) {}
    }

    package func stop() {
        workers.stop()
        logoWorkers.stop()
    }

    /// The queue alternates between creditors.
    /// - Throws: ``DocumentFailure``; `.busy` when too many documents wait or this one was not drawn in time.
    package func draw(_ receipt: ReceiptContent) async throws -> [UInt8] { try await drawDocument(receipt) }

    /// - Throws: like `draw(_:)` of a receipt.
    package func draw(_ notice: NoticeContent) async throws -> [UInt8] { try await drawDocument(notice) }

    /// Decodes or draws a logo, and encodes it again.
    /// - Parameter sender: whose turn it is in the queue.
    /// - Throws: ``LogoFault``; ``DocumentFailure``, like `draw(_:)`.
    package func decode(logo file: LogoFile, of sender: String = "logos") async throws -> LogoImage {
        let decoded: Result<LogoImage, any Error>
        do {
            decoded = try await logoWorkers.run(for: sender, until: .now + .seconds(Self.deadlineSeconds)) {
                [painter] in
                Result {
                    switch file {
                    case .png(let bytes): try LogoImage.decoded(png: bytes)
                    case .svg(let bytes): try LogoImage.decoded(svg: bytes, by: painter)
                    }
                }
            }
        } catch { throw DocumentFailure.busy }
        return try decoded.get()
    }

    private func drawDocument(_ content: some PDFContent) async throws -> [UInt8] {
        let drawn: Result<[UInt8], any Error>
        do {
            drawn = try await workers.run(
                for: content.creditorName, until: .now + .seconds(Self.deadlineSeconds)
            ) { [fontDirectory] in
                Result {
                    let drawn = try Typefaces.withTypeface(from: fontDirectory) { try content.drawn(with: $0) }
                    return try Conformance.applied(to: drawn, of: content)
                }
            }
        } catch { throw DocumentFailure.busy }
        return try drawn.get()
    }
}
