import PagoPA

extension NoticeContent {
    private static let title = Sheet.Style(size: 20, weight: .bold, grey: 0.05)
    private static let brand = Sheet.Style(size: 12, weight: .bold, grey: 0.35)
    private static let subject = Sheet.Style(size: 12, weight: .bold, grey: 0.05)
    private static let heading = Sheet.Style(size: 10.5, weight: .bold, grey: 0.05)
    private static let large = Sheet.Style(size: 20, weight: .bold, grey: 0.05)
    private static let value = Sheet.Style(size: 9.5, weight: .regular, grey: 0.05)
    private static let strong = Sheet.Style(size: 9.5, weight: .bold, grey: 0.05)
    private static let label = Sheet.Style(size: 8, weight: .regular, grey: 0.3)
    /// The second language.
    private static let beside = Sheet.Style(size: 8, weight: .regular, grey: 0.3)
    private static let brandWidth = 52.0
    private static let gap = 18.0
    private static let columnWidth = (Sheet.width - 2 * Sheet.margin - gap) / 2
    private static let rightX = Sheet.margin + columnWidth + gap
    /// 25 mm, as AgID demands for the QR code.
    private static let codeSide = 25 / 25.4 * 72
    private static let codeGap = 22.0

    func drawn(with typeface: Typeface) throws -> DrawnPDF {
        let qr = try Barcode.qr(notice.qrText)
        let dataMatrix = try notice.dataMatrixText.map(Barcode.dataMatrix)
        let sheet = try Sheet(
            typeface: typeface, title: title, author: creditorName, createdAt: createdAt.wholeSeconds)
        sheet.tagged("Document") {
            drawHead(on: sheet)
            drawPeople(on: sheet)
            drawAmounts(on: sheet)
            drawBanks(qr, on: sheet)
            if let dataMatrix { drawPost(dataMatrix, on: sheet) }
        }
        return try sheet.finish()
    }

    /// A column of text from `y` downwards.
    private struct Column {
        let sheet: Sheet
        let x: Double
        var y: Double
        let width: Double

        mutating func write(_ text: String, _ style: Sheet.Style, as tag: String = "P", language: Language? = nil) {
            y += sheet.write(
                text, style, as: tag, x: x, top: y, width: width, language: language?.tag, isFixed: language != nil)
        }

        mutating func skip(_ points: Double) { y += points }
    }

    /// Our own wording: Italian, and the second language below it.
    private func write(
        _ key: NoticeText, _ facts: [String: String] = [:], _ style: Sheet.Style, as tag: String = "P",
        to column: inout Column
    ) {
        column.write(Wording<NoticeText>(.it)[key, facts], style, as: tag)
        if let second { column.write(Wording<NoticeText>(second)[key, facts], Self.beside, language: second) }
    }

    private func fact(_ key: NoticeText, _ text: String, _ style: Sheet.Style = Self.value, to column: inout Column) {
        let label = ([.it] + (second.map { [$0] } ?? [])).map { key.text(in: $0) }.joined(separator: " · ")
        column.write(label, Self.label)
        column.write(text, style)
        column.skip(3)
    }

    private func columns(on sheet: Sheet) -> (Column, Column) {
        (
            Column(sheet: sheet, x: Sheet.margin, y: sheet.y, width: Self.columnWidth),
            Column(sheet: sheet, x: Self.rightX, y: sheet.y, width: Self.columnWidth)
        )
    }

    private func drawHead(on sheet: Sheet) {
        let width = Sheet.width - 2 * Sheet.margin
        var left = Column(sheet: sheet, x: Sheet.margin, y: sheet.y, width: width - Self.brandWidth)
        var right = Column(
            sheet: sheet, x: Sheet.margin + width - Self.brandWidth, y: sheet.y + 8, width: Self.brandWidth)
        write(.title, [:], Self.title, as: "H1", to: &left)
        right.write("pagoPA", Self.brand)
        sheet.skip(max(left.y, right.y) - sheet.y + 4)
        sheet.write(notice.position.description, Self.subject, as: "P")
        sheet.skip(10)
    }

    private func drawPeople(on sheet: Sheet) {
        sheet.rule(grey: 0.6)
        sheet.skip(8)
        var (left, right) = columns(on: sheet)
        write(.creditor, [:], Self.heading, as: "H2", to: &left)
        left.write(creditorName, Self.strong)
        fact(.taxCode, notice.creditor.taxCode.value, to: &left)
        if let contacts { write(.contacts, ["ways": contacts], Self.label, to: &left) }
        write(.recipient, [:], Self.heading, as: "H2", to: &right)
        for (number, line) in recipientLines.enumerated() { right.write(line, number == 0 ? Self.strong : Self.value) }
        if let recipientTaxCode { fact(.taxCode, recipientTaxCode, to: &right) }
        sheet.skip(max(left.y, right.y) - sheet.y + 10)
    }

