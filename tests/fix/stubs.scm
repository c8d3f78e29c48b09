;; Reads every form of a declaration from standard input and shows what it means, with records that are lists.
(use-modules (ice-9 match) (ice-9 pretty-print))

(define known-modules
  '((gnu) (gnu system privilege) (gnu system setuid) (gnu packages virtualization) (gnu services) (guix gexp)
    (gnu services base) (gnu services sysctl) (gnu system shadow)))

;; What each module of Guix gives that a declaration may name: a name that was not imported is an error.
(define exports
  '((privileged-program (gnu system privilege))
    (setuid-program (gnu system setuid))
    (qemu (gnu packages virtualization))
    (simple-service (gnu services))
    (plain-file (guix gexp))
    (sysctl-service-type (gnu services sysctl))
    (static-networking (gnu services base))
    (supplementary-groups (gnu system shadow))))

(define imported '())

(define-syntax define-record-stub
  (syntax-rules ()
    ((_ name) (define-syntax name (syntax-rules () ((_ (field value) (... ...)) (list 'name (cons 'field value) (... ...))))))))

(define-record-stub privileged-program)
(define-record-stub setuid-program)
(define-record-stub static-networking)
(define-record-stub network-link)
(define-syntax sysctl-configuration
  (syntax-rules (inherit)
    ((_ (inherit base) (field value) ...) (list 'sysctl-configuration (cons 'field value) ...))))
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
(define (sysctl-configuration-settings config) '(("default" . "1")))
(define %default-privileged-programs '(default-privileged))
(define %setuid-programs '(default-setuid))
(define %base-services '(base-services))
(define-syntax modify-services
  (syntax-rules (=>)
    ((_ list (type config => value)) (let ((config 'config)) (append list (cons 'modified (cons type value)))))))

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

(let loop ((form (read)))
  (unless (eof-object? form)
    (match form
      (('use-modules modules ...)
       (for-each (lambda (module) (unless (member module known-modules) (error "no such module:" module))) modules)
       (set! imported (append modules imported)))
      (_ (check-imports form)
         (pretty-print (primitive-eval form))))
    (loop (read))))
