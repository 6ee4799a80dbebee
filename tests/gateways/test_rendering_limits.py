"""What a template does to its process, it does to nobody else."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from engine.gateways.rendering import Renderer, RenderFailed

pytestmark = pytest.mark.asyncio

NINE_NESTED_LOOPS = "".join(f"{{% for a{n} in xs %}}" for n in range(9)) + "{% endfor %}" * 9


@pytest.mark.parametrize(
    ("template", "codes"),
    [
        (NINE_NESTED_LOOPS, {"too_slow"}),
        ("${ 10 ** (10 ** 10) }", {"too_slow", "too_big", "template_error"}),
        ("${ 'x' * 10 ** 10 }", {"too_big", "crashed"}),
        (
            "${ ('x' * 10 ** 8) ~ ('x' * 10 ** 8) ~ ('x' * 10 ** 8) ~ ('x' * 10 ** 8) ~ 'x' }",
            {"too_big", "too_slow", "crashed"},
        ),
        ("${ [0] * 10 ** 9 }", {"too_big", "crashed"}),
        (
            "{% for a in xs %}{% for b in xs %}{% for c in xs %}xxxxxxxx{% endfor %}{% endfor %}{% endfor %}",
            {"too_big"},
        ),
        ("${ " + "(" * 5000 + "1" + ")" * 5000 + " }", {"too_big", "crashed"}),
    ],
    ids=["endless loop", "huge number", "huge text", "huge sum of texts", "huge list", "huge result", "deep nesting"],
)
async def test_a_template_without_end_fails_within_the_limit_and_the_pool_goes_on(
    template: str, codes: set[str]
) -> None:
    renderer = Renderer(size=1, seconds=1)
    await renderer.warm()
    with pytest.raises(RenderFailed) as problem:
        await renderer.text(template, {"xs": list(range(100))})
    assert problem.value.code in codes
    assert await renderer.text("${ n }", {"n": 1}) == "1"
    await renderer.aclose()


async def test_others_do_not_notice() -> None:
    renderer = Renderer(size=2, seconds=3)
    await renderer.warm()
    endless = asyncio.create_task(renderer.text(NINE_NESTED_LOOPS, {"xs": list(range(100))}))
    for n in range(50):
        assert await renderer.text("${ n }", {"n": n}) == str(n)
    assert not endless.done()
    with pytest.raises(RenderFailed):
        await endless
    await renderer.aclose()


async def test_a_long_answer_is_no_harm() -> None:
    renderer = Renderer(size=1)
    with pytest.raises(RenderFailed, match="longer than 1,000,000 characters"):
        await renderer.text("${ text }", {"text": "x" * 10_000_000})
    assert len(await renderer.text("${ text }", {"text": "x" * 900_000})) == 900_000
    await renderer.aclose()


async def test_a_process_that_was_killed_is_replaced() -> None:
    renderer = Renderer(size=1)
    await renderer.warm()
    (child,) = renderer._pool._idle  # the only way to its id
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    assert await renderer.text("${ n }", {"n": 1}) == "1"
    await renderer.aclose()


async def test_a_cancelled_rendering_answers_nobody_else() -> None:
    renderer = Renderer(size=1, seconds=5)
    await renderer.warm()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(renderer.text(NINE_NESTED_LOOPS, {"xs": list(range(100))}), 0.2)
    assert await renderer.text("${ n }", {"n": 7}) == "7"
    await renderer.aclose()


def environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()


async def test_templates_see_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_SECRET_KEY", "do not show")
    renderer = Renderer(size=1)
    await renderer.warm()
    (child,) = renderer._pool._idle
    assert "do not show" not in environment_of(child.pid)
    await renderer.aclose()
