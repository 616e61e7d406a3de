import PagoPA

/// Why an RT was refused; all of it at once.
package enum RTDocumentFailure: Error, Sendable, Equatable {
    /// PAA_SINTASSI_XSD: neither XML nor JSON that may be read. The text says why.
    case unreadable(String)
    /// Members that decide are missing or mean nothing.
    case refused([Fault])
}

/// RTs in both syntaxes. Each syntax has its own parser, which finds the members; only `RTReader` interprets them.
package enum RTDocument {
    static let namespace = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/"
    /// The maximum number of single payments in one RT.
    static let maximumTransfers = 50

    /// - Parameters:
    ///   - sender: the PSP that signed; an official RT names its institute by tax code, ABI or BIC only.
    ///   - receivedAt: when it arrived.
    package static func read(_ bytes: [UInt8], as syntax: RTSyntax, from sender: PSPID, receivedAt: Instant)
        throws(RTDocumentFailure) -> RT
    {
        let statement: RTStatement
        switch syntax {
        case .json: statement = try json(bytes)
        case .xml: statement = try xml(bytes)
        }
        guard statement.transfers.count <= maximumTransfers else {
            throw .refused([Fault(statement.transfersPointer, .tooMany, "must be \(maximumTransfers) at most")])
        }
        do { return try RTReader.read(statement, from: sender, receivedAt: receivedAt) } catch {
            throw .refused(error.faults)
        }
    }

    private static func xml(_ bytes: [UInt8]) throws(RTDocumentFailure) -> RTStatement {
        let root: XMLNode
        do { root = try XMLNode(document: bytes) } catch { throw .unreadable("The document \(error.detail).") }
        guard root.name != "Envelope" else {
            let detail = "is a SOAP envelope: send the RT inside it as the body, decoded if it is base64"
            throw .refused([Fault("/Envelope", .badFormat, detail)])
        }
        guard root.name == "RT" else {
            throw .refused([Fault("/\(root.name.prefix(64))", .badFormat, "is not RT of \(namespace)")])
        }
        return OfficialRT(root).statement
    }
}

/// Walks an official RT (PagInf_RPT_RT 6.2). Order, counts and types of elements without effect are not checked; pagoPA's node does not check them either.
private final class OfficialRT {
    private let root: Element
    private(set) var notes = RTNotes()

    /// An element with its path; `node` is nil where there is none.
    struct Element {
        let node: XMLNode?
        let path: String
    }

    init(_ root: XMLNode) {
        self.root = Element(node: root, path: "/RT")
        if root.namespace != RTDocument.namespace {
            notes.add("/RT", .nonstandard, "must be of the namespace \(RTDocument.namespace)")
        }
    }

    var statement: RTStatement {
        let domain = child(root, "dominio")
        let institute = child(root, "istitutoAttestante")
        let payment = child(root, "datiPagamento")
        let creditor = member(domain, "identificativoDominio")
        let context = member(payment, "CodiceContestoPagamento")
        let singles = children(payment, "datiSingoloPagamento")
        let code = member(payment, "codiceEsitoPagamento")
        let identity = child(institute, "identificativoUnivocoAttestante")
        let isTaxCode = member(identity, "tipoIdentificativoUnivoco").value == .text("G")
        let instituteCode = member(identity, "codiceIdentificativoUnivoco")
        let statement = RTStatement(
            syntax: .xml, receiptID: context, outcome: .init(code.pointer, .absent), outcomeCode: code,
            creditor: creditor, iuv: member(payment, "identificativoUnivocoVersamento"),
            noticeNumber: .init("\(root.path)/noticeNumber", .absent), amount: member(payment, "importoTotalePagato"),
            paidAt: member(root, "dataOraMessaggioRicevuta"), attempt: .init("\(root.path)/attempt", .absent),
            context: context, fees: singles.map { member($0, "commissioniApplicatePSP") },
            psp: RTStatement.PSP(
                id: nil, businessName: member(institute, "denominazioneAttestante"),
                taxCode: isTaxCode ? instituteCode : .init(instituteCode.pointer, .absent),
                channel: .init("\(institute.path)/channel", .absent)),
            method: .init("\(root.path)/tipoVersamento", .absent),
            transfersPointer: "\(payment.path)/datiSingoloPagamento",
            transfers: singles.map { transfer($0, creditor: creditor) },
            payer: subject("Versante"), debtor: subject("Pagatore"), failureReason: outcomeText(singles, payment),
            collectionIDs: singles.compactMap(collectionID),
            singleOutcomes: singles.compactMap(outcomeText), notes: RTNotes())
        noteUnknown(root, Self.ofRoot)
        noteUnknown(payment, Self.ofPayment)
        for single in singles { noteUnknown(single, Self.ofSingle) }
        return statement.with(notes)
    }

    // MARK: Parts

