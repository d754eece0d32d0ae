namespace CoreNode.Api;

/// <summary>What a listener is for; docs/security.md says who may do what there.</summary>
internal enum ListenerKind
{
    /// <summary>Clients of the store, over TCP.</summary>
    Client,

    /// <summary>Administrators, over TCP.</summary>
    Admin,

    /// <summary>Processes of this machine that the socket's mode lets in.</summary>
    UnixSocket,
}
