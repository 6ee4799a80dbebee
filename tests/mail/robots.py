"""Mails that no person wrote, as answering machines of eight languages and more send them, and mails of people that
look a little like them."""

# ruff: noqa: E501 - fields as they come

from typing import Any

Case = tuple[str, dict[str, Any]]

ROBOTS: tuple[Case, ...] = (
    # RFC 3834, and how common servers mark their absence notices
    (
        "Exchange, English",
        {
            "Subject": "Automatic reply: A few questions",
            "X_Auto_Response_Suppress": "All",
            "Auto_Submitted": "auto-generated",
            "X_MS_Has_Attach": "",
        },
    ),
    ("Exchange, no fields left by a gateway, English", {"Subject": "Automatic reply: A few questions"}),
    ("Exchange, old, English", {"Subject": "Out of Office: A few questions"}),
    ("Exchange, old, AutoReply", {"Subject": "Out of Office AutoReply: A few questions"}),
    (
        "Gmail vacation, English",
        {
            "Subject": "Out of office Re: A few questions",
            "Precedence": "bulk",
            "X_Autoreply": "yes",
            "Auto_Submitted": "auto-replied",
        },
    ),
    (
        "Dovecot Sieve vacation",
        {
            "Subject": "Auto: Re: A few questions",
            "Auto_Submitted": "auto-replied (vacation)",
            "X_Sieve": "Pigeonhole Sieve 0.5.21",
            "Precedence": "bulk",
            "X_Auto_Response_Suppress": "All",
        },
    ),
    (
        "cPanel autoresponder",
        {
            "Subject": "Thank you for your message",
            "X_Autorespond": "A few questions",
            "Auto_Submitted": "auto-replied",
            "X_Loop": "ann@acme.test",
            "Precedence": "auto_reply",
        },
    ),
    ("Plesk autoresponder", {"Subject": "Re: A few questions", "Precedence": "auto_reply", "X_Autoreply": "yes"}),
    ("vacation(1)", {"Subject": "away from my mail", "Precedence": "bulk"}),
    (
        "Zimbra",
        {"Subject": "Re: A few questions", "Auto_Submitted": "auto-replied (zimbra; vacation)", "Precedence": "bulk"},
    ),
    (
        "qmail-autoresponder",
        {"Subject": "Re: A few questions", "X_Mail_Autoreply": "dgs.autoreply", "Delivered_To": "Autoresponder"},
    ),
    ("GroupWise rule", {"Subject": "Re: A few questions (out of the office)", "Auto_Submitted": "auto-replied (rule)"}),
    (
        "Lotus Notes",
        {"Subject": "AUTO: Ann Lee is out of the office (returning 12/03/2026)", "X_Mailer": "Lotus Notes"},
    ),
    ("Lotus Notes, German", {"Subject": "AUTO: Ann Lee ist außer Haus (Rückkehr am 12.03.2026)"}),
    ("FirstClass", {"Subject": "Re: A few questions", "X_FC_MachineGenerated": "true"}),
    ("Post.Office", {"Subject": "Re: A few questions", "X_POST_MessageClass": "9; Autoresponder"}),
    ("Amazon WorkMail", {"Subject": "Re: A few questions", "X_Amazon_Auto_Reply": "true"}),
    (
        "iCloud vacation",
        {"Subject": "Vacation reply: A few questions", "Auto_Submitted": "auto-replied; owner-email=ann@acme.test"},
    ),
    (
        "Yahoo vacation",
        {"Subject": "Yahoo! Auto Response", "X_YMail_OSG": "x", "X_Autoreply": "true", "From": "ann@yahoo.test"},
    ),
    ("Fastmail", {"Subject": "Auto: A few questions", "Auto_Submitted": "auto-replied", "X_Vacation": "yes"}),
    ("Out of office until a day", {"Subject": "Out of office until 12 March"}),
    ("In square brackets", {"Subject": "[Auto-Reply] A few questions"}),
    ("With dashes", {"Subject": "OOO - back on Monday"}),
    ("Leave", {"Subject": "On annual leave: A few questions"}),
    ("Maternity leave", {"Subject": "Maternity leave – A few questions"}),
    ("No longer with the company", {"Subject": "No longer with the company: Ann Lee"}),
    # German
    ("Exchange, German", {"Subject": "Automatische Antwort: Ein paar Fragen"}),
    ("Outlook, German", {"Subject": "Abwesenheitsnotiz: Ein paar Fragen"}),
    ("GMX, German", {"Subject": "Automatische Rückmeldung: Ein paar Fragen"}),
    ("Absence with a date, German", {"Subject": "Abwesenheit vom 2. bis 12. März"}),
    ("Receipt, German", {"Subject": "Automatische Eingangsbestätigung - Ihre Nachricht"}),
    ("Holiday, German", {"Subject": "Ich bin im Urlaub: Ein paar Fragen"}),
    # French
    ("Exchange, French", {"Subject": "Réponse automatique : Quelques questions"}),
    ("Zimbra, French", {"Subject": "Réponse d'absence : Quelques questions"}),
    ("Absence, French", {"Subject": "Absence du bureau : Quelques questions"}),
    ("On leave, French", {"Subject": "En congés jusqu'au 12 mars"}),
    ("No accents, French", {"Subject": "Reponse automatique: Quelques questions"}),
    # Spanish
    ("Exchange, Spanish", {"Subject": "Respuesta automática: Algunas preguntas"}),
    ("Outlook, Spanish", {"Subject": "Fuera de la oficina: Algunas preguntas"}),
    ("Holiday, Spanish", {"Subject": "Estoy de vacaciones hasta el 12 de marzo"}),
    # Italian
    ("Exchange, Italian", {"Subject": "Risposta automatica: Alcune domande"}),
    ("Outlook, Italian", {"Subject": "Fuori sede: Alcune domande"}),
    ("Holiday, Italian", {"Subject": "In ferie fino al 12 marzo"}),
    # Dutch
    ("Exchange, Dutch", {"Subject": "Automatisch antwoord: Een paar vragen"}),
    ("Outlook, Dutch", {"Subject": "Afwezigheidsbericht: Een paar vragen"}),
    ("Not in, Dutch", {"Subject": "Niet op kantoor: Een paar vragen"}),
    # Portuguese
    ("Exchange, Portuguese", {"Subject": "Resposta automática: Algumas perguntas"}),
    ("Outlook, Portuguese", {"Subject": "Fora do escritório: Algumas perguntas"}),
    ("Absence, Portuguese", {"Subject": "Ausência temporária: Algumas perguntas"}),
    # Polish
    ("Exchange, Polish", {"Subject": "Odpowiedź automatyczna: Kilka pytań"}),
    ("Outlook, Polish", {"Subject": "Automatyczna odpowiedź: Kilka pytań"}),
    ("Away, Polish", {"Subject": "Nieobecność w biurze: Kilka pytań"}),
    # Further north, east and farther
    ("Exchange, Swedish", {"Subject": "Automatiskt svar: Några frågor"}),
    ("Exchange, Danish", {"Subject": "Automatisk svar: Nogle spørgsmål"}),
    ("Away, Norwegian", {"Subject": "Fraværsmelding: Noen spørsmål"}),
    ("Exchange, Finnish", {"Subject": "Automaattinen vastaus: Muutama kysymys"}),
    ("Exchange, Czech", {"Subject": "Automatická odpověď: Pár otázek"}),
    ("Exchange, Russian", {"Subject": "Автоматический ответ: Несколько вопросов"}),
    ("Exchange, Japanese", {"Subject": "自動応答: 質問"}),
    ("Exchange, Chinese", {"Subject": "自动答复: 几个问题"}),
    ("Exchange, Korean", {"Subject": "자동 회신: 몇 가지 질문"}),
    ("Exchange, Turkish", {"Subject": "Otomatik Yanıt: Birkaç soru"}),
    # Machines that answer without being away
    (
        "Ticket system",
        {
            "Subject": "[Ticket #4711] We have received your request",
            "Auto_Submitted": "auto-replied",
            "X_Auto_Response_Suppress": "DR, RN, NRN, OOF, AutoReply",
        },
    ),
    ("Another Baton", {"Subject": "Thank you for your mail", "Auto_Submitted": "auto-generated"}),
    ("Notification", {"Subject": "Your request is being looked at", "Auto_Submitted": "auto-notified"}),
    ("Jira", {"Subject": "[JIRA] (OPS-1) A few questions", "Precedence": "bulk", "X_JIRA_FingerPrint": "abc"}),
    (
        "GitHub",
        {
            "Subject": "Re: [acme/site] A few questions (#12)",
            "X_GitHub_Reason": "mention",
            "List_ID": "acme/site <site.acme.github.com>",
            "Precedence": "list",
        },
    ),
    ("Empty envelope sender", {"Subject": "Re: A few questions", "Return_Path": "<>"}),
    (
        "Mailing list",
        {
            "Subject": "[acme-all] A few questions",
            "List_Id": "<all.acme.test>",
            "List_Unsubscribe": "<mailto:leave@acme.test>",
        },
    ),
    (
        "Newsletter",
        {"Subject": "News of March", "List_Unsubscribe": "<https://acme.test/leave>", "Feedback_ID": "7:acme"},
    ),
    ("Nobody reads this address", {"Subject": "Re: A few questions", "From": "No Reply <no-reply@acme.test>"}),
    (
        "Read receipt",
        {
            "Subject": "Read: A few questions",
            "Content_Type": 'multipart/report; report-type=disposition-notification; boundary="b"',
            "body": "--b\nContent-Type: text/plain\n\nYour message was read.\n--b\nContent-Type: message/disposition-notification\n\nReporting-UA: Outlook\nFinal-Recipient: rfc822; ann@acme.test\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n",
        },
    ),
    (
        "Answer of a calendar",
        {
            "Subject": "Accepted: Kick-off",
            "Content_Type": "text/calendar; method=REPLY; charset=utf-8",
            "body": "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n",
        },
    ),
    (
        "Challenge",
        {"Subject": "Please confirm that you are a person", "Auto_Submitted": "auto-replied", "Precedence": "junk"},
    ),
)

