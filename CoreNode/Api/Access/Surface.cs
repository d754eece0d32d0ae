namespace CoreNode.Api.Access;

/// <summary>
/// What a request is about, as far as it matters who asks: the rows of the table in docs/security.md.
/// </summary>
internal enum Surface
{
    /// <summary>A path that nobody answers: 404.</summary>
    Nothing,

    /// <summary>Reading and watching keys.</summary>
    ReadKeys,

    /// <summary>Writing keys that machines do not act on.</summary>
    WriteKeys,

    /// <summary>Writing keys that machines act on; see <see cref="Access.GuardedKeys"/>.</summary>
    WriteGuardedKeys,

    /// <summary>The members and the leader.</summary>
    ReadMembers,

    /// <summary>Adding, moving, promoting and removing members, and handing leadership over.</summary>
    ChangeMembers,

    /// <summary>Users and roles, and whether they count.</summary>
    ReadAuth,

    /// <summary>Making users and roles, and making them count.</summary>
    ChangeAuth,

    /// <summary>/v2/stats.</summary>
    Stats,

    /// <summary>/v2/machines.</summary>
    Machines,

    /// <summary>/version and /health.</summary>
    Health,

    /// <summary>/metrics.</summary>
    Metrics,

    /// <summary>/debug/vars.</summary>
    Variables,

    /// <summary>/corenode/v1/status, which `cluster status` asks of every member.</summary>
    Status,

    /// <summary>/corenode/v1/snapshot: all keys.</summary>
    Snapshot,

    /// <summary>What means root on every machine: the rest of /corenode, /fleet and /v1-alpha.</summary>
    Admin,
}