    private func drawAmounts(on sheet: Sheet) {
        sheet.rule(grey: 0.6)
        sheet.skip(8)
        var (left, right) = columns(on: sheet)
        write(.amounts, [:], Self.heading, as: "H2", to: &left)
        left.write(amount, Self.large)
        write(.due, ["day": notice.installment.dueDate.italian], Self.strong, to: &left)
        writeInstallment(to: &left)
        left.skip(4)
        write(.mayChange, [:], Self.label, to: &left)
        write(.channels, [:], Self.heading, as: "H2", to: &right)
        write(.channelsText, [:], Self.value, to: &right)
        sheet.skip(max(left.y, right.y) - sheet.y + 14)
    }

    private func writeInstallment(to column: inout Column) {
        column.write(installment(in: .it), Self.strong)
        if let second { column.write(installment(in: second), Self.beside, language: second) }
    }

    /// A bar with a heading, on a new page if a part of this height has no room.
    private func begin(_ key: NoticeText, height: Double, on sheet: Sheet) {
        if !sheet.hasRoom(for: height) { sheet.turnPage() }
        sheet.fill(
            x: Sheet.margin - 6, top: sheet.y, width: Sheet.width - 2 * Sheet.margin + 12,
            height: Self.heading.lineHeight + (second == nil ? 4 : 4 + Self.beside.lineHeight), grey: 0.9)
        var column = Column(
            sheet: sheet, x: Sheet.margin, y: sheet.y + 2, width: Sheet.width - 2 * Sheet.margin)
        write(key, [:], Self.heading, as: "H2", to: &column)
        sheet.skip(column.y - sheet.y + 12)
    }

    /// The two columns of facts beside a code.
    private func factColumns(on sheet: Sheet) -> (Column, Column) {
        let x = Sheet.margin + Self.codeSide + Self.codeGap
        let width = (Sheet.width - Sheet.margin - x - Self.gap) / 2
        return (
            Column(sheet: sheet, x: x, y: sheet.y, width: width),
            Column(sheet: sheet, x: x + width + Self.gap, y: sheet.y, width: width)
        )
    }

    private static let partHeight = 190.0

    private func drawBanks(_ qr: Barcode, on sheet: Sheet) {
        begin(.banks, height: Self.partHeight, on: sheet)
        let words = Wording<NoticeText>(.it)
        sheet.draw(
            qr, x: Sheet.margin, top: sheet.y, side: Self.codeSide,
            alternativeText: words[
                .qrCode,
                [
                    "notice": notice.installment.noticeNumber.grouped, "creditor": notice.creditor.taxCode.value,
                    "amount": amount,
                ]])
        var (left, right) = factColumns(on: sheet)
        writeParties(to: &left)
        right.write(amount, Self.subject)
        write(.due, ["day": notice.installment.dueDate.italian], Self.strong, to: &right)
        writeInstallment(to: &right)
        right.skip(3)
        if let cbill = notice.creditor.cbillCode { fact(.cbill, cbill, Self.strong, to: &right) }
        writeCodes(to: &right)
        sheet.skip(max(left.y, right.y, sheet.y + Self.codeSide) - sheet.y + 4)
        var how = Column(sheet: sheet, x: Sheet.margin, y: sheet.y, width: Sheet.width - 2 * Sheet.margin)
        write(notice.creditor.cbillCode == nil ? .banksText : .banksWithCBILL, [:], Self.label, to: &how)
        sheet.skip(how.y - sheet.y + 12)
    }

    private func writeParties(to column: inout Column) {
        if let name = recipientLines.first { fact(.recipient, name, to: &column) }
        fact(.creditor, creditorName, to: &column)
        fact(.subject, notice.position.description, to: &column)
    }

    private func writeCodes(to column: inout Column) {
        fact(.notice, notice.installment.noticeNumber.grouped, Self.strong, to: &column)
        fact(.taxCode, notice.creditor.taxCode.value, to: &column)
    }

    private func drawPost(_ dataMatrix: Barcode, on sheet: Sheet) {
        begin(.post, height: Self.partHeight, on: sheet)
        sheet.draw(
            dataMatrix, x: Sheet.margin, top: sheet.y, side: Self.codeSide,
            alternativeText: NoticeText.dataMatrix.text(in: .it))
        var (left, right) = factColumns(on: sheet)
        fact(.holder, creditorName, to: &left)
        if let name = recipientLines.first { fact(.recipient, name, to: &left) }
        fact(.subject, notice.position.description, to: &left)
        right.write(amount, Self.subject)
        write(.due, ["day": notice.installment.dueDate.italian], Self.strong, to: &right)
        right.skip(3)
        if let account = notice.postalAccount { fact(.account, account, Self.strong, to: &right) }
        writeCodes(to: &right)
        fact(.slipType, "P1", to: &right)
        sheet.skip(max(left.y, right.y, sheet.y + Self.codeSide) - sheet.y + 4)
        var how = Column(sheet: sheet, x: Sheet.margin, y: sheet.y, width: Sheet.width - 2 * Sheet.margin)
        write(.postText, [:], Self.label, to: &how)
        sheet.skip(how.y - sheet.y)
    }
}
