package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
)

func (s *server) links(id string) positionLinks {
	return positionLinks{
		s.publicURL + "/v1/positions/" + id, s.publicURL + "/v1/receipts?position_id=" + id,
		s.publicURL + "/v1/payment-attempts?position_id=" + id,
	}
}

var rome, _ = time.LoadLocation("Europe/Rome")

func isPast(until *time.Time) bool {
	return until != nil && time.Now().In(rome).Format("2006-01-02") > until.Format("2006-01-02")
}

// Why an installment with this status cannot be paid now; empty if it can.
func disabledCode(status string, inProgress bool) string {
	switch {
	case status == "expired":
		return "overdue"
	case status != "open":
		return status
	case inProgress:
		return "payment_in_progress"
	}
	return ""
}

func statusOf(state string, payableUntil *time.Time) string {
	if (state == "open" || state == "partially_paid") && isPast(payableUntil) {
		return "expired"
	}
	return state
}

func (s *server) show(ctx context.Context, r *http.Request, _ []byte) (interface{}, error) {
	id := strings.TrimPrefix(r.URL.Path, "/v1/positions/")
	if len(id) != 36 {
		return nil, errNotFound
	}
	known := values{"digest": digest(r), "position": id}
	f := flush{server: s}
	for _, name := range []string{"key", "position", "lines", "installments", "transfers", "attempts", "receipts"} {
		f.add("show."+name, known)
	}
	results := s.pool.SendBatch(ctx, &f.batch)
	defer results.Close()
	k, err := readKey(results)
	if err != nil {
		return nil, err
	}
	var p position
	var email, address *string
	var payableUntil, publishedAt, cancelledAt *time.Time
	var createdAt, updatedAt time.Time
	var metadata string
	var late bool
	var version int64
	err = results.QueryRow().Scan(&p.ID, &p.Creditor, &p.ExternalID, &p.DebtType, &late, &p.Document.Year, &p.Document.Number,
		&p.Description, &p.Debtor.Kind, &p.Debtor.TaxCode, &p.Debtor.FullName, &email, &address, &metadata, &p.Status, &p.TotalCents,
		&p.PaidCents, &p.WrittenOffCents, &payableUntil, &version, &createdAt, &updatedAt, &publishedAt, &cancelledAt,
		&p.ReviewReasons, &p.AlternativeGroup, &p.ReplacedBy, &p.Suspended)
	if err == pgx.ErrNoRows || (err == nil && (!k.owns(p.Creditor) || !k.may("positions:read"))) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	state := p.Status
	p.Status = statusOf(state, payableUntil)
	p.ResidualCents = p.TotalCents - p.PaidCents - p.WrittenOffCents
	p.UnderReview = len(p.ReviewReasons) > 0
	p.ReviewReasons = emptyIfNil(p.ReviewReasons)
	p.Debtor.Email = email
	p.Debtor.Address = (*rawJSONObject)(address)
	p.Metadata = rawJSONObject(metadata)
	p.CreatedAt, p.UpdatedAt = instant(createdAt), instant(updatedAt)
	p.PublishedAt, p.CancelledAt = instantOrNil(publishedAt), instantOrNil(cancelledAt)
	p.Lines, p.Installments, p.Attempts, p.Receipts = []line{}, []installment{}, []attempt{}, []receiptReference{}
	p.Links = s.links(p.ID)
	if err := each(results, func(rows pgx.Rows) error {
		var l line
		err := rows.Scan(&l.Description, &l.Quantity, &l.AmountCents)
		p.Lines = append(p.Lines, l)
		return err
	}); err != nil {
		return nil, err
	}
	numbers := map[string]int{}
	if err := each(results, func(rows pgx.Rows) error {
		var i installment
		var due time.Time
		var paidAt, heldUntil *time.Time
		err := rows.Scan(&i.ID, &i.Number, &i.IUV, &i.NoticeNumber, &i.AmountCents, &due, &paidAt, &i.WrittenOffCents, &heldUntil)
		i.DueDate, i.PaidAt, i.PaymentInProgress = day(due), instantOrNil(paidAt), heldUntil != nil
		i.Status, i.Payable = installmentStatus(state, paidAt != nil, late, due)
		i.DisabledCode = disabledCode(i.Status, i.PaymentInProgress)
		i.Transfers = []transfer{}
		numbers[i.ID] = i.Number
		p.Installments = append(p.Installments, i)
		return err
	}); err != nil {
		return nil, err
	}
	if err := each(results, func(rows pgx.Rows) error {
		var t transfer
		var owner string
		err := rows.Scan(&owner, &t.Creditor, &t.IBAN, &t.AmountCents, &t.TaxonomyCode, &t.Remittance)
		for at := range p.Installments {
			if p.Installments[at].ID == owner {
				p.Installments[at].Transfers = append(p.Installments[at].Transfers, t)
			}
		}
		return err
	}); err != nil {
		return nil, err
	}
	if err := each(results, func(rows pgx.Rows) error {
		var a attempt
		var createdAt time.Time
		var item string
		err := rows.Scan(&a.ID, &a.Status, &createdAt, &item)
		if last := len(p.Attempts) - 1; last < 0 || p.Attempts[last].ID != a.ID {
			a.CreatedAt, a.Installments = instant(createdAt), []int{}
			p.Attempts = append(p.Attempts, a)
		}
		last := &p.Attempts[len(p.Attempts)-1]
		last.Installments = append(last.Installments, numbers[item])
		return err
	}); err != nil {
		return nil, err
	}
	if err := each(results, func(rows pgx.Rows) error {
		var r receiptReference
		var paidAt time.Time
		var outcome int
		err := rows.Scan(&r.ID, &r.Status, &r.AmountCents, &paidAt, &outcome, &r.SupersededBy, &r.UnderReview)
		r.PaidAt = instant(paidAt)
		if outcome == 0 || outcome == 2 || outcome == 4 {
			r.PDFURL = s.publicURL + "/v1/receipts/" + r.ID + "/pdf"
		}
		p.Receipts = append(p.Receipts, r)
		return err
	}); err != nil {
		return nil, err
	}
	return &p, nil
}

