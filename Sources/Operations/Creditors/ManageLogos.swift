import Accounts
import Documents
import PagoPA
import Requests
import Storage

/// What a creditor sends as its logo.
package struct LogoRequest: Sendable, Equatable {
    let file: LogoFile
    let alternativeText: String
    let color: BrandColor?

    package init(file: LogoFile, alternativeText: String, color: BrandColor?) {
        self.file = file
        self.alternativeText = alternativeText
        self.color = color
    }
}

extension CreditorOperations {
    /// - Throws: `Refusal.notFound`.
    package func showLogo(of creditor: OrganizationTaxCode, for caller: Caller) async throws -> CreditorLogo {
        guard
            let logo = try await store.read(within: caller.tenancy, Logos.show(creditor, within: caller.tenancy))
        else { throw Refusal.notFound }
        return logo
    }

    /// Decodes or draws the picture and encodes it again: the stored bytes are the service's own.
    /// - Throws: `Refusal.notFound`; `.invalid` for a picture that cannot be decoded or drawn, or is too large; `.busy`.
    package func saveLogo(
        of creditor: OrganizationTaxCode, as wanted: LogoRequest, by caller: Caller
    ) async throws -> Saved<CreditorLogo> {
        // Before the transaction, because decoding takes milliseconds, and an SVG may take seconds.
        let picture: LogoImage
        do { picture = try await externalServices.decodeLogo(wanted.file) } catch let fault as LogoFault {
            throw Refusal.invalid([Fault("/\(wanted.file.member)", fault.code, fault.text)])
        } catch DocumentFailure.busy {
            throw Refusal.busy(retryAfterSeconds: ReceiptOperations.drawingRetryAfterSeconds)
        }
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let (known, old) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                Logos.show(creditor, within: caller.tenancy))
            guard known != nil else { throw Refusal.notFound }
            let logo = CreditorLogo(
                png: picture.png, width: picture.width, height: picture.height,
                alternativeText: wanted.alternativeText, color: wanted.color, createdAt: now, updatedAt: now
            ).replacing(old)
            if logo == old { return .changed(logo) }
            tx.save(logo, of: creditor)
            tx.journal(
                JournalEntry(.creditorSaved, by: caller.actor, creditor: creditor, note: "logo"), at: now)
            return old == nil ? .created(logo) : .changed(logo)
        }
    }

    /// Draws the receipt of an invented payment with the creditor's logo, colour, address and sentence.
    /// - Throws: `Refusal.notFound`; `.busy`.
    package func previewReceipt(
        in language: Language, of creditor: OrganizationTaxCode, for caller: Caller
    ) async throws -> [UInt8] {
        let (known, logo) = try await store.read(
            within: caller.tenancy, Creditors.show(creditor, within: caller.tenancy),
            Logos.show(creditor, within: caller.tenancy))
        guard let known else { throw Refusal.notFound }
        do {
            return try await externalServices.drawReceipt(
                ReceiptContent.sample(of: known, logo: logo, language: language, at: clock()))
        } catch DocumentFailure.busy {
            throw Refusal.busy(retryAfterSeconds: ReceiptOperations.drawingRetryAfterSeconds)
        }
    }

    /// - Throws: `Refusal.notFound` if there is no logo.
    package func removeLogo(of creditor: OrganizationTaxCode, by caller: Caller) async throws {
        let now = clock()
        try await store.transaction(within: caller.tenancy) { tx in
            let (known, old) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                Logos.show(creditor, within: caller.tenancy))
            guard known != nil, old != nil else { throw Refusal.notFound }
            tx.deleteLogo(of: creditor)
            tx.journal(
                JournalEntry(.creditorSaved, by: caller.actor, creditor: creditor, note: "logo deleted"), at: now)
        }
    }
}
