"""The step types of the language. A new one is a file here and its name in this tuple."""

from activities.call import CallStep
from activities.document import DocumentStep
from activities.email import EmailStep
from activities.emit import EmitStep
from activities.form import FormStep
from activities.notify import NotifyStep
from activities.python import PythonStep
from activities.signature import SignatureStep
from activities.subprocess import SubprocessStep
from activities.task import TaskStep
from activities.tasks import TasksStep
from activities.wait import WaitStep
from engine.runtime.control.choose import ChooseStep
from engine.runtime.control.decision import DecisionStep
from engine.runtime.control.for_each import ForEachStep
from engine.runtime.control.group import GroupStep
from engine.runtime.control.parallel import ParallelStep
from engine.runtime.control.repeat import RepeatStep
from engine.runtime.control.set import SetStep
from engine.runtime.control.stop import StopStep
from engine.runtime.control.undo import UndoStep
from engine.runtime.step import Step

STEP_TYPES: dict[str, type[Step]] = {
    "email": EmailStep,
    "document": DocumentStep,
    "call": CallStep,
    "notify": NotifyStep,
    "python": PythonStep,
    "form": FormStep,
    "task": TaskStep,
    "tasks": TasksStep,
    "signature": SignatureStep,
    "wait": WaitStep,
    "subprocess": SubprocessStep,
    "emit": EmitStep,
    "set": SetStep,
    "decision": DecisionStep,
    "choose": ChooseStep,
    "repeat": RepeatStep,
    "for_each": ForEachStep,
    "parallel": ParallelStep,
    "group": GroupStep,
    "undo": UndoStep,
    "stop": StopStep,
}