func installmentStatus(state string, isPaid bool, late bool, due time.Time) (string, bool) {
	switch {
	case isPaid:
		return "paid", false
	case state == "draft" || state == "cancelled":
		return state, false
	case !late && isPast(&due):
		return "expired", false
	}
	return "open", true
}

func (s *server) list(ctx context.Context, r *http.Request, _ []byte) (interface{}, error) {
	return s.page(ctx, "list", values{"digest": digest(r)})
}

func (s *server) search(ctx context.Context, r *http.Request, body []byte) (interface{}, error) {
	var wanted struct {
		Debtor string `json:"debtor_tax_code"`
	}
	if json.Unmarshal(body, &wanted) != nil || wanted.Debtor == "" {
		return nil, errBad
	}
	return s.page(ctx, "search", values{"digest": digest(r), "debtor": wanted.Debtor})
}

func (s *server) page(ctx context.Context, name string, known values) (interface{}, error) {
	f := flush{server: s}
	f.add(name+".key", known)
	f.add(name+"."+name, known)
	results := s.pool.SendBatch(ctx, &f.batch)
	defer results.Close()
	k, err := readKey(results)
	if err != nil {
		return nil, err
	}
	if !k.may("positions:read") {
		return nil, errNotFound
	}
	found := page{Items: make([]summary, 0, 51)}
	if err := each(results, func(rows pgx.Rows) error {
		var p summary
		var due, createdAt, updatedAt time.Time
		var payableUntil *time.Time
		err := rows.Scan(&p.ID, &p.Creditor, &p.CreditorName, &p.ExternalID, &p.DebtType, &p.Document.Year, &p.Document.Number,
			&p.Description, &p.Status, &p.TotalCents, &p.PaidCents, &p.WrittenOffCents, &due, &payableUntil, &p.ReviewReasons,
			&createdAt, &updatedAt, &p.Suspended)
		p.Status = statusOf(p.Status, payableUntil)
		p.ResidualCents = p.TotalCents - p.PaidCents - p.WrittenOffCents
		p.UnderReview = len(p.ReviewReasons) > 0
		p.ReviewReasons = emptyIfNil(p.ReviewReasons)
		p.DueDate, p.CreatedAt, p.UpdatedAt = day(due), instant(createdAt), instant(updatedAt)
		p.Links.Self = s.publicURL + "/v1/positions/" + p.ID
		found.Items = append(found.Items, p)
		return err
	}); err != nil {
		return nil, err
	}
	if len(found.Items) > 50 {
		found.Items = found.Items[:50]
		last := found.Items[49]
		text := fmt.Sprintf("created_at|%d|%s", time.Time(last.CreatedAt).UnixMicro(), last.ID)
		sum := sha256.Sum256([]byte(text))
		found.NextCursor = base64.RawURLEncoding.EncodeToString(append(sum[:16], text...))
	}
	return &found, nil
}

type creation struct {
	Creditor   string   `json:"creditor_tax_code"`
	ExternalID string   `json:"external_id"`
	DebtType   string   `json:"debt_type"`
	Document   document `json:"document"`
	Text       string   `json:"description"`
	Debtor     debtor   `json:"debtor"`
	Lines      []line   `json:"lines"`
	Parts      []struct {
		AmountCents int64  `json:"amount_cents"`
		DueDate     string `json:"due_date"`
	} `json:"installments"`
}

