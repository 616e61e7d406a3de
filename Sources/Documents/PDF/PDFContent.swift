import PagoPA

/// A document that can be drawn as PDF/UA-1 and PDF/A-2a.
protocol PDFContent: Sendable {
    var language: Language { get }
    var title: String { get }
    /// The author of the document.
    var creditorName: String { get }
    var createdAt: Instant { get }

    /// As Cairo draws it: complete to the eye, not yet PDF/UA.
    func drawn(with typeface: Typeface) throws -> DrawnPDF
}

/// Cairo's PDF, and what it could not say.
struct DrawnPDF {
    let bytes: [UInt8]
    let annotations: [Sheet.Annotation]
    /// The number of elements in the document's structure.
    let elementCount: Int
}
