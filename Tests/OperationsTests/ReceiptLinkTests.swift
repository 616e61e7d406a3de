import Cryptography
import Documents
import Foundation
import PagoPA
import Requests
import TestSupport
import Testing
import Text

@testable import Operations

/// Signed links to receipts in e-mails.
@Suite struct ReceiptLinkTests {
    private static let secret = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk="
    private static let other = "b3RoZXItdGVzdHMtb25seS1zZWNyZXRzLWtleS0wMDE="
    private static let now = try! Instant(rfc3339: "2026-11-29T15:00:00Z")  // a valid literal

    private func links(_ secret: String) throws -> ReceiptLinks {
        ReceiptLinks(try SecretsKeys(secret), publicURL: "https://pagamenti.example.org")
    }

    private func target(day: String = "2026-12-06") throws -> ReceiptLinks.Target {
        ReceiptLinks.Target(
            receipt: try Identifier("0199c0de-0000-7000-8000-000000000001"), audience: .payer, language: .sl,
            lastDay: try CalendarDate(day))
    }

    @Test func `a link shows the receipt, version and language that it was made for, and nothing about a person`()
        throws
    {
        let links = try links(Self.secret)
        var seen: Set<String> = []
        for audience in [nil, .payer, .debtor] as [ReceiptAudience?] {
            for language in Language.allCases {
                let id: Identifier<Receipt> = Identifier(uuid: UUID())
                let link = links.link(to: id, for: audience, in: language, at: Self.now)
                #expect(link.lastDay.description == "2026-12-06")
                let prefix = "https://pagamenti.example.org/receipt-links/"
                #expect(link.url.hasPrefix(prefix))
                let token = String(link.url.dropFirst(prefix.count))
                #expect(token.utf8.count == 56 && token.utf8.allSatisfy { $0.isAlphanumeric || $0 == 45 || $0 == 95 })
                let target = try #require(links.target(of: token, at: Self.now))
                #expect(target.receipt == id && target.audience == audience && target.language == language)
                seen.insert(token)
            }
        }
        #expect(seen.count == 3 * Language.allCases.count)
    }

    @Test func `a link ends with its last day in Rome`() throws {
        let links = try links(Self.secret)
        let token = links.token(for: try target())
        for (instant, works) in [
            ("2026-12-06T22:59:59Z", true), ("2026-12-06T23:00:00Z", false), ("2030-01-01T00:00:00Z", false),
        ] {
            #expect((links.target(of: token, at: try Instant(rfc3339: instant)) != nil) == works, "\(instant)")
        }
    }

    @Test func `a link with a changed bit, of another key or of another length is not valid`() throws {
        let links = try links(Self.secret)
        let token = links.token(for: try target())
        let bytes = try #require(Base64URL.decode(token.utf8))
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(links.target(of: Base64URL.encode(changed), at: Self.now) == nil)
            }
        }
        #expect(try self.links(Self.other).target(of: token, at: Self.now) == nil)
        for text in [
            "", "A", String(token.dropLast()), token + "A", token + "=", String(repeating: "A", count: 56), "é",
        ] {
            #expect(links.target(of: text, at: Self.now) == nil)
        }
    }

    @Test func `a link stays valid while its key is being replaced`() throws {
        let token = try links(Self.secret).token(for: try target())
        #expect(try links("\(Self.other),\(Self.secret)").target(of: token, at: Self.now) == target())
    }

    @Test func `a link shows the PDF of a stored receipt until it expires`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(test.draft("linked"), with: service)
            try await test.receive(TestIntermediary.rt("R-linked", iuv: position.installments[0].iuv), with: service)
            let receipts = try await service.receipts.list(
                ReceiptFilter(), creditor: nil, page: PageRequest(limit: 10), for: .office)
            let id = try #require(receipts.items.first?.id)
            let links = service.receipts.links
            func token(_ id: Identifier<Receipt>) -> String {
                String(links.link(to: id, for: .debtor, in: .it, at: service.clock()).url.suffix(56))
            }

            #expect(try await service.receipts.showLinked(token(id)) == LinkedReceipt(id: id, pdf: []))

            await #expect(throws: Refusal.notFound) {
                _ = try await service.receipts.showLinked(token(Identifier(uuid: UUID())))
            }
            let later = try test.instance(skewSeconds: 9 * 86_400)
            await #expect(throws: Refusal.notFound) { _ = try await later.receipts.showLinked(token(id)) }
        }
    }
}
