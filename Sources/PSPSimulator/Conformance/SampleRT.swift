import Foundation

/// An RT whose parts a check replaces, in JSON and as pagoPA's XML.
struct SampleRT: Sendable {
    var receiptID = Portal.makeReceiptID()
    var creditor: String
    var iuv: String
    /// The members that identify the debt.
    var reference: String
    var outcome = #""outcome": "OK""#
    /// In cents, as it is written.
    var amount = "\(ServiceUnderTest.amountCents)"
    var paidCents = ServiceUnderTest.amountCents
    var paidAt = Date.now.formatted(.iso8601)
    var others = ""
    let psp: String

    init(_ service: ServiceUnderTest, iuv: String) {
        creditor = service.creditor
        psp = service.psp
        self.iuv = iuv
        reference = #""iuv": "\#(iuv)""#
    }

    /// The same RT of a payment that failed.
    var failed: SampleRT {
        var rt = self
        rt.outcome = #""outcome": "KO", "failure_reason": "Fondi insufficienti""#
        rt.amount = "0"
        rt.paidCents = 0
        return rt
    }

    func paying(_ cents: Int64) -> SampleRT {
        var rt = self
        rt.amount = "\(cents)"
        rt.paidCents = cents
        return rt
    }

    var json: [UInt8] {
        let transfer =
            #"{"index": 1, "creditor_tax_code": "\#(creditor)", "amount_cents": \#(paidCents)}"#
        let transfers = paidCents == 0 ? "" : transfer
        return Array(
            """
            {"receipt_id": "\(receiptID)", \(outcome), "creditor_tax_code": "\(creditor)", \(reference),
            "amount_cents": \(amount), "psp": {"id": "\(psp)", "business_name": "Banca di prova"},
            "payment_method": "CP", "paid_at": "\(paidAt)", "transfers": [\(transfers)]\(others)}
            """.utf8)
    }

    /// The same members in another order and without blanks.
    var respelled: [UInt8] {
        let transfer =
            #"{"amount_cents":\#(paidCents),"creditor_tax_code":"\#(creditor)","index":1}"#
        return Array(
            """
            {"transfers":[\(transfer)],"paid_at":"\(paidAt)","payment_method":"CP","psp":{"business_name":"Banca di \\u0070rova",\
            "id":"\(psp)"},"amount_cents":\(amount),\(reference),"creditor_tax_code":"\(creditor)",\(outcome),\
            "receipt_id":"\(receiptID)"}
            """.utf8)
    }

    /// An official RT (PagInf_RPT_RT 6.2). Its payment context is the receipt id.
    /// - Parameter beforeRoot: what follows the declaration.
    func xml(encoding: String = "UTF-8", beforeRoot: String = "", name: String = "Niccolò") -> String {
        let day = String(paidAt.prefix(10))
        let euro = "\(paidCents / 100).\(paidCents % 100 < 10 ? "0" : "")\(paidCents % 100)"
        func subject(_ element: String, _ kind: String, _ type: String, _ code: String) -> String {
            "<identificativoUnivoco\(element)><tipoIdentificativoUnivoco>\(type)</tipoIdentificativoUnivoco>"
                + "<codiceIdentificativoUnivoco>\(code)</codiceIdentificativoUnivoco></identificativoUnivoco\(element)>"
                + "<\(kind)\(element)>\(element == "Pagatore" ? name : "Prova")</\(kind)\(element)>"
        }
        return """
            <?xml version="1.0" encoding="\(encoding)"?>\(beforeRoot)
            <RT xmlns="http://www.digitpa.gov.it/schemas/2011/Pagamenti/"><versioneOggetto>6.2.0</versioneOggetto>\
            <dominio><identificativoDominio>\(creditor)</identificativoDominio></dominio>\
            <identificativoMessaggioRicevuta>\(receiptID)</identificativoMessaggioRicevuta>\
            <dataOraMessaggioRicevuta>\(day)T12:00:00</dataOraMessaggioRicevuta>\
            <riferimentoMessaggioRichiesta>RPT-1</riferimentoMessaggioRichiesta>\
            <riferimentoDataRichiesta>\(day)</riferimentoDataRichiesta>\
            <istitutoAttestante>\(subject("Attestante", "denominazione", "G", "15376371009"))</istitutoAttestante>\
            <enteBeneficiario>\(subject("Beneficiario", "denominazione", "G", creditor))</enteBeneficiario>\
            <soggettoPagatore>\(subject("Pagatore", "anagrafica", "F", "RSSMRA80A01H501U"))</soggettoPagatore>\
            <datiPagamento><codiceEsitoPagamento>\(paidCents == 0 ? "1" : "0")</codiceEsitoPagamento>\
            <importoTotalePagato>\(euro)</importoTotalePagato>\
            <identificativoUnivocoVersamento>\(iuv)</identificativoUnivocoVersamento>\
            <CodiceContestoPagamento>\(receiptID)</CodiceContestoPagamento>\
            <datiSingoloPagamento><singoloImportoPagato>\(euro)</singoloImportoPagato>\
            <esitoSingoloPagamento>\(paidCents == 0 ? "RIFIUTATO" : "ESEGUITO")</esitoSingoloPagamento>\
            <dataEsitoSingoloPagamento>\(day)</dataEsitoSingoloPagamento>\
            <identificativoUnivocoRiscossione>\(receiptID)</identificativoUnivocoRiscossione>\
            <causaleVersamento>/RFB/\(iuv)/\(euro)/TXT/Prova</causaleVersamento>\
            <datiSpecificiRiscossione>9/0101002IM/</datiSpecificiRiscossione></datiSingoloPagamento></datiPagamento></RT>
            """
    }
}
