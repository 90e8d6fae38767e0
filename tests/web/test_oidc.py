"""Signing in with an identity provider: a real exchange with a provider on loopback."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwk, jwt

from miner.settings import Settings, Web
from miner.web.app import create_app
from tests.serving import Site


class Provider:
    """An OpenID provider that knows one person, ``claims``."""

    def __init__(self, site):
        self.site = site
        self.key = jwk.RSAKey.generate_key(2048, parameters={"kid": "k", "alg": "RS256", "use": "sig"})
        self.claims = {"sub": "17", "preferred_username": "vera"}
        self.nonce = ""
        site.pages |= {
            "/.well-known/openid-configuration": self.json(
                {
                    "issuer": site.url,
                    "authorization_endpoint": f"{site.url}/authorize",
                    "token_endpoint": f"{site.url}/token",
                    "jwks_uri": f"{site.url}/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            ),
            "/keys": self.json({"keys": [self.key.as_dict(private=False)]}),
            "/token": self.token,
        }

    @staticmethod
    def json(value):
        return 200, {"Content-Type": "application/json"}, json.dumps(value)

    def token(self, request):
        now = int(time.time())
        told = {"iss": self.site.url, "aud": "miner", "iat": now, "exp": now + 60, "nonce": self.nonce} | self.claims
        made = jwt.encode({"alg": "RS256", "kid": "k"}, told, self.key)
        return self.json({"access_token": "x", "token_type": "Bearer", "id_token": made})


@pytest.fixture
def provider():
    with Site() as site:
        yield Provider(site)


def come(client, provider):
    """Leave for the provider and come back with its code."""
    left = client.get("/login/oidc", follow_redirects=False)
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    assert asked["client_id"] == ["miner"]
    assert asked["code_challenge_method"] == ["S256"]
    provider.nonce = asked["nonce"][0]
    return client.get(f"/login/oidc/back?code=c&state={asked['state'][0]}", follow_redirects=False)


@pytest.fixture
def client(workspace, provider):
    web = Web(oidc_issuer=provider.site.url, oidc_client_id="miner", oidc_client_secret="s")
    with TestClient(create_app(workspace, Settings(web=web))) as opened:
        yield opened


def test_a_person_whom_the_provider_knows(client, provider, store):
    """An account without a password is bound at the first login; a new name at the provider changes nothing."""
    store.accounts.add("vera", "author")
    assert "Войти через службу входа" in client.get("/login").text
    entered = come(client, provider)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert client.get("/api/v1/me").json() == {"name": "vera", "role": "author"}
    provider.claims["preferred_username"] = "vera.ivanova"
    client.cookies.clear()
    assert come(client, provider).status_code == 303
    assert client.get("/api/v1/me").json()["name"] == "vera"


def test_strangers_stay_outside(client, provider, store):
    """Whoever has no account, a closed one, or one with a password; and a state that is not ours."""
    refused = come(client, provider)
    assert refused.status_code == 403
    assert "добавляет администратор" in refused.text
    provider.claims["preferred_username"] = "admin"
    assert come(client, provider).status_code == 403
    store.accounts.add("vera", "author")
    provider.claims["preferred_username"] = "vera"
    come(client, provider)
    store.accounts.change("vera", disabled=True)
    client.cookies.clear()
    assert come(client, provider).status_code == 403
    assert client.get("/login/oidc/back?code=c&state=stolen").status_code == 403
    assert client.get("/api/v1/me").status_code == 401


def test_the_way_back_leads_to_another_server(workspace, provider, store):
    """Whoever left from one web server, or before a restart, comes back to the next: both sign the state alike."""
    store.accounts.add("vera", "author")
    web = Web(oidc_issuer=provider.site.url, oidc_client_id="miner", oidc_client_secret="s")
    with TestClient(create_app(workspace, Settings(web=web))) as one:
        left = one.get("/login/oidc", follow_redirects=False)
        asked = parse_qs(urlsplit(left.headers["location"]).query)
        provider.nonce = asked["nonce"][0]
    with TestClient(create_app(workspace, Settings(web=web)), cookies=one.cookies) as other:
        back = other.get(f"/login/oidc/back?code=c&state={asked['state'][0]}", follow_redirects=False)
        assert (back.status_code, other.get("/api/v1/me").json()["name"]) == (303, "vera")
    another = web.model_copy(update={"oidc_client_secret": "another"})
    with TestClient(create_app(workspace, Settings(web=another)), cookies=one.cookies) as stranger:
        assert stranger.get(f"/login/oidc/back?code=c&state={asked['state'][0]}").status_code == 403
