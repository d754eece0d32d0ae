using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>Everything that decides whether a request may look or change; see <see cref="ServerAccess"/>.</summary>
/// <param name="IsChange">It changes something, or gives out everything at once.</param>
/// <param name="IsLocalSocket">It came through the unix socket.</param>
/// <param name="IsMachineAdmin">From a process of root, of the server's own user or of the group corenode.</param>
/// <param name="IsReadableByOthers">It came over a network in clear.</param>
/// <param name="HasToken">It shows a token.</param>
/// <param name="Token">What that token lets do; null if it does not count.</param>
/// <param name="IsAdminInsecure">The server runs with --insecure-admin.</param>
/// <param name="IsViewOpen">The server runs with --open-view.</param>
internal readonly record struct ServerQuestion(
    bool IsChange,
    bool IsLocalSocket,
    bool IsMachineAdmin,
    bool IsReadableByOthers,
    bool HasToken,
    AccessRole? Token,
    bool IsAdminInsecure,
    bool IsViewOpen);