    private func transfer(_ single: Element, creditor: RTStatement.Member) -> RTStatement.Transfer {
        RTStatement.Transfer(
            pointer: single.path, index: nil, creditor: creditor, amount: member(single, "singoloImportoPagato"),
            iban: .init("\(single.path)/iban", .absent), remittance: member(single, "causaleVersamento"),
            valueDate: member(single, "dataEsitoSingoloPagamento"))
    }

    private func subject(_ suffix: String) -> RTStatement.Subject? {
        let subject = child(root, "soggetto\(suffix)")
        guard subject.node != nil else { return nil }
        let identity = child(subject, "identificativoUnivoco\(suffix)")
        return RTStatement.Subject(
            kind: member(identity, "tipoIdentificativoUnivoco"),
            taxCode: member(identity, "codiceIdentificativoUnivoco"), fullName: member(subject, "anagrafica\(suffix)"),
            email: member(subject, "e-mail\(suffix)"))
    }

    private func outcomeText(_ singles: [Element], _ payment: Element) -> RTStatement.Member {
        singles.lazy.map { self.member($0, "esitoSingoloPagamento") }.first { $0.value != .absent }
            ?? .init("\(payment.path)/datiSingoloPagamento/0/esitoSingoloPagamento", .absent)
    }

    private func outcomeText(_ single: Element) -> String? {
        guard case .text(let sent) = member(single, "esitoSingoloPagamento").value else { return nil }
        return displayText(sent, upTo: RT.maximumOfficialIDLength)
    }

    /// The official documents' value for none is read as none.
    private func collectionID(_ single: Element) -> String? {
        guard case .text(let sent) = member(single, "identificativoUnivocoRiscossione").value else { return nil }
        let id = displayText(sent, upTo: RT.maximumOfficialIDLength)
        return ["", "0", "n/a", "N/A"].contains(id) ? nil : id
    }

    // MARK: Elements

    private func children(_ parent: Element, _ name: String) -> [Element] {
        let found = (parent.node?.children ?? []).filter { isNamed($0, name, in: parent) }
        return found.enumerated().map { Element(node: $0.element, path: "\(parent.path)/\(name)/\($0.offset)") }
    }

    private func child(_ parent: Element, _ name: String) -> Element {
        let found = (parent.node?.children ?? []).filter { isNamed($0, name, in: parent) }
        return Element(node: found.first, path: "\(parent.path)/\(name)")
    }

    /// The text of a child element. Several elements of this name are ambiguous.
    private func member(_ parent: Element, _ name: String) -> RTStatement.Member {
        let found = (parent.node?.children ?? []).filter { isNamed($0, name, in: parent) }
        let path = "\(parent.path)/\(name)"
        guard let node = found.first else { return RTStatement.Member(path, .absent) }
        if found.count > 1 { return RTStatement.Member(path, .other("\(found.count) elements")) }
        guard node.children.isEmpty else { return RTStatement.Member(path, .other("an element with elements")) }
        return RTStatement.Member(path, .text(node.text))
    }

    /// Senders write `codiceContestoPagamento` as in the request; no two elements of the schema differ only in case.
    private func isNamed(_ node: XMLNode, _ name: String, in parent: Element) -> Bool {
        node.namespace == parent.node?.namespace
            && (node.name == name || node.name.asciiLowercased == name.asciiLowercased)
    }

    private func noteUnknown(_ parent: Element, _ known: Set<String>) {
        for node in parent.node?.children ?? []
        where node.namespace != parent.node?.namespace || !known.contains(node.name) {
            let isOtherCase = known.contains { $0.asciiLowercased == node.name.asciiLowercased }
            notes.add(
                "\(parent.path)/\(node.name.prefix(64))", isOtherCase ? .nonstandard : .unknownMember,
                isOtherCase ? "is not spelt as the schema spells it" : "is not known; it is ignored")
        }
    }

    private static let ofRoot: Set<String> = [
        "versioneOggetto", "dominio", "identificativoMessaggioRicevuta", "dataOraMessaggioRicevuta",
        "riferimentoMessaggioRichiesta", "riferimentoDataRichiesta", "istitutoAttestante", "enteBeneficiario",
        "soggettoVersante", "soggettoPagatore", "datiPagamento",
    ]
    private static let ofPayment: Set<String> = [
        "codiceEsitoPagamento", "importoTotalePagato", "identificativoUnivocoVersamento", "CodiceContestoPagamento",
        "datiSingoloPagamento",
    ]
    private static let ofSingle: Set<String> = [
        "singoloImportoPagato", "esitoSingoloPagamento", "dataEsitoSingoloPagamento",
        "identificativoUnivocoRiscossione", "causaleVersamento", "datiSpecificiRiscossione", "commissioniApplicatePSP",
        "commissioniApplicatePA", "allegatoRicevuta",
    ]
}
