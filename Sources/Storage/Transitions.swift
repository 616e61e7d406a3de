import PagoPA
import Postgres

extension Transaction {
    /// `column = state`: where the transition table leads by this event.
    func change<State: TransitionTable>(_ column: SQL, by event: State.Event, of _: State.Type) -> SQL {
        // An event with several targets has no such assignment: NULL, which the column refuses.
        "\(column) = \(State.state(after: event)?.rawValue)"
    }

    /// Whether the row is in a state that fits the event.
    func fits<State: TransitionTable>(_ column: SQL, _ event: State.Event, of _: State.Type) -> SQL {
        "\(column) = ANY(\(State.states(before: event).map(\.rawValue)))"
    }
}