PEOPLE: tuple[Case, ...] = (
    ("a plain answer", {}),
    ("an answer about an absence policy", {"Subject": "Re: Out of office policy"}),
    ("an answer to an automatic answer", {"Subject": "Re: Automatic reply: A few questions"}),
    ("a question about offices", {"Subject": "Out of office hours support - do you offer it?"}),
    ("a holiday house", {"Subject": "Holiday house in Spain"}),
    ("a car, in German", {"Subject": "Auto: Kaufvertrag und Schlüssel"}),
    ("a car, in Spanish", {"Subject": "Auto nuevo"}),
    ("holiday planning, in German", {"Subject": "Urlaubsplanung 2026"}),
    ("an automatic door, in German", {"Subject": "Automatische Türen im Neubau"}),
    ("an automatic machine, in French", {"Subject": "Machine automatique en panne"}),
    ("absences, in French", {"Subject": "Gestion des absences"}),
    ("office supplies, in Italian", {"Subject": "Fornitura per l'ufficio"}),
    ("a holiday, in Dutch", {"Subject": "Vakantiewoning huren"}),
    ("Auto-Submitted: no", {"Auto_Submitted": "no"}),
    ("Outlook asks for no receipts", {"X_Auto_Response_Suppress": "DR, RN, NRN"}),
    ("an answer redirected by a rule of Exchange", {"X_MS_Exchange_Inbox_Rules_Loop": "ann@acme.test"}),
    ("normal precedence", {"Precedence": "first-class"}),
    ("X-Autoreply: no", {"X_Autoreply": "no"}),
    ("a sender with a name", {"Return_Path": "<ann@acme.test>"}),
    ("somebody called Bounce", {"From": "Bob Bounce <bob.bounce@acme.test>"}),
    ("an office", {"From": "Office <office@acme.test>", "Subject": "Re: Auto insurance"}),
    ("an answer from a phone", {"body": "Yes.\n\nSent from my iPhone\n", "X_Mailer": "iPhone Mail (22F76)"}),
    ("oo in a word", {"Subject": "Ooops, forgot the attachment"}),
    ("a leave request", {"Subject": "Leave request of Helen"}),
    ("an awaited answer", {"Subject": "Awaiting your answer"}),
)  # fmt: skip
