import PagoPA
import Text

extension NoticeContent {
    private static let gap = 18.0
    private static let columnWidth = (Sheet.textWidth - gap) / 2
    private static let rightX = Sheet.margin + columnWidth + gap
    /// 25 mm, as AgID demands for the QR code.
    private static let codeSide = 25 / 25.4 * 72
    private static let codeGap = 22.0

    func draw(on sheet: Sheet) throws {
        // Made before the structure begins, because a tag's body cannot throw.
        let parts = try notices.map { notice in
            Part(
                notice: notice, qr: try Barcode.qr(notice.qrText),
                dataMatrix: try notice.dataMatrixText.map(Barcode.dataMatrix))
        }
        let image = try notice.logo.map(sheet.image)
        let head = Head(
            name: creditorName, lines: [notice.creditor.addressLine].compactMap(\.self), system: "pagoPA",
            logo: notice.logo)
        sheet.tagged("Document") {
            head.draw(on: sheet, image: image)
            drawTitle(on: sheet)
            drawPeople(on: sheet)
            drawAmounts(on: sheet)
            for part in parts {
                drawBanks(part, on: sheet)
                if let dataMatrix = part.dataMatrix { drawPost(dataMatrix, of: part.notice, on: sheet) }
            }
        }
    }

    /// What is drawn for one installment.
    private struct Part {
        let notice: PaymentNotice
        let qr: Barcode
        let dataMatrix: Barcode?
    }

    /// A column of text from `y` downwards.
    private struct Column {
        let sheet: Sheet
        let x: Double
        var y: Double
        let width: Double
        /// Whether the text is only measured.
        var isDry = false

        /// - Parameter isFixed: whether the text is our own wording; by default a text in a second language is.
        mutating func write(
            _ text: String, _ style: Sheet.Style, as tag: String = "P", language: Language? = nil,
            isFixed: Bool? = nil
        ) {
            let isFixed = isFixed ?? (language != nil)
            guard !isDry else {
                let lines = sheet.lines(of: text, style, width: width, isFixed: isFixed)
                y += Double(lines.count) * style.lineHeight
                return
            }
            y += sheet.write(
                text, style, as: tag, x: x, top: y, width: width, language: language?.tag, isFixed: isFixed)
        }

        mutating func skip(_ points: Double) { y += points }
    }

    /// Our own wording: Italian, and the second language below it.
    private func write(
        _ key: NoticeText, _ facts: [String: String] = [:], _ style: Sheet.Style, as tag: String = "P",
        to column: inout Column
    ) {
        column.write(Wording<NoticeText>(.it)[key, facts], style, as: tag)
        if let second { column.write(Wording<NoticeText>(second)[key, facts], .small, language: second) }
    }

    private func fact(_ key: NoticeText, _ text: String, _ style: Sheet.Style = .value, to column: inout Column) {
        let label = languages.map { key.text(in: $0) }.joined(separator: " · ")
        column.write(label, .label)
        column.write(text, style)
        column.skip(3)
    }

    private func columns(on sheet: Sheet) -> (Column, Column) {
        (
            Column(sheet: sheet, x: Sheet.margin, y: sheet.y, width: Self.columnWidth),
            Column(sheet: sheet, x: Self.rightX, y: sheet.y, width: Self.columnWidth)
        )
    }

    private func drawTitle(on sheet: Sheet) {
        var column = Column(sheet: sheet, x: Sheet.margin, y: sheet.y, width: Sheet.textWidth)
        write(.title, [:], .title, as: "H1", to: &column)
        sheet.skip(column.y - sheet.y + 4)
        sheet.write(notice.position.description, .subject, as: "P")
        sheet.skip(10)
    }

    private func drawPeople(on sheet: Sheet) {
        sheet.rule(grey: 0.6)
        sheet.skip(8)
        var (left, right) = columns(on: sheet)
        write(.creditor, [:], .heading, as: "H2", to: &left)
        left.write(creditorName, .strong)
        fact(.taxCode, notice.creditor.taxCode.value, to: &left)
        if let contacts { write(.contacts, ["ways": contacts], .label, to: &left) }
        write(.recipient, [:], .heading, as: "H2", to: &right)
        for (number, line) in recipientLines.enumerated() { right.write(line, number == 0 ? .strong : .value) }
        if let recipientTaxCode { fact(.taxCode, recipientTaxCode, to: &right) }
        sheet.skip(max(left.y, right.y) - sheet.y + 10)
    }

