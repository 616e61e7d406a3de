import PagoPA

extension ReceiptContent {
    private static let brand = Sheet.Style(size: 9, weight: .bold, grey: 0.35)
    private static let title = Sheet.Style(size: 20, weight: .bold, grey: 0.05)
    private static let heading = Sheet.Style(size: 11, weight: .bold, grey: 0.05)
    private static let label = Sheet.Style(size: 9, weight: .regular, grey: 0.3)
    private static let value = Sheet.Style(size: 9.5, weight: .regular, grey: 0.05)
    private static let small = Sheet.Style(size: 8, weight: .regular, grey: 0.3)
    private static let labelWidth = 190.0
    private static let gap = 14.0
    private static let rowPadding = 3.0

    func drawn(with typeface: Typeface) throws -> DrawnPDF {
        let sheet = try Sheet(
            typeface: typeface, title: title, author: creditorName, createdAt: createdAt.wholeSeconds)
        sheet.tagged("Document") {
            if let system { sheet.write(system, Self.brand, as: "P", isFixed: true) }
            sheet.write(creditorName, Self.heading, as: "P")
            sheet.skip(10)
            sheet.write(title, Self.title, as: "H1", isFixed: true)
            sheet.skip(6)
            sheet.write(summary, Self.value, as: "P")
            for section in sections { draw(section, on: sheet) }
            sheet.skip(16)
            if !sheet.hasRoom(for: 3 * Self.small.lineHeight) { sheet.turnPage() }
            sheet.write(footer, Self.small, as: "P")
        }
        return try sheet.finish()
    }

    private struct LaidOutRow {
        let label: [TextLine]
        let text: [TextLine]

        var height: Double {
            max(
                Double(label.count) * ReceiptContent.label.lineHeight,
                Double(text.count) * ReceiptContent.value.lineHeight) + 2 * ReceiptContent.rowPadding
        }
    }

    private func laidOut(_ row: Row, on sheet: Sheet) -> LaidOutRow {
        let valueWidth = Sheet.width - 2 * Sheet.margin - Self.labelWidth - Self.gap
        return LaidOutRow(
            label: sheet.lines(of: row.label, Self.label, width: Self.labelWidth, isFixed: true),
            text: sheet.lines(of: row.text, Self.value, width: valueWidth))
    }

    private func draw(_ section: Section, on sheet: Sheet) {
        sheet.skip(14)
        let laidOutRows = section.rows.map { laidOut($0, on: sheet) }
        if !sheet.hasRoom(for: Self.heading.lineHeight + (laidOutRows.first?.height ?? 0) + 8) { sheet.turnPage() }
        sheet.write(section.heading, Self.heading, as: "H2", isFixed: true)
        sheet.skip(3)
        var rows = laidOutRows[...]
        while !rows.isEmpty {
            // A table ends with its page, because Cairo 1.16 supports no structure element over several pages.
            sheet.tagged("Table") {
                while let row = rows.first {
                    guard sheet.y <= Sheet.margin || sheet.hasRoom(for: row.height) else { return }
                    draw(row, on: sheet)
                    rows = rows.dropFirst()
                }
            }
            if !rows.isEmpty { sheet.turnPage() }
        }
    }

    private func draw(_ row: LaidOutRow, on sheet: Sheet) {
        sheet.rule(grey: 0.8)
        let top = sheet.y + Self.rowPadding
        sheet.tagged("TR") {
            sheet.tagged("TH") { sheet.draw(row.label, Self.label, x: Sheet.margin, top: top) }
            sheet.tagged("TD") {
                sheet.draw(row.text, Self.value, x: Sheet.margin + Self.labelWidth + Self.gap, top: top)
            }
        }
        sheet.skip(row.height)
    }
}

extension Instant {
    /// For PDF and XMP dates, which know no fractions here.
    var wholeSeconds: String { Instant(microseconds: unixSeconds * 1_000_000).rfc3339 }
}
