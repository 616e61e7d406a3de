import Accounts
import PagoPA
import Storage

package struct PSPChoices: Sendable {
    package let version: Int
    package let choices: [PSPChoice]
}

extension PSPOperations {
    /// Lists the PSPs that can be chosen for this amount, in an order that favours no PSP.
    /// - Parameter payer: the front end's identifier of the payer. Without one the order is stable per caller and day.
    package func list(
        method: PaymentMethod?, amount: Amount, order: ChoiceOrder, payer: String?, for caller: Caller
    ) async throws -> PSPChoices {
        guard let list = try await offeredList(for: caller) else { return PSPChoices(version: 0, choices: []) }
        let lots = payer ?? caller.citizen.map { "\($0.citizen)" } ?? "\(caller.key.id)/\(today)"
        return PSPChoices(
            version: list.version, choices: list.choices(method: method, amount: amount, order: order, payer: lots))
    }

    /// Returns every payment method of the current PSP list with its fees for this amount.
    package func listPaymentMethods(amount: Amount?, for caller: Caller) async throws -> [MethodOffer] {
        try await offeredList(for: caller)?.methods(amount: amount) ?? []
    }

    private func offeredList(for caller: Caller) async throws -> PSPList? {
        let list = try await offeredList()
        return caller.kind == .test ? .ofTrials(list) : list
    }
}
