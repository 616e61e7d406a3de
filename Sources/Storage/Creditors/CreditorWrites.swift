import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension Transaction {

    /// Queues an insert or update of the creditor.
    package func save(_ creditor: Creditor) {
        send(
            """
            INSERT INTO creditors (tax_code, name, aux_digit, notice_code, iban, postal_iban, cbill_code, contact_email,
                contact_phone, mail_sender_name, mail_reply_to, return_url_origins, languages, created_at, updated_at,
                iuv_start, address, receipt_texts, iuv_start_base, is_test)
            VALUES (\(creditor.taxCode.value), \(creditor.name), \(creditor.noticeCodes.auxDigit),
                \(creditor.noticeCodes.code), \(creditor.iban.value), \(creditor.postalIBAN?.value),
                \(creditor.cbillCode), \(creditor.contactEmail?.value), \(creditor.contactPhone),
                \(creditor.mailSenderName), \(creditor.mailReplyTo?.value),
                \(creditor.returnURLOrigins.map(\.description)), \(creditor.languages.map(\.rawValue)),
                \(creditor.createdAt.sql), \(creditor.updatedAt.sql), \(creditor.iuvStart),
                \(creditor.address.map(addressText))::jsonb, \(languageText(creditor.receiptTexts))::jsonb,
                CASE WHEN \(creditor.iuvStart != nil) THEN (SELECT last_value FROM iuv_bases) END,
                \(creditor.isTest))
            ON CONFLICT ON CONSTRAINT creditors_pkey DO UPDATE SET name = EXCLUDED.name, aux_digit = EXCLUDED.aux_digit,
                notice_code = EXCLUDED.notice_code, iban = EXCLUDED.iban, postal_iban = EXCLUDED.postal_iban,
                cbill_code = EXCLUDED.cbill_code, contact_email = EXCLUDED.contact_email,
                contact_phone = EXCLUDED.contact_phone, mail_sender_name = EXCLUDED.mail_sender_name,
                mail_reply_to = EXCLUDED.mail_reply_to, return_url_origins = EXCLUDED.return_url_origins,
                languages = EXCLUDED.languages, address = EXCLUDED.address,
                receipt_texts = EXCLUDED.receipt_texts, iuv_start = EXCLUDED.iuv_start,
                iuv_start_base = CASE WHEN EXCLUDED.iuv_start IS DISTINCT FROM creditors.iuv_start
                    THEN EXCLUDED.iuv_start_base ELSE creditors.iuv_start_base END,
                updated_at = EXCLUDED.updated_at, version = creditors.version + 1
            """)
        send("DELETE FROM help_topics WHERE creditor_tax_code = \(creditor.taxCode.value)")
        for topic in creditor.helpTopics {
            send(
                """
                INSERT INTO help_topics (creditor_tax_code, topic, language, title, body)
                VALUES (\(creditor.taxCode.value), \(topic.topic), \(topic.language.rawValue), \(topic.title), \(topic.text))
                """)
        }
    }

    package func save(_ debtType: DebtType) {
        send(
            """
            INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                request_form, amount_url, amount_fallback, created_at, updated_at)
            VALUES (\(debtType.creditor.value), \(debtType.key), \(languageText(debtType.descriptions))::jsonb,
                \(debtType.service), \(debtType.taxonomyCode.value), \(debtType.payableAfterDue),
                \(debtType.requestForm?.stored)::jsonb, \(debtType.amountSource?.url),
                \(debtType.amountSource?.fallback.rawValue), \(debtType.createdAt.sql), \(debtType.updatedAt.sql))
            ON CONFLICT ON CONSTRAINT debt_types_pkey DO UPDATE SET descriptions = EXCLUDED.descriptions,
                service = EXCLUDED.service, taxonomy_code = EXCLUDED.taxonomy_code,
                payable_after_due = EXCLUDED.payable_after_due,
                request_form = EXCLUDED.request_form, amount_url = EXCLUDED.amount_url,
                amount_fallback = EXCLUDED.amount_fallback, updated_at = EXCLUDED.updated_at
            """)
    }
}
