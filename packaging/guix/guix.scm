;;; bridge-doctor for GNU Guix: `guix build -f packaging/guix/guix.scm`, or `guix shell -D -f …` to work on it.
;;;
;;; The crates are those of Cargo.lock, whose checksums are what Guix needs: nothing is listed twice.

(use-modules (gnu packages rust)
             (guix base16)
             (guix build-system cargo)
             (guix download)
             (guix gexp)
             ((guix licenses) #:prefix license:)
             (guix packages)
             (guix utils)
             (ice-9 match)
             (ice-9 rdelim)
             (ice-9 regex)
             (srfi srfi-1))

(define %source-directory
  (dirname (dirname (dirname (canonicalize-path (current-filename))))))

(define %field (make-regexp "^(name|version|checksum) = \"(.*)\"$"))

(define (file-lines file)
  (call-with-input-file file
    (lambda (port)
      (let loop ((lines '()))
        (match (read-line port)
          ((? eof-object?) (reverse lines))
          (line (loop (cons line lines))))))))

(define (lock-entries file)
  "Return the entries of the Cargo.lock FILE as association lists."
  (reverse
   (fold (lambda (line entries)
           (cond ((string=? line "[[package]]") (cons '() entries))
                 ((and (pair? entries) (regexp-exec %field line))
                  => (lambda (found)
                       (cons (acons (match:substring found 1) (match:substring found 2) (first entries))
                             (cdr entries))))
                 (else entries)))
         '()
         (file-lines file))))

(define (entry->origin entry)
  "Return the source of the crate ENTRY, or #f for one that is part of this tree."
  (match (map (lambda (field) (assoc-ref entry field)) '("name" "version" "checksum"))
    ((name version (? string? checksum))
     (origin
       (method url-fetch)
       (uri (crate-uri name version))
       (file-name (string-append (downstream-package-name "rust-" name) "-" version ".tar.gz"))
       (sha256 (base16-string->bytevector checksum))))
    (_ #f)))

(define %crates
  (filter-map entry->origin (lock-entries (string-append %source-directory "/Cargo.lock"))))

(define %version
  (any (lambda (entry)
         (and (equal? (assoc-ref entry "name") "bridge-doctor")
              (assoc-ref entry "version")))
       (lock-entries (string-append %source-directory "/Cargo.lock"))))

(package
  (name "bridge-doctor")
  (version %version)
  (source
   (local-file %source-directory "bridge-doctor-checkout"
               #:recursive? #t
               #:select? (lambda (file stat)
                           (not (member (basename file) '(".git" "target"))))))
  (build-system cargo-build-system)
  (arguments
   (list
    ;; Cargo.toml asks for 1.88.
    #:rust rust-1.88
    #:install-source? #f
    ;; The other tests take root, a setuid helper and network namespaces.
    #:cargo-test-flags ''("--lib")
    #:phases
    #~(modify-phases %standard-phases
        (add-after 'install 'install-manual-and-completions
          (lambda _
            (let ((program (string-append #$output "/bin/bridge-doctor")))
              (define (completions shell file)
                (mkdir-p (dirname file))
                (with-output-to-file file
                  (lambda () (invoke program "completions" shell))))
              (invoke program "man" "--directory" (string-append #$output "/share/man/man1"))
              (completions "bash" (string-append #$output "/share/bash-completion/completions/bridge-doctor"))
              (completions "zsh" (string-append #$output "/share/zsh/site-functions/_bridge-doctor"))
              (completions "fish" (string-append #$output "/share/fish/vendor_completions.d/bridge-doctor.fish"))))))))
  (inputs %crates)
  (home-page "https://crates.io/crates/bridge-doctor")
  (synopsis "Diagnose QEMU's bridge helper")
  (description
   "bridge-doctor says whether a user's virtual machine can go on a network
bridge through QEMU's @command{qemu-bridge-helper}, and if not, exactly why not,
with the commands or the declaration that mend it.")
  (license (list license:expat license:asl2.0)))
