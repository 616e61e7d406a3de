import PagoPA
import Testing

/// The events of journal entries.
@Suite struct EventTypeTests {
    private static let creditor = Result { try OrganizationTaxCode("12345678903") }

    private func event(_ kind: JournalKind, _ to: String?) -> EventType? { EventType(of: kind, to: to) }

    @Test func `every status of an attempt, a receipt and a refund has an event with its name`() {
        for status in AttemptStatus.allCases {
            #expect(event(.attemptState, status.rawValue)?.rawValue == "attempt.\(status.rawValue)")
        }
        for status in Disposition.allCases {
            for kind in [JournalKind.rtReceived, .receiptMatched, .counterPaymentVoided] {
                #expect(event(kind, status.rawValue)?.rawValue == "receipt.\(status.rawValue)")
            }
        }
        for status in RefundStatus.allCases {
            #expect(event(.refundState, status.rawValue)?.rawValue == "refund.\(status.rawValue)")
        }
        for state in PositionState.allCases {
            #expect(event(.positionState, state.rawValue) == (state == .paid ? .positionPaid : .positionChanged))
        }
        #expect(event(.attemptState, nil) == nil && event(.attemptState, "unknown") == nil)
    }

    @Test func `the name of a type begins with the kind of its subject, and every type can occur`() {
        var types: Set<EventType> = []
        let words =
            AttemptStatus.allCases.map(\.rawValue) + Disposition.allCases.map(\.rawValue)
            + RefundStatus.allCases.map(\.rawValue) + PositionState.allCases.map(\.rawValue)
        for kind in JournalKind.allCases {
            for word in words {
                if let type = event(kind, word) { types.insert(type) }
            }
        }
        #expect(types == Set(EventType.allCases))
        for type in EventType.allCases { #expect(type.rawValue.hasPrefix("\(type.subject.rawValue).")) }
    }

    @Test func `an entry without a creditor is no event`() throws {
        let actor = Actor.loop
        #expect(JournalEntry(.anomalyResolved, by: actor, from: "unreadable_rt", to: "reject").event == nil)
        let known = JournalEntry(.anomalyResolved, by: actor, creditor: try Self.creditor.get(), to: "reject")
        #expect(known.event == .anomalyResolved)
        #expect(JournalEntry(.creditorSaved, by: actor, creditor: try Self.creditor.get()).event == nil)
    }
}
