"""Signing in with an identity provider (OpenID Connect) by Authlib; on when web.oidc_issuer is set.

An administrator adds the account without a password: `miner users add ИМЯ --role …`; the provider's claim
``web.oidc_claim`` names it, and from the first time on the provider's own subject stands for it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from miner.errors import BadConfig
from miner.settings import Web
from miner.store import NotLetIn
from miner.web.access import desk, let_in
from miner.web.problems import Problem


def add_sign_in(app: FastAPI, web: Web) -> None:
    """Add /login/oidc and its way back. Raises BadConfig without the libraries of the extra ``oidc``."""
    try:
        from authlib.integrations.starlette_client import OAuth, OAuthError
        from starlette.middleware.sessions import SessionMiddleware
    except ImportError as error:
        raise BadConfig(
            [f"web.oidc_issuer = {web.oidc_issuer!r}: needs pip install 'miner[oidc]' ({error})"]
        ) from error

    provider: Any = OAuth()
    provider.register(
        "provider",
        client_id=web.oidc_client_id,
        client_secret=web.oidc_client_secret,
        server_metadata_url=f"{web.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )
    # Holds nonce and state for the minute between two redirects.
    app.add_middleware(
        SessionMiddleware,
        secret_key=_state_key(web.oidc_client_secret),
        session_cookie="miner_oidc",
        max_age=600,
        path="/login/oidc",
        same_site="lax",
    )

    @app.get("/login/oidc", include_in_schema=False)
    async def leave(request: Request) -> Response:
        answer: Response = await provider.provider.authorize_redirect(request, str(request.url_for("come_back")))
        return answer

    @app.get("/login/oidc/back", include_in_schema=False)
    async def come_back(request: Request) -> Response:
        try:
            token = await provider.provider.authorize_access_token(request)
        except OAuthError as error:
            raise Problem(403, f"Служба входа отказала: {error.description or error.error}.") from error
        claims = token.get("userinfo") or {}
        try:
            accounts = desk(request).store.accounts
            user = accounts.by_subject(f"{claims['iss']} {claims['sub']}", str(claims.get(web.oidc_claim) or ""))
        except (NotLetIn, KeyError) as error:
            raise Problem(403, "Для этого человека нет учётной записи. Её добавляет администратор.") from error
        response = RedirectResponse("/", 303)
        let_in(request, response, accounts.open_session(user))
        return response


def _state_key(client_secret: str) -> str:
    """What signs the state: the same for every web server behind one address, and after a restart of each."""
    if not client_secret:
        return secrets.token_urlsafe(32)
    return hmac.new(client_secret.encode(), b"miner: state of signing in", hashlib.sha256).hexdigest()
