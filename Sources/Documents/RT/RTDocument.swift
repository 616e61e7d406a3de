import PagoPA

/// Why an official RT was refused, as pagoPA's own codes say it.
package enum RTDocumentFailure: Error, Sendable, Equatable {
    /// PAA_SINTASSI_XSD: no XML that may be read.
    case unreadable(String)
    /// PAA_SINTASSI_XSD: not the schema's elements, order, counts or types.
    case syntax([Fault])
    /// PAA_SEMANTICA: it contradicts itself.
    case semantics([Fault])
}

/// The official RT (PagInf_RPT_RT 6.2), read element by element.
package enum RTDocument {
    static let namespace = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/"

    /// - Parameter sender: the PSP that posted it; the document names its institute by tax code, ABI or BIC only.
    package static func read(_ bytes: [UInt8], from sender: PSPID) throws(RTDocumentFailure) -> RT {
        try open(bytes, from: sender).rt
    }

    /// - Returns: the RT, and what it says whatever its spelling: equal for two messages with the same RT, which senders build anew
    ///   each time, with an id and an hour of their own.
    package static func open(_ bytes: [UInt8], from sender: PSPID) throws(RTDocumentFailure) -> (
        rt: RT, content: [UInt8]
    ) {
        let root: XMLNode
        do { root = try XMLNode(document: bytes) } catch { throw .unreadable("The document \(error.detail).") }
        let report = XMLReport()
        guard root.name == "RT", root.namespace == namespace else {
            throw .syntax([Fault("/\(root.name.prefix(64))", "is not RT of \(namespace)")])
        }
        var reader = ElementReader(root, path: "/RT", report: report)
        let parts = RTParts(&reader)
        reader.finish()
        guard report.faults.isEmpty, let parts else { throw .syntax(report.faults) }
        let contradictions = parts.contradictions
        guard contradictions.isEmpty else { throw .semantics(contradictions) }
        let said = XMLNode(
            name: root.name, namespace: root.namespace, text: root.text,
            children: root.children.filter { !message.contains($0.name) })
        return (try parts.rt(from: sender), Array(said.canonical.utf8))
    }

    /// What is the message's and not the RT's.
    private static let message: Set<String> = ["identificativoMessaggioRicevuta", "dataOraMessaggioRicevuta"]
}

/// What an RT says, before anything is concluded from it.
private struct RTParts {
    struct Single {
        let amount: Amount
        let outcome: String?
        let date: CalendarDate
        let remittance: String
        let fee: Amount?
    }

    struct Subject {
        let kind: String
        let code: String
        let name: String
        let email: String?
    }

    let domain: String
    let sentAt: Instant
    let institute: Subject
    let payer: Subject?
    let debtor: Subject
    let outcome: RTOutcome
    let total: Amount
    let iuv: String
    let context: String
    let singles: [Single]

    init?(_ reader: inout ElementReader) {
        _ = reader.text("versioneOggetto", RTType.text(1...16))
        let domain = reader.object("dominio") { reader in
            let id = reader.text("identificativoDominio", RTType.text(1...35))
            _ = reader.text("identificativoStazioneRichiedente", isOptional: true, RTType.text(1...35))
            return id
        }.first
        _ = reader.text("identificativoMessaggioRicevuta", RTType.text(1...35))
        let sentAt = reader.text("dataOraMessaggioRicevuta", RTType.dateTime)
        _ = reader.text("riferimentoMessaggioRichiesta", RTType.text(1...35))
        _ = reader.text("riferimentoDataRichiesta", RTType.date)
        let institute = reader.object("istitutoAttestante") {
            Self.body(&$0, "Attestante", RTType.word("G", "A", "B"))
        }.first
        _ = reader.object("enteBeneficiario") { Self.body(&$0, "Beneficiario", RTType.word("G")) }
        let payer = reader.object("soggettoVersante", 0...1) { Self.person(&$0, "Versante") }.first
        let debtor = reader.object("soggettoPagatore") { Self.person(&$0, "Pagatore") }.first
        let payment = reader.object("datiPagamento") { Self.payment(&$0) }.first
        guard let domain = domain.flatMap(\.self), let sentAt, let institute = institute.flatMap(\.self),
            let debtor = debtor.flatMap(\.self), let payment = payment.flatMap(\.self)
        else { return nil }
        self.domain = domain
        self.sentAt = sentAt
        self.institute = institute
        self.payer = payer.flatMap(\.self)
        self.debtor = debtor
        (outcome, total, iuv, context, singles) = payment
    }