    private func drawAmounts(on sheet: Sheet) {
        sheet.rule(grey: 0.6)
        sheet.skip(8)
        var (left, right) = columns(on: sheet)
        write(.amounts, [:], .heading, as: "H2", to: &left)
        // A sum of many installments may be too wide for large letters.
        let isWide = sheet.lines(of: amount, .amount, width: Self.columnWidth).count > 1
        left.write(amount, isWide ? .subject : .amount)
        if notices.count == 1 {
            writeDueDate(of: notice, to: &left)
            writeInstallment(notice, to: &left)
        } else {
            write(.total, ["count": String(notices.count)], .strong, to: &left)
        }
        left.skip(4)
        write(.mayChange, [:], .label, to: &left)
        write(.channels, [:], .heading, as: "H2", to: &right)
        write(.channelsText, [:], .value, to: &right)
        sheet.skip(max(left.y, right.y) - sheet.y + 14)
        if notices.count > 1 { drawInstallments(on: sheet) }
    }

    /// All installments of the notice with amount and due date, as a table; their parts follow.
    private func drawInstallments(on sheet: Sheet) {
        var rest = notices[...]
        if !sheet.hasRoom(for: headHeight + Self.rowHeight) { sheet.turnPage() }
        while !rest.isEmpty {
            sheet.tagged("Table") {
                drawInstallmentHeads(on: sheet)
                let top = sheet.y
                while let notice = rest.first {
                    guard sheet.y <= top || sheet.hasRoom(for: Self.rowHeight) else { return }
                    draw(notice, asRowOn: sheet)
                    rest = rest.dropFirst()
                }
            }
            if !rest.isEmpty { sheet.turnPage() }
        }
        sheet.skip(12)
    }

    private static let rowHeight = Sheet.Style.value.lineHeight + 5

    /// The columns of the table: where each begins, and its width.
    private static let installmentColumns = [(0.0, 110.0), (118, 80), (206, 120), (334, 160)]

    private var languages: [Language] { [.it] + (second.map { [$0] } ?? []) }
    private var headHeight: Double { Double(languages.count) * Sheet.Style.label.lineHeight + 3 }

    /// The heads of the columns, in both languages.
    private func drawInstallmentHeads(on sheet: Sheet) {
        let heads = [
            ReceiptText.installment.texts, ReceiptText.dueDate.texts, NoticeText.amount.texts, NoticeText.notice.texts,
        ]
        let top = sheet.y
        sheet.tagged("TR") {
            for (head, column) in zip(heads, Self.installmentColumns) {
                let lines = languages.flatMap { language in
                    sheet.lines(of: head[language], .label, width: column.1, isFixed: true)
                }
                sheet.tagged("TH", headsColumn: true) {
                    sheet.draw(lines, .label, x: Sheet.margin + column.0, top: top)
                }
            }
        }
        sheet.skip(headHeight)
    }

    private func draw(_ notice: PaymentNotice, asRowOn sheet: Sheet) {
        sheet.rule(grey: 0.85)
        let top = sheet.y + 2.5
        let cells: [(text: String, style: Sheet.Style, tag: String)] = [
            (installment(of: notice, in: .it), .value, "TH"), (notice.installment.dueDate.italian, .value, "TD"),
            (money(notice), .strong, "TD"), (notice.installment.noticeNumber.grouped.onOneLine, .value, "TD"),
        ]
        sheet.tagged("TR") {
            for (cell, column) in zip(cells, Self.installmentColumns) {
                let lines = sheet.lines(of: cell.text, cell.style, width: column.1)
                sheet.tagged(cell.tag) { sheet.draw(lines, cell.style, x: Sheet.margin + column.0, top: top) }
            }
        }
        sheet.skip(Self.rowHeight)
    }

    /// Each language writes days in its own way.
    private func writeDueDate(of notice: PaymentNotice, to column: inout Column) {
        func text(in language: Language) -> String {
            let day = LocalFormats(language).day(notice.installment.dueDate)
            return Wording<NoticeText>(language)[.due, ["day": day]]
        }
        column.write(text(in: .it), .strong)
        // The text is not laid out once for all notices, because most have other days.
        if let second { column.write(text(in: second), .small, language: second, isFixed: false) }
    }

    private func writeInstallment(_ notice: PaymentNotice, to column: inout Column) {
        column.write(installment(of: notice, in: .it), .strong)
        if let second { column.write(installment(of: notice, in: second), .small, language: second) }
    }

