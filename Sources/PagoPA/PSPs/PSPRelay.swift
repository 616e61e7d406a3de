/// A sender that relays RTs of other PSPs, as pagoPA's node does. The PSP named in its RTs is trusted; for any other sender, the
/// PSP is the sender itself, identified by its signature.
package struct PSPRelay: Sendable, Equatable {
    package let psp: PSPID
    package let registeredAt: Instant

    package init(psp: PSPID, registeredAt: Instant) {
        self.psp = psp
        self.registeredAt = registeredAt
    }
}
