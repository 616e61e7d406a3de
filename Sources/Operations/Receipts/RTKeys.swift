import PagoPA
import Storage

extension [KnownRT] {
    /// The receipt that an RT of this key and outcome has to agree with; with other content it is in conflict with it. `nil`: it is a new
    /// receipt. What was paid has to agree with what was paid before: a KO never blocks an OK. A KO has to agree with an OK of its
    /// key too, because positive beats negative.
    func rival(of outcome: RTOutcome) -> KnownRT? {
        let counting = filter { !$0.isSuperseded }
        if let paid = counting.first(where: { $0.outcome.movedMoney }) { return paid }
        return outcome.movedMoney ? nil : counting.first
    }
}

extension Intermediary {
    /// Whose RT it is: the PSP that it names if its sender is a registered relay, else the sender, which its signature proves.
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
