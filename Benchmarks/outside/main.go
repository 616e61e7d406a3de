// What `make bench` needs outside of the service: a PSP that accepts each payment, and a mail server that accepts and drops each e-mail.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

func main() {
	mail, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("BENCH_SMTP_PORT"))
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			connection, err := mail.Accept()
			if err != nil {
				log.Fatal(err)
			}
			go receiveMail(connection)
		}
	}()
	http.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {})
	http.HandleFunc("/psps/", startPayment)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("BENCH_PSP_PORT"), nil))
}

func startPayment(w http.ResponseWriter, r *http.Request) {
	var start struct {
		AttemptID string `json:"attempt_id"`
	}
	if json.NewDecoder(r.Body).Decode(&start) != nil || start.AttemptID == "" {
		w.WriteHeader(400)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"redirect_url": "http://" + r.Host + "/pay/" + start.AttemptID})
}

// receiveMail speaks as much of SMTP as a client needs that delivers.
func receiveMail(connection net.Conn) {
	defer connection.Close()
	reader, writer := bufio.NewReaderSize(connection, 65536), bufio.NewWriter(connection)
	writer.WriteString("220 bench\r\n")
	inData := false
	for {
		if reader.Buffered() == 0 {
			writer.Flush()
		}
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		if inData {
			if line == ".\r\n" {
				inData = false
				writer.WriteString("250 accepted\r\n")
			}
			continue
		}
		switch command := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(command, "EHLO"):
			writer.WriteString("250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
		case command == "DATA":
			inData = true
			writer.WriteString("354 go on\r\n")
		case command == "QUIT":
			writer.WriteString("221 bye\r\n")
			writer.Flush()
			return
		default:
			writer.WriteString("250 ok\r\n")
		}
	}
}
