"""Who may do what: makes a grant for one act, from storage, or refuses."""

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import Connection, CreatorId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, NotAllowedError, NotConnectedError, UnknownCreatorError
from bot.storage.audit import AuditLog
from bot.storage.connections import ConnectionStore
from bot.storage.rights import RightStore


class AccessService:
    """The only maker of grants; nothing is remembered between two acts."""

    def __init__(self, connections: ConnectionStore, rights: RightStore, audit: AuditLog, clock: Clock) -> None:
        self._connections = connections
        self._rights = rights
        self._audit = audit
        self._clock = clock

    async def require(self, actor: Actor, creator: CreatorId, capability: Capability) -> Grant:
        """A grant for this act on this creator.

        Raises UnknownCreatorError when nobody has connected the creator, NotAllowedError (and writes it down) when
        the actor lacks this right on it. For what people type use ``choose``, which tells no more than they may know.
        """
        connection = await self._connections.of_creator(creator)
        if connection is None:
            raise UnknownCreatorError
        if connection.owner == actor.user:
            return Grant(actor, connection, capability)
        now = self._clock.now()
        if capability is not Capability.MANAGE and await self._rights.holds(actor.user, creator, capability, now):
            return Grant(actor, connection, capability)
        await self._audit.write(actor, creator, capability.value, "refused", now)
        raise NotAllowedError(capability)

    async def choose(self, actor: Actor, creator: str | None, capability: Capability) -> Grant:
        """A grant for the creator named (an id or a handle), or for the only one there is.

        Raises NotConnectedError, UnknownCreatorError, BadInputError (several to choose from) or NotAllowedError.
        """
        own = await self._connections.of_owner(actor.user)
        if own and (not creator or _is_named(own, creator)):
            return Grant(actor, own, capability)
        choices = await self.creators_for(actor, capability)
        if creator:
            choices = [one for one in choices if _is_named(one, creator)]
            if not choices:
                raise UnknownCreatorError
        if not choices:
            raise NotConnectedError
        if len(choices) > 1:
            raise BadInputError("You can do this for several creators: pick one in the `creator` option.")
        return await self.require(actor, choices[0].account.id, capability)

    async def creators_for(self, actor: Actor, capability: Capability) -> list[Connection]:
        """The connections this person may use that way, their own first."""
        own = await self._connections.of_owner(actor.user)
        found = [own] if own else []
        if capability is Capability.MANAGE:
            return found
        now = self._clock.now()
        for right in await self._rights.of(actor.user):
            if right.capability is capability and right.holds_at(now):
                connection = await self._connections.of_creator(right.creator)
                if connection and connection not in found:
                    found.append(connection)
        return found


def _is_named(connection: Connection, words: str) -> bool:
    """Whether an option's value means this creator: an id from the list, or a handle somebody typed."""
    return words.removeprefix("@").lower() in {connection.account.id, connection.account.handle.lower()}
