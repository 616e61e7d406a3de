import PagoPA
import Postgres

extension Transaction {
    /// `column = state`, with the target state of the event in the transition table.
    func change<State: TransitionTable>(_ column: SQL, by event: State.Event, of _: State.Type) -> SQL {
        // An event with several targets has no single target state, so the assignment is NULL, which the column rejects.
        "\(column) = \(State.state(after: event)?.rawValue)"
    }

    /// Whether the row is in a state in which the event may occur.
    func fits<State: TransitionTable>(_ column: SQL, _ event: State.Event, of _: State.Type) -> SQL {
        "\(column) = ANY(\(State.states(before: event).map(\.rawValue)))"
    }
}
