import Synchronization

/// Draws receipts as PDF/UA-1 and PDF/A-2a: tagged, with embedded fonts, the same bytes for the same content.
package final class ReceiptPDF: Sendable {
    private let renderers: [Renderer]
    private let next = Atomic<UInt>(0)

    /// - Parameter fontDirectory: the folder with DejaVuSans.ttf and DejaVuSans-Bold.ttf.
    /// - Throws: ``DocumentFailure`` when a font is missing.
    package init(fontDirectory: String = "/usr/share/fonts/truetype/dejavu", renderers count: Int = 2) throws {
        renderers = try (0..<max(1, count)).map { _ in try Renderer(fontDirectory: fontDirectory) }
    }

    /// - Throws: ``DocumentFailure``.
    package func draw(_ content: ReceiptContent) async throws -> [UInt8] {
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return try await renderers[Int(turn % UInt(renderers.count))].draw(content)
    }
}

/// Keeps one font map, which Pango lets only one caller use at a time.
private actor Renderer {
    private let typeface: Typeface

    init(fontDirectory: String) throws {
        typeface = try Typeface(directory: fontDirectory)
    }

    func draw(_ content: ReceiptContent) throws -> [UInt8] {
        try Conformance.applied(to: content.drawn(with: typeface), of: content)
    }
}
