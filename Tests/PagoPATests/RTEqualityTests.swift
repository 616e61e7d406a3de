import Foundation
import PagoPA
import TestSupport
import Testing

/// Whether two RTs are one RT sent twice, member by member.
@Suite struct RTEqualityTests {
    /// The contract's name of a member, and an RT that differs in this member alone.
    typealias Change = (name: String, change: @Sendable (inout RTParts) -> Void)

    /// Members about the payment itself, which are compared in every pair of syntaxes.
    private static let payment: [Change] = [
        ("creditor_tax_code", { $0.creditor = Given.provincia }), ("iuv", { $0.iuv = "02260618143027135" }),
        ("outcome_code", { $0.outcome = .partlyExecuted }), ("amount_cents", { $0.cents += 1 }),
        ("fee_cents", { $0.fee = 151 }), ("paid_at", { $0.paidAt = Given.now.adding(seconds: 86_400) }),
        ("transfers", { $0.transfers[0].cents += 1 }),
    ]

    /// Members that are compared within one syntax alone.
    private static let details: [Change] = [
        ("notice_number", { $0.noticeNumber = "348172725623804858" }), ("attempt_id", { $0.attempt = 2 }),
        ("payment_context", { $0.context = "CCP-2" }), ("payment_method", { $0.method = "BBT" }),
        ("psp/business_name", { $0.psp.name = "Banca Beta" }), ("psp/tax_code", { $0.psp.taxCode = "12345678903" }),
        ("psp/channel_id", { $0.psp.channel = "channel_2" }), ("failure_reason", { $0.failureReason = "other" }),
        ("payer", { $0.payer?.kind = .company }), ("payer", { $0.payer?.taxCode = "VRDNNA85M41F205G" }),
        ("payer", { $0.payer?.fullName = "Anna" }), ("payer", { $0.payer?.email = "anna@example.org" }),
        ("debtor", { $0.debtor?.kind = .company }), ("debtor", { $0.debtor?.taxCode = "VRDNNA85M41F205G" }),
        ("debtor", { $0.debtor?.fullName = "Anna" }), ("debtor", { $0.debtor?.email = "anna@example.org" }),
        ("transfers/remittance", { $0.transfers[0].remittance = "Other" }),
        ("transfers/iban", { $0.transfers[0].iban = "DE89370400440532013000" }),
    ]

    private static func differences(_ one: RTParts, _ other: RTParts) throws -> [String] {
        let (one, other) = (try one.rt(), try other.rt())
        let names = one.differences(from: other)
        // Which of two RTs arrived first must not matter.
        #expect(other.differences(from: one) == names)
        return names
    }

    @Test func `each changed member is named, and changes the fingerprint`() throws {
        for (name, change) in Self.payment + Self.details {
            var other = RTParts()
            change(&other)
            #expect(try Self.differences(RTParts(), other) == [name])
            #expect(try RTParts().rt().meaning != other.rt().meaning, "\(name)")
        }
        #expect(try Self.differences(RTParts(), RTParts()).isEmpty)
    }

    @Test func `between two syntaxes only the members about the payment are compared`() throws {
        var official = RTParts()
        official.syntax = .xml
        for (name, change) in Self.payment {
            var other = official
            change(&other)
            #expect(try Self.differences(RTParts(), other) == [name], "\(name)")
        }
        var split = official
        split.transfers = [.init(cents: 5_000), .init(cents: 980)]
        #expect(try Self.differences(RTParts(), split) == ["transfers"])
        for (name, change) in Self.details {
            var other = official
            change(&other)
            #expect(try Self.differences(RTParts(), other).isEmpty, "\(name)")
        }
    }

    @Test func `a member that one RT omits is no difference`() throws {
        let omissions: [@Sendable (inout RTParts) -> Void] = [
            { $0.noticeNumber = nil }, { $0.context = nil }, { $0.attempt = nil }, { $0.fee = nil },
            { $0.psp.taxCode = nil }, { $0.psp.channel = nil }, { $0.method = nil }, { $0.transfers = [] },
            { $0.transfers[0].iban = nil }, { $0.transfers[0].remittance = nil }, { $0.payer = nil },
            { $0.payer?.kind = nil }, { $0.payer?.taxCode = nil }, { $0.payer?.fullName = nil },
            { $0.payer?.email = nil }, { $0.debtor = nil }, { $0.failureReason = nil },
        ]
        for omit in omissions {
            var other = RTParts()
            omit(&other)
            #expect(try Self.differences(RTParts(), other).isEmpty)
            #expect(try RTParts().rt().meaning != other.rt().meaning)
        }
        var bare = RTParts()
        for omit in omissions where !bare.transfers.isEmpty { omit(&bare) }
        #expect(bare.transfers.isEmpty)
        #expect(try Self.differences(RTParts(), bare).isEmpty)
    }