    /// A part with its heading, on a new page if it has no room: a code, two columns of facts beside it, and how to use it.
    private func drawPart(
        _ heading: NoticeText, _ code: Barcode, alternativeText: String, how: NoticeText, on sheet: Sheet,
        facts: (_ left: inout Column, _ right: inout Column) -> Void
    ) {
        func factsHeight(isDry: Bool) -> Double {
            var (left, right) = factColumns(on: sheet, isDry: isDry)
            facts(&left, &right)
            return max(left.y, right.y, sheet.y + Self.codeSide) - sheet.y + 4
        }
        func blockHeight(_ key: NoticeText, _ style: Sheet.Style, as tag: String, top: Double, isDry: Bool) -> Double {
            var column = Column(sheet: sheet, x: Sheet.margin, y: sheet.y + top, width: Sheet.textWidth, isDry: isDry)
            write(key, [:], style, as: tag, to: &column)
            return column.y - sheet.y
        }
        let bar = blockHeight(heading, .heading, as: "H2", top: 2, isDry: true) + 2
        let body = factsHeight(isDry: true) + blockHeight(how, .label, as: "P", top: 0, isDry: true)
        if !sheet.hasRoom(for: bar + 10 + body) { sheet.turnPage() }
        sheet.fill(x: Sheet.margin - 6, top: sheet.y, width: Sheet.textWidth + 12, height: bar, color: .panel)
        sheet.skip(blockHeight(heading, .heading, as: "H2", top: 2, isDry: false) + 12)
        sheet.draw(code, x: Sheet.margin, top: sheet.y, side: Self.codeSide, alternativeText: alternativeText)
        sheet.skip(factsHeight(isDry: false))
        sheet.skip(blockHeight(how, .label, as: "P", top: 0, isDry: false) + 12)
    }

    /// The two columns of facts beside a code.
    private func factColumns(on sheet: Sheet, isDry: Bool) -> (Column, Column) {
        let x = Sheet.margin + Self.codeSide + Self.codeGap
        let width = (Sheet.width - Sheet.margin - x - Self.gap) / 2
        return (
            Column(sheet: sheet, x: x, y: sheet.y, width: width, isDry: isDry),
            Column(sheet: sheet, x: x + width + Self.gap, y: sheet.y, width: width, isDry: isDry)
        )
    }

    private func drawBanks(_ part: Part, on sheet: Sheet) {
        let notice = part.notice
        let facts = [
            "notice": notice.installment.noticeNumber.grouped, "creditor": notice.creditor.taxCode.value,
            "amount": money(notice),
        ]
        drawPart(
            .banks, part.qr, alternativeText: Wording<NoticeText>(.it)[.qrCode, facts],
            how: notice.creditor.cbillCode == nil ? .banksText : .banksWithCBILL, on: sheet
        ) { left, right in
            writeParties(to: &left)
            right.write(money(notice), .subject)
            writeDueDate(of: notice, to: &right)
            writeInstallment(notice, to: &right)
            right.skip(3)
            if let cbill = notice.creditor.cbillCode { fact(.cbill, cbill, .strong, to: &right) }
            writeCodes(of: notice, to: &right)
        }
    }

    private func writeParties(to column: inout Column) {
        if let name = recipientLines.first { fact(.recipient, name, to: &column) }
        fact(.creditor, creditorName, to: &column)
        fact(.subject, notice.position.description, to: &column)
    }

    private func writeCodes(of notice: PaymentNotice, to column: inout Column) {
        fact(.notice, notice.installment.noticeNumber.grouped.onOneLine, .strong, to: &column)
        fact(.taxCode, notice.creditor.taxCode.value, to: &column)
    }

    private func drawPost(_ dataMatrix: Barcode, of notice: PaymentNotice, on sheet: Sheet) {
        drawPart(
            .post, dataMatrix, alternativeText: NoticeText.dataMatrix.text(in: .it), how: .postText, on: sheet
        ) { left, right in
            fact(.holder, creditorName, to: &left)
            if let name = recipientLines.first { fact(.recipient, name, to: &left) }
            fact(.subject, notice.position.description, to: &left)
            right.write(money(notice), .subject)
            writeDueDate(of: notice, to: &right)
            right.skip(3)
            if let account = notice.postalAccount { fact(.account, account, .strong, to: &right) }
            writeCodes(of: notice, to: &right)
            fact(.slipType, "P1", to: &right)
        }
    }
}
