import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// What a delegate sees of the person who gave the delegation, and what nobody else sees.
@Suite(.serialized) struct DelegationTests {
    private static let mario = "RSSMRA80A01H501U"
    private static let anna = "VRDNNA85M41F205G"
    private static let luigi = "VRDLGU70A01H501O"

    private func caller(_ taxCode: String, _ proof: CitizenProof = .smartCard) throws -> Caller {
        let key = APIKey(
            id: Caller.office.key.id, name: "portal", kind: .frontend, prefix: "qz_portal",
            scopes: [.positionsRead, .receiptsRead, .citizens], creditors: [TestIntermediary.comune],
            createdAt: Instant(microseconds: 0))
        return Caller(
            key: key,
            citizen: SignedInCitizen(
                session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()), taxCode: try TaxCode(taxCode),
                fullName: "Citizen", email: nil, provedBy: proof, rowVersion: 1))
    }

    private func request(
        to delegate: String, of delegator: String? = nil, startsAt: Instant? = nil, endsAt: Instant? = nil
    ) throws -> DelegationRequest {
        DelegationRequest(
            delegator: try delegator.map { try TaxCode($0) }, delegate: try TaxCode(delegate), startsAt: startsAt,
            endsAt: endsAt)
    }

    private func give(_ service: Intermediary, _ request: DelegationRequest, by caller: Caller) async throws
        -> Delegation
    {
        guard case .done(let given) = try await service.delegations.give(request, by: caller) else {
            throw TestIntermediary.Unexpected()
        }
        return given
    }

    private func list(_ service: Intermediary, _ caller: Caller) async throws -> [Identifier<Position>] {
        try await service.positions.list(
            PositionFilter(), creditor: nil, order: .created, page: PageRequest(), for: caller
        ).items.map(\.id)
    }

    @Test func `a delegate sees the positions and receipts of the delegator, and each use is in the journal`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("one", cents: [5_980, 100]), with: service)
            try await test.receive(TestIntermediary.rt("R-1", iuv: debt.installments[0].iuv), with: service)
            let (mario, anna) = (try caller(Self.mario), try caller(Self.anna))
            let given = try await give(service, request(to: Self.anna), by: mario)
            #expect(try await list(service, anna).isEmpty, "the delegation is not used unless it is named")

            let acting = try await service.delegations.use(given.id, to: "list_positions", by: anna)
            #expect(try await list(service, acting) == [debt.id])
            #expect(try await service.positions.show(debt.id, for: acting).position.id == debt.id)
            let receipts = try await service.receipts.list(
                ReceiptFilter(), creditor: nil, page: PageRequest(), for: acting)
            #expect(receipts.items.count == 1)
            #expect(try await list(service, anna).isEmpty)

            try await service.delegations.withdraw(given.id, by: mario)
            try await service.delegations.withdraw(given.id, by: mario)
            await #expect(throws: Refusal.notFound) {
                try await service.delegations.use(given.id, to: "list_positions", by: anna)
            }
            let entries = try await test.ask(
                "SELECT kind || ' ' || note FROM journal WHERE kind LIKE 'delegation%' ORDER BY id")
            #expect(
                entries == [
                    "delegation_given \(given.id)", "delegation_used \(given.id) list_positions",
                    "delegation_withdrawn \(given.id)",
                ])
            let actors = try await test.ask("SELECT actor FROM journal WHERE kind = 'delegation_used'")
            #expect(actors == [anna.actor.description])
        }
    }

    /// An account with this name.
    private func account(
        _ test: TestIntermediary, _ taxCode: String, _ given: String, _ family: String,
        _ proof: CitizenProof = .smartCard
    ) async throws {
        _ = try await test.pool.query(
            """
            INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address, email,
                language, password_hash, proved_by, created_at, updated_at, verified_at)
            VALUES (gen_random_uuid(), 'resident', 'active', \(taxCode), \(given), \(family), '1980-01-01', 'Roma',
                '{"street":"s","postal_code":"10121","city":"c","country":"IT"}', \(taxCode + "@example.org"), 'it', '$argon2id$x',
                \(proof.rawValue), now(), now(), now())
            """)
    }

    @Test func `names are shown to the two persons only, that of the delegate after the first use`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            try await account(test, Self.mario, "Mario", "Rossi")
            try await account(test, Self.anna, "Anna", "Verdi", .identityProvider)
            let (mario, anna) = (try caller(Self.mario), try caller(Self.anna))
            let given = try await give(service, request(to: Self.anna), by: mario)
            func names(_ caller: Caller) async throws -> [Delegation.Names] {
                let listed = try await service.delegations.list(page: PageRequest(), for: caller).items
                let shown = try await service.delegations.show(given.id, for: caller)
                #expect(listed == [shown])
                return listed.map(\.names)
            }
            let both = Delegation.Names(delegator: "Mario Rossi", delegate: "Anna Verdi")

            #expect(try await names(mario) == [Delegation.Names(delegator: "Mario Rossi")])
            #expect(try await names(anna) == [both])
            _ = try await service.delegations.use(given.id, to: "list_positions", by: anna)
            let first = try await service.delegations.show(given.id, for: anna).firstUsedAt
            _ = try await test.instance(skewSeconds: 60).delegations.use(given.id, to: "list_positions", by: anna)

            for person in [mario, anna] { #expect(try await names(person) == [both]) }
            #expect(try await service.delegations.show(given.id, for: mario).firstUsedAt == first && first != nil)
            for nameless in [try caller(Self.mario, .mailbox), try caller(Self.anna, .mailbox), Caller.ops] {
                #expect(try await names(nameless) == [Delegation.Names()])
            }
        }
    }

    @Test func `a name that only a mailbox proves is not shown, nor that of a person without an account`() async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            try await account(test, Self.mario, "Impostore", "Ignoto", .mailbox)
            let recorded = try await give(service, request(to: Self.anna, of: Self.mario), by: .ops)
            let shown = try await service.delegations.show(recorded.id, for: try caller(Self.anna))
            #expect(shown.names == Delegation.Names())
        }
    }

    @Test func `nobody uses the delegation of another person, nor one that has not begun or has ended`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            _ = try await test.create(test.draft("one"), with: service)
            let (mario, anna, luigi) = (try caller(Self.mario), try caller(Self.anna), try caller(Self.luigi))
            let now = service.clock()
            let given = try await give(
                service, request(to: Self.anna, endsAt: now.adding(seconds: 60)), by: mario)
            for stranger in [luigi, mario] {
                await #expect(throws: Refusal.notFound) {
                    try await service.delegations.use(given.id, to: "x", by: stranger)
                }
            }
            await #expect(throws: Refusal.notFound) { try await service.delegations.show(given.id, for: luigi) }
            await #expect(throws: Refusal.notFound) { try await service.delegations.withdraw(given.id, by: luigi) }
            #expect(try await service.delegations.list(page: PageRequest(), for: luigi).items.isEmpty)
            for person in [mario, anna, Caller.ops] {
                #expect(try await service.delegations.list(page: PageRequest(), for: person).items == [given])
            }
            let later = try test.instance(skewSeconds: 61)
            await #expect(throws: Refusal.notFound) {
                try await later.delegations.use(given.id, to: "x", by: anna)
            }
            let future = try await give(
                service, request(to: Self.anna, startsAt: now.adding(seconds: 3_600)), by: mario)
            await #expect(throws: Refusal.notFound) {
                try await service.delegations.use(future.id, to: "x", by: anna)
            }
            await #expect(throws: Refusal.citizenTokenInvalid) {
                try await service.delegations.use(given.id, to: "x", by: .office)
            }
            #expect(try await test.ask("SELECT 'x' FROM journal WHERE kind = 'delegation_used'").isEmpty)
            // The delegate may end it too.
            try await service.delegations.withdraw(given.id, by: anna)
            #expect(try await service.delegations.show(given.id, for: mario).withdrawnAt != nil)
        }
    }

    @Test func `only a proved citizen gives and uses a delegation, and operators record one for two persons`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let recorded = try await give(service, request(to: Self.anna, of: Self.mario), by: .ops)
            let mailboxes = (try caller(Self.mario, .mailbox), try caller(Self.anna, .mailbox))
            await #expect(throws: Refusal.proofRequired) {
                try await give(service, request(to: Self.anna), by: mailboxes.0)
            }
            await #expect(throws: Refusal.proofRequired) {
                try await service.delegations.use(recorded.id, to: "x", by: mailboxes.1)
            }
            await #expect(throws: Refusal.citizenTokenInvalid) {
                try await give(service, request(to: Self.anna, of: Self.mario), by: .office)
            }
            let mario = try caller(Self.mario)
            let now = service.clock()
            for (wanted, by, pointer) in [
                (try request(to: Self.anna), Caller.ops, "/delegator_tax_code"),
                (try request(to: Self.anna, of: Self.luigi), mario, "/delegator_tax_code"),
                (try request(to: Self.mario), mario, "/delegate_tax_code"),
                (try request(to: "ANONIMO"), mario, "/delegate_tax_code"),
                (try request(to: Self.anna, endsAt: now.adding(seconds: -1)), mario, "/ends_at"),
            ] {
                do {
                    _ = try await give(service, wanted, by: by)
                    Issue.record("accepted: \(pointer)")
                } catch Refusal.invalid(let faults) { #expect(faults.map(\.pointer) == [pointer]) }
            }
            for _ in 1..<Delegation.maximum { _ = try await give(service, request(to: Self.anna), by: mario) }
            await #expect(throws: (any Error).self) { try await give(service, request(to: Self.anna), by: mario) }
            try await service.delegations.withdraw(recorded.id, by: mario)
            _ = try await give(service, request(to: Self.anna), by: mario)
        }
    }

    @Test func `requests at the same time do not exceed the limit of delegations together`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let mario = try caller(Self.mario)
            _ = try await test.pool.query(
                """
                INSERT INTO delegations (id, delegator_tax_code, delegate_tax_code, starts_at, created_at)
                SELECT gen_random_uuid(), \(Self.mario), 'FR' || (10000000000 + n), now(), now()
                FROM generate_series(1, \(Delegation.maximum - 3)) AS n
                """)
            let wanted = try request(to: Self.anna)

            let given = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { (try? await service.delegations.give(wanted, by: mario)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }

            #expect(given == 3)
            #expect(try await test.ask("SELECT count(*)::text FROM delegations") == ["\(Delegation.maximum)"])
        }
    }
}
