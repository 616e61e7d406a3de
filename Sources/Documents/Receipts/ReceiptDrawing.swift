import PagoPA

extension ReceiptContent {
    private static let gap = 14.0

    func draw(on sheet: Sheet) throws {
        let image = try logo.map(sheet.image)
        let code = try verificationURL.map(Barcode.qr)
        let head = Head(name: creditorName, lines: creditorLines, system: system, logo: logo)
        sheet.tagged("Document") {
            head.draw(on: sheet, image: image)
            drawEssentials(on: sheet)
            for section in sections { draw(section, on: sheet) }
            drawFoot(code, on: sheet)
        }
    }

    private func drawEssentials(on sheet: Sheet) {
        sheet.write(title, .title, as: "H1", isFixed: true)
        if let version { sheet.write(version, .small, as: "P", isFixed: true) }
        sheet.skip(6)
        sheet.write(amount, .amount, as: "P")
        sheet.write(state, .subject, as: "P")
        sheet.skip(3)
        sheet.write(summary, .value, as: "P")
    }

    private static let codeSide = 58.0

    /// The creditor's sentence, and how to check the document.
    private func drawFoot(_ code: Barcode?, on sheet: Sheet) {
        sheet.skip(10)
        let sentence = sentence.map { sheet.lines(of: $0, .value, width: Sheet.textWidth) } ?? []
        let height =
            Double(sentence.count) * Sheet.Style.value.lineHeight + 8
            + (code == nil ? 2 * Sheet.Style.small.lineHeight : Self.codeSide)
        if !sheet.hasRoom(for: height) { sheet.turnPage() }
        if !sentence.isEmpty {
            let top = sheet.y
            sheet.tagged("P", language: sentenceLanguage?.tag) {
                sheet.draw(sentence, .value, x: Sheet.margin, top: top)
            }
            sheet.skip(Double(sentence.count) * Sheet.Style.value.lineHeight + 6)
        }
        guard let code, let verificationURL else {
            sheet.write(footer, .small, as: "P")
            return
        }
        let words = Wording<ReceiptText>(language)
        let top = sheet.y
        sheet.draw(
            code, x: Sheet.margin, top: top + 2, side: Self.codeSide,
            alternativeText: words[.verificationCode, ["url": verificationURL]])
        let x = Sheet.margin + Self.codeSide + 14
        let width = Sheet.margin + Sheet.textWidth - x
        var y = top
        y += sheet.write(words[.verification], .heading, as: "H2", x: x, top: y, width: width, isFixed: true) + 1
        y += sheet.write(words[.verificationHow], .small, as: "P", x: x, top: y, width: width, isFixed: true)
        y += sheet.write(verificationURL, .small, as: "P", x: x, top: y, width: width) + 2
        y += sheet.write(footer, .small, as: "P", x: x, top: y, width: width)
        sheet.skip(max(y, top + Self.codeSide + 2) - top)
    }

    /// How the rows of a section are set.
    private struct RowLayout {
        let label: Sheet.Style
        let value: Sheet.Style
        let labelWidth: Double
        let padding: Double

        /// The values of all sections stand below each other.
        private static let labelWidth = 200.0
        static let large = RowLayout(label: .label, value: .value, labelWidth: labelWidth, padding: 1.8)
        static let compact = RowLayout(label: .small, value: .code, labelWidth: labelWidth, padding: 1.1)
        /// The 64 digits of a hash stay on one line.
        static let longCode = RowLayout(label: .small, value: .longCode, labelWidth: labelWidth, padding: 1.1)

        /// From the top of the label to that of the value beside it, so that both have one baseline.
        var drop: Double { 0.93 * (value.font.size - label.font.size) }
    }

    private struct LaidOutRow {
        let layout: RowLayout
        let label: [TextLine]
        let text: [TextLine]

        var height: Double {
            max(Double(label.count) * layout.label.lineHeight, Double(text.count) * layout.value.lineHeight)
                + 2 * layout.padding
        }
    }

    private func laidOut(_ row: Row, _ layout: RowLayout, on sheet: Sheet) -> LaidOutRow {
        let layout = row.isLongCode ? .longCode : layout
        return LaidOutRow(
            layout: layout,
            label: sheet.lines(of: row.label, layout.label, width: layout.labelWidth, isFixed: row.hasOwnLabel),
            text: sheet.lines(
                of: row.text, layout.value, width: Sheet.textWidth - layout.labelWidth - Self.gap))
    }

    private func draw(_ section: Section, on sheet: Sheet) {
        sheet.skip(9)
        let layout: RowLayout = section.isCompact ? .compact : .large
        let laidOutRows = section.rows.map { laidOut($0, layout, on: sheet) }
        if !sheet.hasRoom(for: Sheet.Style.heading.lineHeight + (laidOutRows.first?.height ?? 0) + 8) {
            sheet.turnPage()
        }
        sheet.write(section.heading, .heading, as: "H2", isFixed: true)
        sheet.skip(3)
        var rows = laidOutRows[...]
        while !rows.isEmpty {
            let top = sheet.y
            // A table ends with its page, because Cairo 1.16 supports no structure element over several pages.
            sheet.tagged("Table") {
                while let row = rows.first {
                    guard sheet.y <= top || sheet.hasRoom(for: row.height) else { return }
                    draw(row, on: sheet)
                    rows = rows.dropFirst()
                }
            }
            if !rows.isEmpty {
                sheet.turnPage()
                sheet.repeatHeading(section.heading)
            }
        }
    }

    private func draw(_ row: LaidOutRow, on sheet: Sheet) {
        sheet.rule(grey: 0.85)
        let top = sheet.y + row.layout.padding
        sheet.tagged("TR") {
            sheet.tagged("TH") {
                sheet.draw(row.label, row.layout.label, x: Sheet.margin, top: top + row.layout.drop)
            }
            sheet.tagged("TD") {
                sheet.draw(
                    row.text, row.layout.value, x: Sheet.margin + row.layout.labelWidth + Self.gap, top: top)
            }
        }
        sheet.skip(row.height)
    }
}

extension Instant {
    /// For PDF and XMP dates, which know no fractions here.
    var wholeSeconds: String { Instant(microseconds: unixSeconds * 1_000_000).rfc3339 }
}