    private static func payment(_ reader: inout ElementReader) -> (RTOutcome, Amount, String, String, [Single])? {
        let code = reader.text("codiceEsitoPagamento", RTType.word("0", "1", "2", "3", "4"))
        let total = reader.text("importoTotalePagato", RTType.amount)
        let iuv = reader.text("identificativoUnivocoVersamento", RTType.text(1...35))
        let context = reader.text("CodiceContestoPagamento", RTType.text(1...35))
        let singles = reader.object("datiSingoloPagamento", 0...5) { single(&$0) }
        guard let outcome = code.flatMap(Int.init).flatMap(RTOutcome.init), let total, let iuv, let context else {
            return nil
        }
        return (outcome, total, iuv, context, singles.compactMap(\.self))
    }

    private static func single(_ reader: inout ElementReader) -> Single? {
        let amount = reader.text("singoloImportoPagato", RTType.amount)
        let outcome = reader.text("esitoSingoloPagamento", isOptional: true, RTType.text(1...35))
        let date = reader.text("dataEsitoSingoloPagamento", RTType.date)
        _ = reader.text("identificativoUnivocoRiscossione", RTType.text(1...35))
        let remittance = reader.text("causaleVersamento", RTType.text(1...140))
        _ = reader.text("datiSpecificiRiscossione", RTType.collection)
        let fee = reader.text("commissioniApplicatePSP", isOptional: true, RTType.amount)
        _ = reader.text("commissioniApplicatePA", isOptional: true, RTType.positiveAmount)
        _ = reader.object("allegatoRicevuta", 0...1) { reader in
            _ = reader.text("tipoAllegatoRicevuta", RTType.word("ES", "BD"))
            _ = reader.text("testoAllegato", RTType.base64)
        }
        guard let amount, let date, let remittance else { return nil }
        return Single(amount: amount, outcome: outcome, date: date, remittance: remittance, fee: fee)
    }

    private static func identity(
        _ reader: inout ElementReader, _ suffix: String, _ kinds: (String) -> Result<String, InvalidValue>
    ) -> (kind: String, code: String)? {
        let found = reader.object("identificativoUnivoco\(suffix)") { reader -> (String, String)? in
            let kind = reader.text("tipoIdentificativoUnivoco", kinds)
            let code = reader.text("codiceIdentificativoUnivoco", RTType.text(2...16))
            guard let kind, let code else { return nil }
            return (kind, code)
        }
        return found.first.flatMap(\.self)
    }

    private static func address(_ reader: inout ElementReader, _ suffix: String) {
        _ = reader.text("indirizzo\(suffix)", isOptional: true, RTType.text(1...70))
        _ = reader.text("civico\(suffix)", isOptional: true, RTType.text(1...16))
        _ = reader.text("cap\(suffix)", isOptional: true, RTType.text(1...16))
        _ = reader.text("localita\(suffix)", isOptional: true, RTType.text(1...35))
        _ = reader.text("provincia\(suffix)", isOptional: true, RTType.text(1...35))
        _ = reader.text("nazione\(suffix)", isOptional: true, RTType.country)
    }

    /// Ente beneficiario, istituto attestante.
    private static func body(
        _ reader: inout ElementReader, _ suffix: String, _ kinds: (String) -> Result<String, InvalidValue>
    ) -> Subject? {
        let identity = identity(&reader, suffix, kinds)
        let name = reader.text("denominazione\(suffix)", RTType.text(1...70))
        _ = reader.text("codiceUnitOper\(suffix)", isOptional: true, RTType.text(1...35))
        _ = reader.text("denomUnitOper\(suffix)", isOptional: true, RTType.text(1...70))
        address(&reader, suffix)
        guard let identity, let name else { return nil }
        return Subject(kind: identity.kind, code: identity.code, name: name, email: nil)
    }

