import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

@Suite struct ReceiptPDFTests {
    private static let drawing = try? ReceiptPDF()

    private func pdf(_ receipt: Receipt, language: Language = .it) async throws -> [UInt8] {
        let drawing = try #require(Self.drawing)
        return try await drawing.draw(ReceiptContent(receipt, debtType: Sample.debtType(), language: language))
    }

    @Test func `a receipt reads with every fact that the rules ask for`() async throws {
        let text = try Tool.text(of: await pdf(Sample.receipt()))

        for fact in [
            "Ricevuta di pagamento", "Comune di Forlì", "15376371009", "59,80 €", "1,50 €", "61,30 €",
            "09/10/2018 11:30:00", "Mensa scolastica – ottobre 2018", "02260618143027134", "3022 6061 8143 0271 34",
            "Banca Alfa", "ABCDITMM", "IUR-2018-1031", "Carta di credito, debito o prepagata", "Niccolò D’Angelo",
            "1031 / 2018", "Pagato", "0199c0de-0000-7000-8000-000000000001",
        ] {
            #expect(text.contains(fact), "\(fact)")
        }
    }
}
