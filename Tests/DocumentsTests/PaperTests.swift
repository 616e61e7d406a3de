import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// Every kind of paper that people receive, in every language: valid for programs, and readable for people.
/// `KEEP_PDFS=folder` writes them to a folder.
@Suite struct PaperTests {
    private struct Paper {
        let name: String
        let draw: (ReceiptPDF) async throws -> [UInt8]
        /// Amounts that the paper must show.
        let amounts: [Int64]
    }

    private static let drawing = Result { try ReceiptPDF(threads: 2) }
    private static let longest = String(repeating: "W", count: 140)
    private static let largest: Int64 = 99_999_999_999

    private static func receipts(_ language: Language) throws -> [Paper] {
        let day = try Instant(rfc3339: "2018-10-12T08:00:00Z")
        func decided(_ kind: ResolutionKind) -> ReceiptDecision {
            ReceiptDecision(resolution: kind, decidedAt: day, writtenOff: nil)
        }
        func paper(
            _ name: String, _ receipt: Receipt, lines: Int = 2, for audience: ReceiptAudience? = .payer,
            _ decision: ReceiptDecision? = nil
        ) throws -> Paper {
            var context = try Sample.context(lines: lines)
            context.decision = decision
            let content = ReceiptContent(receipt, context, for: audience, language: language)
            return Paper(name: "receipt-\(name)", draw: { try await $0.draw(content) }, amounts: [receipt.amount.cents])
        }
        let sample = try ReceiptContent.sample(of: Sample.creditor(), logo: nil, language: language, at: day)
        let refund = try Sample.refund(.paid, day: "2018-10-20", reference: "M 214", cents: 5_980)
        return [
            Paper(name: "receipt-sample", draw: { try await $0.draw(sample) }, amounts: [4_550]),
            try paper("own", Sample.receipt()),
            try paper("payer", Sample.receipt(debtor: Sample.anna)),
            try paper("debtor", Sample.receipt(debtor: Sample.anna), for: .debtor),
            try paper("office", Sample.receipt(debtor: Sample.anna), for: nil),
            try paper("counter", Sample.receipt(fee: nil, psp: false, debtor: Sample.anna, origin: .counter)),
            try paper("review", Sample.receipt(status: .anomaly, reviewReasons: [.amountMismatch])),
            try paper("double", Sample.receipt(status: .anomaly, reviewReasons: [.alreadyPaid])),
            try paper("accepted", Sample.receipt(), decided(.accept)),
            try paper("rejected", Sample.receipt(status: .anomaly), decided(.reject)),
            try paper(
                "refund-decided",
                Sample.receipt(status: .anomaly, refunds: [Sample.refund(.decided, day: "2018-10-13", cents: 5_980)]),
                decided(.refund)),
            try paper(
                "partly-refunded",
                Sample.receipt(
                    status: .anomaly,
                    refunds: [Sample.refund(.failed, day: "2018-10-13"), Sample.refund(.paid, day: "2018-10-14")]),
                decided(.refund)),
            try paper("refunded", Sample.receipt(status: .anomaly, refunds: [refund]), decided(.refund)),
            try paper(
                "voided",
                Sample.receipt(
                    fee: nil, status: .voided, psp: false, origin: .counter,
                    voided: ReceiptVoid(at: day, reason: "Debito sbagliato"))),
            try paper("bill", Sample.receipt(transfers: 5, debtor: Sample.anna), lines: 40),
            try paper(
                "longest",
                Sample.receipt(
                    creditorName: longest, description: longest, transfers: 5, remittance: longest,
                    payerName: longest,
                    debtor: RTSubject(kind: .person, taxCode: "VRDNNA85M41F205G", fullName: longest, email: nil),
                    cents: largest), lines: 3),
        ]
    }