    /// Soggetto versante, soggetto pagatore.
    private static func person(_ reader: inout ElementReader, _ suffix: String) -> Subject? {
        let identity = identity(&reader, suffix, RTType.word("F", "G"))
        let name = reader.text("anagrafica\(suffix)", RTType.text(1...70))
        address(&reader, suffix)
        let email = reader.text("e-mail\(suffix)", isOptional: true, RTType.email)
        guard let identity, let name else { return nil }
        return Subject(kind: identity.kind, code: identity.code, name: name, email: email)
    }

    /// The node's own rules for an RT that comes from a PSP; descriptive fields are nobody's business.
    var contradictions: [Fault] {
        var faults: [Fault] = []
        let place = "/RT/datiPagamento"
        let sum = Amount.cents(of: singles.map(\.amount))
        let isPaid = singles.map { $0.amount != .zero }
        func unless(_ rule: Bool, _ element: String, _ detail: String) {
            if !rule { faults.append(Fault("\(place)/\(element)", detail)) }
        }
        unless(singles.isEmpty || sum == total.cents, "importoTotalePagato", "is not the sum of the single payments")
        switch outcome {
        case .executed:
            unless(
                !singles.isEmpty && isPaid.allSatisfy(\.self), "datiSingoloPagamento", "must all be paid by outcome 0")
        case .notExecuted, .timePassed:
            unless(total == .zero, "importoTotalePagato", "must be 0.00 by this outcome")
            unless(!isPaid.contains(true), "datiSingoloPagamento", "must all be 0.00 by this outcome")
        case .partlyExecuted:
            unless(
                isPaid.contains(true) && isPaid.contains(false), "datiSingoloPagamento",
                "must be paid in part by outcome 2")
        case .timePassedPartlyExecuted:
            unless(isPaid.contains(true), "datiSingoloPagamento", "must be paid in part by outcome 4")
        }
        for (index, single) in singles.enumerated() where single.amount == .zero {
            unless(
                single.outcome != nil, "datiSingoloPagamento/\(index)/esitoSingoloPagamento",
                "is required when nothing was paid")
        }
        return faults
    }

    func rt(from sender: PSPID) throws(RTDocumentFailure) -> RT {
        var faults: [Fault] = []
        let creditor = try? OrganizationTaxCode(unchecked: domain)
        if creditor == nil { faults.append(Fault("/RT/dominio/identificativoDominio", "must be 11 digits")) }
        let iuv = try? IUV(iuv)
        if iuv == nil {
            faults.append(
                Fault(
                    "/RT/datiPagamento/identificativoUnivocoVersamento",
                    "must be 1 to 35 letters or digits, an RF one verified"))
        }
        guard let creditor, let iuv else { throw .semantics(faults) }
        let fees = singles.compactMap(\.fee)
        return RT(
            receiptID: context, outcome: outcome, creditor: creditor, iuv: iuv, noticeNumber: nil,
            paymentContext: context, attempt: nil, amount: total, fee: fees.isEmpty ? nil : try? Amount.sum(fees),
            psp: RTPSP(
                id: sender, businessName: institute.name, taxCode: institute.kind == "G" ? institute.code : nil,
                channel: nil), method: nil, paidAt: paidAt,
            transfers: singles.enumerated().map { index, single in
                RTTransfer(
                    index: index + 1, creditor: creditor, iban: nil, amount: single.amount,
                    remittance: single.remittance)
            }, payer: payer.map(Self.subject), debtor: Self.subject(debtor),
            failureReason: outcome.movedMoney ? nil : singles.compactMap(\.outcome).first)
    }

    /// The message's instant when it is of the payment's day, else the beginning of that day in Rome.
    private var paidAt: Instant {
        guard let day = singles.map(\.date).max() else { return sentAt }
        return CalendarDate(romeDayOf: sentAt) == day ? sentAt : day.romeStart
    }

    private static func subject(_ subject: Subject) -> RTSubject {
        RTSubject(
            kind: subject.kind == "F" ? .person : .company, taxCode: subject.code, fullName: subject.name,
            email: subject.email.flatMap { try? EmailAddress($0) })
    }
}