    @Test func `another spelling of a member is the same RT with the same fingerprint`() throws {
        var one = RTParts()
        one.psp.name = "Società"
        one.payer?.fullName = "Niccolò"
        one.transfers = [.init(cents: 5_000, remittance: "è"), .init(cents: 980, remittance: "b")]
        var other = one
        other.psp.name = one.psp.name.decomposedStringWithCanonicalMapping
        other.payer?.fullName = one.payer?.fullName?.decomposedStringWithCanonicalMapping
        other.payer?.email = "MARIO@example.org"
        other.method = "cp"
        other.transfers = [.init(cents: 980, remittance: "b"), .init(cents: 5_000, remittance: "e\u{300}")]
        #expect(try Self.differences(one, other).isEmpty)
        #expect(try one.rt().meaning == other.rt().meaning)
    }

    @Test func `a failed payment is compared without its amounts and transfers`() throws {
        var one = RTParts()
        one.outcome = .notExecuted
        for change in [{ $0.cents = 0 }, { $0.fee = 0 }, { $0.transfers[0].cents = 0 }] as [(inout RTParts) -> Void] {
            var other = one
            change(&other)
            #expect(try Self.differences(one, other).isEmpty)
        }
    }

    @Test func `times are compared as precisely as the less precise RT tells them`() throws {
        func parts(_ time: RT.Time, _ at: Instant) -> RTParts {
            var parts = RTParts()
            (parts.time, parts.paidAt) = (time, at)
            return parts
        }
        let day = CalendarDate(romeDayOf: Given.now)
        let next = CalendarDate(epochDays: day.epochDays + 1)
        let later = Given.now.adding(seconds: 3_600)
        #expect(try Self.differences(parts(.instant, Given.now), parts(.instant, later)) == ["paid_at"])
        #expect(try Self.differences(parts(.day(day), Given.now), parts(.day(day), later)).isEmpty)
        #expect(try Self.differences(parts(.day(day), Given.now), parts(.day(next), Given.now)) == ["paid_at"])
        #expect(try Self.differences(parts(.day(day), day.romeStart), parts(.instant, later)).isEmpty)
        #expect(
            try Self.differences(parts(.day(next), next.romeStart), parts(.instant, later)) == ["paid_at"])
        let far = Given.now.adding(seconds: 864_000)
        for time in [RT.Time.instant, .day(day), .document] {
            #expect(try Self.differences(parts(.document, far), parts(time, Given.now)).isEmpty)
        }
        #expect(try parts(.document, far).rt().meaning == parts(.document, Given.now).rt().meaning)
    }

    @Test func `the lengths in the fingerprint separate values that join to one text`() throws {
        var (one, other) = (RTParts(), RTParts())
        (one.psp.name, one.psp.taxCode) = ("ab", "c")
        (other.psp.name, other.psp.taxCode) = ("a", "bc")
        #expect(try one.rt().meaning != other.rt().meaning)
        (one, other) = (RTParts(), RTParts())
        one.context = "x;failure=1:y"
        other.context = "x"
        #expect(try one.rt().meaning != other.rt().meaning)
    }

    @Test func `generated pairs are equal exactly where no member that both tell is changed`() throws {
        var random = SeededRandom(seed: 71)
        let changes = Self.payment + Self.details
        for _ in 0..<500 {
            var other = RTParts()
            var names: Set<String> = []
            for (name, change) in changes where Int.random(in: 0..<8, using: &random) == 0 {
                change(&other)
                names.insert(name)
            }
            #expect(try Set(Self.differences(RTParts(), other)) == names)
        }
    }

    @Test func `an official RT is the same payment as the plain RT whose context or id it has`() throws {
        let uuid = "0199c0de-0000-7000-8000-00000000000b"
        for (context, id) in [("CCP-1", "R1"), (nil, "R1"), (nil, uuid), (uuid, "R1")] as [(String?, String)] {
            var plain = RTParts()
            (plain.context, plain.receiptID) = (context, id)
            var official = plain
            official.syntax = .xml
            official.receiptID = RT.officialID(context ?? id)
            official.context = official.receiptID
            for ids in [[], [RT.officialID(id)]] {
                official.collectionIDs = ids
                #expect(try official.rt().isSamePayment(as: plain.rt()))
                #expect(try plain.rt().isSamePayment(as: official.rt()))
                #expect(try !Set(official.rt().possibleIDs).isDisjoint(with: plain.rt().possibleIDs))
            }
            official.collectionIDs = ["another"]
            #expect(try !official.rt().isSamePayment(as: plain.rt()))
            official.collectionIDs = []
            official.cents += 1
            #expect(try !official.rt().isSamePayment(as: plain.rt()))
            #expect(try !plain.rt().isSamePayment(as: plain.rt()))
        }
        #expect(RT.officialID(uuid) == uuid.replacing("-", with: ""))
        #expect(RT.officialID(String(repeating: "x", count: 36)).count == 35 && RT.officialID("R1") == "R1")
    }
}
