import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import TestSupport
import Testing

@testable import Storage

/// The list of positions against a plain reading of the same positions in memory.
@Suite(.serialized) struct PositionListTests {
    private static let today = try! CalendarDate("2026-11-28")  // a valid literal
    private static let base = try! Instant(rfc3339: "2026-11-01T10:00:00Z")  // a valid literal
    private static let descriptions = ["Mensa scolastica 100%", "Retta_nido", "MULTA \\ divieto", "Tassa rifiuti"]
    private static let documents = ["A1", "A2", "B1"]
    private static let services = ["mensa": "school", "multe": "police"]

    private static func pick<T>(_ list: [T], _ random: inout SeededRandom) -> T {
        list[Int.random(in: 0..<list.count, using: &random)]
    }

    private static func day(_ offset: Int) -> CalendarDate { CalendarDate(epochDays: today.epochDays + offset) }

    /// A position of the creditor; `number` is unique among those of the creditor.
    private static func position(_ number: Int, of creditor: OrganizationTaxCode, _ random: inout SeededRandom) throws
        -> Position
    {
        let isDraft = Int.random(in: 0..<6, using: &random) == 0
        // Few different instants, so that many rows have the same sort key.
        let created = base.adding(seconds: 3_600 * Int.random(in: 0..<4, using: &random))
        let codes = NoticeCodes.aux3(segregationCode: creditor == TestData.alfa ? "01" : "02")
        let installments = try (1...Int.random(in: 1...3, using: &random)).map { part in
            let notice = try codes.notice(base: UInt64(500_000 + number * 10 + part))
            let amount = try Amount(cents: Int64(100 * part))
            return Installment(
                id: Identifier.make(at: created, random: &random), number: part, iuv: notice.iuv, noticeNumber: notice,
                amount: amount, dueDate: day(pick([-40, -1, 0, 1, 40], &random)),
                transfers: [
                    Transfer(
                        creditor: creditor, iban: IBAN(stored: "IT60X0542811101000000123456"), amount: amount,
                        taxonomyCode: try TaxonomyCode("9/0101002IM/"), remittance: "x")
                ], paidAt: nil, heldUntil: nil)
        }
        return Position(
            id: Identifier.make(at: created, random: &random), creditor: creditor, externalID: "E\(number)",
            debtTypeKey: pick(["mensa", "multe"], &random), payableAfterDue: Bool.random(using: &random),
            document: Document(year: pick([2_025, 2_026], &random), number: pick(documents, &random)),
            description: pick(descriptions, &random),
            debtor: Debtor(
                kind: .person, taxCode: pick([TestData.mario, TestData.anna], &random), fullName: "Qualcuno",
                email: nil,
                address: nil), lines: [], installments: installments, metadata: [:], state: isDraft ? .draft : .open,
            version: 1, createdAt: created, updatedAt: created.adding(seconds: Int.random(in: 0..<3, using: &random)),
            publishedAt: isDraft ? nil : created, cancelledAt: nil,
            alternativeGroup: number % 3 == 0 ? "G\(number % 4)" : nil)
    }

    private static func insert(_ positions: [Position], _ ledger: TestData) async throws {
        try await ledger.store.transaction(within: .everyCreditor) { tx in
            for position in positions { tx.insert(position, fingerprint: [UInt8](repeating: 7, count: 32)) }
        }
    }

