#!/usr/bin/env bash
# The whole journey of a citizen, with curl alone: from what is owed to the receipt in the mail.
# `make run` in one terminal; in another:  . .local/run/env && bash docs/journey.sh
set -euo pipefail
: "${API:?the address of the service}" "${API_KEY:?the key of a front end}" "${PSP_SIMULATOR:?the address of the PSP simulator}" "${MAIL_CONTROL:?the address of the mail sink}"
CURL=(curl -sS --fail-with-body -H "Authorization: Bearer $API_KEY" -H 'Accept-Language: it')

step() { printf '\n== %s\n' "$*" >&2; }

step '1. Cerca: what does this citizen owe? A tax code never stands in an address, so the search is a POST.'
found=$("${CURL[@]}" -H 'Content-Type: application/json' "$API/v1/positions/search" \
  -d '{"debtor_tax_code":"RSSMRA80A01H501U","status":["open"],"sort":"-created_at"}')
jq '.items[] | {document, description, due_date, total_cents, paid_cents, residual_cents, status}' <<<"$found"
position=$(jq -r '.items[0].id' <<<"$found")

step '2. Dettaglio'
detail=$("${CURL[@]}" "$API/v1/positions/$position")
jq '{document, lines, installments: [.installments[] | {number, iuv, notice_number, amount_cents, due_date, payable}]}' <<<"$detail"
installment=$(jq -r '.installments[0].id' <<<"$detail")
amount=$(jq -r '.installments[0].amount_cents' <<<"$detail")

step '3. How can it be paid?'
"${CURL[@]}" "$API/v1/payment-methods?amount_cents=$amount" | jq '.groups[] | {group, methods: [.methods[] | {payment_method, name, min_fee_cents, max_fee_cents}]}'

step '4. By whom, and for what fee?'
psps=$("${CURL[@]}" "$API/v1/psps?payment_method=CP&amount_cents=$amount&sort=fee&payer_reference=citizen-1")
jq '.items[] | {psp_id, name, fee_cents, total_cents}' <<<"$psps"
psp=$(jq -r '.items[0].psp_id' <<<"$psps")
channel=$(jq -r '.items[0].channel_id' <<<"$psps")

step '5. Start the payment; a repeat with the same Idempotency-Key pays nothing twice.'
attempt=$("${CURL[@]}" -H 'Content-Type: application/json' -H "Idempotency-Key: journey-$(date +%s%N)" "$API/v1/payment-attempts" \
  -d "{\"installments\":[\"$installment\"],\"payment_method\":\"CP\",\"psp_id\":\"$psp\",\"channel_id\":\"$channel\",\"payer\":{\"kind\":\"person\",\"tax_code\":\"RSSMRA80A01H501U\",\"full_name\":\"Mario Rossi\"},\"email\":\"mario.rossi@example.org\",\"return_url\":\"http://localhost:3000/esito\",\"language\":\"it\"}")
jq '{id, status, message, amount_cents, fee_cents, total_cents, redirect_url, expires_at}' <<<"$attempt"
id=$(jq -r .id <<<"$attempt")
portal=$(jq -r .redirect_url <<<"$attempt")

step '6. The browser goes to the portal; the citizen pays there, and the PSP sends the RT two seconds later.'
curl -sS --fail-with-body -H 'Accept: application/json' "$portal" -d 'action=late' -d 'delay_seconds=2' | jq .

step "7. Back from the portal: the address decides nothing, the front end gets its browser back."
curl -sS -o /dev/null -w '%{http_code} %{redirect_url}\n' "$API/return/$id"

step '8. In corso ...'
"${CURL[@]}" "$API/v1/payment-attempts/$id" | jq '{status, is_final, message}'

step '9. ... until the RT has arrived: the answer waits for it.'
"${CURL[@]}" "$API/v1/payment-attempts/$id?wait_seconds=25" | jq '{status, is_final, message, receipts}'

step '10. Archivio, with the receipt as a PDF.'
archive=$("${CURL[@]}" "$API/v1/receipts?position_id=$position")
jq '.items[] | {debt_type, description, iuv, paid_at, amount_cents, fee_cents, status, origin, pdf_url}' <<<"$archive"
"${CURL[@]}" -o "${RECEIPT:-ricevuta.pdf}" "$(jq -r '.items[0].pdf_url' <<<"$archive")"
head -c 8 "${RECEIPT:-ricevuta.pdf}"; echo

step '11. The e-mail that says so, with the receipt in it.'
for _ in $(seq 50); do
  mail=$(curl -sS --fail-with-body "$MAIL_CONTROL/messages" | jq '[.[] | select(.to | tostring | contains("mario.rossi@example.org"))] | last // empty')
  [ -n "$mail" ] && break
  sleep 0.2
done
jq . <<<"$mail"
