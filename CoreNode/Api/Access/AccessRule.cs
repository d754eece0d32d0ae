namespace CoreNode.Api.Access;

/// <summary>Why a request is refused before anybody looks at what it asks for.</summary>
internal enum AccessRule
{
    /// <summary>Guarded keys are not written where nobody proves who he is.</summary>
    GuardedKeys,

    /// <summary>Members are not changed where nobody proves who he is.</summary>
    Members,

    /// <summary>Users and roles are not changed where nobody proves who he is.</summary>
    Auth,

    /// <summary>All keys at once are not read where nobody proves who he is.</summary>
    Snapshot,

    /// <summary>Administration has its own listeners.</summary>
    AdminListener,

    /// <summary>Of this machine's processes only some administer it.</summary>
    AdminProcess,

    /// <summary>The certificate says that its owner is no administrator.</summary>
    AdminCertificate,

    /// <summary>A web page asks.</summary>
    WebPage,

    /// <summary>A web page may ask, by a name of its own for this machine's loopback address.</summary>
    HostName,
}
