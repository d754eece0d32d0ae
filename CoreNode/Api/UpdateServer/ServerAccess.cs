using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Who may look at the update server and who may change it (docs/security.md). Pure. Over TCP nothing but a token
/// counts, so that no web page can do anything with what a browser adds by itself: an address, a certificate.
/// </summary>
internal static class ServerAccess
{
    /// <summary>Why the request is refused; <see cref="ServerRefusal.None"/> if it is let in.</summary>
    public static ServerRefusal Judge(in ServerQuestion question)
    {
        if (question.IsLocalSocket && question.IsMachineAdmin)
            return ServerRefusal.None;
        if (!question.HasToken)
        {
            if (question.IsViewOpen && !question.IsChange)
                return ServerRefusal.None;
            return question.IsLocalSocket ? ServerRefusal.Process : ServerRefusal.NoToken;
        }

        if (question.Token is not { } role)
            return ServerRefusal.BadToken;

        // Whoever listened has it now, whatever it was used for.
        if (role == AccessRole.Admin && question.IsReadableByOthers && !question.IsAdminInsecure)
            return ServerRefusal.ClearText;
        return question.IsChange && role != AccessRole.Admin ? ServerRefusal.ViewerOnly : ServerRefusal.None;
    }

    /// <summary>HTTP status of a refusal.</summary>
    public static int StatusOf(ServerRefusal refusal) =>
        refusal is ServerRefusal.NoToken or ServerRefusal.BadToken or ServerRefusal.DownloadUser ? 401 : 403;

    /// <summary>Its word in answers, logs and metrics.</summary>
    public static string Name(ServerRefusal refusal) => refusal switch
    {
        ServerRefusal.NoToken => "no-token",
        ServerRefusal.BadToken => "bad-token",
        ServerRefusal.ViewerOnly => "viewer-only",
        ServerRefusal.ClearText => "clear-text",
        ServerRefusal.Process => "process",
        ServerRefusal.DownloadUser => "download-user",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "no refusal"),
    };

    /// <summary>One line for whoever asked: what is missing, and where to get it.</summary>
    public static string TextOf(ServerRefusal refusal) => refusal switch
    {
        ServerRefusal.NoToken =>
            "a token is needed (Authorization: Bearer …); an administrator makes one with `corenode update-server "
            + "token add NAME --role viewer`",
        ServerRefusal.BadToken =>
            "this token is not known, or it has expired; an administrator makes one with `corenode update-server token "
            + "add NAME`",
        ServerRefusal.ViewerOnly =>
            "this token lets only look; changes need one with the role admin",
        ServerRefusal.ClearText =>
            "an administrator's token came over the network in clear, where others may have read it: take it back with "
            + "`corenode update-server token remove`, and use https, this machine's loopback address, the unix socket, "
            + "or a token with the role viewer; --insecure-admin allows it all the same",
        ServerRefusal.Process =>
            "only root, the server's own user and the group corenode are administrators here: add the user to that "
            + "group (usermod -aG corenode USER) and log in again, or show a token",
        ServerRefusal.DownloadUser =>
            "this server wants a user: DOWNLOAD_USER= and DOWNLOAD_PASSWORD= in the machine's update.conf",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "no refusal"),
    };
}
