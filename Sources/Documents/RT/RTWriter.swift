import PagoPA
import Text

/// The values of the payment request that an official RT repeats.
package struct RTRequest: Sendable, Equatable {
    /// At most 35 characters.
    package let id: String
    package let day: CalendarDate

    package init(id: String, day: CalendarDate) {
        self.id = id
        self.day = day
    }
}

extension RTDocument {
    /// The receipt as an official RT (PagInf_RPT_RT 6.2). Values that the schema requires and the receipt lacks are written as the
    /// official documents specify for unknown values; docs/official-rt.md lists each.
    /// - Parameters:
    ///   - psp: the receipt's; a payment without one, such as at the counter, has no RT.
    ///   - request: the payment request, if the service created one.
    ///   - taxonomy: codes by the transfers' index.
    package static func write(
        _ receipt: Receipt, of psp: RTPSP, request: RTRequest? = nil, taxonomy: [Int: TaxonomyCode] = [:]
    ) -> [UInt8] {
        var writer = ElementWriter()
        let paidOn = CalendarDate(romeDayOf: receipt.paidAt)
        writer.element("RT", namespace: namespace) { writer in
            writer.text("versioneOggetto", "6.2.0", 16)
            writer.element("dominio") { $0.text("identificativoDominio", receipt.creditor.value, 35) }
            writer.text("identificativoMessaggioRicevuta", receipt.id.withoutHyphens, 35)
            // The schema has no other place for the hour of the payment.
            writer.text("dataOraMessaggioRicevuta", receipt.paidAt.romeWallClock, 35)
            writer.text("riferimentoMessaggioRichiesta", request?.id, 35)
            writer.text("riferimentoDataRichiesta", (request?.day ?? paidOn).description, 10)
            writer.element("istitutoAttestante") { writer in
                identity("Attestante", institute(psp), in: &writer)
                writer.text("denominazioneAttestante", psp.businessName, 70)
            }
            writer.element("enteBeneficiario") { writer in
                identity("Beneficiario", ("G", receipt.creditor.value), in: &writer)
                writer.text("denominazioneBeneficiario", receipt.creditorName, 70)
            }
            if let payer = receipt.payer, !isSame(payer, receipt.debtor) { person("Versante", payer, in: &writer) }
            person("Pagatore", receipt.debtor, in: &writer)
            writer.element("datiPagamento") { writer in
                let moved = receipt.outcome.movedMoney
                writer.text("codiceEsitoPagamento", String(receipt.outcome.rawValue), 1)
                writer.text("importoTotalePagato", (moved ? receipt.amount : .zero).decimal, 12)
                writer.text("identificativoUnivocoVersamento", receipt.iuv.value, 35)
                // Where the newer interface knows one number only, it is the context too.
                writer.text(
                    "CodiceContestoPagamento", RT.officialID(receipt.paymentContext ?? receipt.receiptID),
                    RT.maximumOfficialIDLength)
                for (index, single) in singles(receipt).enumerated() {
                    let fee = index == 0 && moved ? receipt.fee : nil
                    write(single, of: receipt, on: paidOn, taxonomy, fee: fee, in: &writer)
                }
            }
        }
        return writer.bytes
    }

    /// A single payment: the requested and the paid amount.
    private struct Single {
        let transfer: RTTransfer?
        let paid: Amount
    }

    private static let maximumSingles = 5

    private static func singles(_ receipt: Receipt) -> [Single] {
        let transfers = receipt.transfers.sorted { $0.index < $1.index }
        let paid = transfers.map { Single(transfer: $0, paid: $0.amount) }
        switch receipt.outcome {
        case .executed: return paid.filter { $0.paid != .zero }
        case .notExecuted, .timePassed:
            // Single payments are optional here, but no other element can contain the reason.
            if transfers.isEmpty { return receipt.failureReason == nil ? [] : [Single(transfer: nil, paid: .zero)] }
            return transfers.map { Single(transfer: $0, paid: .zero) }
        case .partlyExecuted:
            let isTold = paid.contains { $0.paid == .zero }
            return isTold || paid.count == maximumSingles ? paid : paid + [Single(transfer: nil, paid: .zero)]
        case .timePassedPartlyExecuted: return paid
        }
    }

