/// The only script. Every page works without it: it fills in codes from an address, waits for the outcome of a payment, goes on to the
/// PSP's site, and prints.
enum Script {
    static let text = """
        'use strict';
        (function () {
          var code = document.querySelector('[data-from-fragment] input[name=token]');
          var found = /^#token=([A-Za-z0-9_-]{1,200})$/.exec(location.hash);
          if (code && found) {
            code.value = found[1];
            history.replaceState(null, '', location.pathname + location.search);
          }
          var errors = document.getElementById('errors');
          if (errors) { errors.focus(); }
          document.querySelectorAll('[data-print]').forEach(function (button) {
            button.hidden = false;
            button.addEventListener('click', function () { window.print(); });
          });
          var go = document.querySelector('a[data-go]');
          if (go) { setTimeout(function () { location.assign(go.href); }, 1500); }
          var poll = document.querySelector('[data-poll]');
          if (!poll) { return; }
          var rounds = 0;
          function wait() {
            rounds += 1;
            if (rounds > 90) { return; }
            fetch(poll.dataset.poll, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
              .then(function (response) {
                if (!response.ok) { throw new Error('status'); }
                return response.json();
              })
              .then(function (answer) {
                if (answer.reload) { location.reload(); } else { setTimeout(wait, 1000); }
              })
              .catch(function () { setTimeout(wait, 5000); });
          }
          setTimeout(wait, 500);
        })();
        """
}
