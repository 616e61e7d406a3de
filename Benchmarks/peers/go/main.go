// A peer for `make bench`: the same requests and answers as the service, on the same tables, with net/http and pgx. It connects as the
// owner of the tables, so row level security does not apply, and it checks only what these requests need.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

type server struct {
	pool       *pgxpool.Pool
	statements map[string]statement
	publicURL  string
	secret     []byte
}

type key struct {
	id        string
	kind      string
	scopes    []string
	creditors []string
	expiresAt *time.Time
	revokedAt *time.Time
}

var errUnauthorized = errors.New("the API key is unknown")
var errNotFound = errors.New("not found")
var errBad = errors.New("the request is not valid")

func main() {
	pool, err := pgxpool.Connect(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	statements, err := load(os.Getenv("BENCH_STATEMENTS"))
	if err != nil {
		log.Fatal(err)
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("BENCH_PSP_SECRET"), "whsec_"))
	if err != nil {
		log.Fatal(err)
	}
	s := &server{pool, statements, os.Getenv("PUBLIC_URL"), secret}
	mux := http.NewServeMux()
	mux.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) { reply(w, 200, map[string]string{"status": "live"}) })
	mux.HandleFunc("/v1/positions", s.positions)
	mux.HandleFunc("/v1/positions/search", s.handle("POST", 200, s.search))
	mux.HandleFunc("/v1/positions/", s.handle("GET", 200, s.show))
	mux.HandleFunc("/v1/psps/", s.handle("POST", 201, s.receiveRT))
	log.Fatal(http.ListenAndServe(net.JoinHostPort("127.0.0.1", os.Getenv("HTTP_PORT")), mux))
}

func (s *server) positions(w http.ResponseWriter, r *http.Request) {
	if r.Method == "POST" {
		s.handle("POST", 201, s.create)(w, r)
	} else {
		s.handle("GET", 200, s.list)(w, r)
	}
}

type handler func(ctx context.Context, r *http.Request, body []byte) (interface{}, error)

func (s *server) handle(method string, status int, work handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			reply(w, 405, nil)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256*1024))
		if err != nil {
			reply(w, 413, nil)
			return
		}
		answer, err := work(r.Context(), r, body)
		switch {
		case err == nil:
			reply(w, status, answer)
		case errors.Is(err, errUnauthorized):
			reply(w, 401, nil)
		case errors.Is(err, errNotFound):
			reply(w, 404, nil)
		case errors.Is(err, errBad):
			reply(w, 400, nil)
		default:
			log.Print(err)
			reply(w, 500, nil)
		}
	}
}

func reply(w http.ResponseWriter, status int, answer interface{}) {
	bytes, err := json.Marshal(answer)
	if err != nil {
		log.Print(err)
		status = 500
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(bytes)
}

// flush is a number of statements that are sent together.
type flush struct {
	server *server
	batch  pgx.Batch
}

func (f *flush) add(name string, known values) {
	statement := f.server.statements[name]
	f.batch.Queue(statement.sql, statement.arguments(known)...)
}

func digest(r *http.Request) []byte {
	sum := sha256.Sum256([]byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
	return sum[:]
}

// readKey reads the result of the statement `key`, which is the first of each flush.
func readKey(results pgx.BatchResults) (*key, error) {
	var k key
	err := results.QueryRow().Scan(&k.id, &k.kind, &k.scopes, &k.creditors, &k.expiresAt, &k.revokedAt)
	if err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, errUnauthorized
		}
		return nil, err
	}
	if k.revokedAt != nil || (k.expiresAt != nil && k.expiresAt.Before(time.Now())) {
		return nil, errUnauthorized
	}
	return &k, nil
}

func (k *key) may(scope string) bool     { return contains(k.scopes, scope) }
func (k *key) owns(creditor string) bool { return k.kind == "ops" || contains(k.creditors, creditor) }

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

// each calls read for every row of the next result.
func each(results pgx.BatchResults, read func(rows pgx.Rows) error) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// newID returns a UUIDv7.
func newID(now time.Time) string {
	var id [16]byte
	rand.Read(id[6:])
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(now.UnixMilli()))
	copy(id[:6], stamp[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