func (s *server) create(ctx context.Context, r *http.Request, body []byte) (interface{}, error) {
	var c creation
	if json.Unmarshal(body, &c) != nil || len(c.Parts) != 1 || len(c.Lines) != 1 || c.Lines[0].AmountCents != c.Parts[0].AmountCents {
		return nil, errBad
	}
	due, err := time.Parse("2006-01-02", c.Parts[0].DueDate)
	if err != nil {
		return nil, errBad
	}
	now := time.Now().Truncate(time.Microsecond)
	fingerprint := sha256.Sum256(body)
	known := values{
		"digest": digest(r), "creditor": c.Creditor, "debt_type": c.DebtType, "external_id": c.ExternalID,
		"position": newID(now), "installment": newID(now), "fingerprint": fingerprint[:], "year": c.Document.Year,
		"number": c.Document.Number, "description": c.Text, "kind": c.Debtor.Kind, "tax_code": c.Debtor.TaxCode,
		"full_name": c.Debtor.FullName, "email": c.Debtor.Email, "amount": c.Parts[0].AmountCents, "due": due, "now": now,
		"line": c.Lines[0].Description, "correlation_id": newID(now),
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	var taxonomy, service, code string
	var postal *string
	var iban string
	var aux int
	var late bool
	var number int64
	err = s.flush(ctx, conn, known, []string{"create.key", "create.begin", "create.creditor", "create.accounts", "create.known",
		"create.number"}, func(results pgx.BatchResults) error {
		k, err := readKey(results)
		if err != nil {
			return err
		}
		if !k.owns(c.Creditor) || !k.may("positions:write") {
			return errNotFound
		}
		known["actor"] = "key:" + k.id
		if _, err := results.Exec(); err != nil {
			return err
		}
		if err := results.QueryRow().Scan(new(string), &aux, &code, &iban, &postal, &taxonomy, &late, &service); err != nil {
			return err
		}
		if err := each(results, func(rows pgx.Rows) error {
			var account string
			var isDefault bool
			var from time.Time
			var to *time.Time
			var types []string
			err := rows.Scan(&account, &isDefault, &from, &to, &types)
			if contains(types, c.DebtType) || (isDefault && len(types) == 0) {
				iban = account
			}
			return err
		}); err != nil {
			return err
		}
		isKnown := false
		if err := each(results, func(rows pgx.Rows) error { isKnown = true; return nil }); err != nil {
			return err
		}
		if isKnown {
			return errBad
		}
		return results.QueryRow().Scan(&number)
	})
	if err != nil {
		return nil, s.rollBack(ctx, conn, err)
	}
	notice, err := noticeNumber(aux, code, number)
	if err != nil {
		return nil, s.rollBack(ctx, conn, err)
	}
	remittance := fmt.Sprintf("/RFB/%s/%d.%02d/TXT/%s", notice[1:], c.Parts[0].AmountCents/100, c.Parts[0].AmountCents%100, c.Text)
	known["late"], known["notice"], known["iuv"] = late, notice, notice[1:]
	known["iban"], known["taxonomy_code"], known["remittance"] = iban, taxonomy, remittance
	err = s.flush(ctx, conn, known, []string{"create.position", "create.line", "create.installment", "create.transfer",
		"create.journal", "create.commit"}, nil)
	if err != nil {
		return nil, s.rollBack(ctx, conn, err)
	}
	id := known["position"].(string)
	at := instant(now)
	return &position{
		ID: id, Creditor: c.Creditor, ExternalID: c.ExternalID, DebtType: c.DebtType, Document: c.Document, Description: c.Text,
		Debtor: c.Debtor, Lines: c.Lines, Status: "open", TotalCents: c.Parts[0].AmountCents, ResidualCents: c.Parts[0].AmountCents,
		ReviewReasons: []string{}, Attempts: []attempt{}, Receipts: []receiptReference{}, Metadata: "{}", CreatedAt: at, UpdatedAt: at,
		PublishedAt: &at, Links: s.links(id),
		Installments: []installment{{
			ID: known["installment"].(string), Number: 1, IUV: notice[1:], NoticeNumber: notice, AmountCents: c.Parts[0].AmountCents,
			DueDate: day(due), Status: "open", Payable: true,
			Transfers: []transfer{{c.Creditor, iban, c.Parts[0].AmountCents, taxonomy, remittance}},
		}},
	}, nil
}

// noticeNumber adds the check digits of auxiliary digit 3.
func noticeNumber(aux int, code string, number int64) (string, error) {
	start := fmt.Sprintf("%d%s%013d", aux, code, number)
	value, err := strconv.ParseInt(start, 10, 64)
	return fmt.Sprintf("%s%02d", start, value%93), err
}
