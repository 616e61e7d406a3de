import Operations
import PagoPA
import Requests
import Testing

/// Writes that are decided on a snapshot of the entity, before their transaction.
@Suite struct PreconditionTests {
    private func draft(_ test: TestIntermediary, _ description: String, of position: Position) throws
        -> Result<PositionDraft, any Error>
    {
        .success(try test.draft(of: position, description: description))
    }

    @Test func `a change decided on an outdated snapshot is decided again on the current position`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("one"), with: intermediary)
            var seen: [String] = []

            let changed = try await withSnapshot {
                try await intermediary.positions.show(position.id, for: .office)
            } write: { snapshot in
                let old = try #require(snapshot).position
                seen.append(old.description)
                if seen.count == 1 {
                    _ = try await intermediary.positions.change(
                        position.id, to: draft(test, "by another", of: old), by: .office)
                }
                return try await intermediary.positions.change(
                    position.id, to: draft(test, "mine", of: old), by: .office,
                    demanding: Precondition(.met, on: snapshot))
            }

            #expect(seen == ["Mensa scolastica", "by another"])
            #expect(changed.position.description == "mine")
            #expect(changed.position.version == 3)
        }
    }

    @Test func `each change on one position is made, however many are decided at the same time`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("many"), with: intermediary)

            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...4 {
                    group.addTask {
                        _ = try await withSnapshot {
                            try await intermediary.positions.show(position.id, for: .office)
                        } write: { snapshot in
                            let old = try #require(snapshot).position
                            return try await intermediary.positions.change(
                                old.id, to: draft(test, "\(old.description) \(number)", of: old), by: .office,
                                demanding: Precondition(.met, on: snapshot))
                        }
                    }
                }
                try await group.waitForAll()
            }

            let last = try await intermediary.positions.show(position.id, for: .office).position
            #expect(last.version == 5)
            #expect(last.description.split(separator: " ").dropFirst(2).sorted() == ["1", "2", "3", "4"])
        }
    }

    @Test func `a failed condition is reported before an invalid body, and a missing one after it`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let old = try await intermediary.creditors.show(TestIntermediary.comune, for: .ops)
            let invalid = Refusal.invalid([Fault("/name", .required, "is required")])

            await #expect(throws: Refusal.preconditionFailed) {
                try await intermediary.creditors.save(
                    old.taxCode, as: .failure(invalid), by: .ops, demanding: Precondition(.failed, on: old))
            }
            await #expect(throws: invalid) {
                try await intermediary.creditors.save(
                    old.taxCode, as: .failure(invalid), by: .ops, demanding: Precondition(.missing, on: old))
            }
            await #expect(throws: SnapshotOutdated.self) {
                try await intermediary.creditors.save(
                    old.taxCode, as: .success(old), by: .ops, demanding: Precondition(.met, on: nil))
            }
        }
    }

    @Test func `an entity that changes at each try makes the service busy`() async throws {
        var tries = 0
        do {
            try await withSnapshot { () async throws -> Int in
                throw Refusal.notFound
            } write: { missing in
                #expect(missing == nil)
                tries += 1
                _ = try Precondition<Int>(.met, on: missing).isMissing(for: tries)
            }
            Issue.record("An outdated snapshot was written.")
        } catch let refusal as Refusal {
            #expect(refusal == .busy(retryAfterSeconds: 1))
        }
        #expect(tries == 10)
    }
}
