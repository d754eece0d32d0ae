namespace CoreNode.Api.UpdateServer;

/// <summary>Why a request of the update server is refused before anybody looks at what it asks for.</summary>
internal enum ServerRefusal
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It shows no token where one is needed.</summary>
    NoToken,

    /// <summary>It shows a token that does not count, or no longer.</summary>
    BadToken,

    /// <summary>It would change something, and its token lets only look.</summary>
    ViewerOnly,

    /// <summary>An administrator's token came over a network in clear.</summary>
    ClearText,

    /// <summary>A process of this machine that is no administrator, without a token.</summary>
    Process,

    /// <summary>The user of downloads is missing or wrong.</summary>
    DownloadUser,
}
