import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// Keys that a web page publishes, and notices that anybody may pay.
@Suite(.serialized) struct BrowserKeyTests {
    private static let origin = try! WebOrigin("https://portale.example.org")  // a valid literal

    private func request(
        _ scopes: [Scope], creditors: [OrganizationTaxCode] = [TestIntermediary.comune], origins: [WebOrigin] = [origin]
    ) -> APIKeyRequest {
        APIKeyRequest(
            name: "Pagina", kind: .browser, scopes: scopes, creditors: creditors, allowedOrigins: origins,
            expiresAt: nil)
    }

    private func made(_ service: Intermediary, _ request: APIKeyRequest) async throws -> Caller {
        guard case .done(let made) = try await service.callers.makeAPIKey(request, by: .ops) else {
            throw TestIntermediary.Unexpected()
        }
        return Caller(key: made.key)
    }

    private func citizen(_ taxCode: String) throws -> SignedInCitizen {
        SignedInCitizen(
            session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()), taxCode: try TaxCode(taxCode),
            fullName: "Anna Verdi", email: nil, provedBy: .mailbox, rowVersion: 1)
    }

    @Test func `a browser key needs creditors and origins, and has no scope that citizens do not have`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            for scope in Scope.allCases where !scope.isForCitizens {
                await #expect(throws: (any Error).self) { try await made(service, request([.positionsRead, scope])) }
            }
            for (wanted, pointer) in [
                (request([.positionsRead], creditors: []), "/creditors"),
                (request([.positionsRead], origins: []), "/allowed_origins"), (request([.operations]), "/scopes"),
            ] {
                do {
                    _ = try await made(service, wanted)
                    Issue.record("accepted: \(pointer)")
                } catch Refusal.invalid(let faults) { #expect(faults.map(\.pointer) == [pointer]) }
            }
            _ = try await made(service, request([.positionsRead, .paymentsWrite, .receiptsRead, .citizens]))
        }
    }

    @Test func `alone it reads the registry and notices of its creditors, and no rows of persons in any statement`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(test.draft("one"), with: service)
            let elsewhere = try await test.create(
                test.draft("two", creditor: TestIntermediary.provincia), with: service)
            let page = try await made(service, request([.positionsRead, .receiptsRead]))

            #expect(
                try await service.creditors.list(page: PageRequest(), for: page).items.map(\.taxCode)
                    == [TestIntermediary.comune])
            #expect(try await service.creditors.listDebtTypes(of: TestIntermediary.comune, for: page).count == 1)
            #expect(
                try await service.positions.list(
                    PositionFilter(), creditor: nil, order: .created, page: PageRequest(), for: page
                ).items.isEmpty)
            await #expect(throws: Refusal.notFound) { try await service.positions.show(position.id, for: page) }
            // Row level security hides them from a statement without any condition.
            try await test.store.transaction(within: page.tenancy) { tx in
                for table: SQL in [
                    "positions", "installments", "payment_attempts", "receipts", "anomalies", "journal", "citizens",
                    "notifications", "api_keys", "whole_positions", "whole_receipts",
                ] {
                    let rows = try await tx.query("SELECT FROM \(table)")
                    #expect(rows.isEmpty, "\(table)")
                }
            }

            let notice = position.installments[0].noticeNumber
            let found = try await service.positions.lookUp(notice, of: position.creditor, for: page)
            #expect(found.installment.noticeNumber == notice && found.creditor.taxCode == position.creditor)
            await #expect(throws: Refusal.notFound) {
                try await service.positions.lookUp(
                    elsewhere.installments[0].noticeNumber, of: elsewhere.creditor, for: page)
            }
            let draft = try await test.create(test.draft("draft", isDraft: true), with: service)
            await #expect(throws: Refusal.notFound) {
                try await service.positions.lookUp(
                    draft.installments[0].noticeNumber, of: draft.creditor, for: page)
            }
        }
    }

    @Test func `a signed-in citizen pays another person's notice by its number, never by an id, and sees no position`()
        async throws
    {
        try await StartFixture.with { desk in
            let service = try desk.intermediary(FastPSP())
            let anna = Caller(key: desk.frontEnd.key, citizen: try citizen("VRDNNA85M41F205G"))
            let rows = try await desk.test.pool.query("SELECT notice_number, position_id FROM installments")
            var row = try #require(rows.first)
            let notice = try NoticeNumber(try row.next(String.self))
            let position = Identifier<Position>(uuid: try row.next(UUID.self))

            let found = try await service.positions.lookUp(notice, of: StartFixture.creditor, for: anna)
            #expect(found.position.id == position)
            await #expect(throws: Refusal.notFound) { try await service.positions.show(position, for: anna) }
            await #expect(throws: (any Error).self) {
                try await desk.start(service, key: "by id", installments: nil, by: anna)
            }
            let started = try await desk.start(
                service, key: "by notice", installments: [.notice(StartFixture.creditor, notice)], by: anna)
            #expect(started.hasPrefix("redirected to"))
            #expect(
                try await desk.test.ask("SELECT payer_tax_code FROM payment_attempts") == ["VRDNNA85M41F205G"])
            let attempts = try await service.attempts.list(
                AttemptFilter(), creditor: nil, page: PageRequest(), for: anna)
            #expect(attempts.items.count == 1)
            await #expect(throws: Refusal.notFound) { try await service.positions.show(position, for: anna) }
            // A key that does not have the creditor reaches no other person's notice.
            let stranger = Caller(key: desk.stranger.key, citizen: try citizen("VRDNNA85M41F205G"))
            await #expect(throws: Refusal.notFound) {
                try await service.positions.lookUp(notice, of: StartFixture.creditor, for: stranger)
            }
            let debtor = Caller(key: desk.stranger.key, citizen: try citizen("RSSMRA80A01H501U"))
            #expect(
                try await service.positions.lookUp(notice, of: StartFixture.creditor, for: debtor).position.id
                    == position)
        }
    }
}
