import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// The search by the debtor's name, by the metadata and by the end of a number.
@Suite(.serialized) struct PositionSearchTests {
    private static let names = ["Niccolò D'Angelo", "Anna-Maria Rössler", "Łukasz Ångström", "O’Connor Seán"]

    private func seed(_ test: TestIntermediary, _ service: Intermediary) async throws -> [Position] {
        try await test.seed()
        var made: [Position] = []
        for (index, name) in Self.names.enumerated() {
            let plain = try test.draft("P-\(index)")
            made.append(
                try await test.create(
                    PositionDraft(
                        creditor: plain.creditor, externalID: plain.externalID, debtTypeKey: "mensa",
                        document: plain.document, description: plain.description,
                        debtor: Debtor(
                            kind: .person, taxCode: plain.debtor.taxCode, fullName: name, email: nil, address: nil),
                        lines: [], installments: plain.installments,
                        metadata: index == 1 ? ["pratica": "A \"1\"", "sede": "2"] : [:], isDraft: false),
                    with: service))
        }
        return made
    }

    private func found(
        _ service: Intermediary, by caller: Caller = .office, _ change: (inout PositionFilter) -> Void
    ) async throws -> [String] {
        var filter = PositionFilter()
        change(&filter)
        return try await service.positions.list(
            filter, creditor: nil, order: .created, page: PageRequest(includeTotal: true), for: caller
        ).items.map(\.externalID)
    }

    @Test func `a name is found by the beginnings of its words, without accents and in any order`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            _ = try await seed(test, service)
            let searches: [(String, [String])] = [
                ("niccolo", ["P-0"]), ("NICCOLÒ", ["P-0"]), ("angelo nic", ["P-0"]), ("d'ang", ["P-0"]),
                ("maria", ["P-1"]), ("rossler ann", ["P-1"]), ("angstr", ["P-2"]), ("sean connor", ["P-3"]),
                ("an", ["P-0", "P-1", "P-2"]), ("iccolo", []), ("nic zz", []), ("'&|!:*", []), ("--", []), ("%", []),
            ]
            for caller in [Caller.office, .ops] {
                for (name, expected) in searches {
                    #expect(try await found(service, by: caller) { $0.debtorName = name } == expected, "\(name)")
                }
            }
        }
    }

    @Test func `a pair of the metadata and the end of a number find their position, together with other filters`()
        async throws
    {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            let made = try await seed(test, service)
            let end = String(made[2].installments[0].noticeNumber.value.suffix(8))
            func pair(_ key: String, _ value: String) -> MetadataPair { MetadataPair(key: key, value: value) }
            #expect(try await found(service) { $0.metadata = pair("pratica", "A \"1\"") } == ["P-1"])
            #expect(try await found(service) { $0.metadata = pair("pratica", "A") } == [])
            #expect(try await found(service) { $0.metadata = pair("A \"1\"", "pratica") } == [])
            #expect(try await found(service) { $0.noticeNumberEnd = end } == ["P-2"])
            let middle = String(made[2].installments[0].noticeNumber.value.dropFirst(8).dropLast(1))
            let beginning = String(made[0].installments[0].noticeNumber.value.prefix(6))
            #expect(try await found(service) { $0.noticeNumberPart = middle } == ["P-2"])
            #expect(try await found(service, by: .ops) { $0.noticeNumberPart = middle } == ["P-2"])
            #expect(try await found(service) { $0.noticeNumberPart = beginning }.count == made.count)
            #expect(try await found(service) { $0.noticeNumberPart = "99999999" } == [])
            #expect(
                try await found(service) {
                    $0.noticeNumberEnd = end
                    $0.debtorName = "angst"
                    $0.words = "mensa"
                } == ["P-2"])
            #expect(
                try await found(service) {
                    $0.noticeNumberEnd = end
                    $0.debtorName = "angelo"
                } == [])
        }
    }

    @Test func `front ends and citizens cannot search by name, metadata or a part of a number`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            _ = try await seed(test, service)
            let frontEnd = APIKey(
                id: Identifier(uuid: UUID()), name: "portal", kind: .frontend, prefix: "qz_portal",
                scopes: [.positionsRead], creditors: [TestIntermediary.comune], createdAt: Instant(microseconds: 0))
            let citizen = SignedInCitizen(
                session: Identifier(uuid: UUID()), citizen: Identifier(uuid: UUID()),
                taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil, provedBy: .smartCard,
                rowVersion: 1)
            let detail = "is a filter for creditors and operations only"
            for caller in [Caller(key: frontEnd), Caller(key: frontEnd, citizen: citizen)] {
                await #expect(
                    throws: Refusal.invalid(
                        ["/debtor_name", "/metadata_key", "/notice_number_end", "/notice_number_part"].map {
                            Fault($0, .notAllowed, detail)
                        })
                ) {
                    try await found(service, by: caller) {
                        $0.debtorName = "nicco"
                        $0.metadata = MetadataPair(key: "a", value: "b")
                        $0.noticeNumberEnd = "123456"
                        $0.noticeNumberPart = "123456"
                    }
                }
            }
        }
    }
}