    private static func write(
        _ single: Single, of receipt: Receipt, on day: CalendarDate, _ taxonomy: [Int: TaxonomyCode], fee: Amount?,
        in writer: inout ElementWriter
    ) {
        let isPaid = single.paid != .zero
        let asked = single.transfer.map(\.amount) ?? receipt.amount
        writer.element("datiSingoloPagamento") { writer in
            writer.text("singoloImportoPagato", single.paid.decimal, 12)
            writer.text(
                "esitoSingoloPagamento", isPaid ? "ESEGUITO" : receipt.failureReason, 35, unknown: "NON ESEGUITO")
            writer.text("dataEsitoSingoloPagamento", day.description, 10)
            writer.text(
                "identificativoUnivocoRiscossione", isPaid ? RT.officialID(receipt.receiptID) : nil,
                RT.maximumOfficialIDLength)
            writer.text(
                "causaleVersamento", single.transfer?.remittance, 140,
                unknown: Remittance.text(iuv: receipt.iuv, amount: asked, description: receipt.description))
            // 9: the creditor's own code, which is not known.
            writer.text(
                "datiSpecificiRiscossione", single.transfer.flatMap { taxonomy[$0.index] }?.value ?? "9/n/a", 140)
            if let fee { writer.text("commissioniApplicatePSP", fee.decimal, 12) }
        }
    }

    /// The tax code, else the BIC or ABI that a PSP's id is, else unknown.
    private static func institute(_ psp: RTPSP) -> (kind: String, code: String) {
        if let code = psp.taxCode, isCode(code) { return ("G", code) }
        let id = psp.id.value
        if id.utf8.count == 8, id.hasPrefix("ABI"), Int(id.dropFirst(3)) != nil {
            return ("A", String(id.dropFirst(3)))
        }
        return isBIC(id) ? ("B", id) : ("G", "n/a")
    }

    /// Six letters of bank and country, two characters of the place and, in some, three of the branch.
    private static func isBIC(_ id: String) -> Bool {
        let bytes = Array(id.utf8)
        guard bytes.count == 8 || bytes.count == 11 else { return false }
        return bytes[..<6].allSatisfy(\.isUpper) && bytes[6...].allSatisfy { $0.isUpper || $0.isDigit }
            && bytes[6] != UInt8(ascii: "0") && bytes[6] != UInt8(ascii: "1") && bytes[7] != UInt8(ascii: "O")
    }

    private static func identity(
        _ suffix: String, _ identity: (kind: String, code: String), in writer: inout ElementWriter
    ) {
        writer.element("identificativoUnivoco\(suffix)") { writer in
            writer.text("tipoIdentificativoUnivoco", identity.kind, 1)
            writer.text("codiceIdentificativoUnivoco", identity.code, 16)
        }
    }

    private static func person(_ suffix: String, _ subject: RTSubject?, in writer: inout ElementWriter) {
        let code = subject?.taxCode.flatMap { isCode($0) ? $0 : nil }
        let isCompany = subject?.kind.map { $0 == .company } ?? (code?.utf8.count == 11)
        writer.element("soggetto\(suffix)") { writer in
            identity(suffix, (isCompany ? "G" : "F", code ?? unknownPerson), in: &writer)
            writer.text("anagrafica\(suffix)", subject?.fullName, 70, unknown: unknownPerson)
            if let email = subject?.email?.value, isSchemaEmail(email) {
                writer.text("e-mail\(suffix)", email, 256)
            }
        }
    }

    /// The schema allows fewer characters than mail does.
    private static func isSchemaEmail(_ text: String) -> Bool {
        let (mailbox, domain) = (text.prefix { $0 != "@" }, text.drop { $0 != "@" }.dropFirst())
        let isPlain = text.utf8.allSatisfy { byte in
            byte.isAlphanumeric || "+-.@_".utf8.contains(byte)
        }
        return text.utf8.count <= 256 && isPlain && text.count(where: { $0 == "@" }) == 1 && !mailbox.isEmpty
            && domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && !label.contains("_") && !label.contains("+")
            }
    }

    private static func isSame(_ payer: RTSubject, _ debtor: RTSubject?) -> Bool {
        // ANONIMO identifies no person: two subjects with this code may be different people.
        payer == debtor || payer.taxCode != nil && payer.taxCode != unknownPerson && payer.taxCode == debtor?.taxCode
    }

    /// The schema's value for a person whose tax code is unknown.
    private static let unknownPerson = TaxCode.anonymousWord

    /// A code is never truncated, because a truncated code could be another person's.
    private static func isCode(_ text: String) -> Bool {
        (2...16).contains(text.unicodeScalars.count)
            && text.utf8.allSatisfy(\.isAlphanumeric)
    }
}
