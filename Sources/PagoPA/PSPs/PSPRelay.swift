/// A sender that relays RTs of other PSPs, as pagoPA's node does. What it names as the PSP of an RT is believed; of any other sender the PSP
/// is the sender itself, by its signature.
package struct PSPRelay: Sendable, Equatable {
    package let psp: PSPID
    package let registeredAt: Instant

    package init(psp: PSPID, registeredAt: Instant) {
        self.psp = psp
        self.registeredAt = registeredAt
    }
}
