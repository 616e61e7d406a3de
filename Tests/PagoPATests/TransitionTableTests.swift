import PagoPA
import Testing

/// The transition tables, every state with every event, written a second time as text.
@Suite struct TransitionTableTests {
    /// Lines of a state and its next states, `-` where the event does not fit, in the order of the events.
    private func expect<State: RawRepresentable<String> & CaseIterable, Event>(
        _ table: String, _ events: [Event], _ after: (State, Event) -> State?
    ) {
        let lines = State.allCases.map { state in
            ([state.rawValue] + events.map { after(state, $0)?.rawValue ?? "-" }).joined(separator: " ")
        }
        let expected = table.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines == expected)
    }

    @Test func `positions`() {
        let events: [PositionEvent] = [
            .publish, .cancel, .restore, .partPaid, .fullyPaid, .partVoided, .fullyVoided, .partWrittenOff,
            .fullyWrittenOff, .writeOffUndone,
        ]
        #expect(events == PositionEvent.allCases)
        for (wasPublished, restored) in [(true, "open"), (false, "draft")] {
            expect(
                """
                draft          open           cancelled draft -              -    -              -    -              -    -
                open           open           cancelled open  partially_paid paid -              -    -              -    -
                partially_paid partially_paid -         -     partially_paid paid partially_paid open partially_paid paid partially_paid
                paid           paid           -         -     -              -    partially_paid open -              -    partially_paid
                cancelled      -              cancelled \(restored) -        -    -              -    -              -    -
                """, events
            ) { (state: PositionState, event) in state.after(event, wasPublished: wasPublished) }
        }
    }

    @Test func `attempts`() {
        let events: [AttemptEvent] = [
            .pspAccepted, .pspFailed, .cameBack, .cancel, .deadlinePassed, .paid, .partlyPaid, .refused, .paidElsewhere,
        ]
        #expect(events == AttemptEvent.allCases)
        expect(
            """
            created             redirected failed in_progress cancelled expired succeeded partially_succeeded failed paid_elsewhere
            redirected          -          -      in_progress cancelled expired succeeded partially_succeeded failed paid_elsewhere
            in_progress         -          -      -           -         expired succeeded partially_succeeded failed paid_elsewhere
            succeeded           -          -      -           -         -       -         -                   -      -
            partially_succeeded -          -      -           -         -       succeeded -                   -      -
            failed              -          -      -           -         -       succeeded partially_succeeded -      -
            cancelled           -          -      -           -         -       succeeded partially_succeeded -      -
            expired             -          -      -           -         -       succeeded partially_succeeded -      -
            paid_elsewhere      -          -      -           -         -       succeeded partially_succeeded -      -
            """, events
        ) { (state: AttemptStatus, event) in state.after(event) }
    }

    @Test func `notifications`() {
        let events: [NotificationEvent] = [
            .claimed, .delivered, .failedForNow, .failedForGood, .released, .retriedByOps,
            .recipientRefused, .returned,
        ]
        #expect(events == NotificationEvent.allCases)
        expect(
            """
            queued   sending -    -        -    -      queued -       -
            sending  sending sent retrying dead queued -      skipped -
            sent     -       -    -        -    -      -      -       bounced
            retrying sending -    -        -    -      queued -       -
            dead     -       -    -        -    -      queued -       -
            skipped  -       -    -        -    -      -      -       -
            bounced  -       -    -        -    -      -      -       -
            """, events
        ) { (state: NotificationState, event) in state.after(event) }
        for event in events {
            let before = NotificationState.states(before: event)
            #expect(Set(before) == Set(NotificationState.allCases.filter { $0.after(event) != nil }))
            #expect(
                NotificationState.state(after: event).map { next in before.allSatisfy { $0.after(event) == next } }
                    ?? false)
        }
    }

    @Test func `refunds`() {
        expect(
            """
            decided paid failed
            paid    paid failed
            failed  -    failed
            """, RefundEvent.allCases
        ) { (state: RefundStatus, event) in state.after(event) }
    }

    @Test func `outcomes of installments`() {
        expect(
            """
            pending        pending        paid failed         paid_elsewhere
            paid           paid           paid paid           paid
            failed         failed         paid failed         paid_elsewhere
            paid_elsewhere paid_elsewhere paid paid_elsewhere paid_elsewhere
            """, ItemOutcome.allCases
        ) { (state: ItemOutcome, event) in state.after(event) }
    }

    @Test func `only an attempt that the service or another payment ended is withdrawn from the PSP's portal`() {
        #expect(
            AttemptStatus.allCases.filter(\.endsPortal) == [.partiallySucceeded, .cancelled, .expired, .paidElsewhere])
        #expect(AttemptStatus.allCases.filter { !$0.isFinal } == [.created, .redirected, .inProgress])
    }
}
