import PagoPA
import Storage

/// The operations of one noun, as methods of one type. It holds the store, the clock, and the other things that its operations need. The
/// types use each other in one direction only; decision record 0059 has the graph. A step that needs only the transaction is a method of
/// `Transaction` in the folder of its noun, so that every operation can use it.
package protocol OperationGroup: Sendable {
    var store: Store { get }
    /// The system clock, or a test clock.
    var clock: @Sendable () -> Instant { get }
}

extension OperationGroup {
    /// Today's date in Rome: due dates use Italian time.
    package var today: CalendarDate { CalendarDate(romeDayOf: clock()) }

    func newID<Noun>(_: Noun.Type = Noun.self) -> Identifier<Noun> { .make(at: clock()) }
}

extension Identifier {
    static func make(at now: Instant) -> Identifier {
        var random = SystemRandomNumberGenerator()
        return make(at: now, random: &random)
    }
}
