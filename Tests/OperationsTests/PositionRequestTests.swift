import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// Positions that payers request without a bill.
@Suite(.serialized) struct PositionRequestTests {
    private static let frontEnd = APIKey(
        id: Identifier(uuid: UUID()), name: "portal", kind: .frontend, prefix: "qz_portal", scopes: [.paymentsWrite],
        creditors: [TestIntermediary.comune], createdAt: Instant(microseconds: 0))

    private static func citizen() throws -> SignedInCitizen {
        SignedInCitizen(
            session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()),
            taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil, provedBy: .smartCard,
            rowVersion: 1)
    }

    private func open(_ test: TestIntermediary, _ service: Intermediary) async throws {
        try await test.seed()
        _ = try await test.pool.query(
            """
            INSERT INTO api_keys (id, name, kind, prefix, digest, scopes, creditors, created_at, lineage)
            VALUES (\(Self.frontEnd.id.uuid), 'portal', 'frontend', 'qz_portal', sha256('p'), '{}', '{}', now(),
                \(Self.frontEnd.id.uuid))
            """)
        let form = RequestForm(
            minimum: try Amount(cents: 1_600), maximum: try Amount(cents: 1_600), dueDays: 30,
            fields: [
                RequestField(
                    key: "plate", labels: [.it: "Targa"],
                    kind: .text(maximumLength: 7, pattern: try FieldPattern("[A-Z]{2}[0-9]{3}[A-Z]{2}")),
                    isRequired: true)
            ])
        let now = service.clock()
        let type = DebtType(
            creditor: TestIntermediary.comune, key: "sosta", descriptions: [.it: "Permesso di sosta"],
            service: "mobility", taxonomyCode: try TaxonomyCode("9/0101002IM/"), payableAfterDue: false,
            requestForm: form, createdAt: now, updatedAt: now)
        _ = try await service.creditors.saveDebtType(
            "sosta", of: TestIntermediary.comune, as: .success(type), by: .office)
        #expect(
            try await service.creditors.showDebtType("sosta", of: TestIntermediary.comune, for: .office).requestForm
                == form)
    }

    private func wanted(
        _ values: [String: String] = ["plate": "AB123CD"], debtor taxCode: String? = "RSSMRA80A01H501U",
        type: String = "sosta", creditor: OrganizationTaxCode = TestIntermediary.comune
    ) throws -> PositionRequest {
        PositionRequest(
            creditor: creditor, debtTypeKey: type, amount: nil,
            debtor: try taxCode.map {
                Debtor(kind: .person, taxCode: try TaxCode($0), fullName: "Mario Rossi", email: nil, address: nil)
            }, values: values)
    }

    private func request(
        _ request: PositionRequest, _ service: Intermediary, citizen: SignedInCitizen? = nil,
        for delegator: TaxCode? = nil, through apiKey: APIKey = frontEnd, key: String = UUID().uuidString
    ) async throws -> Once<Position> {
        let own = Caller(key: apiKey, citizen: citizen)
        let caller = delegator.map { own.acting(for: $0) } ?? own
        return try await service.positions.request(
            request, by: caller,
            repeating: Repeating(
                key: IdempotencyKey(caller: caller.name, key: key, fingerprint: [UInt8](repeating: 1, count: 32))
            ) { StoredAnswer(status: 201, headers: [:], body: Array("\($0.id)".utf8)) })
    }

    private func refusal(_ work: () async throws -> Once<Position>) async -> Refusal? {
        do {
            _ = try await work()
            return nil
        } catch { return error as? Refusal ?? .busy(retryAfterSeconds: -1) }
    }

    @Test func `a payer's request makes an open position with its numbers once, and a citizen needs no debtor`()
        async throws
    {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            try await open(test, service)
            guard case .done(let position) = try await request(wanted(), service, key: "k-1") else {
                throw TestIntermediary.Unexpected()
            }
            #expect(
                position.state == .open && position.totalCents == 1_600 && position.metadata == ["plate": "AB123CD"])
            #expect(position.description == "Permesso di sosta" && position.document.number.count == 32)
            #expect(position.installments.first?.dueDate.epochDays == service.positions.today.epochDays + 30)
            let shown = try await service.positions.show(position.id, for: .office)
            #expect(shown.position.installments == position.installments)

            // A repeat makes no other position, also when the debt type is closed meanwhile.
            _ = try await test.pool.query("UPDATE debt_types SET request_form = NULL")
            guard case .replayed(let answer) = try await request(wanted(), service, key: "k-1") else {
                throw TestIntermediary.Unexpected()
            }
            #expect(answer.body == Array("\(position.id)".utf8))
            #expect(
                await refusal { try await request(wanted(), service) }
                    == .invalid([
                        Fault("/key", .notAllowed, "is a debt type of which payers cannot request positions")
                    ]))
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["1"])
        }
    }

    @Test func `a signed-in citizen requests a position for themselves only`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            try await open(test, service)
            let citizen = try Self.citizen()
            guard case .done(let own) = try await request(wanted(debtor: nil), service, citizen: citizen) else {
                throw TestIntermediary.Unexpected()
            }
            #expect(own.debtor.taxCode == citizen.taxCode)
            let mine = try await service.positions.show(own.id, for: Caller(key: Self.frontEnd, citizen: citizen))
            #expect(mine.position.id == own.id)
            #expect(
                await refusal { try await request(wanted(debtor: "BNCNNA80A41H501R"), service, citizen: citizen) }
                    == .invalid([
                        Fault("/debtor/tax_code", .mismatch, "is not that of the person for whom the citizen acts")
                    ]))
            // A delegation is for the other person only, who is named.
            let other = try TaxCode("BNCNNA80A41H501R")
            guard
                case .done(let theirs) = try await request(
                    wanted(debtor: other.value), service, citizen: citizen, for: other)
            else { throw TestIntermediary.Unexpected() }
            #expect(theirs.debtor.taxCode == other)
            for debtor in [nil, citizen.taxCode.value] {
                let refused = await refusal {
                    try await request(wanted(debtor: debtor), service, citizen: citizen, for: other)
                }
                guard case .invalid = refused else { throw TestIntermediary.Unexpected() }
            }
            // A published key creates positions for its citizens.
            let published = APIKey(
                id: Self.frontEnd.id, name: "page", kind: .browser, prefix: "qz_page", scopes: [.paymentsWrite],
                creditors: [TestIntermediary.comune], createdAt: Instant(microseconds: 0))
            guard
                case .done = try await request(wanted(debtor: nil), service, citizen: citizen, through: published)
            else { throw TestIntermediary.Unexpected() }
            #expect(
                await refusal { try await request(wanted(debtor: nil), service) }
                    == .invalid([
                        Fault("/debtor", .required, "is required, unless a signed-in citizen acts for themselves")
                    ]))
        }
    }

    @Test func `a request is refused with every violation, and for a debt type that the key does not see`() async throws
    {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            try await open(test, service)
            let refused = await refusal { try await request(wanted(["plate": "ab", "x": "y"]), service) }
            guard case .invalid(let faults) = refused else { throw TestIntermediary.Unexpected() }
            #expect(faults.map(\.pointer) == ["/fields/plate", "/fields/x"])
            #expect(await refusal { try await request(wanted(type: "tari"), service) } == .notFound)
            #expect(
                await refusal { try await request(wanted(creditor: TestIntermediary.provincia), service) } == .notFound)
            #expect(try await test.ask("SELECT count(*)::text FROM position_requests") == ["0"])
        }
    }

    @Test func `a key makes at most a thousand requests to a creditor within an hour`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            try await open(test, service)
            _ = try await request(wanted(), service)
            _ = try await test.pool.query(
                "UPDATE position_requests SET requests = \(RequestForm.maximumRequestsPerHour)")
            guard case .tooManyPositionRequests(let seconds) = await refusal({ try await request(wanted(), service) })
            else { throw TestIntermediary.Unexpected() }
            #expect((1...3_600).contains(seconds))
            #expect(try await test.ask("SELECT requests::text FROM position_requests") == ["1000"])

            let later = try test.instance(skewSeconds: 3_601)
            _ = try await request(wanted(), later)
            #expect(try await test.ask("SELECT requests::text FROM position_requests") == ["1"])
        }
    }
}
