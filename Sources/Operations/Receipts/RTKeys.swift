import PagoPA
import Storage

extension [KnownRT] {
    /// The stored receipt that an RT with this key and outcome must agree with; different content is a conflict. `nil` means that the RT
    /// becomes a new receipt. An OK is compared only with an earlier OK, so a KO never blocks an OK. A KO is compared with an OK of its key
    /// as well, because an OK takes precedence.
    func rival(of outcome: RTOutcome) -> KnownRT? {
        let counting = filter { !$0.isSuperseded }
        if let paid = counting.first(where: { $0.outcome.movedMoney }) { return paid }
        return outcome.movedMoney ? nil : counting.first
    }
}

extension RTOperations {
    /// Determines the PSP of an RT: the PSP named in the RT if the sender is a registered relay, else the sender, which the signature
    /// proves.
    func attributed(_ rt: RT, sentBy sender: PSPID, in tx: Transaction) async throws -> RT {
        guard rt.psp.id != sender, try await tx.ask(PSPRelays.show(sender)) == nil else { return rt }
        var own = rt
        own.psp = RTPSP(
            id: sender, businessName: rt.psp.businessName, taxCode: rt.psp.taxCode, channel: rt.psp.channel)
        if rt.notes.count < RTNotes.maximum {
            own.notes.append(
                RTNote(
                    "/psp/id", .inconsistent,
                    "is not the sender, which is not registered as a relay: the sender is the PSP"))
        }
        return own
    }
}
