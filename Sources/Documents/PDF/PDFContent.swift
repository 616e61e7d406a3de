import PagoPA

/// A document that can be drawn as PDF/UA-1 and PDF/A-2a.
protocol PDFContent: Sendable {
    var language: Language { get }
    var title: String { get }
    /// The author of the document.
    var creditorName: String { get }
    var createdAt: Instant { get }

    /// The line above every page but the first.
    var runningHead: String { get }

    func draw(on sheet: Sheet) throws
}

extension PDFContent {
    /// As Cairo draws it: complete to the eye, not yet PDF/UA. A document of several pages is drawn twice, because each page says
    /// how many there are.
    func drawn(with typeface: Typeface) throws -> DrawnPDF {
        func sheet(pageCount: Int) throws -> Sheet {
            let sheet = try Sheet(
                typeface: typeface, title: title, author: creditorName, createdAt: createdAt.wholeSeconds,
                runningHead: runningHead, pageCount: pageCount)
            try draw(on: sheet)
            return sheet
        }
        let first = try sheet(pageCount: 1)
        if first.page == 1 { return try first.finish() }
        return try sheet(pageCount: first.page).finish()
    }
}

/// Cairo's PDF, and what it could not say.
struct DrawnPDF {
    let bytes: [UInt8]
    let annotations: [Sheet.Annotation]
    /// The number of elements in the document's structure.
    let elementCount: Int
}
