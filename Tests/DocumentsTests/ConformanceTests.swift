import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

/// PDFs validated by independent programs.
@Suite(.serialized) struct ConformanceTests {
    private static let drawing = Result { try ReceiptPDF() }

    /// An ordinary receipt, one long enough for several pages, and one without any optional value.
    private static let samples: [@Sendable () throws -> (Receipt, Language)] = [
        { (try Sample.receipt(), .it) },
        {
            (
                try Sample.receipt(
                    description: String(repeating: "Übermäßig lange Beschreibung, ", count: 4), transfers: 5,
                    remittance: "/RFB/02260618143027134/59.80/TXT/" + String(repeating: "lang ", count: 20)), .de
            )
        },
        { (try Sample.receipt(creditorName: nil, fee: nil, psp: false), .sl) },
        {
            (
                try Sample.receipt(
                    fee: nil, status: .voided, psp: false, debtor: Sample.anna, origin: .counter,
                    voided: ReceiptVoid(at: Instant(rfc3339: "2018-10-10T08:00:00Z"), reason: "Errore")), .it
            )
        },
        {
            (
                try Sample.receipt(
                    status: .anomaly, debtor: Sample.anna,
                    refunds: [Sample.refund(.failed, day: "2018-10-12"), Sample.refund(.paid, day: "2018-10-20")]), .fr
            )
        },
    ]

    private func pdf(_ index: Int) async throws -> [UInt8] {
        let (receipt, language) = try Self.samples[index]()
        return try await Self.drawing.get().draw(
            ReceiptContent(
                receipt, ReceiptContext(debtType: Sample.debtType()), for: .payer, language: language))
    }

    @Test(arguments: 0..<5) func `a receipt conforms to PDF/UA-1 and PDF/A-2a`(index: Int) async throws {
        let pdf = try await pdf(index)
        try PDFVerdict.keep(pdf, as: "receipt-\(index)")
        for line in try PDFVerdict.lines(on: pdf) { #expect(line.contains(" True "), "\(line)") }
    }

    @Test func `receipts that a renderer drew before do not change the bytes`() async throws {
        let renderer = try ReceiptPDF(threads: 1)
        func draw(_ index: Int) async throws -> [UInt8] {
            let (receipt, language) = try Self.samples[index]()
            return try await renderer.draw(
                ReceiptContent(
                    receipt, ReceiptContext(debtType: Sample.debtType()), for: .payer, language: language))
        }
        let first = try await draw(4)
        for index in Self.samples.indices { _ = try await draw(index) }
        #expect(try await draw(4) == first)
    }

    @Test(arguments: 0..<5) func `the same receipt gives the same bytes`(index: Int) async throws {
        #expect(try await pdf(index) == pdf(index))
    }

    @Test(arguments: 0..<5) func `the fonts of a receipt are embedded`(index: Int) async throws {
        let fonts = try Tool.withFile(try await pdf(index), suffix: "pdf") { try Tool.run("pdffonts", [$0]) }
        let rows = fonts.split(separator: "\n").dropFirst(2)
        #expect(!rows.isEmpty)
        for row in rows { #expect(row.contains(" yes yes yes "), "\(row)") }
    }

    @Test func `text from outside cannot leave its element`() async throws {
        let receipt = try Sample.receipt(
            description: "<b>&amp; \u{202E}evil</b> ()\\ %PDF", payerName: "<span foreground='red'>X</span>")
        let bytes = try await Self.drawing.get().draw(
            ReceiptContent(
                receipt, ReceiptContext(debtType: Sample.debtType()), for: .payer, language: .it))
        let text = try Tool.text(of: bytes)
        #expect(text.contains("<b>&amp;"))
        #expect(text.contains("<span foreground='red'>X</span>"))
    }
}
