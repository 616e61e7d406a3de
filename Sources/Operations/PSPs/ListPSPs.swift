import Accounts
import PagoPA
import Storage

package struct PSPChoices: Sendable {
    package let version: Int
    package let choices: [PSPChoice]
}

extension Intermediary {
    /// What may be chosen for this amount, in an order that favours nobody.
    /// - Parameter payer: the front end's own name for the payer; without one the order holds for a caller and day.
    package func listPSPs(
        method: PaymentMethod?, amount: Amount, order: ChoiceOrder, payer: String?, for caller: Caller
    ) async throws -> PSPChoices {
        guard let list = try await currentPSPList() else { return PSPChoices(version: 0, choices: []) }
        let lots = payer ?? caller.citizen.map { "\($0.citizen)" } ?? "\(caller.key.id)/\(today)"
        return PSPChoices(
            version: list.version, choices: list.choices(method: method, amount: amount, order: order, payer: lots))
    }

    /// Every payment method of the list in force with what it costs for this amount.
    package func listPaymentMethods(amount: Amount?, for caller: Caller) async throws -> [MethodOffer] {
        try await currentPSPList()?.methods(amount: amount) ?? []
    }
}
