;; Reads every form of a declaration from standard input and shows what it means, with records that are lists.
(use-modules (ice-9 match) (srfi srfi-1))

(define known-modules
  '((gnu) (gnu system privilege) (gnu system setuid) (gnu packages virtualization) (gnu services sysctl)))

;; What a module beside (gnu) gives that a declaration may name: a name that was not imported is an error.
(define exports
  '((privileged-program (gnu system privilege))
    (setuid-program (gnu system setuid))
    (qemu (gnu packages virtualization))
    (sysctl-service-type (gnu services sysctl))))

(define imported '())

;; A record knows its fields, and misses those that have no default.
(define (record name needed known given)
  (for-each (lambda (field) (unless (memq field (append needed known)) (error "no such field:" name field)))
            (map car given))
  (for-each (lambda (field) (unless (assq field given) (error "missing field:" name field))) needed)
  (cons name given))

(define-syntax-rule (define-record-stub name (needed ...) (known ...))
  (define-syntax name
    (syntax-rules ()
      ((_ (field value) (... ...))
       (record 'name '(needed ...) '(known ...) (list (cons 'field value) (... ...)))))))

(define-record-stub privileged-program (program) (setuid? setgid? user group capabilities))
(define-record-stub setuid-program (program) (setuid? setgid? user group))
(define-record-stub static-networking (addresses) (links routes provision requirement name-servers))
(define-record-stub network-link (arguments) (name type mac-address))
(define-syntax field-stub
  (syntax-rules () ((_ name) (define (name value) (list 'name value)))))
(field-stub privileged-programs)
(field-stub setuid-programs)
(field-stub services)
(field-stub supplementary-groups)
(define (file-append package path) (string-append package path))
(define qemu "/gnu/store/qemu")
(define (plain-file name text) (list 'plain-file name text))
(define (simple-service name type value) (list 'simple-service name type value))
(define etc-service-type 'etc-service-type)
(define static-networking-service-type 'static-networking-service-type)
(define sysctl-service-type 'sysctl-service-type)
(define %default-privileged-programs '(default-privileged))
(define %setuid-programs '(default-setuid))
(define %base-services '(base-services))

(define (names form)
  (match form
    ((head . tail) (append (names head) (names tail)))
    ((? symbol? name) (list name))
    (_ '())))

(define (check-imports form)
  (for-each
   (lambda (name)
     (match (assq name exports)
       ((_ module) (unless (member module imported) (error "not imported:" name module)))
       (#f #t)))
   (names form)))

;; One value a line; each Guile has a pretty printer of its own.
(define (show value indent)
  (if (and (list? value) (any pair? value))
      (let ((deeper (string-append indent "  ")))
        (display (string-append indent "(\n"))
        (for-each (lambda (part) (show part deeper)) value)
        (display (string-append indent ")\n")))
      (begin (display indent) (write value) (newline))))

(let loop ((form (read)))
  (unless (eof-object? form)
    (match form
      (('use-modules modules ...)
       (for-each (lambda (module) (unless (member module known-modules) (error "no such module:" module))) modules)
       (set! imported (append modules imported)))
      (_ (check-imports form)
         (show (primitive-eval form) "")
         (newline)))
    (loop (read))))