    private static func notices(_ language: Language) throws -> [Paper] {
        func paper(
            _ name: String, count: Int, cents: Int64 = 123_456, postal: Bool = true, text: String? = nil,
            shows: Bool = true
        ) throws -> Paper {
            let notices = try Sample.notices(count, cents: cents, postal: postal, text: text, showsContactData: shows)
            let content = try #require(NoticeContent(notices, language: language))
            return Paper(
                name: "notice-\(name)", draw: { try await $0.draw(content) }, amounts: [cents, cents * Int64(count)])
        }
        var papers = [
            try paper("single", count: 1, postal: false), try paper("postal", count: 1),
            try paper("hidden", count: 1, shows: false), try paper("installments", count: 3, postal: false),
            try paper("postal-installments", count: 13),
            try paper("longest", count: 2, cents: PaymentNotice.maximumCents, text: longest),
        ]
        // Sixty pages take seconds, and the languages differ in their words only.
        if language == .en {
            papers.append(try paper("sixty", count: 60, cents: PaymentNotice.maximumCents, postal: false))
        }
        return papers
    }

    @Test(arguments: Language.allCases)
    func `every paper conforms to PDF/UA-1 and PDF/A-2a, is drawn the same again, and has its text in its place`(
        language: Language
    ) async throws {
        let renderer = try Self.drawing.get()
        var drawn: [(name: String, pdf: [UInt8])] = []
        for paper in try Self.receipts(language) + Self.notices(language) {
            let name = "\(paper.name)-\(language.rawValue)"
            let pdf = try await paper.draw(renderer)
            try PDFVerdict.keep(pdf, as: name)
            #expect(try await paper.draw(renderer) == pdf, "\(name)")
            drawn.append((name, pdf))
            let words = try PlacedWord.all(of: pdf)
            for fault in PlacedWord.faults(words) { Issue.record("\(name): \(fault)") }
            let text = words.map(\.text).joined(separator: " ")
            #expect(!text.contains("{") && !text.contains("}") && !text.contains("\u{FFFD}"), "\(name)")
            // Notices are Italian first.
            let formats = LocalFormats(paper.name.hasPrefix("notice") ? .it : language)
            let plain = text.filter { !$0.isWhitespace }
            for cents in paper.amounts {
                #expect(plain.contains(formats.money(cents: cents).filter { !$0.isWhitespace }), "\(name): \(cents)")
            }
        }
        for fault in try PDFVerdict.faults(of: drawn) { Issue.record("\(fault)") }
    }
}

/// A word on a page as poppler reads it, in points from the upper left corner.
struct PlacedWord {
    let page: Int
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double
    let text: String

    static func all(of pdf: [UInt8]) throws -> [PlacedWord] {
        let lines = try Tool.withFile(pdf, suffix: "pdf") {
            try Tool.run("pdftotext", ["-bbox", "-enc", "UTF-8", $0, "-"])
        }
        var (page, words): (Int, [PlacedWord]) = (0, [])
        for line in lines.split(separator: "\n") {
            if line.contains("<page ") { page += 1 }
            guard line.contains("<word ") else { continue }
            let parts = line.split(separator: "\"")
            let numbers = [1, 3, 5, 7].compactMap { parts.count > $0 ? Double(parts[$0]) : nil }
            try #require(numbers.count == 4, "\(line)")
            let text = parts.last?.dropFirst().components(separatedBy: "</word>").first ?? ""
            words.append(
                PlacedWord(
                    page: page, left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3], text: text))
        }
        return words
    }

    /// The words outside the margins, and those that stand over another.
    static func faults(_ words: [PlacedWord]) -> [String] {
        var faults: [String] = []
        for (_, words) in Dictionary(grouping: words, by: \.page) {
            let words = words.sorted { $0.top < $1.top }
            for (index, word) in words.enumerated() {
                // The number of the page is below the other text.
                let isNumber = word.top > Sheet.bottom + 15
                if word.left < Sheet.margin - 1 || word.right > Sheet.width - Sheet.margin + (isNumber ? 12 : 1)
                    || word.top < Sheet.margin - 20 || (!isNumber && word.bottom > Sheet.bottom + 6)
                {
                    faults.append("outside of page \(word.page): \(word)")
                }
                for other in words.dropFirst(index + 1) {
                    if other.top >= word.bottom { break }
                    let height = min(word.bottom, other.bottom) - max(word.top, other.top)
                    let width = min(word.right, other.right) - max(word.left, other.left)
                    if height > 0.3 * (word.bottom - word.top), width > 1 { faults.append("\(word) over \(other)") }
                }
            }
        }
        return faults
    }
}
