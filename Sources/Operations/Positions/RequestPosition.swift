import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Creates an open position that a payer requests without a bill (pagamento spontaneo), as the form of its debt type allows. A
    /// signed-in citizen requests it for themselves, or for the person of a delegation.
    /// - Throws: `Refusal.notFound` for a debt type that the key does not see, `.invalid` with every violation, `.suspended`,
    ///   `.tooManyPositionRequests`, `.noticeNumbersExhausted`.
    package func request(
        _ request: PositionRequest, by caller: Caller, repeating: Repeating<Position>
    ) async throws -> Once<Position> {
        // The position is one of the key's creditors, also if the key is published and only its citizens may use it.
        let tenancy = caller.key.noticeTenancy
        return try await retryingNumbers(of: nil) { tries in
            try await once(repeating, within: tenancy) { tx, now in
                let found = try await tx.ask(
                    Creditors.debtType(request.debtTypeKey, of: request.creditor, within: tenancy))
                guard let debtType = found else { throw Refusal.notFound }
                let draft = try draft(request, of: debtType, by: caller, at: now)
                try await count(request, by: caller, in: tx, at: now)
                let outcome = try await createUnlessStored(
                    draft, fingerprint: SHA256.digest(draft.meaning), by: caller, within: tenancy,
                    afterTries: tries, in: tx, at: now)
                guard case .created(let position) = outcome else { throw Refusal.notFound }
                return position
            }
        }
    }

    private func draft(_ request: PositionRequest, of debtType: DebtType, by caller: Caller, at now: Instant) throws
        -> PositionDraft
    {
        guard let form = debtType.requestForm else {
            throw Refusal.invalid([
                Fault("/key", .notAllowed, "is a debt type of which payers cannot request positions")
            ])
        }
        var faults = request.faults(against: form)
        let debtor = request.debtor ?? caller.citizen.flatMap { $0.taxCode == caller.person ? Debtor($0.payer) : nil }
        if debtor == nil {
            faults.append(Fault("/debtor", .required, "is required, unless a signed-in citizen acts for themselves"))
        } else if let person = caller.person, debtor?.taxCode != person {
            faults.append(Fault("/debtor/tax_code", .mismatch, "is not that of the person for whom the citizen acts"))
        }
        guard faults.isEmpty, let debtor, let amount = request.amount ?? form.fixedAmount else {
            throw Refusal.invalid(faults)
        }
        return request.draft(
            of: debtType, form, amount: amount, debtor: debtor, id: .make(at: now), today: CalendarDate(romeDayOf: now))
    }

    private static let periodSeconds = 3_600

    private func count(_ request: PositionRequest, by caller: Caller, in tx: Transaction, at now: Instant) async throws
    {
        let counted = try await tx.ask(
            Positions.countRequest(
                of: caller.key.lineage, to: request.creditor, periodSeconds: Self.periodSeconds, at: now))
        guard let counted, counted.requests > RequestForm.maximumRequestsPerHour else { return }
        let end = counted.countedFrom.adding(seconds: Self.periodSeconds)
        throw Refusal.tooManyPositionRequests(retryAfterSeconds: max(1, now.seconds(until: end)))
    }
}

extension Debtor {
    fileprivate init(_ payer: Payer) {
        self.init(kind: payer.kind, taxCode: payer.taxCode, fullName: payer.fullName, email: payer.email, address: nil)
    }
}
