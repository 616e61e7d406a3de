import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// What a creditor, debt type, PSP or channel refuses while it is switched off, and what it never refuses.
@Suite(.serialized) struct SuspensionTests {
    private func suspend(
        _ subject: Suspension.Subject, _ service: Intermediary, from seconds: Int? = nil, until end: Int? = nil
    ) async throws -> Suspension {
        let now = service.clock()
        let once = try await service.suspensions.suspend(
            SuspensionRequest(
                subject: subject, reason: "Maintenance", startsAt: seconds.map { now.adding(seconds: $0) },
                endsAt: end.map { now.adding(seconds: $0) }), by: .ops)
        guard case .done(let suspension) = once else { throw TestIntermediary.Unexpected() }
        return suspension
    }

    private func refusal<R>(_ work: () async throws -> R) async -> Refusal? {
        do {
            _ = try await work()
            return nil
        } catch { return error as? Refusal ?? .busy(retryAfterSeconds: -1) }
    }

    @Test func `a creditor or a debt type that is switched off gets no new positions, until it is switched on`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let old = try await test.create(test.draft("old", isDraft: true), with: service)
            for subject in [
                Suspension.Subject.creditor(TestIntermediary.comune),
                .debtType(TestIntermediary.comune, key: "mensa"),
            ] {
                let suspension = try await suspend(subject, service)
                #expect(
                    await refusal { try await test.create(test.draft("new"), with: service) } == .suspended(suspension))
                let saved = await refusal {
                    try await service.positions.save(
                        .success(test.draft("put")), as: "put", of: TestIntermediary.comune, by: .office)
                }
                #expect(saved == .suspended(suspension))
                // A repeat is no new position, and another creditor is not affected.
                #expect(
                    await refusal { try await test.create(test.draft("old", isDraft: true), with: service) }
                        != .suspended(suspension))
                _ = try await test.create(
                    test.draft("\(subject)", creditor: TestIntermediary.provincia), with: service)

                try await service.suspensions.lift(suspension.id, by: .ops)
                _ = try await test.create(test.draft("after \(subject)"), with: service)
            }
            // What exists is not affected.
            _ = try await service.positions.move(old.id, .publish, by: .office)
            #expect(
                try await test.ask("SELECT kind FROM journal WHERE kind LIKE 'suspen%' ORDER BY id")
                    == ["suspended", "suspension_lifted", "suspended", "suspension_lifted"])
        }
    }

    @Test func `money that arrives for something that is switched off is never refused`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(test.draft("paid", cents: [5_980, 100]), with: service)
            _ = try await suspend(.creditor(TestIntermediary.comune), service)

            let received = try await test.receive(
                TestIntermediary.rt("R-1", iuv: position.installments[0].iuv), with: service)
            #expect(received.disposition == .settled)
            let payment = CounterPayment(
                installmentNumber: 2, amount: position.installments[1].amount,
                paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"), till: "1", reference: "r")
            _ = try await service.positions.recordCounterPayment(payment, on: position.id, by: .office)
            #expect(try await service.positions.show(position.id, for: .office).position.state == .paid)
        }
    }

    @Test func `no payment starts while its creditor, debt type, PSP or channel is switched off`() async throws {
        try await StartFixture.with { desk in
            let service = try desk.intermediary(FastPSP())
            let creditor = try OrganizationTaxCode("12345678903")
            let subjects: [Suspension.Subject] = [
                .creditor(creditor), .debtType(creditor, key: "mensa"), .psp(StartFixture.psp),
                .channel(StartFixture.psp, channel: try ChannelID("canale")),
            ]
            for (index, subject) in subjects.enumerated() {
                let suspension = try await suspend(subject, service)
                let refused = await refusal { try await desk.start(service, key: "refused \(index)") }
                #expect(refused == .suspended(suspension), "\(subject)")
                try await service.suspensions.lift(suspension.id, by: .ops)
            }
            // Not yet, and not any more.
            _ = try await suspend(.psp(StartFixture.psp), service, from: 3_600)
            #expect(try await desk.start(service, key: "started").hasPrefix("redirected to"))
        }
    }

    @Test func `no installment is payable while its creditor or debt type is switched off, in every view of it`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let office = Caller.office
            let position = try await test.create(test.draft("seen"), with: service)
            let other = try await test.create(
                test.draft("other", creditor: TestIntermediary.provincia), with: service)
            let codes = {
                let shown = try await service.positions.show(position.id, for: office)
                let found = try await service.positions.show(
                    noticeNumber: position.installments[0].noticeNumber, of: position.creditor, for: office)
                #expect(shown == found)
                let now = service.clock()
                let row = try await service.positions.list(
                    PositionFilter(), creditor: position.creditor, order: .created, page: PageRequest(), for: office
                ).items.first { $0.id == position.id }
                #expect(row?.isSuspended(at: now) == shown.position.isSuspended(at: now))
                return shown.position.installments.map { shown.position.disabledCode(of: $0, now: now) }
            }
            #expect(try await codes() == [nil])
            for subject in [
                Suspension.Subject.creditor(position.creditor), .debtType(position.creditor, key: "mensa"),
            ] {
                let suspension = try await suspend(subject, service)
                #expect(try await codes() == [.suspended], "\(subject)")
                let elsewhere = try await service.positions.show(other.id, for: .ops)
                #expect(!elsewhere.position.isSuspended(at: service.clock()))
                try await service.suspensions.lift(suspension.id, by: .ops)
                #expect(try await codes() == [nil])
            }
            _ = try await suspend(.creditor(position.creditor), service, from: 3_600)
            #expect(try await codes() == [nil], "it begins later")
        }
    }

    @Test func `lists of PSPs and payment methods leave out what is switched off`() async throws {
        try await StartFixture.with { desk in
            let service = try desk.intermediary(FastPSP())
            let offered = {
                try await service.psps.list(
                    method: nil, amount: Amount(cents: 100), order: .fee, payer: "p", for: desk.frontEnd
                ).choices.count
            }
            let methods = {
                try await service.psps.listPaymentMethods(amount: Amount(cents: 100), for: desk.frontEnd)
                    .count { $0.fees != nil }
            }
            #expect(try await offered() == 1)
            #expect(try await methods() == 1)
            for subject in [
                Suspension.Subject.psp(StartFixture.psp),
                .channel(StartFixture.psp, channel: try ChannelID("canale")),
            ] {
                let suspension = try await suspend(subject, service, until: 3_600)
                #expect(try await offered() == 0)
                #expect(try await methods() == 0)
                try await service.suspensions.lift(suspension.id, by: .ops)
                try await service.suspensions.lift(suspension.id, by: .ops)
                #expect(try await offered() == 1)
            }
        }
    }

    @Test func `only something that exists is switched off, and only for a time that comes`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let unknown = try OrganizationTaxCode("15376371009")
            for (subject, pointer) in [
                (Suspension.Subject.creditor(unknown), "/creditor_tax_code"),
                (.debtType(TestIntermediary.comune, key: "nido"), "/debt_type"),
                (.psp(TestIntermediary.psp), "/psp_id"),
                (.channel(TestIntermediary.psp, channel: try ChannelID("x")), "/psp_id"),
            ] {
                let refused = await refusal { try await suspend(subject, service) }
                guard case .invalid(let faults) = refused else {
                    Issue.record("\(subject): \(String(describing: refused))")
                    continue
                }
                #expect(faults.map(\.pointer) == [pointer])
            }
            let creditor = Suspension.Subject.creditor(TestIntermediary.comune)
            for (start, end, code) in [(nil as Int?, -60, FaultCode.inThePast), (3_600, 60, .mismatch)] {
                let refused = await refusal { try await suspend(creditor, service, from: start, until: end) }
                guard case .invalid(let faults) = refused else {
                    Issue.record("\(end): \(String(describing: refused))")
                    continue
                }
                #expect(faults.map(\.code) == [code])
            }
        }
    }
}
