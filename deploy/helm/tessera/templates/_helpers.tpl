{{- define "tessera.name" -}}
{{- printf "%s-%s" .Release.Name .service | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "tessera.selector" -}}
app.kubernetes.io/name: tessera
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end -}}

{{- define "tessera.labels" -}}
{{ include "tessera.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "tessera.image" -}}
{{ .Values.image.repository }}-{{ .service }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Names of the services that are wanted. */}}
{{- define "tessera.services" -}}
{{- $found := list -}}
{{- range $name, $own := .Values.services -}}
{{- if $own.enabled -}}{{- $found = append $found $name -}}{{- end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{- define "tessera.fromSecret" -}}
valueFrom:
  secretKeyRef:
    name: {{ .secret }}
    key: {{ .key }}
{{- end -}}

{{/* The same for a service and for its migration, which checks all of a service's settings too. */}}
{{- define "tessera.env" -}}
- name: HOST
  value: 0.0.0.0
- name: PORT
  value: '3000'
- name: LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: KAFKA_BROKERS
  value: {{ .Values.kafka.brokers | quote }}
- name: LOG_PARTITIONS
  value: {{ .Values.kafka.partitions | int64 | quote }}
{{- if .Values.kafka.ssl }}
- name: KAFKA_SSL
  value: 'true'
{{- end }}
{{- if .Values.kafka.caSecret }}
- name: KAFKA_SSL_CA_FILE
  value: /etc/tessera/kafka/ca.crt
{{- end }}
{{- if .Values.kafka.saslMechanism }}
- name: KAFKA_SASL_MECHANISM
  value: {{ .Values.kafka.saslMechanism }}
- name: KAFKA_SASL_USERNAME
  {{- include "tessera.fromSecret" (dict "secret" .Values.existingSecret "key" "kafka-sasl-username") | nindent 2 }}
- name: KAFKA_SASL_PASSWORD
  {{- include "tessera.fromSecret" (dict "secret" .Values.existingSecret "key" "kafka-sasl-password") | nindent 2 }}
{{- end }}
{{- if .Values.kafka.namespace }}
- name: TESSERA_NAMESPACE
  value: {{ .Values.kafka.namespace | quote }}
{{- end }}
{{- if .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .Values.tracing.ratio | quote }}
{{- end }}
- name: TESSERA_TOKENS
  {{- include "tessera.fromSecret" (dict "secret" .Values.existingSecret "key" "tokens") | nindent 2 }}
{{- if ne .service "collector" }}
- name: DATABASE_URL
  {{- include "tessera.fromSecret" (dict "secret" .Values.existingSecret "key" (printf "%s-database-url" .service)) | nindent 2 }}
{{- end }}
{{- if has .service (list "membership" "campaign") }}
- name: TESSERA_CONTACT_KEYS
  {{- include "tessera.fromSecret" (dict "secret" .Values.existingSecret "key" "contact-keys") | nindent 2 }}
{{- end }}
{{- if eq .service "campaign" }}
- name: SMTP_URL
  {{- include "tessera.fromSecret" (dict "secret" .Values.existingSecret "key" "smtp-url") | nindent 2 }}
- name: MAIL_FROM
  value: {{ required "mail.from is needed by campaign" .Values.mail.from | quote }}
{{- end }}
{{- range $name, $value := .own.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "tessera.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "tessera.containerSecurity" -}}
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "tessera.kafkaMount" -}}
{{- if .Values.kafka.caSecret }}
volumeMounts:
  - { name: kafka-ca, mountPath: /etc/tessera/kafka, readOnly: true }
{{- end }}
{{- end -}}

{{- define "tessera.kafkaVolume" -}}
{{- if .Values.kafka.caSecret }}
volumes:
  - name: kafka-ca
    secret: { secretName: {{ .Values.kafka.caSecret }}, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- end -}}

{{- define "tessera.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .own.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
