import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

/// The creditors' own wordings of e-mails, and their previews.
@Suite struct MailWordingOperationTests {
    private func wording(_ sentence: String, _ language: Language = .it) throws -> MailWording {
        MailWording(
            kind: .receiptReady, language: language, subject: nil,
            sentence: try MailTemplate(sentence, MailWording.sentenceLengths))
    }

    @Test func `wordings are replaced as a whole, by their creditor only, with a journal entry for each change`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let creditors = try test.instance().creditors
            let (one, two) = (try wording("Grazie."), try wording("Danke.", .de))
            let stranger = Caller(
                key: APIKey(
                    id: Identifier(uuid: UUID()), name: "other", kind: .creditor, prefix: "qz_other",
                    scopes: [.positionsWrite], creditors: [TestIntermediary.provincia],
                    createdAt: Instant(microseconds: 0)))

            let saved = try await creditors.saveMailWordings(
                of: TestIntermediary.comune, as: .success([one, two]), by: .office)
            #expect(Set(saved.map(\.language)) == [.it, .de])
            #expect(try await creditors.listMailWordings(of: TestIntermediary.comune, for: .office) == saved)
            #expect(try await creditors.listMailWordings(of: TestIntermediary.provincia, for: .office).isEmpty)
            await #expect(throws: Refusal.notFound) {
                _ = try await creditors.listMailWordings(of: TestIntermediary.comune, for: stranger)
            }
            await #expect(throws: Refusal.notFound) {
                _ = try await creditors.saveMailWordings(of: TestIntermediary.comune, as: .success([]), by: stranger)
            }

            _ = try await creditors.saveMailWordings(of: TestIntermediary.comune, as: .success(saved), by: .office)
            let last = try await creditors.saveMailWordings(
                of: TestIntermediary.comune, as: .success([two]), by: .office)
            #expect(last == [two])
            #expect(
                try await test.ask("SELECT kind FROM journal WHERE kind = 'mail_wordings_saved'").count == 2)
        }
    }

    @Test func `a preview shows the stored wording or the draft, and queues nothing`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let creditors = try test.instance().creditors
            _ = try await creditors.saveMailWordings(
                of: TestIntermediary.comune, as: .success([try wording("Pagati {amount}.")]), by: .office)
            func preview(_ draft: MailWording?, _ language: Language = .it) async throws -> MailPreview {
                try await creditors.previewMail(
                    .receiptReady, in: language, draft: draft, of: TestIntermediary.comune, for: .office)
            }

            #expect(try await preview(nil).text.contains("\n\nPagati 45,50\u{A0}€.\n\n"))
            #expect(try await preview(wording("Bozza.")).html.contains(">Bozza.<"))
            #expect(try await !preview(nil, .en).text.contains("Pagati"))
            #expect(try await test.states.isEmpty)
        }
    }
}
