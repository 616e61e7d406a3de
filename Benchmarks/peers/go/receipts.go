package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

func (s *server) flush(
	ctx context.Context, conn *pgxpool.Conn, known values, names []string, read func(results pgx.BatchResults) error,
) error {
	f := flush{server: s}
	for _, name := range names {
		f.add(name, known)
	}
	results := conn.SendBatch(ctx, &f.batch)
	if read != nil {
		if err := read(results); err != nil {
			results.Close()
			return err
		}
		return results.Close()
	}
	for range names {
		if _, err := results.Exec(); err != nil {
			results.Close()
			return err
		}
	}
	return results.Close()
}

func (s *server) rollBack(ctx context.Context, conn *pgxpool.Conn, reason error) error {
	if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
		conn.Conn().Close(ctx)
	}
	return reason
}

type rt struct {
	ReceiptID   string `json:"receipt_id"`
	Outcome     string `json:"outcome"`
	Creditor    string `json:"creditor_tax_code"`
	IUV         string `json:"iuv"`
	AmountCents int64  `json:"amount_cents"`
	PSP         struct {
		ID           string `json:"id"`
		BusinessName string `json:"business_name"`
	} `json:"psp"`
	PaymentMethod string    `json:"payment_method"`
	PaidAt        time.Time `json:"paid_at"`
	Payer         debtor    `json:"payer"`
	Transfers     []struct {
		Index       int    `json:"index"`
		Creditor    string `json:"creditor_tax_code"`
		AmountCents int64  `json:"amount_cents"`
	} `json:"transfers"`
}

type rtAnswer struct {
	ReceiptID   string  `json:"receipt_id"`
	ID          string  `json:"id"`
	Disposition string  `json:"disposition"`
	PositionID  string  `json:"position_id"`
	ReceivedAt  instant `json:"received_at"`
	RTSHA256    string  `json:"rt_sha256"`
}

func (s *server) isSigned(r *http.Request, body []byte) bool {
	stamp := r.Header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(r.Header.Get("webhook-id") + "." + stamp + "."))
	mac.Write(body)
	given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("webhook-signature"), "v1,"))
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

// The secret itself is stored encrypted under a key that only the service has. So the row is read, and the secret comes from BENCH_PSP_SECRET.
func (s *server) receiveRT(ctx context.Context, r *http.Request, body []byte) (interface{}, error) {
	psp := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/psps/"), "/receipts")
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	secret := s.statements["rt.secret"]
	var sealed []byte
	if err := conn.QueryRow(ctx, secret.sql, psp).Scan(new(string), new(string), &sealed); err != nil || !s.isSigned(r, body) {
		return nil, errUnauthorized
	}
	var t rt
	if json.Unmarshal(body, &t) != nil || t.Outcome != "OK" || t.PSP.ID != psp || len(t.Transfers) != 1 ||
		t.Transfers[0].AmountCents != t.AmountCents {
		return nil, errBad
	}
	now := time.Now().Truncate(time.Microsecond)
	sum, fingerprint := sha256.Sum256(body), sha256.Sum256([]byte(t.Creditor+t.IUV+t.ReceiptID))
	known := values{
		"creditor": t.Creditor, "iuv": t.IUV, "psp": psp, "name": t.ReceiptID, "amount": t.AmountCents, "paid_at": t.PaidAt,
		"psp_name": t.PSP.BusinessName, "method": t.PaymentMethod, "payer_kind": t.Payer.Kind, "payer_tax_code": t.Payer.TaxCode,
		"payer_name": t.Payer.FullName, "now": now, "receipt": newID(now), "rt": newID(now), "mail": newID(now), "body": body,
		"sha256": sum[:], "fingerprint": fingerprint[:], "actor": "psp:" + psp, "correlation_id": newID(now),
		"recipient": t.Payer.Email,
	}
	known["message_id"] = known["mail"].(string) + "@example.org"
	if err := s.flush(ctx, conn, known, []string{"rt.begin", "rt.position", "rt.installments", "rt.transfers", "rt.known",
		"rt.creditor", "rt.attempt"}, func(results pgx.BatchResults) error { return readSettled(results, known) }); err != nil {
		return nil, s.rollBack(ctx, conn, err)
	}
	answer := rtAnswer{
		t.ReceiptID, known["receipt"].(string), "settled", known["position"].(string), instant(now), hex.EncodeToString(sum[:]),
	}
	known["answer"], err = json.Marshal(answer)
	if err != nil {
		return nil, s.rollBack(ctx, conn, err)
	}
	if err := s.flush(ctx, conn, known, []string{"rt.receipt", "rt.receipt_transfer", "rt.rt", "rt.received", "rt.pay_installment",
		"rt.pay_position", "rt.paid", "rt.mail", "rt.commit", "rt.notify"}, nil); err != nil {
		return nil, s.rollBack(ctx, conn, err)
	}
	return answer, nil
}

// readSettled reads the position of an RT and decides that it pays an open installment; everything else is refused.
func readSettled(results pgx.BatchResults, known values) error {
	if _, err := results.Exec(); err != nil {
		return err
	}
	var id, debtType, description, state, kind, taxCode, name string
	var email, group *string
	var total, paid, writtenOff int64
	err := results.QueryRow().Scan(
		&id, &debtType, &description, &state, &kind, &taxCode, &name, &email, &total, &paid, &writtenOff, &group)
	if err == pgx.ErrNoRows {
		return errNotFound
	}
	if err != nil {
		return err
	}
	var installment, notice string
	var lastDue, nextDue time.Time
	if err := each(results, func(rows pgx.Rows) error {
		var i, iuv, number string
		var n int
		var amount int64
		var due time.Time
		var paidAt, heldUntil *time.Time
		err := rows.Scan(&i, &n, &iuv, &number, &amount, &due, &paidAt, &heldUntil)
		lastDue = due
		if iuv == known["iuv"] && paidAt == nil && amount == known["amount"] {
			installment, notice = i, number
		} else if paidAt == nil && nextDue.IsZero() {
			nextDue = due
		}
		return err
	}); err != nil {
		return err
	}
	if err := each(results, func(rows pgx.Rows) error { return nil }); err != nil {
		return err
	}
	isKnown := false
	if err := each(results, func(rows pgx.Rows) error { isKnown = true; return nil }); err != nil {
		return err
	}
	if err := results.QueryRow().Scan(new(string), new([]string)); err != nil {
		return err
	}
	if err := each(results, func(rows pgx.Rows) error { return nil }); err != nil {
		return err
	}
	if installment == "" || isKnown || state == "draft" || state == "cancelled" {
		return errBad
	}
	known["position"], known["installment"], known["notice"] = id, installment, notice
	known["debt_type"], known["description"] = debtType, description
	known["debtor_kind"], known["debtor_tax_code"], known["debtor_name"] = kind, taxCode, name
	known["state"], known["due"] = "paid", lastDue
	if paid+known["amount"].(int64) < total {
		known["state"], known["due"] = "partially_paid", nextDue
	}
	return nil
}