    /// Positions in every state, some paid in part or cancelled, some under review.
    private static func fill(_ ledger: TestData, _ random: inout SeededRandom) async throws {
        _ = try await ledger.pool.query(
            """
            INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                created_at, updated_at)
            SELECT tax_code, 'multe', '{"it":"Multe"}', 'police', '9/0101002IM/', true, now(), now() FROM creditors
            """)
        var positions: [Position] = []
        for creditor in [TestData.alfa, TestData.beta] {
            for number in 0..<30 { positions.append(try position(number, of: creditor, &random)) }
        }
        try await insert(positions, ledger)
        for position in positions where position.state == .open {
            var paid: [Installment] = []
            for installment in position.installments where Int.random(in: 0..<3, using: &random) == 0 {
                // In three months, so that a position may have payments before and after a month without one.
                let at = Self.base.adding(seconds: 86_400 * pick([-60, -31, 0], &random))
                let current = try #require(
                    try await ledger.store.read(
                        within: .everyCreditor, Positions.show(position.id, within: .everyCreditor)))
                paid.append(installment)
                let state: PositionState = paid.count == position.installments.count ? .paid : .partiallyPaid
                try await ledger.store.transaction(within: .everyCreditor) { tx in
                    tx.pay(installment, of: current, becoming: state, paidAt: at, writtenOff: .zero, at: at)
                }
            }
            if paid.isEmpty, Int.random(in: 0..<5, using: &random) == 0 {
                let at = Self.base
                try await ledger.store.transaction(within: .everyCreditor) { tx in
                    tx.setState(.cancelled, of: position, at: at)
                }
            }
        }
        // The end of a validity on the due date does not change the status.
        _ = try await ledger.pool.query(
            """
            UPDATE installments i SET valid_until = i.due_date
            FROM positions p WHERE p.id = i.position_id AND NOT p.payable_after_due AND i.number = 1
            """)
        _ = try await ledger.pool.query(
            """
            UPDATE anomalies a SET position_id = p.id FROM positions p
            WHERE a.position_id IS NOT NULL AND a.is_open AND p.creditor_tax_code = a.creditor_tax_code
                AND p.external_id = 'E' || (extract(minute FROM a.opened_at)::integer % 30)
            """)
    }

    private static func everyPosition(_ ledger: TestData) async throws -> [Position] {
        let ids = try await ledger.pool.query("SELECT id FROM positions").map { row in
            var row = row
            return try row.identifier(Position.self)
        }
        var positions: [Position] = []
        for id in ids {
            let found = try await ledger.store.read(within: .everyCreditor, Positions.show(id, within: .everyCreditor))
            positions.append(try #require(found))
        }
        return positions
    }

    private static func isVisible(_ position: Position, within tenancy: Tenancy) -> Bool {
        switch tenancy {
        case .everyCreditor, .psp: true
        case .registry: false
        case .only(let creditors, _): creditors.contains(position.creditor)
        case .citizen(let code, let creditor):
            position.debtor.taxCode == code && (creditor.map { $0 == position.creditor } ?? true)
        }
    }

    private static func fits(_ position: Position, _ filter: PositionFilter) -> Bool {
        func holds<T>(_ wanted: T?, _ test: (T) -> Bool) -> Bool { wanted.map(test) ?? true }
        let parts = position.installments
        let due = position.owedDueDate
        let paidDays = parts.compactMap(\.paidAt).map { CalendarDate(romeDayOf: $0) }
        let isPaidInRange = paidDays.contains { day in
            holds(filter.paidFrom) { $0 <= day } && holds(filter.paidTo) { day <= $0 }
        }
        return (filter.statuses.isEmpty || filter.statuses.contains(position.status(today: today)))
            && holds(filter.externalID) { $0 == position.externalID }
            && holds(filter.debtTypeKey) { $0 == position.debtTypeKey }
            && holds(filter.alternativeGroup) { $0 == position.alternativeGroup }
            && holds(filter.service) { $0 == services[position.debtTypeKey] }
            && holds(filter.documentYear) { $0 == position.document.year }
            && holds(filter.documentNumber) { $0 == position.document.number }
            && holds(filter.iuv) { iuv in parts.contains { $0.iuv == iuv } }
            && holds(filter.noticeNumber) { notice in parts.contains { $0.noticeNumber == notice } }
            && holds(filter.dueFrom) { $0 <= due } && holds(filter.dueTo) { due <= $0 }
            && (filter.paidFrom == nil && filter.paidTo == nil || isPaidInRange)
            && (filter.validUntilFrom == nil && filter.validUntilTo == nil
                || parts.compactMap(\.validUntil).contains { day in
                    holds(filter.validUntilFrom) { $0 <= day } && holds(filter.validUntilTo) { day <= $0 }
                })
            && holds(filter.noticeNumberPart) { digits in parts.contains { $0.noticeNumber.value.contains(digits) } }
            && holds(filter.updatedSince) { $0 <= position.updatedAt }
            && holds(filter.debtor) { $0 == position.debtor.taxCode }
            && holds(filter.isUnderReview) { $0 == !position.reviewReasons.isEmpty }
            && holds(filter.words) { words in
                position.description.lowercased().contains(words.lowercased()) || position.document.number == words
                    || position.externalID == words
                    || parts.contains { $0.iuv.value == words || $0.noticeNumber.value == words }
            }
    }

    /// The sort key of a position as text that sorts like the database's key.
    private static func key(_ position: Position, _ order: PositionOrder) -> String {
        func padded(_ number: Int64) -> String { String(10_000_000_000_000_000 + number) }
        let first =
            switch order {
            case .created, .createdDescending: padded(position.createdAt.microseconds)
            case .due, .dueDescending: padded(Int64(position.owedDueDate.epochDays))
            case .updated, .updatedDescending: padded(position.updatedAt.microseconds)
            case .document, .documentDescending: "\(position.document.year) \(position.document.number)"
            }
        return "\(first) \(position.id)"
    }

    private static func sorted(_ positions: [Position], _ order: PositionOrder) -> [Position] {
        let ascending = positions.sorted { key($0, order) < key($1, order) }
        return order.rawValue.hasPrefix("-") ? ascending.reversed() : ascending
    }

    /// One value for each filter, most of which fit some positions.
    private static func filters(_ positions: [Position], _ random: inout SeededRandom) -> [(inout PositionFilter) ->
        Void]
    {
        let some = pick(positions, &random)
        let part = pick(some.installments, &random)
        let status = pick(PositionStatus.allCases, &random)
        let other = pick(PositionStatus.allCases, &random)
        let (from, length) = (pick([-90, -62, -40, -27, -1, 0], &random), pick([0, 20, 40], &random))
        let words = pick(
            [
                "mensa", "100%", "a_n", "\\", "MULTA", "A1", "%", "_", "zz", some.externalID, part.iuv.value,
                part.noticeNumber.value,
            ], &random)
        let review = Bool.random(using: &random)
        let digits = String(part.noticeNumber.value.dropFirst(pick([0, 5, 9, 12], &random)).prefix(6))
        return [
            { $0.statuses = [status] }, { $0.statuses = [status, other] }, { $0.debtTypeKey = some.debtTypeKey },
            { $0.alternativeGroup = some.alternativeGroup ?? "G9" }, { $0.service = "police" },
            { $0.service = "other" }, { $0.documentYear = 2_026 },
            { $0.documentNumber = some.document.number }, { $0.iuv = part.iuv },
            { $0.noticeNumber = part.noticeNumber }, { $0.externalID = some.externalID }, { $0.dueFrom = day(from) },
            { $0.dueTo = day(from + length) },
            { $0.paidFrom = day(from) }, { $0.paidTo = day(from + length) },
            {
                $0.paidFrom = day(from)
                $0.paidTo = day(from + length)
            }, { $0.updatedSince = some.updatedAt },
            { $0.validUntilFrom = day(from) },
            {
                $0.validUntilFrom = day(from)
                $0.validUntilTo = day(from + length)
            }, { $0.noticeNumberPart = digits },
            { $0.debtor = some.debtor.taxCode }, { $0.isUnderReview = review }, { $0.words = words },
        ]
    }

    private static let tenancies: [Tenancy] = [
        .everyCreditor, .only([TestData.alfa]), .only([TestData.beta, TestData.alfa]), .only([]),
        .citizen(TestData.mario),
        .citizen(TestData.anna, of: TestData.beta),
    ]

    /// All pages of a list, one after the other.
    private static func pages(
        _ filter: PositionFilter, within tenancy: Tenancy, _ order: PositionOrder, limit: Int, _ ledger: TestData,
        between: () async throws -> Void = {}
    ) async throws -> (items: [PositionSummary], total: Int?) {
        var items: [PositionSummary] = []
        var after: Cursor?
        var total: Int?
        repeat {
            let request = PageRequest(limit: limit, after: after, includeTotal: true)
            let page = try await ledger.store.read(
                within: tenancy, Positions.list(filter, within: tenancy, order: order, page: request, today: today))
            #expect(page.items.count == limit || page.next == nil)
            items += page.items
            total = total ?? page.total
            after = page.next
            if after != nil { try await between() }
        } while after != nil
        return (items, total)
    }

    @Test func `every filter, alone and with others, finds exactly the positions that a plain reading finds`()
        async throws
    {
        try await TestData.with { ledger in
            var random = SeededRandom(seed: 121)
            try await Self.fill(ledger, &random)
            let all = try await Self.everyPosition(ledger)
            #expect(Set(all.map { $0.status(today: Self.today) }).count == PositionStatus.allCases.count)
            #expect(all.contains { !$0.reviewReasons.isEmpty })
            func check(_ filter: PositionFilter, _ tenancy: Tenancy, _ order: PositionOrder, _ limit: Int) async throws
            {
                let expected = Self.sorted(
                    all.filter { Self.isVisible($0, within: tenancy) && Self.fits($0, filter) }, order)
                let found = try await Self.pages(filter, within: tenancy, order, limit: limit, ledger)
                #expect(found.items.map(\.id) == expected.map(\.id), "\(filter) \(tenancy) \(order)")
                #expect(found.total == expected.count)
                for (summary, position) in zip(found.items, expected) {
                    #expect(summary.paidCents == position.paidCents && summary.totalCents == position.totalCents)
                    #expect(summary.dueDate == position.owedDueDate && summary.payableUntil == position.payableUntil)
                    #expect(summary.reviewReasons == position.reviewReasons && summary.state == position.state)
                }
            }
            for order in PositionOrder.allCases {
                for tenancy in Self.tenancies { try await check(PositionFilter(), tenancy, order, 13) }
            }
            for _ in 0..<4 {
                for apply in Self.filters(all, &random) {
                    var filter = PositionFilter()
                    apply(&filter)
                    try await check(filter, .everyCreditor, .created, 100)
                }
            }
            for limit in [1, 3, 13, 100] {
                for (from, to) in [(-90, 90), (-40, -1), (0, 1), (2, 39), (40, 40), (1, 0), (-500, 500)] {
                    var filter = PositionFilter()
                    filter.dueFrom = Self.day(from)
                    filter.dueTo = Self.day(to)
                    for order in [PositionOrder.created, .createdDescending] {
                        for tenancy in Self.tenancies { try await check(filter, tenancy, order, limit) }
                    }
                }
            }
            for _ in 0..<80 {
                var filter = PositionFilter()
                for apply in Self.filters(all, &random) where Int.random(in: 0..<6, using: &random) == 0 {
                    apply(&filter)
                }
                try await check(
                    filter, Self.pick(Self.tenancies, &random), Self.pick(PositionOrder.allCases, &random),
                    Self.pick([1, 7, 100], &random))
            }
        }
    }

    @Test func `pages contain every position once although others are inserted between them`() async throws {
        try await TestData.with { ledger in
            var random = SeededRandom(seed: 122)
            try await Self.fill(ledger, &random)
            var number = 1_000
            for order in PositionOrder.allCases {
                let before = Self.sorted(try await Self.everyPosition(ledger), order)
                let found = try await Self.pages(
                    PositionFilter(), within: .only([TestData.alfa, TestData.beta]), order, limit: 20, ledger
                ) {
                    number += 1
                    try await Self.insert([Self.position(number, of: TestData.alfa, &random)], ledger)
                }
                let known = Set(before.map(\.id))
                #expect(found.items.map(\.id).filter(known.contains) == before.map(\.id), "\(order)")
                #expect(Set(found.items.map(\.id)).count == found.items.count)
                #expect(found.total == before.count)
            }
        }
    }
}
