"""What happens in the demo, chapter by chapter. Whatever is not as it should be ends it with a SurpriseError."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cli.demo.checks import expect
from cli.demo.client import Client, text_of
from cli.demo.house import House
from cli.demo.outside import WORKSPACE, Sender, Systems, new_secret
from cli.demo.pages import Browser
from cli.demo.staff import Staff
from cli.demo.timeline import Timeline
from engine.store import quick

PROCESS = "client-onboarding"
WELCOME = "Welcome to Northwind Studio, Ann"
REMINDER = "A few answers from Acme, and we can start"
TO_SIGN = "Your agreement with Northwind Studio is ready to sign"
READY = "The workspace of Acme is ready"
TO_BOOK = "Choose a time for our kick-off call"
CHECK_IN = "How have the first 30 days been?"
TO_ALL = "New project: Acme"

ANN = "ann@acme.example"
DEAL = {
    "stage": "won",
    "value": {"amount": "60000", "currency": "GBP"},
    "company": {"name": "Acme"},
    "contact": {"name": "Ann", "email": ANN},
    "owner": {"email": "sam@northwind.example"},
}
LEGAL_NAME, SEATS, FEE = "Acme Trading Limited", "240 seats", "£60,000.00"
CONTRACT = f"Services agreement - {LEGAL_NAME}.pdf"


@dataclass
class Story:
    """One run of the story. `case` is known once the CRM has spoken."""

    house: House
    timeline: Timeline
    browser: Browser
    systems: Systems
    case: str = field(default="", init=False)
    crm: Sender = field(init=False)
    calendar: Sender = field(init=False)
    staff: Staff = field(init=False)
    ann: Client = field(init=False)

    def __post_init__(self) -> None:
        self.crm = Sender("crm", self.systems.crm, self.house.web)
        self.calendar = Sender("calendar", self.systems.calendar, self.house.web)
        self.staff = Staff(self.house, self.timeline)
        self.ann = Client("Ann", ANN, self.house, self.browser, self.timeline)

    def tell(self) -> None:
        """All of it, from the won deal to the end of the case."""
        for name, chapter in (
            ("Welcome", self.welcome),
            ("Contract", self.contract),
            ("Set up, side by side", self.set_up),
            ("Kick-off", self.kick_off),
        ):
            self.timeline.chapter(name)
            chapter()
        self.everything_adds_up()

    def welcome(self) -> None:
        self._deal_won()
        link = self.ann.link(WELCOME, "f")
        self.case = quick.listing(self.house.database)[0].id
        self._mailed(WELCOME, "starts a case and mails Ann a questionnaire")
        self.staff.do_now("Sam", self.case, "welcome", "lets two business days pass")
        self._mailed(REMINDER, "reminds Ann")
        self._questionnaire(link)
        self.staff.finish("Priya", self.case, "review", "reads the answers and accepts them", "-o", "accept")

    def _deal_won(self) -> None:
        expect(self.crm.send("deal.updated", DEAL, "msg-0", new_secret()) == 401, "a forged webhook was taken")
        answers = [self.crm.send("deal.updated", DEAL, "msg-1") for _ in range(2)]
        expect(answers == [202, 200], f"the webhook was answered with {answers} instead of 202, and 200 for a copy")
        self._says("CRM", "reports: Acme is won, for £60,000", "signed POST /hooks/crm")
        self._says("Baton", "counts a repeated one once, refuses a forged one", "202, 200, 401")

    def _questionnaire(self, link: str) -> None:
        page = self.browser.open(link)
        again, said = self.ann.answer_wrongly(page)
        self._says("Ann", 'opens the link, writes "a few" for the seats', "GET, POST /f/TOKEN")
        self._says("Baton", f"says at the field: {said}", "422")
        self.ann.answer(again, self.ann.answers)
        self._says("Ann", 'writes "240", and the page thanks her', "POST /f/TOKEN  303")

    def contract(self) -> None:
        self._change_asked()
        self.staff.finish("Helen", self.case, "legal", "approves the second version", "-o", "approve")
        self._mailed(TO_SIGN, "asks Ann to sign it")
        document = self.ann.sign(self.browser.open(self.ann.link(TO_SIGN, "s")))
        self._check(document)
        (self.house.folder / CONTRACT).write_bytes(document)
        self._says("Ann", "reads it and signs with her name", "POST /s/TOKEN  303")

    def _change_asked(self) -> None:
        """Helen does her first task on its page, with the link that a colleague gave her."""
        wait = self.staff.waits(self.case, "legal")
        link = self.house.baton("link", self.case, "legal", "--for", "helen@northwind.example")
        page = self.browser.open(link.strip())
        pages = self._check(self.browser.download(page.link("/files/")))
        self._says("Baton", "fills in the contract; Legal must see such a deal", f"PDF, {pages} pages")
        given = {"task-outcome": "change", "task-comment": "Please name the invoice address."}
        done = self.browser.send(page, given)
        expect(done.status == 200 and "Done" in done.text, f"a task's page answered {done.status}")
        self._says("Helen", "reads it on her task's page, asks for a change", "POST /t/TOKEN  303")
        self.staff.gone(self.case, wait)

    def _check(self, document: bytes) -> int:
        """The contract has the client's answers in it; how many pages it has."""
        text, pages = text_of(document)
        missing = [words for words in (LEGAL_NAME, SEATS, FEE, "enterprise") if words not in text]
        expect(not missing, f"the contract lacks {', '.join(missing)}")
        return pages

    def set_up(self) -> None:
        self.house.mail(ANN, READY)
        asked = [(call.method, call.path, call.body, call.token) for call in self.systems.calls]
        wanted = ("POST", "/workspaces", {"name": "Acme", "seats": 240}, f"Bearer {self.systems.token}")
        expect(asked == [wanted], f"the product was asked {asked}; expected: {wanted}")
        self._says("Baton", f"opens her workspace at the product: {WORKSPACE}", "POST /workspaces")
        self._mailed(READY, "mails Ann that it is ready")
        self.staff.finish("Tom", self.case, "billing", "sets up the billing", "--check", "account")
        child = self.staff.child(self.case, "kyc-check")
        said = "checks who owns Acme, in a process of its own"
        self.staff.finish("Ines", child, "check", said, "-o", "pass", *_ticks("register", "owners", "sanctions"))

    def kick_off(self) -> None:
        self._call_booked()
        ticks = _ticks("agenda", "goals", "access", "roles")
        self.staff.finish("Sam", self.case, "prepare", "prepares the call and ticks off the list", *ticks)
        self.staff.do_now("Sam", self.case, "kick_off_call", "lets the days until the call pass")
        self._project()
        self.staff.do_now("Sam", self.case, "thirty_days", "lets 30 days pass")
        self.ann.answer(self.browser.open(self.ann.link(CHECK_IN, "f")), {"rating": "Very well"})
        self._says("Ann", "answers the check-in mail: very well", "POST /f/TOKEN  303")
        self.timeline.awaiting("the case comes to its end")
        self.house.until(lambda: self.house.case(self.case).summary.status == "ended", "the case has not ended")
        self._says("Baton", f"ends the case: six weeks in {self.timeline.seconds:.0f} seconds")

    def _call_booked(self) -> None:
        self._mailed(TO_BOOK, "asks Ann to choose a time for the call")
        self.staff.waits(self.case, "booking")
        starts_at = (datetime.now(UTC) + timedelta(days=9)).replace(hour=10, minute=0, second=0, microsecond=0)
        meeting = {"invitee_email": ANN, "starts_at": starts_at.isoformat()}
        answer = self.calendar.send("meeting.booked", meeting, "msg-2")
        expect(answer == 202, f"the booking was answered with {answer} instead of 202")
        said = f"reports: Ann has booked {starts_at:%A} {starts_at.day} {starts_at:%B}"
        self._says("Calendar", said, "signed POST /hooks/calendar")

    def _project(self) -> None:
        child = self.staff.child(self.case, "project-kick-off")
        self.staff.finish("Priya", child, "team", "chooses the team, in the project's own process")
        self.staff.finish("Priya", child, "plan", "publishes the plan", *_ticks("milestones", "risks", "rhythm"))
        self._mailed(TO_ALL, "announces the project", "projects@northwind.example")

    def everything_adds_up(self) -> None:
        """Each thing happened once, nothing is left open, and nothing went wrong on the way."""
        summary = self.house.case(self.case).summary
        expect(summary.outcome == "completed", f"the case ended as `{summary.outcome}` instead of `completed`")
        expect(not quick.listing(self.house.database), "cases are still open")
        subjects = [mail.subject for mail in self.house.mails()]
        wanted = [WELCOME, REMINDER, TO_SIGN, READY, TO_BOOK, TO_ALL, CHECK_IN]
        expect(subjects == wanted, f"these mails came: {', '.join(subjects)}; expected: {', '.join(wanted)}")
        expect(
            len(self.systems.calls) == 1, f"the systems outside were called {len(self.systems.calls)} times, not once"
        )
        incidents = [i.message for i in self.house.case(self.case).incidents]
        expect(not incidents, f"there were incidents: {'; '.join(incidents)}")

    def _mailed(self, subject: str, what: str, to: str = ANN) -> None:
        """Baton has sent this mail: it has arrived."""
        self.timeline.awaiting(f"a mail is on its way: {subject}")
        mail = self.house.mail(to, subject).mail
        self._says("Baton", what, f"SMTP  mail {mail.id}")

    def _says(self, who: str, what: str, how: str = "") -> None:
        self.timeline.tell(who, what, how)


def _ticks(*items: str) -> list[str]:
    return [word for item in items for word in ("--check", item)]
