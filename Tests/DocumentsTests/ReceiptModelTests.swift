import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// Receipts with random facts: what a document says is what the receipt says, for every reader.
@Suite struct ReceiptModelTests {
    private static let names = ["Mario Rossi", "Niccolò D’Angelo", "", "محمد علي", "Š. Čeh", "王小明"]

    private static func receipt(_ random: inout SeededRandom) throws -> Receipt {
        let origin = ReceiptOrigin.allCases.randomElement(using: &random) ?? .pagopa
        let debtor =
            Bool.random(using: &random)
            ? nil
            : RTSubject(
                kind: .person,
                taxCode: ["VRDNNA85M41F205G", "RSSMRA80A01H501U", TaxCode.anonymousWord].randomElement(using: &random)
                    ?? "",
                fullName: names.randomElement(using: &random), email: nil)
        return try Sample.receipt(
            creditorName: Bool.random(using: &random) ? nil : "Comune di Forlì",
            description: ["Mensa", "Multa n. 1, \u{202E}evil", String(repeating: "x", count: 140)].randomElement(
                using: &random) ?? "",
            fee: [nil, 0, 1, 150, 99_999_999_999].randomElement(using: &random) ?? nil,
            status: [.settled, .anomaly].randomElement(using: &random) ?? .settled,
            transfers: Int.random(in: 1...5, using: &random), psp: origin != .counter,
            payerName: names.randomElement(using: &random) ?? "", debtor: debtor, origin: origin,
            cents: [1, 99, 5_980, 123_456_789, 99_999_999_999].randomElement(using: &random) ?? 1)
    }

    private static func all(_ content: ReceiptContent) -> [ReceiptContent.Row] { content.sections.flatMap(\.rows) }

    @Test(arguments: Language.allCases)
    func `no row is empty, each label stands once in its section, and the amounts are those of the receipt`(
        language: Language
    ) throws {
        var random = SeededRandom(seed: 971)
        let formats = LocalFormats(language)
        let words = Wording<ReceiptText>(language)
        for _ in 0..<400 {
            let receipt = try Self.receipt(&random)
            let audience = [ReceiptAudience.payer, .debtor, nil].randomElement(using: &random) ?? nil
            let lines = Int.random(in: 1...4, using: &random)
            let context =
                Bool.random(using: &random) ? try Sample.context(lines: lines) : ReceiptContext()
            let content = ReceiptContent(receipt, context, for: audience, language: language)

            for section in content.sections {
                #expect(!section.rows.isEmpty && !section.heading.isEmpty)
                let own = section.rows.filter(\.hasOwnLabel).map(\.label)
                #expect(Set(own).count == own.count, "\(own)")
            }
            for row in Self.all(content) { #expect(!row.label.isEmpty && !row.text.isEmpty, "\(row)") }
            let texts = [content.title, content.amount, content.state, content.summary, content.footer]
            for text in texts + Self.all(content).map(\.text) { #expect(!text.contains("{")) }
            #expect(content.amount == formats.money(receipt.amount) && content.summary.contains(content.amount))
            func value(_ key: ReceiptText) -> String? { Self.all(content).first { $0.label == words[key] }?.text }
            #expect(value(.fee) == receipt.fee.map(formats.money))
            // The whole charge is left out when it is more than any amount can be.
            let charged = receipt.fee.flatMap { fee in try? receipt.amount.adding(fee) }
            #expect(value(.charged) == charged.map(formats.money))
            #expect((value(.iur) != nil) == (receipt.psp != nil) && value(.iuv) == receipt.iuv.value)
            #expect((content.system == nil) == (receipt.origin == .counter))
            let transfers = content.sections.first { $0.heading == words[.transfers] }?.rows.count ?? 0
            #expect(transfers == (receipt.transfers.count > 1 ? receipt.transfers.count : 0))
            #expect(content == ReceiptContent(receipt, context, for: audience, language: language))
        }
    }

    @Test(arguments: Language.allCases) func `a tax code is shown to its own person only, in every version`(
        language: Language
    ) throws {
        var random = SeededRandom(seed: 972)
        for _ in 0..<400 {
            let receipt = try Self.receipt(&random)
            let payer = try #require(receipt.payer?.taxCode)
            for audience in [ReceiptAudience.payer, .debtor, nil] {
                let content = ReceiptContent(receipt, for: audience, language: language)
                let texts = Self.all(content).map(\.text).joined(separator: "\n")
                #expect((content.version == nil) == (receipt.isPaidByDebtor || audience == nil))
                guard !receipt.isPaidByDebtor else {
                    #expect(texts.contains(payer))
                    continue
                }
                #expect(texts.contains(payer) == (audience == .payer))
                if let debtor = receipt.debtor?.taxCode, debtor != TaxCode.anonymousWord {
                    #expect(texts.contains(debtor) == (audience == .debtor))
                }
            }
        }
    }

    @Test func `every language says the same facts`() throws {
        var random = SeededRandom(seed: 973)
        for _ in 0..<200 {
            let receipt = try Self.receipt(&random)
            let context = try Sample.context(lines: 2)
            let contents = Language.allCases.map {
                ReceiptContent(receipt, context, for: .payer, language: $0)
            }
            #expect(Set(contents.map { $0.sections.map(\.rows.count) }).count == 1)
            #expect(Set(contents.map(\.title)).count == Language.allCases.count)
            #expect(Set(contents.map(\.creditorName)).count == 1)
        }
    }
}
