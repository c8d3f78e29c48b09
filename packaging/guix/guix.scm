;;; bridge-doctor for GNU Guix: `guix build -f packaging/guix/guix.scm`, or `guix shell -D -f …` to work on it.
;;;
;;; It takes a Guix of 2026: `cargo-inputs-from-lockfile` came in 2025, Rust 1.88 later.  The crates are those of
;;; Cargo.lock, whose checksums are what Guix needs: nothing is listed twice, and the build itself uses no network.

(use-modules (gnu packages rust)
             (guix build-system cargo)
             (guix gexp)
             (guix import crate)
             ((guix licenses) #:prefix license:)
             (guix packages)
             (guix utils)
             (ice-9 regex)
             (ice-9 textual-ports))

(define %source-directory
  (dirname (dirname (dirname (canonicalize-path (current-filename))))))

(define (in-source file)
  (string-append %source-directory "/" file))

(define (manifest-field name)
  "Return the first value of the field NAME in Cargo.toml, which is that of the package."
  (match:substring
   (string-match (string-append "\n" name " = \"([^\"]*)\"")
                 (call-with-input-file (in-source "Cargo.toml") get-string-all))
   1))

(define %crates
  (cargo-inputs-from-lockfile (in-source "Cargo.lock")))

(package
  (name "bridge-doctor")
  (version (manifest-field "version"))
  (source
   (local-file %source-directory "bridge-doctor-checkout"
               #:recursive? #t
               #:select? (lambda (file stat)
                           (not (member (basename file) '(".git" "target"))))))
  (build-system cargo-build-system)
  (arguments
   (list
    ;; Guix changes its Rust about once a year, and keeps newer ones beside it.
    #:rust (if (version>=? (package-version rust) (manifest-field "rust-version")) rust rust-1.88)
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
